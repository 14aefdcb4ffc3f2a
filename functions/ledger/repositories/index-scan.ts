// functions/ledger/repositories/index-scan.ts: partitions of the table or its indexes, in the order of ids, merged to one page.

import { defined } from '../../platform/defined.ts';
import { idAfter, idBefore, lowestIdAt } from '../../restore/object-id.ts';
import { STATUSES } from '../../schema/words.ts';
import type { IdRange } from '../filter/entry-fit.ts';
import { INDEXES, TABLE } from '../model/table.ts';
import type { Item } from '../table/job-item.ts';
import { feedPartition, jobIdOf, jobSk, type MonthlyFeed, monthOf } from '../table/keys.ts';
import type { Range, Table } from '../table/table-port.ts';

export type SortOrder = 'asc' | 'desc';

/** What one page may still read. Checked before each read, so the last one may exceed it a little. */
export interface Budget {
  queries: number;
  items: number;
}

/** Items of a list in the order of their ids. */
export interface IndexScan {
  /** Read and not yet taken, in order. */
  readonly items: Item[];
  /** What hasn't been read; absent at the end. */
  rest: IdRange | undefined;
  /** One reading on, which may bring nothing. @param wanted items still wanted for the page */
  read(wanted: number, budget: Budget): Promise<void>;
}

export interface IndexScanQuery extends Pick<Range, 'index' | 'filter' | 'holds' | 'fields'> {
  order: SortOrder;
  /** The field that holds the id. */
  id: string;
  /** What else an item must be, that a table can't be asked for. @default anything */
  fits?: (item: Item) => boolean;
  /** Scans that are merged: each reads its share of a page at once. @default 1 */
  among?: number;
}

/** Items that a filter is given at once, at least and at most. */
const MIN_FILTERED = 100;
const MAX_FILTERED = 1_000;
/** Of one of many scans. */
const MIN_SHARE = 5;

/** Reads from the near end of `range`, a part of what is left, and says how many items it looked at. */
const reader =
  (scan: IndexScan, table: Table, { id: _, fits, among = 1, ...query }: IndexScanQuery) =>
  async (partition: string, range: IdRange, wanted: number, budget: Budget): Promise<number> => {
    // Of the table itself only jobs are listed.
    const keyOf = (id: string) => (query.index ? id : jobSk(id));
    const idOf = (last: Item) =>
      query.index ? String(last[INDEXES[query.index].sort]) : jobIdOf(String(last[TABLE.sort]));
    const isFiltered = Object.keys(query.filter ?? {}).length > 0 || query.holds !== undefined || fits !== undefined;
    const most = isFiltered ? Math.min(MAX_FILTERED, Math.max(MIN_FILTERED, 4 * wanted)) : wanted;
    const max = among > 1 ? Math.max(MIN_SHARE, Math.ceil(most / among)) : most;
    const { items, scanned, last } = await table.query({
      ...query,
      partition,
      between: [keyOf(range.lowest), keyOf(range.highest)],
      limit: Math.max(1, Math.min(max, budget.items)),
    });
    budget.queries -= 1;
    budget.items -= scanned;
    scan.items.push(...(fits ? items.filter(fits) : items));
    scan.rest = scan.rest && beyond(scan.rest, last ? idOf(last) : farEnd(range, query.order), query.order);
    return scanned;
  };

/** A partition of the table or of an index. */
export function partitionScan(table: Table, query: IndexScanQuery, range: IdRange, partition: string): IndexScan {
  const scan: IndexScan = {
    items: [],
    rest: range,
    async read(wanted, budget) {
      if (scan.rest) await readFrom(partition, scan.rest, wanted, budget);
    },
  };
  const readFrom = reader(scan, table, query);
  return scan;
}

/**
 * The feed, month by month. Empty months of jobs are skipped by asking where the next job is, unless one month alone is left.
 * @param isLost begin by asking where the first job is
 */
export function feedScan(
  table: Table,
  query: IndexScanQuery,
  range: IdRange,
  list: MonthlyFeed,
  isLost = false,
): IndexScan {
  const { order } = query;
  let asks = isLost;
  const scan: IndexScan = {
    items: [],
    rest: range,
    async read(wanted, budget) {
      if (!scan.rest) return;
      if (asks) {
        const next = await firstJobIn(table, scan.rest, order, budget);
        scan.rest = next === undefined ? undefined : startingAt(scan.rest, next, order);
        asks = false;
        return;
      }
      const month = monthOf(nearEnd(scan.rest, order));
      const ofMonth = within(scan.rest, monthRange(month));
      const looked = await readFrom(feedPartition(list, month), ofMonth, wanted, budget);
      asks = looked === 0 && list === 'JOBS' && scan.rest !== undefined && !isOneMonth(scan.rest);
    },
  };
  const readFrom = reader(scan, table, query);
  return scan;
}

/**
 * The first job of a range, in order, by one query of one item for each status. The index follows the table by some
 * milliseconds, in which a job that changes its status may be in neither: a list read at that moment can miss it.
 */
async function firstJobIn(table: Table, rest: IdRange, order: SortOrder, budget: Budget): Promise<string | undefined> {
  const between = [rest.lowest, rest.highest] as const;
  const slices = await Promise.all(
    STATUSES.map((status) =>
      table.query({ index: 'byStatus', partition: status, between, order, limit: 1, fields: ['jobId'] }),
    ),
  );
  budget.queries -= STATUSES.length;
  const ids = slices.flatMap(({ items }) => items.map(({ jobId }) => String(jobId))).sort();
  return order === 'asc' ? ids[0] : ids.at(-1);
}

export interface ScanPage {
  items: Item[];
  /** The first id that the next page may hold; absent at the end. */
  nextId?: string;
}

/**
 * Merges scans to a page. If the budget ends first, `nextId` is an exact resume point: everything before it was returned, and nothing
 * from it on.
 */
export async function readPage(
  scans: readonly IndexScan[],
  { order, id }: IndexScanQuery,
  limit: number,
  budget: Budget,
): Promise<ScanPage> {
  const items: Item[] = [];
  const isBefore = (a: string, b: string) => (order === 'asc' ? a < b : a > b);
  const firstOf = (ids: readonly string[]) => ids.toSorted((a, b) => (isBefore(a, b) ? -1 : 1))[0];
  const idOf = (item: Item) => String(item[id]);
  for (;;) {
    const first = firstOf(scans.flatMap(({ items: [head] }) => (head ? [idOf(head)] : [])));
    // Scans that may still bring something before the first item at hand.
    const behind = scans.flatMap((scan) => {
      if (scan.items.length > 0 || !scan.rest) return [];
      const frontier = nearEnd(scan.rest, order);
      return first === undefined || !isBefore(first, frontier) ? [{ scan, frontier }] : [];
    });
    if (first === undefined && behind.length === 0) return { items };
    if (items.length === limit) {
      const last = items.at(-1);
      return defined({ items, nextId: last && idPast(idOf(last), order) });
    }
    if (behind.length > 0) {
      if (budget.queries <= 0 || budget.items <= 0) {
        return defined({ items, nextId: firstOf(behind.map(({ frontier }) => frontier)) });
      }
      // One more than wanted, so that the end of a list is seen with its last page.
      await Promise.all(behind.map(({ scan }) => scan.read(limit - items.length + 1, budget)));
      continue;
    }
    const item = scans.find(({ items: [head] }) => head && idOf(head) === first)?.items.shift();
    // A job that changes its status between the readings of two scans is in both.
    const previous = items.at(-1);
    if (item && !(previous && idOf(previous) === first)) items.push(item);
  }
}

const nearEnd = ({ lowest, highest }: IdRange, order: SortOrder) => (order === 'asc' ? lowest : highest);
const farEnd = ({ lowest, highest }: IdRange, order: SortOrder) => (order === 'asc' ? highest : lowest);

export const idPast = (id: string, order: SortOrder) => (order === 'asc' ? idAfter(id) : idBefore(id));
const startingAt = (range: IdRange, id: string, order: SortOrder): IdRange =>
  order === 'asc' ? { ...range, lowest: id } : { ...range, highest: id };

/** What is left of a range past an id. */
function beyond(range: IdRange, id: string, order: SortOrder): IdRange | undefined {
  const next = idPast(id, order);
  const rest = next === undefined ? undefined : startingAt(range, next, order);
  return rest && rest.lowest <= rest.highest ? rest : undefined;
}

export function within(a: IdRange, b: IdRange): IdRange {
  return {
    lowest: a.lowest > b.lowest ? a.lowest : b.lowest,
    highest: a.highest < b.highest ? a.highest : b.highest,
  };
}

const isOneMonth = ({ lowest, highest }: IdRange) => monthOf(lowest) === monthOf(highest);

/** @param month such as `2026-11` */
function monthRange(month: string): IdRange {
  const [year, number] = month.split('-').map(Number);
  const next = lowestIdAt(new Date(Date.UTC(year ?? 0, number ?? 0, 1)));
  return { lowest: lowestIdAt(`${month}-01T00:00:00Z`), highest: idBefore(next) ?? next };
}
