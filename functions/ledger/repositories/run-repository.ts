// functions/ledger/repositories/run-repository.ts: runs and their parts. A run ends by itself when its last part is in.
//
// Parts come in any order, twice, or not at all where a function is stopped in between; and before the plan, where a
// project is quick. So finishPart (1) puts the part unless it is there, (2) counts it on the run, (3) if the count has
// reached the number planned, reads all parts and, if they are all in, ends the run on the condition that it runs still, or
// was ended only because nothing was heard of it.
// A repeat goes the same three steps. Thus the count may be too high, never too low: every part is put before it is
// counted, and a message that is stopped in between is delivered again. The count only says when looking is worthwhile;
// whether all are in is read consistently from the parts, and the last to count sees them all. The plan looks too, in
// case it comes last. So a run costs 2 requests a project, and not a reading of all its parts for each.
import { chunks } from '../../platform/chunks.ts';
import { defined } from '../../platform/defined.ts';
import { isObjectId, lowestIdAt, requestedAt } from '../../restore/object-id.ts';
import { LedgerError } from '../model/errors.ts';
import {
  addCounts,
  type ClusterFailure,
  noCounts,
  type PlannedProject,
  RUN_DIED,
  type Run,
  type RunPart,
  type RunRecord,
  type UnfinishedRun,
} from '../model/run.ts';
import { noneChosen, runOutcome } from '../model/run-outcome.ts';
import { fieldNames, RUN_FIELDS, TABLE } from '../model/table.ts';
import { type Item, pick } from '../table/job-item.ts';
import {
  feedPartition,
  isPlanSk,
  isRunSk,
  monthAfter,
  monthOf,
  partKey,
  planKey,
  runFeed,
  runKey,
  runPk,
} from '../table/keys.ts';
import { type Condition, everything, type Table } from '../table/table-port.ts';

/** Of at most some 300 bytes each. */
const PLANNED_PER_ITEM = 500;
const MAX_FAILURES = 100;
/** 100 of them fit into an item. */
const MAX_MESSAGE = 1_000;
const PART_FIELDS = fieldNames<RunPart>({
  projectId: true,
  projectName: true,
  status: true,
  startedAt: true,
  finishedAt: true,
  counts: true,
  failures: true,
  clustersLeftOut: true,
});

export const runOf = (item: Item): Run => pick(item, RUN_FIELDS);
const partOf = (item: Item): RunPart => pick(item, PART_FIELDS);

export class RunRepository {
  readonly #table: Table;
  readonly #retentionDays: number;
  readonly #now: () => number;

  constructor(table: Table, retentionDays: number, now: () => number) {
    this.#table = table;
    this.#retentionDays = retentionDays;
    this.#now = now;
  }

  /** Requests: 1 write. A run that was started already stays as it is. */
  async start(run: Run, maker?: string): Promise<void> {
    const { runId } = run;
    const own = defined({ partsCounted: 0, maker });
    const item = { ...runKey(runId), ...runFeed(runId), ...this.#expiry(runId), ...own, ...run };
    await this.#table.put({ ...item, failures: bounded(run.failures) }, { pk: undefined });
  }

  /** Requests: 1 write for every 500 projects. */
  async recordPlan(runId: string, projects: readonly PlannedProject[]): Promise<void> {
    for (const [n, some] of [...chunks(projects, PLANNED_PER_ITEM)].entries()) {
      const planned = some.map(({ projectId, projectName }) => ({ projectId, projectName }));
      await this.#table.put({ ...planKey(runId, n), ...this.#expiry(runId), planned });
    }
  }

  /** Requests: 1 write; if all parts arrived before, 1 query and 1 write more; 1 read if the run has ended already. */
  async plan(runId: string, projects: number, failures: readonly ClusterFailure[], startedAt?: string): Promise<Run> {
    const set = defined({ projects, failures: bounded(failures), startedAt });
    const written = await this.#table.update(runKey(runId), { set }, { status: 'running' });
    if (!written.done) return this.#get(runId);
    return this.#endedIfLast(written.item);
  }

  /** Requests: 2 writes; for the last part, 1 query and 1 write more. */
  async finishPart(runId: string, part: RunPart): Promise<Run> {
    const key = partKey(runId, part.projectId);
    const item = { ...key, ...this.#expiry(runId), ...part, failures: bounded(part.failures) };
    await this.#table.put(item, { pk: undefined });
    const counted = await this.#table.update(runKey(runId), { add: { partsCounted: 1 } }, { runId });
    if (!counted.done) throw missing(runId);
    return this.#endedIfLast(counted.item);
  }

  /** Requests: 1 query a MB of parts. */
  async get(runId: string): Promise<RunRecord | undefined> {
    if (!isObjectId(runId)) return undefined;
    let run: Run | undefined;
    const parts: RunPart[] = [];
    const planned: PlannedProject[] = [];
    for await (const item of everything(this.#table, { partition: runPk(runId), consistent: true })) {
      if (isRunSk(String(item.sk))) run = runOf(item);
      else if (isPlanSk(String(item.sk))) planned.push(...(item.planned as PlannedProject[]));
      else parts.push(partOf(item));
    }
    if (!run) return undefined;
    return defined({ run: { counts: sum(parts), ...run }, parts, planned: planned.length > 0 ? planned : undefined });
  }

  /** Requests: 1 query a month, and for each MB of the index; 1 read a run. */
  async *unfinished(since?: string): AsyncGenerator<UnfinishedRun> {
    const now = this.#now();
    const from = Math.max(now - this.#retentionDays * 86_400_000, since === undefined ? 0 : Date.parse(since));
    const between = [lowestIdAt(new Date(from)), lowestIdAt(new Date(now))] as const;
    const last = monthOf(between[1]);
    for (let month = monthOf(between[0]); month <= last; month = monthAfter(month)) {
      const partition = feedPartition('RUNS', month);
      const range = { index: 'feed', partition, between, filter: { status: ['running'] } } as const;
      for await (const { pk, sk } of everything(this.#table, range)) {
        const item = await this.#table.get({ pk: String(pk), sk: String(sk) });
        // The index follows the table by a moment.
        if (item?.status !== 'running') continue;
        yield defined({ run: runOf(item), maker: item.maker as string | undefined });
      }
    }
  }

  /** Requests: 1 query a MB of parts and, where it was running, 1 write. */
  async end(runId: string, failure: ClusterFailure): Promise<Run> {
    const record = await this.get(runId);
    if (!record) throw missing(runId);
    if (record.run.status !== 'running') return record.run;
    if (isAllIn(record)) return this.#complete(record, { status: 'running' });
    const failures = bounded([{ ...failure, code: RUN_DIED }, ...record.run.failures]);
    return this.#close({ ...record, run: { ...record.run, failures } }, this.#isoNow(), { status: 'running' });
  }

  async #get(runId: string): Promise<Run> {
    const item = await this.#table.get(runKey(runId));
    if (!item) throw missing(runId);
    return runOf(item);
  }

  async #endedIfLast(item: Item): Promise<Run> {
    const run = runOf(item);
    const { runId, projects, status, finishedAt } = run;
    const isOpen = status === 'running' || hasDied(run);
    if (!isOpen || projects === undefined || Number(item.partsCounted) < projects) return run;
    const record = (projects > 0 ? await this.get(runId) : undefined) ?? { run, parts: [] };
    return isAllIn(record) ? this.#complete(record, { status, finishedAt }) : run;
  }

  /** Ends a run whose parts are all in. @param condition what the run must be as yet */
  async #complete(record: RunRecord, condition: Condition): Promise<Run> {
    const { run, parts } = record;
    const failures = [...run.failures.filter(({ code }) => code !== RUN_DIED), ...noneChosen(parts)];
    const finishedAt = parts.map((part) => part.finishedAt).reduce((a, b) => (b > a ? b : a), '') || this.#isoNow();
    return this.#close({ ...record, run: { ...run, failures } }, finishedAt, condition);
  }

  async #close(record: RunRecord, finishedAt: string, condition: Condition): Promise<Run> {
    const { runId, failures } = record.run;
    const set = { status: runOutcome(record).status, failures, finishedAt, counts: sum(record.parts) };
    const written = await this.#table.update(runKey(runId), { set }, condition);
    return written.done ? runOf(written.item) : this.#get(runId); // another writer saw the same and ended it
  }

  #isoNow = () => new Date(this.#now()).toISOString();

  /** A run and its parts go together: counted from the time in the run's id. */
  #expiry = (runId: string) => ({
    [TABLE.ttl]: Date.parse(requestedAt(runId)) / 1000 + this.#retentionDays * 86_400,
  });
}

const missing = (runId: string) =>
  new LedgerError('LEDGER_CONFLICT', `run ${runId} is not in the ledger: it was never started, or it has expired`);

const sum = (parts: RunPart[]) => parts.map(({ counts }) => counts).reduce(addCounts, noCounts());

const hasDied = ({ failures }: Run) => failures.some(({ code }) => code === RUN_DIED);

const isAllIn = (record: RunRecord) => record.run.projects !== undefined && runOutcome(record).unreadCount === 0;

const bounded = (failures: readonly ClusterFailure[]): ClusterFailure[] =>
  failures.slice(0, MAX_FAILURES).map((failure) => ({ ...failure, message: failure.message.slice(0, MAX_MESSAGE) }));
