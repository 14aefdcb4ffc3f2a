// functions/report/gather/gather-clusters.ts: the evidence of a project's clusters, one after the other.
import type { ClusterCoverage, CompletedRestore, ProjectCoverage } from '../../ledger/model/coverage.ts';
import type { Ledger } from '../../ledger/model/ledger.ts';
import { LONGEST_DAYS, sinceFor } from '../../ledger/verdicts/asked.ts';
import { LATEST } from '../../ledger/verdicts/read-verdicts.ts';
import { chunks } from '../../platform/chunks.ts';
import { defined } from '../../platform/defined.ts';
import { upTo } from '../../platform/lists/up-to.ts';
import type { ClusterProof } from '../../proof/cluster.ts';
import { completedOf, lastRestore, unreadUntil } from '../../proof/drill-state.ts';
import { type Evidence, evidenceOf, type GradeFacts } from '../../proof/evidence-grade.ts';
import type { NamedGap } from '../../proof/ledger.ts';
import type { Asking } from '../../proof/period.ts';
import {
  type DrillNeeds,
  isProof,
  isWholeRestore,
  type JudgedRestore,
  type Verdicts,
} from '../../restore/drills/judged.ts';
import type { Objectives } from '../../restore/objectives/objective.ts';
import { daysAfter } from '../../restore/rules/drill.ts';
import { recoveryOf } from '../model/recovery.ts';
import {
  byName,
  type ClusterEvidence,
  type EvidenceBody,
  type ProjectHead,
  type RestoreEvidence,
} from '../model/report.ts';
import { type Counted, type DrillFacts, isDrill, letGoUntil, proveDrill } from './drill-proof.ts';
import { NO_COVERAGE, notUnderstood } from './gaps.ts';
import type { RestoresByCluster } from './restores-by-cluster.ts';

const PARALLEL_READS = 8;
/** Restores looked at to find a completed one: most are. */
const FEW = 3;

interface ProjectClusters {
  /** All that are on record. */
  clusters: readonly ClusterCoverage[];
  /** Of those that can have restores of the period. */
  proofs: ReadonlyMap<ClusterCoverage, ClusterProof>;
  restores: RestoresByCluster;
  letGo: ProjectCoverage['letGo'];
  /** Since when no credentials see the project. */
  notVisibleSince: string | undefined;
  /** What is claimed of a cluster day by day. */
  claimsOf(cluster: ClusterCoverage, restores: readonly RestoreEvidence[]): Partial<ClusterEvidence>;
}

interface Gathering {
  ledger: Ledger;
  asking: Asking;
  objectives: Objectives;
  body: EvidenceBody;
}

/** @returns what the restores themselves don't show. @throws LedgerError, TemporaryFileError */
export async function gatherClusters(
  { projectId, projectName }: Pick<ProjectHead, 'projectId' | 'projectName'>,
  { clusters, proofs, restores, letGo, notVisibleSince, claimsOf }: ProjectClusters,
  { ledger, asking, objectives, body }: Gathering,
): Promise<NamedGap[]> {
  const gaps: NamedGap[] = [];
  const shown = [
    ...clusters.flatMap((coverage) => {
      const { clusterName, clusterId } = coverage;
      const proof = proofs.get(coverage) ?? (restores.has(coverage) ? NOTHING_TO_PROVE : undefined);
      return proof ? [{ ...defined({ clusterName, clusterId }), coverage, proof }] : [];
    }),
    ...restores.unknown().map((named) => ({ ...named, coverage: undefined, proof: UNKNOWN })),
  ].sort((a, b) => byName(a.clusterName, b.clusterName));
  const asked = clusters.map(({ clusterName, evidence, drill: { needs, days } = {} }) => {
    return { clusterName, evidence, needs, since: sinceFor(days, Date.parse(asking.period.since)) };
  });
  const verdicts = await ledger.verdicts(projectId, asked);
  const isVisible = notVisibleSince === undefined || notVisibleSince >= asking.period.until;
  for (const some of chunks(shown, PARALLEL_READS)) {
    const outside = await Promise.all(
      some.map(async ({ coverage }) => (coverage ? completedOutside(ledger, projectId, coverage, asking) : [])),
    );
    for (const [index, { coverage, proof, ...named }] of some.entries()) {
      const mine = await restores.of(named);
      const { clusterName } = named;
      const found = [...(coverage ? [] : [NO_COVERAGE]), ...notUnderstood(mine)];
      gaps.push(...found.map((gap) => ({ clusterName, ...gap })));
      const ofProject = { projectId, projectName, clusterName };
      const judged = judgedOf(mine, ofProject, verdicts.get(clusterName), asking);
      const others = outside[index] ?? [];
      const completed = [...judged.restores.flatMap(countedBy(coverage?.drill?.needs)), ...others];
      const about = { completed, letGo, unreadUntil: unreadUntil(judged) };
      const objective = objectives.of(projectName, clusterName);
      const drill = coverage ? drillOf(coverage, about, asking) : NO_DRILL;
      const evidence =
        coverage && gradeThen(coverage, { verdicts: judged, objective, others, isVisible }, letGo, asking);
      const recovery = recoveryOf(mine, objective, asking.period);
      const beside = { proof, drill, ...defined({ evidence }), recovery, ...(coverage && claimsOf(coverage, mine)) };
      await body.cluster({ ...named, ...(coverage && shownOf(coverage)), ...beside, restores: mine });
    }
  }
  return gaps;
}

/** For a cluster that was gone before the period: its restores are shown, and none can be missing. */
const NOTHING_TO_PROVE: ClusterProof = { state: 'none', lists: [], gaps: [] };
const UNKNOWN: ClusterProof = { state: 'gap', lists: [], gaps: [NO_COVERAGE] };
/** Whether a restore of it is expected is not known. */
const NO_DRILL: ClusterEvidence['drill'] = { state: 'not-covered', missed: [] };

const shownOf = ({ tier, firstSeenAt, goneAt, deleted }: ClusterCoverage) =>
  defined({ tier, firstSeenAt, goneAt, deleted: deleted || undefined });

/** All of the period, and those with a verdict from before and after it. */
function judgedOf(
  mine: readonly RestoreEvidence[],
  of: Pick<JudgedRestore, 'projectId' | 'projectName' | 'clusterName'>,
  { restores, before }: Verdicts = { restores: [], before: LATEST },
  { period }: Asking,
): Verdicts {
  const ids = new Set(mine.map(({ jobId }) => jobId));
  const others = restores.filter(({ jobId }) => !ids.has(jobId));
  const unread = before !== undefined && before > period.since ? period.since : before;
  return { restores: [...mine.map((job) => ({ ...job, ...of })), ...others], ...defined({ before: unread }) };
}

const countedBy = (needs: DrillNeeds | undefined) => (restore: JudgedRestore) =>
  (isWholeRestore(restore) ? completedOf(restore) : []).map(
    (one): Counted => (needs ? { ...one, proves: isProof(restore, needs) } : one),
  );

function gradeThen(
  cluster: ClusterCoverage,
  facts: GradeFacts & { others: readonly CompletedRestore[] },
  letGo: ProjectCoverage['letGo'],
  { period, now }: Asking,
): Evidence | undefined {
  const end = Math.min(Date.parse(period.until), Date.parse(now));
  const unknown = [letGo && iso(letGoUntil(letGo)), elsewhereUntil(cluster, facts.others, period)];
  const [unknownUntil] = unknown
    .filter((until) => until !== undefined)
    .sort()
    .toReversed();
  return evidenceOf(cluster, new Date(end), { ...facts, unknownUntil, askedAt: new Date(now) });
}

/** Up to when a restore into another project may have finished that was not looked for: coverage has the last one alone, of the period or later. */
function elsewhereUntil(
  { lists }: ClusterCoverage,
  others: readonly CompletedRestore[],
  { since }: Asking['period'],
): string | undefined {
  const isLater = Object.values(lists).some(
    ({ lastElsewhere: last }) => last !== undefined && last.requestedAt >= since,
  );
  const before = others.find(({ requestedAt, elsewhere }) => requestedAt < since && !elsewhere);
  return isLater && before ? daysAfter(before.requestedAt, LONGEST_DAYS) : undefined;
}

const iso = (ms: number) => new Date(ms).toISOString();

const drillOf = (
  cluster: ClusterCoverage,
  about: Pick<DrillFacts, 'completed' | 'letGo' | 'unreadUntil'>,
  { period, now }: Asking,
) => proveDrill({ cluster, ...about, period, madeAt: now });

/**
 * The restore that was completed last, and those that may be the last one before the period, which counts for its beginning: the one
 * requested last, and those before it that may have taken longer.
 */
async function completedOutside(ledger: Ledger, projectId: string, cluster: ClusterCoverage, { period }: Asking) {
  const last = lastRestore(cluster);
  if (!last) return [];
  if (last.requestedAt < period.since) return [last];
  const before: CompletedRestore[] = [];
  let enough = '';
  // Without a filter by status, which would look at 100 jobs at once.
  const query = { projectId, clusterName: cluster.clusterName, until: period.since };
  for await (const job of upTo(Number.POSITIVE_INFINITY, (page) => ledger.jobs({ ...query, ...page, limit: FEW }))) {
    if (job.requestedAt < enough) break;
    before.push(...(isDrill(job) ? completedOf(job) : []));
    if (before[0]) enough = daysAfter(before[0].requestedAt, -LONGEST_DAYS);
  }
  return [last, ...before];
}
