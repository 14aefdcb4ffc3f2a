// functions/collector/project/collect-list.ts: an attempt to bring one list of restore jobs up to date: read, and read to its end where that
// raises doubts.
import type { Atlas, JobList } from '../../atlas/model/atlas.ts';
import { AtlasError } from '../../atlas/model/errors.ts';
import type { ClusterCoverage, ListCoverage, Resume } from '../../ledger/model/coverage.ts';
import { LedgerError } from '../../ledger/model/errors.ts';
import type { Source } from '../../restore/job.ts';
import type { RuleEvaluator } from '../evaluate/rule-evaluator.ts';
import { type AbsenceAnswer, absenceAnswer, type Standing } from '../list/absence.ts';
import { withRestated } from '../list/completed-restores.ts';
import type { Attempt } from '../list/list-coverage.ts';
import { type PrefetchedList, pagesOf, prefetch } from '../list/prefetch.ts';
import { readList } from '../list/read-list.ts';
import {
  beginReading,
  type ListCounts,
  type ListReading,
  noListCounts,
  type Reading,
  type ReadListPorts,
} from '../list/reading.ts';
import { settle } from '../list/vanished-jobs.ts';
import { CONFIRMED_AFTER_MS, elapsedMs } from './discover.ts';

export interface CollectListTask {
  list: JobList;
  source: Source;
  runId: string;
  cluster: ClusterCoverage;
  stored: ListCoverage | undefined;
  standing: Standing;
  /** Read to the end. */
  full: boolean;
  resume: Resume | undefined;
  /** Pages to request before their turn, where all are wanted. */
  ahead: number;
  /** Its first page, where that is under way already. */
  prefetched: PrefetchedList | undefined;
  /** This is a follow-up of running jobs. */
  isFollow: boolean;
}

export interface CollectListPorts extends Omit<ReadListPorts, 'evaluator' | 'atlas'> {
  atlas: Pick<Atlas, 'job' | 'jobPages'>;
  now(): number;
  evaluatorAt(startedAt: string): RuleEvaluator;
  /** A refusal that is left to a later message. */
  isForLater(error: AtlasError): boolean;
}

export interface ListOutcome {
  counts: ListCounts;
  unattributedFrom: string | undefined;
  /** Absent where nothing is to be said of the list. */
  attempt?: Attempt;
  /** There was no time, or room in the rate limit, for all of it. */
  unfinished?: { error?: AtlasError };
}

/** A list that contradicts itself, or what is known of it. */
export const LIST_CONTRADICTS = 'LIST_CONTRADICTS';

/** @throws what is neither an AtlasError nor a LedgerError */
export async function collectList(task: CollectListTask, ports: CollectListPorts): Promise<ListOutcome> {
  return new ListCollection(task, ports).collect();
}

class ListCollection {
  readonly #task: CollectListTask;
  readonly #ports: CollectListPorts;
  readonly #readings: Reading[] = [];

  constructor(task: CollectListTask, ports: CollectListPorts) {
    this.#task = task;
    this.#ports = ports;
  }

  async collect(): Promise<ListOutcome> {
    const { full, resume, prefetched } = this.#task;
    const first = prefetched ?? this.#prefetch(full, resume);
    try {
      let reading = await this.#read(first, full, resume);
      // What a list did to raise doubts is mostly over when it is read again, whole; an incremental reading could not show it.
      for (let again = full ? 1 : 2; again > 0 && reading.doubt !== undefined && reading.complete; again--) {
        reading = await this.#read(this.#prefetch(true), true);
      }
      if (reading.doubt !== undefined && reading.complete) return this.#contradicted(reading, reading.doubt);
      const successes = await withRestated(reading.successes, this.#task, this.#ports.ledger);
      const attempt: Attempt = {
        startedAt: reading.startedAt,
        reading: { ...reading, successes, counts: this.#counts },
      };
      return { ...this.#counted, attempt, ...(reading.complete ? {} : { unfinished: {} }) };
    } catch (error) {
      return this.#failed(error, first.requestedMs);
    }
  }

  #prefetch(full: boolean, resume?: Resume): PrefetchedList {
    const { list, stored, ahead } = this.#task;
    return prefetch(list, pagesOf(stored, { full, resume, ahead }), this.#ports);
  }

  async #read(prefetched: PrefetchedList, full: boolean, resume?: Resume): Promise<ListReading> {
    const { list, cluster, source, runId, stored } = this.#task;
    // Our clock is measured by then.
    await prefetched.answered;
    const evaluator = this.#ports.evaluatorAt(this.#ports.time.at(prefetched.requestedMs));
    const reading = beginReading(
      { list, cluster, source, runId, stored, full, resume, prefetched },
      { ...this.#ports, evaluator },
    );
    this.#readings.push(reading);
    return readList(reading);
  }

  #contradicted({ startedAt }: ListReading, doubt: string): ListOutcome {
    const { clusterName, kind } = this.#task.list;
    const message = `the list of ${kind} restore jobs of ${clusterName} contradicts itself or what is known, also when it is read again: ${doubt}`;
    const failure = { code: LIST_CONTRADICTS, message };
    return { ...this.#counted, attempt: { startedAt, failure, added: this.#counts.new } };
  }

  async #failed(error: unknown, requestedMs: number): Promise<ListOutcome> {
    const startedAt = this.#ports.time.at(requestedMs);
    if (!(error instanceof AtlasError || error instanceof LedgerError)) throw error;
    if (error instanceof AtlasError) {
      const { standing, list, isFollow } = this.#task;
      const answer = absenceAnswer(error, list.kind, standing);
      if (answer !== undefined) {
        const doubt = this.#doubtOf(answer, startedAt);
        return doubt
          ? { ...this.#counted, attempt: { startedAt, failure: doubt, added: 0, denied: true } }
          : this.#absent(answer, requestedMs);
      }
      if (isFollow && error.absence !== undefined) return { ...this.#counted, attempt: { startedAt, lostSight: true } };
      if (this.#ports.isForLater(error)) return { ...this.#counted, unfinished: { error } };
    }
    const { code, message } = error;
    return { ...this.#counted, attempt: { startedAt, failure: { code, message }, added: this.#counts.new } };
  }

  /** A list of a cluster that is there is gone, and one that has had jobs not in the plan, once Atlas says so an hour later, too. */
  #doubtOf({ answer, because }: AbsenceAnswer, startedAt: string): { code: string; message: string } | undefined {
    const { standing, stored, list } = this.#task;
    const { jobs = 0, deniedSince } = stored ?? {};
    if (standing !== 'present' || (because === 'plan' && jobs === 0) || stored?.answer !== undefined) return undefined;
    if (deniedSince !== undefined && elapsedMs(deniedSince, startedAt) >= CONFIRMED_AFTER_MS) return undefined;
    const message = `Atlas answers that there is no list of ${list.kind} restore jobs of ${list.clusterName} (${answer}), whose cluster is there, and of which ${jobs} jobs are known: that is believed where it still says so in an hour`;
    return { code: LIST_CONTRADICTS, message };
  }

  /** Nothing can be added to a former list any more, but jobs of it may run, as far as is known. */
  async #absent(answer: AbsenceAnswer, requestedMs: number): Promise<ListOutcome> {
    const { standing, stored } = this.#task;
    const { time } = this.#ports;
    const [startedAt, latestAt] = [time.at(requestedMs), time.latestAt(requestedMs)];
    try {
      const { open: openBefore = 1 } = stored ?? {};
      const open = standing === 'former' && openBefore > 0 ? await this.#settleOpen(startedAt) : (stored?.open ?? 0);
      return { ...this.#counted, attempt: { startedAt, latestAt, ...answer, open } };
    } catch (error) {
      return this.#failed(error, requestedMs);
    }
  }

  /** Requests: 1 query a MB of the project's jobs, and 1 for each job that is open. @returns how many still are */
  async #settleOpen(startedAt: string): Promise<number> {
    const { list, cluster, source, runId, stored } = this.#task;
    const known = await this.#ports.known.ofList(list);
    const open = [...known].filter(([, job]) => job.open && !job.vanished).map(([jobId]) => jobId);
    const prefetched: PrefetchedList = {
      requestedMs: this.#ports.now(),
      answered: Promise.resolve(),
      async *pages() {},
    };
    const evaluator = this.#ports.evaluatorAt(startedAt);
    const reading = beginReading(
      { list, cluster, source, runId, stored, full: true, prefetched },
      { ...this.#ports, evaluator },
    );
    this.#readings.push(reading);
    let left = 0;
    for (const jobId of open) if (await settle(reading, jobId)) left += 1;
    return left;
  }

  get #counted() {
    const times = this.#readings.flatMap(({ unattributedFrom }) => unattributedFrom ?? []).sort();
    return { counts: this.#counts, unattributedFrom: times[0] };
  }

  /** What was written is written; what was seen twice was seen once. */
  get #counts(): ListCounts {
    const sum = noListCounts();
    for (const { counts } of this.#readings) {
      for (const name of ['new', 'changed', 'progress', 'vanished'] as const) sum[name] += counts[name];
      for (const name of ['same', 'stale', 'seen', 'problems'] as const) sum[name] = Math.max(sum[name], counts[name]);
    }
    return sum;
  }
}
