// functions/report/gather/gather-project.ts: the evidence of one project: its restores, and what its coverage proves.
import { isAltered } from '../../ledger/model/hash-chain.ts';
import type { Ledger } from '../../ledger/model/ledger.ts';
import { defined } from '../../platform/defined.ts';
import { listOf } from '../../platform/lists/list-of.ts';
import { untilAborted } from '../../platform/lists/until-aborted.ts';
import { countsOf, type Listed, nothingListed, Tally } from '../../proof/counts.ts';
import type { Expected } from '../../proof/expected.ts';
import { type NamedGap, proveRecordedProject } from '../../proof/ledger.ts';
import type { Asking } from '../../proof/period.ts';
import { isInScope, isProjectOfPeriod } from '../../proof/project.ts';
import type { Objectives } from '../../restore/objectives/objective.ts';
import type { EvidenceBody } from '../model/report.ts';
import { claimsBySpan } from './claims-by-span.ts';
import { AlteredRestores } from './gaps.ts';
import { gatherClusters } from './gather-clusters.ts';
import { RestoresByCluster } from './restores-by-cluster.ts';

export interface Gathering {
  ledger: Ledger;
  asking: Asking;
  /** Jobs as the index shows them, by project; read after what is expected. Absent: not read, so that jobs of the table are counted. */
  listed: ReadonlyMap<string, Listed> | undefined;
  projectNames: ReadonlyMap<string, string>;
  objectives: Objectives;
  /** Takes the project, unless no restore of it can be of the period. */
  body: EvidenceBody;
  /** Of these clusters alone. @default all */
  clusterName?: string | undefined;
  /** Ends it, with its reason. */
  signal?: AbortSignal | undefined;
}

/** Memory: the project's coverage, and the restores of one cluster. @throws LedgerError, TemporaryFileError */
export async function gatherProject(expected: Expected, gathering: Gathering): Promise<NamedGap[]> {
  const { ledger, asking, listed, projectNames, objectives, body, clusterName, signal } = gathering;
  const isChosen = (cluster: { clusterName?: string }) =>
    clusterName === undefined || cluster.clusterName === undefined || cluster.clusterName === clusterName;
  const { projectId, projectName, known } = expected;
  if (!isProjectOfPeriod(expected, asking) || !isInScope(known, asking)) return [];
  // Before the jobs, so that what it proves is in what is read after it.
  const coverage = await ledger.coverage(projectId);
  const clusters = [...Object.values(coverage?.clusters ?? {}), ...(await listOf(ledger.archivedClusters(projectId)))];
  await using restores = new RestoresByCluster(clusters, projectNames, objectives);
  const altered = new AlteredRestores();
  const inPeriod = new Tally();
  for await (const job of untilAborted(signal, ledger.projectJobs(projectId, asking.period))) {
    inPeriod.add(job.jobId);
    if (!isChosen(job)) continue;
    if (isAltered(job)) altered.add(job.jobId);
    await restores.add(job);
  }
  signal?.throwIfAborted();
  const counts = await countsOf(ledger, expected, listed && (listed.get(projectId) ?? nothingListed()), inPeriod);
  const proven = proveRecordedProject({ ...expected, coverage, clusters, counts }, asking);
  if (!proven) return [];
  const [knownSince] = [known, ...clusters].flatMap((one) => one?.firstSeenAt ?? []).sort();
  const { accountId, organizationId } = expected.owner ?? {};
  const about = { projectId, projectName, knownSince, notVisibleSince: known?.notVisibleSince };
  const head = defined({ ...about, accountId, organizationId });
  await body.project({ ...head, clusterLists: proven.proof.clusterLists }, restores.count);
  const proofs = new Map(proven.clusters.map(({ cluster, proof }) => [cluster, proof]));
  const facts = { ...defined({ projectId, projectName, known, coverage, owner: expected.owner }) };
  const claimsOf = claimsBySpan(facts, proven.gaps, asking);
  const ofProject = {
    clusters: clusters.filter(isChosen),
    proofs,
    restores,
    letGo: coverage?.letGo,
    notVisibleSince: known?.notVisibleSince,
    claimsOf,
  };
  const ofClusters = await gatherClusters({ projectId, projectName }, ofProject, gathering);
  const gaps = [...ofClusters, ...altered.gaps].map((gap) => ({ projectId, projectName, ...gap }));
  return [...proven.gaps.filter(isChosen), ...gaps];
}
