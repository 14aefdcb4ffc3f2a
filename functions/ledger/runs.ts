// functions/ledger/runs.ts keeps runs and their parts. A run ends by itself when its last part comes in.
//
// Parts come in any order, twice, or not at all where a function is stopped in between; and before the plan, where a
// project is quick. So finishPart (1) puts the part unless it is there, (2) counts it on the run, (3) if the count has
// reached the number planned, reads all parts and, if they are all in, ends the run on the condition that it runs still.
// A repeat goes the same three steps. Thus the count may be too high, never too low: every part is put before it is
// counted, and a message that is stopped in between is delivered again. The count only says when looking is worthwhile;
// whether all are in is read consistently from the parts, and the last to count sees them all. The plan looks too, in
// case it comes last. So a run costs 2 requests a project, and not a reading of all its parts for each.
import { isObjectId, requestedAt } from '../restore/object-id.ts';
import { LedgerError } from './errors.ts';
import { type Item, pick } from './job-item.ts';
import { isRunSk, partKey, runFeed, runKey, runPk } from './keys.ts';
import { addCounts, type ClusterFailure, noCounts, type Run, type RunPart } from './run.ts';
import { RUN_FIELDS, TABLE } from './table.ts';
import type { Table } from './table-port.ts';

const MAX_FAILURES = 100;
/** 100 of them fit into an item. */
const MAX_MESSAGE = 1_000;
const PART_FIELDS: readonly (keyof RunPart)[] = [
  'projectId',
  'projectName',
  'status',
  'startedAt',
  'finishedAt',
  'counts',
  'failures',
];

export const runOf = (item: Item) => pick(item, RUN_FIELDS) as unknown as Run;
const partOf = (item: Item) => pick(item, PART_FIELDS) as unknown as RunPart;

export class Runs {
  readonly #table: Table;
  readonly #retentionDays: number;
  readonly #now: () => number;

  constructor(table: Table, retentionDays: number, now: () => number) {
    this.#table = table;
    this.#retentionDays = retentionDays;
    this.#now = now;
  }

  /** Requests: 1 write. A run that was started already stays as it is. */
  async start(run: Run): Promise<void> {
    const { runId } = run;
    const item = { ...runKey(runId), ...runFeed(runId), ...this.#expiry(runId), partsCounted: 0, ...run };
    await this.#table.put({ ...item, failures: bounded(run.failures) }, { pk: undefined });
  }

  /** Requests: 1 write; where all parts came before, 1 query and 1 write more; 1 read where the run has ended already. */
  async plan(runId: string, projects: number, failures: readonly ClusterFailure[]): Promise<Run> {
    const set = { projects, failures: bounded(failures) };
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
  async get(runId: string): Promise<{ run: Run; parts: RunPart[] } | undefined> {
    if (!isObjectId(runId)) return undefined;
    let run: Run | undefined;
    const parts: RunPart[] = [];
    for await (const item of this.#table.all({ partition: runPk(runId), consistent: true })) {
      if (isRunSk(String(item.sk))) run = runOf(item);
      else parts.push(partOf(item));
    }
    return run && { run: { counts: sum(parts), ...run }, parts };
  }

  async #get(runId: string): Promise<Run> {
    const item = await this.#table.get(runKey(runId));
    if (!item) throw missing(runId);
    return runOf(item);
  }

  async #endedIfLast(item: Item): Promise<Run> {
    const run = runOf(item);
    const { runId, projects, status } = run;
    if (status !== 'running' || projects === undefined || Number(item.partsCounted) < projects) return run;
    const { parts = [] } = projects > 0 ? ((await this.get(runId)) ?? {}) : {};
    return parts.length < projects ? run : this.#end(run, parts);
  }

  async #end(run: Run, parts: RunPart[]): Promise<Run> {
    const finishedAt =
      parts
        .map((part) => part.finishedAt)
        .sort()
        .at(-1) ?? new Date(this.#now()).toISOString();
    const set = { status: statusOf(run, parts), finishedAt, counts: sum(parts) };
    const written = await this.#table.update(runKey(run.runId), { set }, { status: 'running' });
    return written.done ? runOf(written.item) : this.#get(run.runId); // another writer saw the same and ended it
  }

  /** A run and its parts go together: counted from the time in the run's id. */
  #expiry = (runId: string) => ({
    [TABLE.ttl]: Date.parse(requestedAt(runId)) / 1000 + this.#retentionDays * 86_400,
  });
}

const missing = (runId: string) =>
  new LedgerError('LEDGER_CONFLICT', `run ${runId} is not in the ledger: it was never started, or it has expired`);

const sum = (parts: RunPart[]) => parts.map(({ counts }) => counts).reduce(addCounts, noCounts());

function statusOf({ failures }: Run, parts: RunPart[]): Run['status'] {
  if (parts.length === 0) return failures.length > 0 ? 'failed' : 'complete';
  if (parts.every(({ status }) => status === 'failed')) return 'failed';
  return failures.length === 0 && parts.every(({ status }) => status === 'complete') ? 'complete' : 'incomplete';
}

const bounded = (failures: readonly ClusterFailure[]): ClusterFailure[] =>
  failures.slice(0, MAX_FAILURES).map((failure) => ({ ...failure, message: failure.message.slice(0, MAX_MESSAGE) }));
