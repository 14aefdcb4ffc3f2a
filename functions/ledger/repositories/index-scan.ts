// functions/ledger/repositories/index-scan.ts: partitions of the table or its indexes, in the order of ids, merged to one page.
import { defined } from '../../platform/defined.ts';
import { STATUSES } from '../../restore/job.ts';
import { idAfter, idBefore, lowestIdAt } from '../../restore/object-id.ts';
import type { Item } from '../table/job-item.ts';
import { feedPartition, type MonthlyFeed, monthOf } from '../table/keys.ts';
import type { Range, Table } from '../table/table-port.ts';

export type SortOrder = 'asc' | 'desc';

/** Ids from and to, both included. */
export interface IdRange {
  lowest: string;
  highest: string;
}

/** What one page may still read. Checked before each read, so the last one may exceed it a little. */
export class Budget {
  queries: number;
  items: number;

  constructor(queries: number, items: number) {
    this.queries = queries;
    this.items = items;
  }

  get spent() {
    return this.queries <= 0 || this.items <= 0;
  }
}

/** Items of a list in the order of their ids. */
export interface IndexScan {
  /** Read and not yet taken, in order. */
  readonly items: Item[];
  /** What hasn't been read; absent at the end. */
  readonly rest: IdRange | undefined;
  /** One reading on, which may bring nothing. @param wanted items still wanted for the page */
  read(wanted: number, budget: Budget): Promise<void>;
}

export interface IndexScanQuery extends Pick<Range, 'index' | 'filter' | 'holds' | 'fields'> {
  order: SortOrder;
  /** The field that holds the id. */
  id: string;
}

/** Items that a filter is given at once, at least and at most. */
const MIN_FILTERED = 100;
const MAX_FILTERED = 1_000;

abstract class TableLane implements IndexScan {
  readonly items: Item[] = [];
  rest: IdRange | undefined;
  protected readonly table: Table;
  protected readonly query: IndexScanQuery;

  constructor(table: Table, query: IndexScanQuery, range: IdRange) {
    this.table = table;
    this.query = query;
    this.rest = range;
  }

  abstract read(wanted: number, budget: Budget): Promise<void>;

  /** Reads from the near end of `range`, a part of what is left, and says how many items it looked at. */
  protected async readFrom(
    range: IdRange,
    partition: string,
    wanted: number,
    budget: Budget,
    keyOf = (id: string) => id,
    idOf = (last: Item) => String(last[this.query.id]),
  ): Promise<number> {
    const { id: _, ...query } = this.query;
    const isFiltered = Object.keys(query.filter ?? {}).length > 0 || query.holds !== undefined;
    const most = isFiltered ? Math.min(MAX_FILTERED, Math.max(MIN_FILTERED, 4 * wanted)) : wanted;
    const { items, scanned, last } = await this.table.query({
      ...query,
      partition,
      between: [keyOf(range.lowest), keyOf(range.highest)],
      limit: Math.max(1, Math.min(most, budget.items)),
    });
    budget.queries -= 1;
    budget.items -= scanned;
    this.items.push(...items);
    this.rest = this.rest && beyond(this.rest, last ? idOf(last) : farEnd(range, query.order), query.order);
    return scanned;
  }
}

/** A partition of the table or of an index. */
export class PartitionScan extends TableLane {
  readonly #partition: string;
  readonly #keyOf: ((id: string) => string) | undefined;
  readonly #idOf: ((last: Item) => string) | undefined;

  /** @param keyOf, idOf the sort key of an id and back, where it isn't the id itself */
  constructor(
    table: Table,
    query: IndexScanQuery,
    range: IdRange,
    partition: string,
    keyOf?: (id: string) => string,
    idOf?: (last: Item) => string,
  ) {
    super(table, query, range);
    this.#partition = partition;
    this.#keyOf = keyOf;
    this.#idOf = idOf;
  }

  async read(wanted: number, budget: Budget): Promise<void> {
    if (this.rest) await this.readFrom(this.rest, this.#partition, wanted, budget, this.#keyOf, this.#idOf);
  }
}

/** The feed, month by month. Empty months are skipped by asking where the next job is, where `probe` can tell. */
export class FeedScan extends TableLane {
  readonly #list: MonthlyFeed;
  readonly #probe: ((rest: IdRange, order: SortOrder, budget: Budget) => Promise<string | undefined>) | undefined;
  #lost: boolean;

  /** @param lost begin by asking where the first job is */
  constructor(
    table: Table,
    query: IndexScanQuery,
    range: IdRange,
    list: MonthlyFeed,
    probe?: (rest: IdRange, order: SortOrder, budget: Budget) => Promise<string | undefined>,
    lost = false,
  ) {
    super(table, query, range);
    this.#list = list;
    this.#probe = probe;
    this.#lost = lost;
  }

  async read(wanted: number, budget: Budget): Promise<void> {
    if (!this.rest) return;
    const { order } = this.query;
    if (this.#lost && this.#probe) {
      const next = await this.#probe(this.rest, order, budget);
      this.rest =
        next === undefined
          ? undefined
          : order === 'asc'
            ? { ...this.rest, lowest: next }
            : { ...this.rest, highest: next };
      this.#lost = false;
      return;
    }
    const month = monthOf(nearEnd(this.rest, order));
    const range = within(this.rest, monthRange(month));
    const scanned = await this.readFrom(range, feedPartition(this.#list, month), wanted, budget, undefined, feedKeyOf);
    this.#lost = scanned === 0;
  }
}

const feedKeyOf = (last: Item) => String(last.feedKey);

/**
 * The first job of a range, in order, by one query of one item for each status. The index follows the table by some
 * milliseconds, in which a job that changes its status may be in neither: a list read at that moment can miss it.
 */
export async function firstJobIn(
  table: Table,
  rest: IdRange,
  order: SortOrder,
  budget: Budget,
): Promise<string | undefined> {
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
 * Merges lanes to a page. If the budget ends first, `nextId` is an exact resume point: everything before it was returned, and nothing
 * from it on.
 */
export async function readPage(
  lanes: readonly IndexScan[],
  { order, id }: IndexScanQuery,
  limit: number,
  budget: Budget,
): Promise<ScanPage> {
  const items: Item[] = [];
  const comesFirst = (a: string, b: string) => (order === 'asc' ? a < b : a > b);
  const idOf = (item: Item) => String(item[id]);
  for (;;) {
    const heads = lanes.flatMap(({ items: [head] }) => (head ? [idOf(head)] : []));
    const first = heads.reduce<string | undefined>((a, b) => (a === undefined || comesFirst(b, a) ? b : a), undefined);
    // Lanes that may still bring something before the first item at hand.
    const behind = lanes.flatMap((lane) => {
      if (lane.items.length > 0 || !lane.rest) return [];
      const frontier = nearEnd(lane.rest, order);
      return first === undefined || !comesFirst(first, frontier) ? [{ lane, frontier }] : [];
    });
    const ended = first === undefined && behind.length === 0;
    if (ended) return { items };
    if (items.length === limit) {
      const last = items.at(-1);
      const nextId = last && (order === 'asc' ? idAfter(idOf(last)) : idBefore(idOf(last)));
      return defined({ items, nextId });
    }
    if (behind.length > 0) {
      if (budget.spent) {
        return { items, nextId: behind.map(({ frontier }) => frontier).reduce((a, b) => (comesFirst(a, b) ? a : b)) };
      }
      // One more than wanted, so that the end of a list is seen with its last page.
      await Promise.all(behind.map(({ lane }) => lane.read(limit - items.length + 1, budget)));
      continue;
    }
    const lane = lanes.find(({ items: [head] }) => head && idOf(head) === first);
    const item = lane?.items.shift();
    // A job that changes its status between the readings of two lanes is in both.
    const previous = items.at(-1);
    if (item && !(previous && idOf(previous) === first)) items.push(item);
  }
}

const nearEnd = ({ lowest, highest }: IdRange, order: SortOrder) => (order === 'asc' ? lowest : highest);
const farEnd = ({ lowest, highest }: IdRange, order: SortOrder) => (order === 'asc' ? highest : lowest);

/** What is left of a range past an id. */
function beyond(range: IdRange, id: string, order: SortOrder): IdRange | undefined {
  const next = order === 'asc' ? idAfter(id) : idBefore(id);
  if (next === undefined) return undefined;
  const rest = order === 'asc' ? { ...range, lowest: next } : { ...range, highest: next };
  return rest.lowest <= rest.highest ? rest : undefined;
}

export function within(a: IdRange, b: IdRange): IdRange {
  return {
    lowest: a.lowest > b.lowest ? a.lowest : b.lowest,
    highest: a.highest < b.highest ? a.highest : b.highest,
  };
}

/** @param month such as `2026-11` */
function monthRange(month: string): IdRange {
  const [year, number] = month.split('-').map(Number);
  const next = lowestIdAt(new Date(Date.UTC(year ?? 0, number ?? 0, 1)));
  return { lowest: lowestIdAt(`${month}-01T00:00:00Z`), highest: idBefore(next) ?? next };
}
