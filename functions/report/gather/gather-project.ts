// functions/report/gather/gather-project.ts: the evidence of one project: its restores, and what its coverage proves.
import { isAltered } from '../../ledger/model/hash-chain.ts';
import type { Ledger } from '../../ledger/model/ledger.ts';
import { defined } from '../../platform/defined.ts';
import { listOf } from '../../platform/lists/list-of.ts';
import { countsOf, type Listed, nothingListed, Tally } from '../../proof/counts.ts';
import type { Expected } from '../../proof/expected.ts';
import { type NamedGap, proveRecordedProject } from '../../proof/ledger.ts';
import type { Asking } from '../../proof/period.ts';
import { isInScope, isProjectOfPeriod } from '../../proof/project.ts';
import type { Objectives } from '../../restore/objectives/objective.ts';
import type { EvidenceBody } from '../model/report.ts';
import { AlteredRestores } from './gaps.ts';
import { gatherClusters } from './gather-clusters.ts';
import { RestoresByCluster } from './restores-by-cluster.ts';

export interface Gathering {
  ledger: Ledger;
  asking: Asking;
  /** Jobs as the index shows them, by project; read after what is expected. */
  listed: ReadonlyMap<string, Listed>;
  projectNames: ReadonlyMap<string, string>;
  objectives: Objectives;
  /** Takes the project, unless no restore of it can be of the period. */
  body: EvidenceBody;
}

/** Memory: the project's coverage, and the restores of one cluster. @throws LedgerError, TemporaryFileError */
export async function gatherProject(expected: Expected, gathering: Gathering): Promise<NamedGap[]> {
  const { ledger, asking, listed, projectNames, objectives, body } = gathering;
  const { projectId, projectName, known } = expected;
  if (!isProjectOfPeriod(expected, asking) || !isInScope(known, asking)) return [];
  // Before the jobs, so that what it proves is in what is read after it.
  const coverage = await ledger.coverage(projectId);
  const clusters = [...Object.values(coverage?.clusters ?? {}), ...(await listOf(ledger.archivedClusters(projectId)))];
  await using restores = new RestoresByCluster(clusters, projectNames, objectives);
  const altered = new AlteredRestores();
  const inPeriod = new Tally();
  for await (const job of ledger.projectJobs(projectId, asking.period)) {
    inPeriod.add(job.jobId);
    if (isAltered(job)) altered.add(job.jobId);
    await restores.add(job);
  }
  const counts = await countsOf(ledger, expected, listed.get(projectId) ?? nothingListed(), inPeriod);
  const proven = proveRecordedProject({ ...expected, coverage, clusters, counts }, asking);
  if (!proven) return [];
  const [knownSince] = [known, ...clusters].flatMap((one) => one?.firstSeenAt ?? []).sort();
  const { accountId, organizationId } = expected.owner ?? {};
  const about = { projectId, projectName, knownSince, notVisibleSince: known?.notVisibleSince };
  const head = defined({ ...about, accountId, organizationId });
  await body.project({ ...head, clusterLists: proven.proof.clusterLists }, restores.count);
  const proofs = new Map(proven.clusters.map(({ cluster, proof }) => [cluster, proof]));
  const ofProject = { clusters, proofs, restores, letGo: coverage?.letGo };
  const ofClusters = await gatherClusters({ projectId, projectName }, ofProject, gathering);
  const gaps = [...ofClusters, ...altered.gaps].map((gap) => ({ projectId, projectName, ...gap }));
  return [...proven.gaps, ...gaps];
}
