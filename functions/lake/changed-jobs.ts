// functions/lake/changed-jobs.ts: the restore jobs that changed since a moment, found by the days that somebody wrote to
// (docs/decisions/0050-lake.md).
import { annotatedDays } from '../ledger/days/annotated-days.ts';
import { type DayMarks, markedDays, SETTLE_MS } from '../ledger/days/marks.ts';
import type { LedgerJob } from '../ledger/model/ledger.ts';
import { ledgerJob } from '../ledger/table/job-item.ts';
import { ALL_DAY_MARKS, DAYS_KEY, feedPartition, isJobSk } from '../ledger/table/keys.ts';
import { everything, itemsAt, MAX_BATCH_KEYS, type Table } from '../ledger/table/table-port.ts';
import { isoMoment } from '../platform/calendar.ts';
import { idBefore, LAST_ID, lowestIdAt } from '../restore/object-id.ts';

type Reads = Pick<Table, 'query' | 'batchGet'>;

/**
 * The days, of requests, that may have jobs which were written since: one too many costs reads, and none is left out. In order;
 * undefined where nobody ever marked a day, as in a ledger that no run has read yet. Requests: 1 query a MB of marks, some 300 months.
 * @param since in ms since the epoch
 */
export async function writtenDays(table: Reads, since: number): Promise<string[] | undefined> {
  // Every writer marks before it writes, and whoever counts does so after the mark: by the marks alone, or by when they were counted.
  const began = await table.batchGet([DAYS_KEY], { consistent: true });
  if (began.length === 0) return undefined;
  const days = new Set<string>();
  for (const [day, at] of await annotatedDays(table)) if (!(at < since - SETTLE_MS)) days.add(day);
  for await (const month of everything(table, { ...ALL_DAY_MARKS, consistent: true }))
    for (const marks of markedDays(month)) if (mayBeWrittenSince(marks, since)) days.add(marks.day);
  return [...days].sort();
}

/** The first day that any job was seen on; undefined where there is none. Requests: 1 scan a MB of the table. */
export async function firstDay(table: Pick<Table, 'scan'>): Promise<string | undefined> {
  let first: string | undefined;
  for await (const { sk, firstSeenAt } of table.scan({ fields: ['sk', 'firstSeenAt'] })) {
    if (!isJobSk(String(sk)) || typeof firstSeenAt !== 'string') continue;
    const day = isoMoment(firstSeenAt)?.slice(0, 10);
    if (day !== undefined && (first === undefined || day < first)) first = day;
  }
  return first;
}

/** `countedAt` is that of the last mark, where all are counted. A writer may go on for a while after its mark. */
const mayBeWrittenSince = ({ marks, counted, countedAt, settled }: DayMarks, since: number) =>
  counted !== marks || settled !== marks || countedAt >= since - SETTLE_MS;

/**
 * Those jobs of such a day that changed since, by id. Requests: 1 query, and 1 batch read, for each 100 jobs of the day.
 * @param since ISO 8601
 */
export async function* changedJobs(table: Reads, day: string, since: string): AsyncGenerator<LedgerJob> {
  const [first, next] = [lowestIdAt(`${day}T00:00:00Z`), lowestIdAt(`${day}T24:00:00Z`)];
  const between = [first, next === LAST_ID ? next : (idBefore(next) ?? next)] as const;
  const range = { index: 'feed', partition: feedPartition('JOBS', day.slice(0, 7)), between } as const;
  let entries: { pk: unknown; sk: unknown }[] = [];
  for await (const { pk, sk } of everything(table, { ...range, fields: ['pk', 'sk'], limit: MAX_BATCH_KEYS })) {
    if (isJobSk(String(sk))) entries.push({ pk, sk });
    if (entries.length < MAX_BATCH_KEYS) continue;
    yield* changedOf(table, entries, since);
    entries = [];
  }
  yield* changedOf(table, entries, since);
}

async function* changedOf(table: Reads, entries: { pk: unknown; sk: unknown }[], since: string) {
  for (const item of await itemsAt(table, entries)) {
    const job = ledgerJob(item);
    if (!isOlder(job, since)) yield job;
  }
}

/** By every entry: the last one need not be the latest, as clocks differ. One without a time is looked at: something else wrote it. */
const isOlder = ({ changes }: LedgerJob, since: string): boolean =>
  Array.isArray(changes) && changes.length > 0 && changes.every((change) => (change?.at ?? since) < since);
