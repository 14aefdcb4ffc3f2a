// bin/report/gather-project.ts reads the evidence of one project: its restores, and what its coverage proves.

import type { ClusterCoverage, CompletedRestore } from '../../functions/ledger/model/coverage.ts';
import { isAltered } from '../../functions/ledger/model/hash-chain.ts';
import type { JobSummary, Ledger } from '../../functions/ledger/model/ledger.ts';
import { forEachConcurrent } from '../../functions/platform/for-each-concurrent.ts';
import type { ClusterProof } from '../../functions/proof/cluster.ts';
import { lastRestore } from '../../functions/proof/drill-state.ts';
import type { Gap } from '../../functions/proof/gap.ts';
import { type NamedGap, proveRecordedProject, type RecordedProject } from '../../functions/proof/ledger.ts';
import type { Asking } from '../../functions/proof/period.ts';
import { problemText } from '../../functions/restore/field-reader.ts';
import { counted } from '../../functions/views/text.ts';
import { isDrill, judgeDrill } from './judge-drills.ts';
import { byName } from './names.ts';
import type { ClusterEvidence, ProjectEvidence, RestoreEvidence } from './report.ts';
import { RestoresByCluster } from './restores-by-cluster.ts';

const PARALLEL_READS = 8;

type Facts = Omit<RecordedProject, 'clusters'>;
/** Of a cluster that was gone before the period: its restores are shown, and none can be missing. */
const NOTHING_TO_PROVE: ClusterProof = { state: 'none', lists: [], gaps: [] };

export interface GatheredProject {
  evidence: ProjectEvidence;
  gaps: NamedGap[];
}

export class ProjectGatherer {
  readonly #ledger: Ledger;
  readonly #facts: Facts;
  readonly #asking: Asking;

  constructor(ledger: Ledger, facts: Facts, asking: Asking) {
    this.#ledger = ledger;
    this.#facts = facts;
    this.#asking = asking;
  }

  /** Nothing where no restore of it can be of the period. */
  async gather(): Promise<GatheredProject | undefined> {
    const { projectId, projectName, known: registered } = this.#facts;
    const known = await this.#clusters();
    const proven = proveRecordedProject({ ...this.#facts, clusters: known }, this.#asking);
    if (!proven) return undefined;
    const restores = new RestoresByCluster(known);
    const { since, until } = this.#asking.period;
    const altered: string[] = [];
    for await (const job of this.#ledger.projectJobs(projectId, { since, until })) {
      if (isAltered(job)) altered.push(job.jobId);
      restores.add(job);
    }
    const clusters: ClusterEvidence[] = [];
    await forEachConcurrent(known, PARALLEL_READS, async (cluster) => {
      const mine = restores.of(cluster);
      const proof = proven.clusters.find((one) => one.cluster === cluster)?.proof;
      if (proof || mine.length > 0) clusters.push(await this.#cluster(cluster, proof ?? NOTHING_TO_PROVE, mine));
    });
    const unknown = restores.unknown();
    clusters.push(...unknown);
    const about = { projectId, projectName };
    const unread = unknown.flatMap(({ clusterName, proof: { gaps } }) =>
      gaps.map((gap): NamedGap => ({ ...about, clusterName, ...gap })),
    );
    const knownSince = [registered?.firstSeenAt, ...known.map(({ firstSeenAt }) => firstSeenAt)]
      .filter((at) => at !== undefined)
      .sort()[0];
    const evidence = {
      ...about,
      ...(knownSince === undefined ? {} : { knownSince }),
      ...(registered?.notVisibleSince === undefined ? {} : { notVisibleSince: registered.notVisibleSince }),
      clusterLists: proven.proof.clusterLists,
      clusters: clusters.sort((a, b) => byName(a.clusterName, b.clusterName)),
    };
    const forged = altered.length > 0 ? [{ ...about, ...alteredGap(altered) }] : [];
    return { evidence, gaps: [...proven.gaps, ...unread, ...notUnderstood(evidence), ...forged] };
  }

  /** Those that are gone for long too. */
  async #clusters(): Promise<ClusterCoverage[]> {
    const clusters = Object.values(this.#facts.coverage?.clusters ?? {});
    for await (const archived of this.#ledger.archivedClusters(this.#facts.projectId)) clusters.push(archived);
    return clusters;
  }

  async #cluster(cluster: ClusterCoverage, proof: ClusterProof, restores: RestoreEvidence[]): Promise<ClusterEvidence> {
    const { clusterName, clusterId, tier, firstSeenAt, goneAt, deleted } = cluster;
    const { period, now: madeAt } = this.#asking;
    const completed = [...restores.flatMap(completedRestore), ...(await this.#completedOutside(cluster))];
    return {
      ...{ clusterName, tier, firstSeenAt },
      ...(clusterId === undefined ? {} : { clusterId }),
      ...(goneAt === undefined ? {} : { goneAt }),
      ...(deleted ? { deleted } : {}),
      proof,
      drill: judgeDrill({ cluster, completed, period, madeAt }),
      restores,
    };
  }

  /** The one that was completed last before the period is what its beginning is judged by. */
  async #completedOutside(cluster: ClusterCoverage): Promise<CompletedRestore[]> {
    const last = lastRestore(cluster);
    const known = last ? [last] : [];
    const isBefore = last !== undefined && last.requestedAt < this.#asking.period.since;
    if (isBefore || last === undefined || cluster.drill === undefined) return known;
    const before = await this.#lastBefore(cluster.clusterName);
    return before ? [...known, before] : known;
  }

  async #lastBefore(clusterName: string): Promise<CompletedRestore | undefined> {
    const { projectId } = this.#facts;
    const query = { projectId, clusterName, statuses: ['COMPLETED'] as const, until: this.#asking.period.since };
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

/** Restores that are on record, and of which something is not known: how they ended, or where they went. */
function notUnderstood({ projectId, projectName, clusters }: ProjectEvidence): NamedGap[] {
  return clusters.flatMap(({ clusterName, restores }) => {
    const odd = restores.filter(({ problems = [] }) => problems.length > 0);
    if (odd.length === 0) return [];
    const named = odd
      .slice(0, MAX_NAMED)
      .map(({ jobId, problems = [] }) => `${jobId} (${problems.map(problemText).join('; ')})`);
    const more = odd.length > named.length ? `, and ${odd.length - named.length} more` : '';
    const text = `Of ${counted(odd.length, 'restore')} on record, not everything could be understood: ${named.join(', ')}${more}.`;
    return [{ projectId, projectName, clusterName, reason: 'not-understood', text, action: UPDATE }];
  });
}

function alteredGap(jobIds: readonly string[]): Gap {
  const named = jobIds.slice(0, MAX_NAMED).join(', ');
  const more = jobIds.length > MAX_NAMED ? ` and ${jobIds.length - MAX_NAMED} more` : '';
  return {
    reason: 'record-differs',
    text: `Of the restores on record, something else than this program has changed ${named}${more}: they are not what their histories stand for.`,
    action: 'run restore-ledger collect --full, which puts back what Atlas still says',
  };
}

const MAX_NAMED = 3;
const UPDATE = 'update the program, and report what it could not read';
