// test/soundness/outside/store.ts: DynamoDB in memory, as the AWS SDK's client shows it, with its faults.
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type CreateTableCommandInput,
  DynamoDBServiceException,
} from '@aws-sdk/client-dynamodb';
import { never, type Process } from '../process.ts';
import type { Random } from '../random.ts';

export type Item = Record<string, AttributeValue>;
type Input = Record<string, unknown>;

/**
 * throttled: refused for longer than the SDK tries. lost: carried out, and the answer lost for good. repeated: carried out,
 * the answer lost, and sent again by the SDK. lagging: an index is minutes behind the table.
 */
export type StoreFault = 'throttled' | 'lost' | 'repeated' | 'lagging';

export interface StoreConditions {
  /** What goes wrong with this call, if anything does. */
  fault(): StoreFault | undefined;
  random: Random;
}

interface IndexKeys {
  partition: string;
  sort: string;
}

interface Index extends IndexKeys {
  /** What it carries beside keys; absent where it carries all. */
  fields?: readonly string[];
}

/** An answer holds at most so many items, so that whoever reads must read on. */
const PAGE_ITEMS = 40;
const LAG_MS = 7 * 60_000;

export class MemoryTable {
  readonly #table: IndexKeys;
  readonly #indexes: ReadonlyMap<string, Index>;
  readonly #items = new Map<string, Item>();
  /** What an index holds, by the item's own key. */
  readonly #indexed = new Map<string, Map<string, Item>>();
  readonly #late: { at: number; key: string; item: Item | undefined }[] = [];
  readonly #now: () => number;
  /** Counts what was written. */
  version = 0;

  constructor({ KeySchema, GlobalSecondaryIndexes = [] }: CreateTableCommandInput, now: () => number) {
    this.#table = keysOf(KeySchema);
    this.#indexes = new Map(
      GlobalSecondaryIndexes.map(({ IndexName, KeySchema: schema, Projection }) => {
        const fields = Projection?.ProjectionType === 'ALL' ? {} : { fields: Projection?.NonKeyAttributes ?? [] };
        return [String(IndexName), { ...keysOf(schema), ...fields }];
      }),
    );
    for (const name of this.#indexes.keys()) this.#indexed.set(name, new Map());
    this.#now = now;
  }

  /** Every item as it is, for whoever looks behind the product's back. */
  *items(): Generator<Item> {
    yield* this.#items.values();
  }

  /** Takes an item out, as nothing of the product ever does. */
  remove(item: Item) {
    const key = this.#nameOf(item);
    this.version += 1;
    this.#items.delete(key);
    this.#index(key, undefined);
  }

  get(key: Item): Item | undefined {
    return this.#items.get(this.#nameOf(key));
  }

  write(item: Item, how: StoreFault | undefined) {
    const key = this.#nameOf(item);
    this.version += 1;
    this.#items.set(key, item);
    if (how === 'lagging') this.#late.push({ at: this.#now() + LAG_MS, key, item });
    else this.#index(key, item);
  }

  delete(keyItem: Item) {
    this.remove(keyItem);
  }

  query(input: Input): { items: Item[]; scanned: number; last?: Item } {
    this.#catchUp();
    const index = input.IndexName === undefined ? undefined : String(input.IndexName);
    const keys = index === undefined ? this.#table : this.#indexes.get(index);
    if (!keys) throw new Error(`no index ${index}`);
    const source = index === undefined ? this.#items : (this.#indexed.get(index) as Map<string, Item>);
    // A scan has no condition on keys.
    const isAsked =
      input.KeyConditionExpression === undefined ? () => true : matcher(String(input.KeyConditionExpression), input);
    const forward = input.ScanIndexForward !== false;
    const found = [...source.values()]
      .filter((item) => item[keys.partition] !== undefined && item[keys.sort] !== undefined && isAsked(item))
      .sort((a, b) => {
        const order = compare(textOf(a[keys.sort]), textOf(b[keys.sort])) || compare(this.#nameOf(a), this.#nameOf(b));
        return forward ? order : -order;
      });
    const after = input.ExclusiveStartKey as Item | undefined;
    const from = after ? found.findIndex((item) => this.#isAfter(item, after, keys, forward)) : 0;
    const rest = from < 0 ? [] : found.slice(from);
    const limit = Math.min(Number(input.Limit ?? PAGE_ITEMS), PAGE_ITEMS);
    const scanned = rest.slice(0, limit);
    const isWanted = input.FilterExpression === undefined ? () => true : matcher(String(input.FilterExpression), input);
    const lastItem = scanned.at(-1);
    const last = rest.length > limit && lastItem ? { last: this.#keyOf(lastItem, keys) } : {};
    const items = scanned.filter(isWanted).map((item) => projected(item, input));
    return { items, scanned: scanned.length, ...last };
  }

  #isAfter(item: Item, after: Item, { sort }: IndexKeys, forward: boolean): boolean {
    const order = compare(textOf(item[sort]), textOf(after[sort])) || compare(this.#nameOf(item), this.#nameOf(after));
    return forward ? order > 0 : order < 0;
  }

  #keyOf(item: Item, keys: IndexKeys): Item {
    const names = new Set([this.#table.partition, this.#table.sort, keys.partition, keys.sort]);
    return Object.fromEntries([...names].map((name) => [name, item[name] as AttributeValue]));
  }

  #index(key: string, item: Item | undefined) {
    for (const [name, { fields, ...keys }] of this.#indexes) {
      const index = this.#indexed.get(name) as Map<string, Item>;
      const isIn = item?.[keys.partition] !== undefined && item[keys.sort] !== undefined;
      if (isIn) index.set(key, fields ? { ...this.#keyOf(item, keys), ...pick(item, fields) } : item);
      else index.delete(key);
    }
  }

  #catchUp() {
    while (this.#late[0] && this.#late[0].at <= this.#now()) {
      const { key } = this.#late.shift() as { key: string };
      this.#index(key, this.#items.get(key));
    }
  }

  #nameOf = (item: Item) => `${textOf(item[this.#table.partition])}\u0000${textOf(item[this.#table.sort])}`;
}

/** What a `DynamoDBClient` is to the product: something that is sent commands. One for each process. */
export class MemoryClient {
  readonly #table: MemoryTable;
  readonly #process: Process;
  readonly #conditions: StoreConditions;

  constructor(table: MemoryTable, process: Process, conditions: StoreConditions) {
    this.#table = table;
    this.#process = process;
    this.#conditions = conditions;
  }

  destroy() {}

  send = async (command: { constructor: { name: string }; input: object }): Promise<Record<string, unknown>> => {
    const { random } = this.#conditions;
    const input = command.input as Input;
    const what = command.constructor.name;
    const alive = await this.#process.enter(random.chance(0.2) ? random.int(1, 40) : 0);
    const fault = this.#conditions.fault();
    if (!alive) {
      // Killed with the request on its way: it may arrive.
      if (random.chance(0.5)) this.#carryOutQuietly(what, input);
      return never();
    }
    if (fault === 'throttled') throw throttled();
    if (fault === 'lost' || fault === 'repeated') {
      const isWrite = /^(Put|Update|Delete)/.test(what);
      if (isWrite) this.#carryOutQuietly(what, input);
      if (fault === 'lost' || !isWrite) throw timedOut();
      return this.#carryOut(what, input, undefined, 2);
    }
    return this.#carryOut(what, input, fault === 'lagging' ? fault : undefined, 1);
  };

  #carryOutQuietly(what: string, input: Input) {
    try {
      this.#carryOut(what, input, undefined, 1);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  #carryOut(what: string, input: Input, fault: StoreFault | undefined, attempts: number): Record<string, unknown> {
    switch (what) {
      case 'GetItemCommand':
        return { Item: this.#table.get(input.Key as Item) };
      case 'PutItemCommand': {
        this.#check(input, input.Item as Item, attempts);
        this.#table.write(input.Item as Item, fault);
        return {};
      }
      case 'UpdateItemCommand': {
        this.#check(input, input.Key as Item, attempts);
        const before = this.#table.get(input.Key as Item) ?? (input.Key as Item);
        const after = updated(before, input);
        this.#table.write(after, fault);
        return { Attributes: after };
      }
      case 'DeleteItemCommand': {
        this.#check(input, input.Key as Item, attempts);
        this.#table.delete(input.Key as Item);
        return {};
      }
      case 'QueryCommand':
      case 'ScanCommand': {
        const { items, scanned, last } = this.#table.query(input);
        const base = { Count: items.length, ScannedCount: scanned, ...(last ? { LastEvaluatedKey: last } : {}) };
        return input.Select === 'COUNT' ? base : { ...base, Items: items };
      }
      case 'BatchGetItemCommand': {
        const asked = Object.entries(input.RequestItems as Record<string, { Keys: Item[] }>);
        const found = asked.map(([name, { Keys }]) => [
          name,
          Keys.map((key) => this.#table.get(key)).filter((item) => item),
        ]);
        return { Responses: Object.fromEntries(found), UnprocessedKeys: {} };
      }
      default:
        throw new Error(`the store in memory knows no ${what}`);
    }
  }

  #check(input: Input, key: Item, attempts: number) {
    if (input.ConditionExpression === undefined) return;
    if (matcher(String(input.ConditionExpression), input)(this.#table.get(key) ?? {})) return;
    const $metadata = { attempts, httpStatusCode: 400 };
    throw new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata });
  }
}

const serviceError = (name: string, httpStatusCode: number) =>
  new DynamoDBServiceException({ name, message: name, $fault: 'client', $metadata: { httpStatusCode, attempts: 8 } });
const throttled = () => serviceError('ProvisionedThroughputExceededException', 400);
const timedOut = () => serviceError('TimeoutError', 500);

const keysOf = (schema: CreateTableCommandInput['KeySchema'] = []): IndexKeys => ({
  partition: String(schema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName),
  sort: String(schema.find(({ KeyType }) => KeyType === 'RANGE')?.AttributeName),
});

const textOf = (value: AttributeValue | undefined) => value?.S ?? value?.N ?? '';
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const isEqual = (a: AttributeValue | undefined, b: AttributeValue | undefined) =>
  a !== undefined && b !== undefined && JSON.stringify(a) === JSON.stringify(b);

function namesOf(input: Input) {
  const names = (input.ExpressionAttributeNames ?? {}) as Record<string, string>;
  const values = (input.ExpressionAttributeValues ?? {}) as Item;
  return {
    name: (text: string) => names[text.trim()] ?? text.trim(),
    value: (text: string) => {
      const value = values[text.trim()];
      if (value === undefined) throw new Error(`no value for ${text}`);
      return value;
    },
  };
}

/** Conditions, key conditions and filters: terms joined by AND, each of them one or several, in brackets and joined by OR. */
function matcher(expression: string, input: Input): (item: Item) => boolean {
  const { name, value } = namesOf(input);
  const terms = expression
    .replace(/BETWEEN (\S+) AND (\S+)/g, 'BETWEEN $1,$2')
    .split(' AND ')
    .map((term): ((item: Item) => boolean) => {
      const either = /^\((.* OR .*)\)$/
        .exec(term.trim())?.[1]
        ?.split(' OR ')
        .map((one) => matcher(one, input));
      if (either) return (item) => either.some((fits) => fits(item));
      const call = /^(attribute_not_exists|attribute_exists|begins_with|contains)\(([^,)]+)(?:,([^)]+))?\)$/.exec(
        term.trim(),
      );
      if (call) {
        const [, what, left = '', right = ''] = call;
        const field = name(left);
        if (what === 'attribute_not_exists') return (item) => item[field] === undefined;
        if (what === 'attribute_exists') return (item) => item[field] !== undefined;
        const sought = value(right);
        if (what === 'begins_with') return (item) => textOf(item[field]).startsWith(textOf(sought));
        return (item) => (item[field]?.L ?? []).some((each) => isEqual(each, sought));
      }
      const among = /^(\S+) IN \(([^)]*)\)$/.exec(term.trim());
      if (among) {
        const values = (among[2] ?? '').split(',').map(value);
        return (item) => values.some((each) => isEqual(item[name(among[1] ?? '')], each));
      }
      const between = /^(\S+) BETWEEN ([^,]+),(\S+)$/.exec(term.trim());
      if (between) {
        const field = name(between[1] ?? '');
        const [from, to] = [textOf(value(between[2] ?? '')), textOf(value(between[3] ?? ''))];
        return (item) => item[field] !== undefined && textOf(item[field]) >= from && textOf(item[field]) <= to;
      }
      const plain = /^(\S+) (=|<>|<|<=|>|>=) (\S+)$/.exec(term.trim());
      if (!plain) throw new Error(`the store in memory can't read ${term}`);
      const [, left = '', operator, right = ''] = plain;
      const [field, sought] = [name(left), value(right)];
      const order = (item: Item) =>
        sought.N === undefined
          ? compare(textOf(item[field]), textOf(sought))
          : Math.sign(Number(item[field]?.N) - Number(sought.N));
      return (item) => {
        if (operator === '=') return isEqual(item[field], sought);
        if (operator === '<>') return !isEqual(item[field], sought);
        if (item[field] === undefined) return false;
        const sign = order(item);
        return operator === '<' ? sign < 0 : operator === '<=' ? sign <= 0 : operator === '>' ? sign > 0 : sign >= 0;
      };
    });
  return (item) => terms.every((term) => term(item));
}

function projected(item: Item, input: Input): Item {
  if (input.ProjectionExpression === undefined) return item;
  const { name } = namesOf(input);
  return pick(item, String(input.ProjectionExpression).split(',').map(name));
}

const pick = (item: Item, fields: readonly string[]): Item =>
  Object.fromEntries(fields.flatMap((field) => (item[field] === undefined ? [] : [[field, item[field]]]))) as Item;

function updated(before: Item, input: Input): Item {
  const { name, value } = namesOf(input);
  const after = { ...before };
  const clauses = String(input.UpdateExpression)
    .split(/\b(SET|ADD|REMOVE)\b/)
    .slice(1);
  for (let i = 0; i < clauses.length; i += 2) {
    for (const part of (clauses[i + 1] ?? '').split(',')) {
      const text = part.trim();
      if (clauses[i] === 'REMOVE') delete after[name(text)];
      else if (clauses[i] === 'SET') {
        const [left = '', right = ''] = text.split(' = ');
        after[name(left)] = value(right);
      } else {
        const [left = '', right = ''] = text.split(' ');
        const sum = Number(after[name(left)]?.N ?? 0) + Number(value(right).N);
        after[name(left)] = { N: String(sum) };
      }
    }
  }
  return after;
}
