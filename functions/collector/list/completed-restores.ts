// functions/collector/list/completed-restores.ts: the completed restores of a list, evidence that its backups work, and their durations.

import type { JobList } from '../../atlas/model/atlas.ts';
import type { ClusterCoverage, CompletedRestore, ListCoverage } from '../../ledger/model/coverage.ts';
import type { Ledger } from '../../ledger/model/ledger.ts';
import { defined } from '../../platform/defined.ts';
import { upTo } from '../../platform/lists/up-to.ts';
import { isDataOf } from '../../proof/drill-state.ts';
import { isElsewhere } from '../../restore/drills/judged.ts';
import type { RestoreJob } from '../../restore/job.ts';
import { dataAt } from '../../restore/objectives/measure.ts';
import { isCompletedRestore, isUnderstood } from '../../restore/understood.ts';

/** Durations kept for one list: enough for a 95th percentile, few enough for a coverage of hundreds of clusters. */
export const MAX_DURATIONS = 50;
const PAGE = 100;

/** The last ones, as coverage has them. */
type Last = Pick<ListCoverage, 'lastCompleted' | 'lastElsewhere'>;

export interface Successes extends Last, Pick<ListCoverage, 'durations' | 'notUnderstood'> {
  /** Of those that coverage has, ids of which Atlas says otherwise by now: that it failed, or finished at another time. */
  restated?: string[];
  /** Where there are some: up to when restores finished that were let go, and may be the last completed ones by now. ISO 8601 */
  letGoUntil?: string;
}

export type ClusterMade = Pick<ClusterCoverage, 'clusterId' | 'seenAt'>;
type SeenJob = Omit<RestoreJob, 'atlas'>;

export class CompletedRestores {
  readonly #known: Last;
  readonly #cluster: ClusterMade;
  readonly #restated = new Set<string>();
  #last: CompletedRestore | undefined;
  #lastElsewhere: CompletedRestore | undefined;
  /** Of the newest, by request. */
  #durations: { jobId: string; seconds: number }[] = [];
  #notUnderstood = 0;

  /** @param cluster whose backups the restores are to show to work @param known what coverage has */
  constructor(cluster: ClusterMade, known: Last = {}) {
    this.#cluster = cluster;
    this.#known = known;
  }

  see(job: SeenJob) {
    if (job.problems && !isUnderstood(job, 'status', 'delivery', 'finishedAt')) this.#notUnderstood += 1;
    const { jobId, requestedAt, finishedAt, durationSeconds, snapshotAt } = job;
    if (this.#isRestated(job)) this.#restated.add(jobId);
    if (!isCompletedRestore(job) || finishedAt === undefined) return;
    if (durationSeconds !== undefined) this.#note(jobId, durationSeconds);
    const elsewhere = isElsewhere(job) || undefined;
    const measured = defined({ durationSeconds, snapshotAt, dataAt: dataAt(job), elsewhere });
    const restore = { jobId, requestedAt, finishedAt, ...measured };
    if (!isDataOf(this.#cluster, restore)) return;
    const isLater = (than: CompletedRestore | undefined) => than === undefined || finishedAt > than.finishedAt;
    if (isLater(this.#last)) this.#last = restore;
    if (elsewhere && isLater(this.#lastElsewhere)) this.#lastElsewhere = restore;
  }

  get seen(): Successes {
    const durations = this.#durations.map(({ seconds }) => seconds);
    return defined({
      notUnderstood: this.#notUnderstood || undefined,
      lastCompleted: this.#last,
      lastElsewhere: this.#lastElsewhere,
      durations: durations.length > 0 ? durations : undefined,
      restated: this.#restated.size > 0 ? [...this.#restated] : undefined,
    });
  }

  #isRestated(job: SeenJob): boolean {
    const isAsKnown = (known: CompletedRestore | undefined) =>
      known?.jobId !== job.jobId || (isCompletedRestore(job) && job.finishedAt === known.finishedAt);
    const { lastCompleted, lastElsewhere } = this.#known;
    const isElsewhereAsKnown = lastElsewhere?.jobId !== job.jobId || isElsewhere(job);
    return !isAsKnown(lastCompleted) || !isAsKnown(lastElsewhere) || !isElsewhereAsKnown;
  }

  /** Lists are newest first, or nearly so. */
  #note(jobId: string, seconds: number) {
    const oldest = this.#durations[0];
    const isFull = this.#durations.length === MAX_DURATIONS;
    if (isFull && oldest && jobId <= oldest.jobId) return;
    const at = this.#durations.findIndex((other) => other.jobId >= jobId);
    if (this.#durations[at]?.jobId === jobId) return;
    this.#durations.splice(at === -1 ? this.#durations.length : at, 0, { jobId, seconds });
    if (isFull) this.#durations.shift();
  }
}

/**
 * What Atlas says otherwise by now is no evidence: what comes before it is looked up in the ledger, as Atlas may list it no longer.
 * Requests: none, or 1 read and 1 query for each 100 jobs of the cluster, up to one into another project. @throws LedgerError
 */
export async function withRestated(
  seen: Successes,
  { list: { projectId, clusterName, kind }, cluster }: { list: JobList; cluster: ClusterMade },
  ledger: Pick<Ledger, 'jobs' | 'coverage'>,
): Promise<Successes> {
  const { restated } = seen;
  if (!restated) return seen;
  const recorded = new CompletedRestores(cluster);
  const query = { projectId, clusterName, limit: PAGE };
  for await (const job of upTo(Number.POSITIVE_INFINITY, (page) => ledger.jobs({ ...query, ...page }))) {
    // An index may still have what it was.
    if (job.kind !== kind || restated.includes(job.jobId)) continue;
    recorded.see(job);
    if (recorded.seen.lastElsewhere) break;
  }
  const { lastCompleted, lastElsewhere } = recorded.seen;
  const letGoUntil = (await ledger.coverage(projectId))?.letGo?.endedBy;
  return {
    ...seen,
    ...defined({
      lastCompleted: laterOf(seen.lastCompleted, lastCompleted),
      lastElsewhere: laterOf(seen.lastElsewhere, lastElsewhere),
      letGoUntil,
    }),
  };
}

const laterOf = (a: CompletedRestore | undefined, b: CompletedRestore | undefined) =>
  a && (!b || a.finishedAt >= b.finishedAt) ? a : b;
