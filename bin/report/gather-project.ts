// bin/report/gather-project.ts: the evidence of one project: its restores, and what its coverage proves.
import type { ClusterCoverage, CompletedRestore } from '../../functions/ledger/model/coverage.ts';
import { isAltered } from '../../functions/ledger/model/hash-chain.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { defined } from '../../functions/platform/defined.ts';
import { forEachConcurrent } from '../../functions/platform/for-each-concurrent.ts';
import type { ClusterProof } from '../../functions/proof/cluster.ts';
import { lastRestore } from '../../functions/proof/drill-state.ts';
import type { Gap } from '../../functions/proof/gap.ts';
import { type NamedGap, proveRecordedProject, type RecordedProject } from '../../functions/proof/ledger.ts';
import type { Asking } from '../../functions/proof/period.ts';
import { problemText } from '../../functions/restore/field-reader.ts';
import { counted, listed } from '../../functions/views/text.ts';
import { listOf } from '../process/list-of.ts';
import { upTo } from '../remote/ledger-port.ts';
import { isDrill, proveDrill } from './drill-proof.ts';
import { byName, type ClusterEvidence, type ProjectEvidence, type RestoreEvidence } from './report.ts';
import { RestoresByCluster } from './restores-by-cluster.ts';

const PARALLEL_READS = 8;

type Facts = Omit<RecordedProject, 'clusters'>;
/** For a cluster that was gone before the period: its restores are shown, and none can be missing. */
const NOTHING_TO_PROVE: ClusterProof = { state: 'none', lists: [], gaps: [] };

export type GatheredProject = { evidence: ProjectEvidence; gaps: NamedGap[] };

/** Undefined where no restore of it can be of the period. */
export async function gatherProject(
  ledger: Ledger,
  facts: Facts,
  asking: Asking,
): Promise<GatheredProject | undefined> {
  const { projectId, projectName, known: registered } = facts;
  const { since, until } = asking.period;
  const known = [
    ...Object.values(facts.coverage?.clusters ?? {}),
    ...(await listOf(ledger.archivedClusters(projectId))),
  ];
  const proven = proveRecordedProject({ ...facts, clusters: known }, asking);
  if (!proven) return undefined;
  const restores = new RestoresByCluster(known);
  const altered: string[] = [];
  for await (const job of ledger.projectJobs(projectId, { since, until })) {
    if (isAltered(job)) altered.push(job.jobId);
    restores.add(job);
  }
  const clusters: ClusterEvidence[] = restores.unknown();
  const unread = clusters.flatMap(({ clusterName, proof }) => proof.gaps.map((gap) => ({ clusterName, ...gap })));
  await forEachConcurrent(known, PARALLEL_READS, async (cluster) => {
    const mine = restores.of(cluster);
    const proof = proven.clusters.find((one) => one.cluster === cluster)?.proof;
    if (!proof && mine.length === 0) return;
    const completed = [
      ...mine.flatMap(completedRestore),
      ...(await completedOutside(ledger, projectId, cluster, since)),
    ];
    const { clusterName, clusterId, tier, firstSeenAt, goneAt, deleted } = cluster;
    clusters.push({
      ...defined({ clusterName, clusterId, tier, firstSeenAt, goneAt, deleted: deleted || undefined }),
      proof: proof ?? NOTHING_TO_PROVE,
      drill: proveDrill({ cluster, completed, period: asking.period, madeAt: asking.now }),
      restores: mine,
    });
  });
  const [knownSince] = [registered, ...known].flatMap((one) => one?.firstSeenAt ?? []).sort();
  const evidence = {
    ...defined({ projectId, projectName, knownSince, notVisibleSince: registered?.notVisibleSince }),
    clusterLists: proven.proof.clusterLists,
    clusters: clusters.sort((a, b) => byName(a.clusterName, b.clusterName)),
  };
  const gaps = [...unread, ...clusters.flatMap(notUnderstood), ...(altered.length > 0 ? [alteredGap(altered)] : [])];
  return { evidence, gaps: [...proven.gaps, ...gaps.map((gap) => ({ projectId, projectName, ...gap }))] };
}

/** The restore that was completed last, and the last one before the period, which counts for its beginning. */
async function completedOutside(ledger: Ledger, projectId: string, cluster: ClusterCoverage, since: string) {
  const last = lastRestore(cluster);
  if (!last) return [];
  if (last.requestedAt < since || cluster.drill === undefined) return [last];
  // Without a filter by status, which would look at 100 jobs at once: most were completed.
  const query = { projectId, clusterName: cluster.clusterName, until: since };
  for await (const job of upTo(Number.POSITIVE_INFINITY, (page) => ledger.jobs({ ...query, ...page, limit: 10 }))) {
    const [found] = completedRestore(job);
    if (found) return [last, found];
  }
  return [last];
}

function completedRestore(job: Omit<RestoreEvidence, 'findings' | 'revision'>): CompletedRestore[] {
  const { jobId, requestedAt, finishedAt, durationSeconds, snapshotAt } = job;
  if (!isDrill(job) || finishedAt === undefined) return [];
  return [{ jobId, requestedAt, finishedAt, ...defined({ durationSeconds, snapshotAt }) }];
}

const MAX_NAMED = 3;

/** Restores on record of which something is not known: how they ended, or where they went. */
function notUnderstood({ clusterName, restores }: ClusterEvidence) {
  const odd = restores.flatMap(({ jobId, problems = [] }) =>
    problems.length === 0 ? [] : [`${jobId} (${problems.map(problemText).join('; ')})`],
  );
  if (odd.length === 0) return [];
  const named = listed(odd.slice(0, MAX_NAMED), odd.length);
  const text = `Of ${counted(odd.length, 'restore')} on record, not everything could be understood: ${named}.`;
  const action = 'update the program, and report what it could not read';
  return [{ clusterName, reason: 'not-understood' as const, text, action }];
}

const alteredGap = (jobIds: readonly string[]): Gap => ({
  reason: 'record-differs',
  text: `Something else than this program changed ${listed(jobIds.slice(0, MAX_NAMED), jobIds.length)} of the restores on record: they no longer match their histories.`,
  action: 'run restore-ledger collect --full, which restores what Atlas still lists',
});
