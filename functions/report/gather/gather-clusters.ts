// functions/report/gather/gather-clusters.ts: the evidence of a project's clusters, one after the other.
import type { ClusterCoverage, CompletedRestore, ProjectCoverage } from '../../ledger/model/coverage.ts';
import type { Ledger } from '../../ledger/model/ledger.ts';
import { sinceFor } from '../../ledger/verdicts/asked.ts';
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
import { dataAt } from '../../restore/objectives/measure.ts';
import type { Objectives } from '../../restore/objectives/objective.ts';
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
  { clusters, proofs, restores, letGo, claimsOf }: ProjectClusters,
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
      const completed = [...judged.restores.flatMap(countedBy(coverage?.drill?.needs)), ...(outside[index] ?? [])];
      const about = { completed, letGo, unreadUntil: unreadUntil(judged) };
      const objective = objectives.of(projectName, clusterName);
      const drill = coverage ? drillOf(coverage, about, asking) : NO_DRILL;
      const evidence = coverage && gradeThen(coverage, { verdicts: judged, objective }, letGo, asking);
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
const NO_DRILL: ClusterEvidence['drill'] = { state: 'none', missed: [] };

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
  facts: GradeFacts,
  letGo: ProjectCoverage['letGo'],
  { period, now }: Asking,
): Evidence | undefined {
  const end = Math.min(Date.parse(period.until), Date.parse(now));
  const unknownUntil = letGo && new Date(letGoUntil(letGo)).toISOString();
  return evidenceOf(cluster, new Date(end), { ...facts, unknownUntil });
}

const drillOf = (
  cluster: ClusterCoverage,
  about: Pick<DrillFacts, 'completed' | 'letGo' | 'unreadUntil'>,
  { period, now }: Asking,
) => proveDrill({ cluster, ...about, period, madeAt: now });

/** The restore that was completed last, and the last one before the period, which counts for its beginning. */
async function completedOutside(ledger: Ledger, projectId: string, cluster: ClusterCoverage, { period }: Asking) {
  const last = lastRestore(cluster);
  if (!last) return [];
  if (last.requestedAt < period.since || cluster.drill === undefined) return [last];
  // Without a filter by status, which would look at 100 jobs at once.
  const query = { projectId, clusterName: cluster.clusterName, until: period.since };
  for await (const job of upTo(Number.POSITIVE_INFINITY, (page) => ledger.jobs({ ...query, ...page, limit: FEW }))) {
    const [found] = completedRestore(job);
    if (found) return [last, found];
  }
  return [last];
}

function completedRestore(job: Omit<RestoreEvidence, 'findings' | 'revision'>): CompletedRestore[] {
  const { jobId, requestedAt, finishedAt, durationSeconds, snapshotAt } = job;
  if (!isDrill(job) || finishedAt === undefined) return [];
  return [{ jobId, requestedAt, finishedAt, ...defined({ durationSeconds, snapshotAt, dataAt: dataAt(job) }) }];
}
