// bin/commands/evidence/gather-project.ts reads the evidence of one project: its restores, and what its coverage proves.
import { inParallel } from '../../../functions/collect/in-parallel.ts';
import type { ClusterCoverage, CompletedRestore, ProjectCoverage } from '../../../functions/ledger/coverage.ts';
import { lastRestore } from '../../../functions/ledger/drill-state.ts';
import type { JobSummary, Ledger } from '../../../functions/ledger/ledger.ts';
import { isOfPeriod, type Judging, proveCluster, proveDiscovery } from './judge-coverage.ts';
import { isDrill, judgeDrill } from './judge-drills.ts';
import { byName } from './names.ts';
import type { ClusterEvidence, ProjectEvidence, RestoreEvidence } from './report.ts';
import { RestoresByCluster } from './restores-by-cluster.ts';

const PARALLEL_READS = 8;

export class ProjectGatherer {
  readonly #ledger: Ledger;
  readonly #coverage: ProjectCoverage;
  readonly #options: Judging;

  constructor(ledger: Ledger, coverage: ProjectCoverage, options: Judging) {
    this.#ledger = ledger;
    this.#coverage = coverage;
    this.#options = options;
  }

  async gather(): Promise<ProjectEvidence> {
    const { projectId, projectName } = this.#coverage;
    const known = await this.#clusters();
    const restores = new RestoresByCluster(known);
    const { since, until } = this.#options.period;
    for await (const job of this.#ledger.projectJobs(projectId, { since, until })) restores.add(job);
    const clusters: ClusterEvidence[] = [];
    await inParallel(known, PARALLEL_READS, async (cluster) => {
      const mine = restores.of(cluster);
      if (mine.length > 0 || isOfPeriod(cluster, this.#options.period))
        clusters.push(await this.#cluster(cluster, mine));
    });
    clusters.push(...restores.unknown());
    const knownSince = known.map(({ firstSeenAt }) => firstSeenAt).sort()[0];
    return {
      ...{ projectId, projectName },
      ...(knownSince === undefined ? {} : { knownSince }),
      clusterLists: proveDiscovery(this.#coverage, this.#options),
      clusters: clusters.sort((a, b) => byName(a.clusterName, b.clusterName)),
    };
  }

  /** Those that are gone for long too. */
  async #clusters(): Promise<ClusterCoverage[]> {
    const clusters = Object.values(this.#coverage.clusters);
    for await (const archived of this.#ledger.archivedClusters(this.#coverage.projectId)) clusters.push(archived);
    return clusters;
  }

  async #cluster(cluster: ClusterCoverage, restores: RestoreEvidence[]): Promise<ClusterEvidence> {
    const { clusterName, clusterId, tier, firstSeenAt, goneAt, deleted } = cluster;
    const { period, madeAt } = this.#options;
    const completed = [...restores.flatMap(completedRestore), ...(await this.#completedOutside(cluster))];
    return {
      ...{ clusterName, tier, firstSeenAt },
      ...(clusterId === undefined ? {} : { clusterId }),
      ...(goneAt === undefined ? {} : { goneAt }),
      ...(deleted ? { deleted } : {}),
      proof: proveCluster(cluster, this.#options),
      drill: judgeDrill({ cluster, completed, period, madeAt }),
      restores,
    };
  }

  /** The one that was completed last before the period is what its beginning is judged by. */
  async #completedOutside(cluster: ClusterCoverage): Promise<CompletedRestore[]> {
    const last = lastRestore(cluster);
    const known = last ? [last] : [];
    const isBefore = last !== undefined && last.requestedAt < this.#options.period.since;
    if (isBefore || last === undefined || cluster.drill === undefined) return known;
    const before = await this.#lastBefore(cluster.clusterName);
    return before ? [...known, before] : known;
  }

  async #lastBefore(clusterName: string): Promise<CompletedRestore | undefined> {
    const { projectId } = this.#coverage;
    const query = { projectId, clusterName, statuses: ['COMPLETED'] as const, until: this.#options.period.since };
    for (let cursor: string | undefined; ; ) {
      const page = await this.#ledger.jobs({ ...query, limit: 20, ...(cursor === undefined ? {} : { cursor }) });
      const [found] = page.items.flatMap(completedRestore);
      if (found) return found;
      cursor = page.cursor;
      if (cursor === undefined) return undefined;
    }
  }
}

type Ended = Pick<
  JobSummary,
  | 'jobId'
  | 'kind'
  | 'delivery'
  | 'status'
  | 'requestedAt'
  | 'finishedAt'
  | 'durationSeconds'
  | 'snapshotAt'
  | 'problems'
>;

function completedRestore(job: Ended): CompletedRestore[] {
  const { jobId, requestedAt, finishedAt, durationSeconds, snapshotAt } = job;
  if (!isDrill(job) || finishedAt === undefined) return [];
  const optional = {
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(snapshotAt === undefined ? {} : { snapshotAt }),
  };
  return [{ jobId, requestedAt, finishedAt, ...optional }];
}
