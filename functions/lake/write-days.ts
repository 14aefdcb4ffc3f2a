// functions/lake/write-days.ts: the files of days, made from the histories of the jobs that changed on them.
import type { Table } from '../ledger/table/table-port.ts';
import { chunks } from '../platform/chunks.ts';
import type { Objectives } from '../restore/objectives/objective.ts';
import { changedJobs, writtenDays } from './changed-jobs.ts';
import { rowOf, type Value } from './columns.ts';
import { dayAfter, startOf } from './days.ts';
import { ParquetFile } from './parquet.ts';
import { statesOf } from './states.ts';

/** Days made in one pass over the jobs: each holds a row group, some 10 MB, and its file, some 10 MB for 100,000 changes. */
const DAYS_AT_ONCE = 7;

export interface LakePorts {
  table: Pick<Table, 'query' | 'batchGet'>;
  /** Puts the file of a day in the place of the one before. */
  write(day: string, file: Uint8Array): Promise<void>;
  /** As they are now. */
  objectives: Objectives;
  /** Asked before each job. @default never */
  isOutOfTime?(): boolean;
}

/** A job whose changes are in no file. */
export interface LeftOut {
  projectId: string;
  jobId: string;
  why: string;
}

export interface WrittenDay {
  day: string;
  changes: number;
  bytes: number;
}

export type LakeStep =
  | { written: WrittenDay }
  | { leftOut: LeftOut }
  /** No run has read the ledger yet: there is nothing to write. */
  | { unread: true };

/**
 * Writes each day's file, newest days first, and ends early where there is no time left. A file is written whole or not at all, and the
 * same histories give the same bytes.  * Requests: 2 queries, and 1 query and 1 batch read for each 100 jobs requested on a day that somebody wrote to since the first of these
 * days, for every 7 days.
 * @param days in order @throws LedgerError, and what `write` throws
 */
export async function* writeDays(ports: LakePorts, days: readonly string[]): AsyncGenerator<LakeStep> {
  const batches = [...chunks(days.toReversed(), DAYS_AT_ONCE)].map((some) => some.toReversed());
  for (const some of batches) {
    const files = new Map(some.map((day) => [day, new ParquetFile()]));
    const isWhole = !ports.isOutOfTime?.() && (yield* fill(files, ports, some[0] as string));
    if (!isWhole) return;
    for (const day of some.toReversed()) {
      const file = files.get(day) as ParquetFile;
      const bytes = file.end();
      await ports.write(day, bytes);
      files.delete(day);
      yield { written: { day, changes: file.rows, bytes: bytes.length } };
    }
  }
}

/** @returns whether all changes of these days are in */
async function* fill(
  files: ReadonlyMap<string, ParquetFile>,
  { table, objectives, isOutOfTime = () => false }: LakePorts,
  first: string,
): AsyncGenerator<LakeStep, boolean> {
  const since = new Date(startOf(first)).toISOString();
  const requested = await writtenDays(table, startOf(first));
  if (requested === undefined) {
    yield { unread: true };
    return false;
  }
  const end = dayAfter([...files.keys()].at(-1) ?? first);
  for (const day of requested) {
    // No job changes before it is requested, but for a day that a clock may be off.
    if (day > end) break;
    for await (const job of changedJobs(table, day, since)) {
      if (isOutOfTime()) return false;
      const rows: [ParquetFile, readonly Value[]][] = [];
      try {
        for (const after of statesOf(job)) {
          const file = files.get(new Date(after.change.at).toISOString().slice(0, 10));
          if (file) rows.push([file, rowOf(after, objectives)]);
        }
      } catch (error) {
        // Pure functions of what something else wrote: one job costs only itself, and is named.
        const { projectId, jobId } = job;
        yield { leftOut: { projectId: String(projectId), jobId: String(jobId), why: (error as Error).message } };
        continue;
      }
      for (const [file, row] of rows.reverse()) file.add(row);
    }
  }
  return true;
}
