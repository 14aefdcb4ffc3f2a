import fc from 'fast-check';
import { expect, test } from 'vitest';
import { storable } from '../../../functions/ledger/model/item-size.ts';
import { INDEXES, type IndexName } from '../../../functions/ledger/model/table.ts';
import type { Item } from '../../../functions/ledger/table/job-item.ts';
import type { Key } from '../../../functions/ledger/table/keys.ts';
import {
  type Condition,
  everything,
  itemsAt,
  type Range,
  type Update,
} from '../../../functions/ledger/table/table-port.ts';
import { testEngine, testTable } from '../engines.ts';
import { list } from '../table.ts';

/** It takes some things that DynamoDB refuses. */
const isDynalite = process.env.LEDGER_ENGINE === 'dynalite' && process.env.DYNAMODB_ENDPOINT === undefined;
const engine = testEngine();
const own = testTable(engine);
let serial = 0;
/** No two tests meet in a partition. */
const partition = () => `P#${serial++}`;

test('an item comes back as it went, whatever its names and values', async () => {
  const name = fc.oneof(
    { weight: 3, arbitrary: fc.string({ minLength: 1 }) },
    fc.constantFrom('constructor', 'toString', 'hasOwnProperty', 'item', 'pk "', "it's", '名前', '😀'),
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 4 }, tie('leaf'), fc.array(tie('any')), fc.dictionary(name, tie('any'))),
    leaf: fc.oneof(
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.maxSafeInteger(),
      fc.constantFrom('', 'a\u0000b', 0.1, 1e-7, -12.75, Number.MAX_SAFE_INTEGER, '😀'),
    ),
  })).any;
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, value), async (fields) => {
      // Keys of indexes are texts: such a field is in the next test.
      const named = Object.entries(fields).filter(([field]) => !KEYS.has(field));
      // The SDK's marshaller loses some names, which the ledger spells in another way.
      const item = { ...(storable(Object.fromEntries(named)) as Item), pk: partition(), sk: 'one' };
      await own.table.put(item);
      expect(await own.table.get({ pk: item.pk, sk: 'one' })).toEqual(item);
      expect((await own.table.query({ partition: item.pk })).items).toEqual([item]);
    }),
    { numRuns: 60 },
  );
});

const KEYS = new Set(['pk', 'sk', ...Object.values(INDEXES).flatMap(({ partition: p, sort }) => [p, sort])]);

test('a field that is undefined is left out, and no item holds what JSON can not', async () => {
  const pk = partition();
  await own.table.put({ pk, sk: 'a', gone: undefined, map: { gone: undefined, kept: 1 } });
  expect(await own.table.get({ pk, sk: 'a' })).toEqual({ pk, sk: 'a', map: { kept: 1 } });
  for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, -Number.MAX_VALUE, 2 ** 53]) {
    await expect(own.table.put({ pk, sk: 'b', map: { odd } })).rejects.toMatchObject({ code: 'LEDGER_REFUSED' });
  }
  for (const bad of [
    { pk, sk: '' },
    { pk: '', sk: 'b' },
    { pk, sk: 'b', jobId: 5 },
    ...(isDynalite ? [] : [{ pk, sk: 'b', cluster: '' }]),
  ]) {
    await expect(own.table.put(bad as Item & Key)).rejects.toMatchObject({ code: 'LEDGER_REFUSED' });
  }
  const twoBytes = isDynalite ? 'xx' : 'é';
  const large = own.table.put({ pk, sk: 'b', text: twoBytes.repeat(205_000) });
  await expect(large).rejects.toMatchObject({ code: 'LEDGER_ITEM_TOO_LARGE' });
  expect(await own.table.count({ partition: pk })).toBe(1);
  await own.table.put({ pk, sk: 'b', text: twoBytes.repeat(200_000) });
  expect(await own.table.count({ partition: pk })).toBe(2);
});

/** A table in memory, as the port says it works. */
class Model {
  readonly items = new Map<string, Item>();

  write(key: Key, condition: Condition, next: (before: Item | undefined) => Item) {
    const before = this.items.get(key.sk);
    const held = Object.entries(condition).every(([name, value]) => before?.[name] === value);
    if (!held) return { done: false as const };
    const item = next(before);
    this.items.set(key.sk, item);
    return { done: true as const, item };
  }
}

test('writes hold to their conditions, and updates set and add', async () => {
  const sk = fc.constantFrom('a', 'b', 'c');
  const condition: fc.Arbitrary<Condition> = fc.oneof(
    fc.constant({}),
    fc.constant({ pk: undefined }),
    fc.record({ n: fc.oneof(fc.constant(undefined), fc.nat(2)) }),
    fc.record({ text: fc.constantFrom(undefined, '', 'x'), n: fc.nat(2) }),
  );
  const write = fc.oneof(
    fc.record({ sk, condition, put: fc.record({ n: fc.nat(2), text: fc.constantFrom('', 'x') }) }),
    fc.record({
      sk,
      condition,
      update: fc.oneof(
        fc.record({ add: fc.record({ n: fc.integer({ min: -2, max: 2 }) }) }),
        fc.record({ set: fc.record({ text: fc.constantFrom('x', 'y') }), add: fc.record({ m: fc.constant(1) }) }),
      ),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 12 }), async (writes) => {
      const [model, pk] = [new Model(), partition()];
      for (const each of writes) {
        const key = { pk, sk: each.sk };
        if ('put' in each) {
          const item = { ...each.put, ...key };
          const expected = model.write(key, each.condition, () => item);
          expect(await own.table.put(item, each.condition)).toMatchObject(expected);
        } else {
          const { set = {}, add = {} } = each.update as Update;
          const expected = model.write(key, each.condition, (before = {}) => {
            const sums = Object.entries(add).map(([name, more]) => [name, Number(before[name] ?? 0) + more]);
            return { ...before, ...key, ...set, ...Object.fromEntries(sums) };
          });
          expect(await own.table.update(key, each.update, each.condition)).toMatchObject(expected);
        }
      }
      const expected = ['a', 'b', 'c'].flatMap((name) => model.items.get(name) ?? []);
      expect(await list(everything(own.table, { partition: pk, consistent: true }))).toEqual(expected);
      const keys = ['c', 'no', 'a'].map((name) => ({ pk, sk: name }));
      expect(await own.table.batchGet(keys)).toEqual(keys.flatMap((key) => model.items.get(key.sk) ?? []));
    }),
    { numRuns: 60 },
  );
});

test('of writers that come at once with the same condition one wins', async () => {
  const key = { pk: partition(), sk: 'a' };
  await own.table.put({ ...key, n: 0 });
  const writes = await Promise.all(
    Array.from({ length: 20 }, (_, by) => own.table.put({ ...key, n: 1, by }, { n: 0 })),
  );
  expect(writes.filter(({ done }) => done)).toHaveLength(1);
  await Promise.all(Array.from({ length: 20 }, () => own.table.update(key, { add: { sum: 1 } }, { pk: key.pk })));
  expect(await own.table.get(key)).toMatchObject({ n: 1, sum: 20, by: writes.findIndex(({ done }) => done) });
});

const SORTS = [
  ...['A', 'COVERAGE', 'COVERAGE#', 'COVERAGE#é', 'COVERAGE#\u{10ffff}', 'COVERAGE$', 'JOB#1', 'Z', 'é', '😀'],
  // dynalite compares UTF-16, in which this comes behind the one before, and not UTF-8 as DynamoDB.
  ...(isDynalite ? [] : ['\uffff']),
];

test('a range gives what lies in it, in order, slice by slice, from the table and from an index alike', async () => {
  const pk = partition();
  const items = SORTS.map((sort, n) => ({
    ...{
      pk,
      sk: sort,
      cluster: pk,
      kind: n % 2 === 0 ? 'flex' : 'dedicated',
      findingRules: n % 3 === 0 ? ['slow'] : [],
    },
    // Of items without one of its keys an index knows nothing.
    ...(n % 4 === 3 ? {} : { jobId: sort }),
  }));
  for (const item of items) await own.table.put(item);
  const bytes = (text: string) => Buffer.from(text);
  const sort = fc.constantFrom(...SORTS);
  const range = fc.record({
    indexed: fc.boolean(),
    order: fc.constantFrom('asc' as const, 'desc' as const),
    limit: fc.constantFrom(1, 2, 5, 100),
    on: fc.oneof(
      fc.constant({}),
      fc.record({ beginsWith: sort }),
      fc.tuple(sort, sort).map(([a, b]) => ({ between: Buffer.compare(bytes(a), bytes(b)) > 0 ? [b, a] : [a, b] })),
    ),
    filter: fc.constantFrom({}, { filter: { kind: ['flex'] } }, { holds: { findingRules: ['slow'] } }),
    fields: fc.constantFrom({}, { fields: ['kind', 'sk'] }),
  });
  await fc.assert(
    fc.asyncProperty(range, async ({ indexed, on, filter, fields, ...how }) => {
      const asked = { partition: pk, ...how, ...on, ...filter, ...fields, ...(indexed ? { index: 'byCluster' } : {}) };
      const { between, beginsWith, holds } = asked as Range;
      const inRange = items
        .filter(({ jobId }) => !indexed || jobId !== undefined)
        .filter(
          ({ sk }) =>
            !between ||
            (Buffer.compare(bytes(sk), bytes(between[0])) >= 0 && Buffer.compare(bytes(sk), bytes(between[1])) <= 0),
        )
        .filter(({ sk }) => beginsWith === undefined || sk.startsWith(beginsWith))
        .sort((a, b) => Buffer.compare(bytes(a.sk), bytes(b.sk)) * (how.order === 'asc' ? 1 : -1));
      const wanted = inRange
        .filter(({ kind }) => !('filter' in filter) || kind === 'flex')
        .filter(({ findingRules }) => !holds || findingRules.includes('slow'))
        .map((item) => ('fields' in fields ? { kind: item.kind, sk: item.sk } : item));
      const [read, scanned] = [[] as Item[], [] as number[]];
      for (let after: Item | undefined; ; ) {
        const slice = await own.table.query({ ...(asked as Range), ...(after ? { after } : {}) });
        read.push(...slice.items);
        scanned.push(slice.scanned);
        if (!slice.last) break;
        after = slice.last;
      }
      expect(read).toEqual(wanted);
      expect(Math.max(...scanned)).toBeLessThanOrEqual(how.limit);
      expect(scanned.reduce((sum, n) => sum + n)).toBe(inRange.length);
      const { limit: _, ...all } = asked as Range;
      expect(await own.table.count(all)).toBe(wanted.length);
      expect(await list(everything(own.table, asked as Range))).toEqual(wanted);
    }),
    { numRuns: 80 },
  );
});

test('a slice ends at a megabyte, and the next goes on', async () => {
  const pk = partition();
  const text = 'x'.repeat(300_000);
  for (let n = 0; n < 9; n++) await own.table.put({ pk, sk: String(n), text });
  const first = await own.table.query({ partition: pk });
  expect(first.items.length).toBeLessThanOrEqual(4);
  expect(first.last).toEqual({ pk, sk: String(first.items.length - 1) });
  expect(await list(everything(own.table, { partition: pk }))).toHaveLength(9);
  expect(await own.table.count({ partition: pk })).toBe(9);
});

test('items of an index with equal keys there are each given once', async () => {
  const [pk, status] = [partition(), partition()];
  const items = Array.from({ length: 7 }, (_, n) => ({ pk, sk: String(n), status, jobId: 'same' }));
  for (const item of items) await own.table.put(item);
  for (const order of ['asc', 'desc'] as const) {
    const read = await list(everything(own.table, { index: 'byStatus', partition: status, order, limit: 2 }));
    expect(read.map(({ sk }) => sk).sort()).toEqual(items.map(({ sk }) => sk));
  }
});

test('an index follows its fields', async () => {
  const [pk, before, after] = [partition(), partition(), partition()];
  await own.table.put({ pk, sk: 'a', status: before, jobId: '1' });
  await own.table.update({ pk, sk: 'a' }, { set: { status: after } }, {});
  const ids = async (status: string) => (await own.table.query({ index: 'byStatus', partition: status })).items;
  expect(await ids(before)).toEqual([]);
  expect(await ids(after)).toEqual([{ pk, sk: 'a', status: after, jobId: '1' }]);
});

test('an index carries its own fields, and knows of no other', async () => {
  const [pk, status] = [partition(), partition()];
  const item = { pk, sk: 'a', status, jobId: '1', kind: 'flex', findingRules: ['slow'], revision: 3, atlas: { a: 1 } };
  await own.table.put(item);
  const { revision: _, atlas: __, ...carried } = item;
  const range = { index: 'byStatus', partition: status } as const;
  expect((await own.table.query(range)).items).toEqual([carried]);
  expect((await own.table.query({ ...range, fields: ['sk', 'kind'] })).items).toEqual([{ sk: 'a', kind: 'flex' }]);
  if (!isDynalite) {
    const refused = { code: 'LEDGER_REFUSED', message: expect.stringMatching(/ does not project .*\[atlas\]/) };
    await expect(own.table.query({ ...range, filter: { atlas: ['x'] } })).rejects.toMatchObject(refused);
    await expect(own.table.query({ ...range, fields: ['sk', 'atlas'] })).rejects.toMatchObject(refused);
    await expect(list(own.table.scan({ index: 'byStatus', fields: ['sk', 'atlas'] }))).rejects.toMatchObject(refused);
  }
  expect((await own.table.query({ ...range, filter: { kind: ['flex'] } })).items).toEqual([carried]);
  expect(await itemsAt(own.table, [carried])).toEqual([item]);
});

test('a scan gives every item of the table, or of an index, with the fields it was asked for', async () => {
  await using other = await engine.newTable();
  const items = Array.from({ length: 250 }, (_, n) => ({
    ...{ pk: `P#${n % 3}`, sk: String(n), text: 'x'.repeat(8_000) },
    ...(n % 2 === 0 ? { jobId: `j${n}`, status: 'READY' } : {}),
  }));
  await Promise.all(items.map((item) => other.table.put(item)));
  const scanned = async (index?: IndexName) => {
    const fields = index ? ['sk', 'jobId'] : ['sk', 'jobId', 'none'];
    const read = await list(other.table.scan({ fields, ...(index ? { index } : {}) }));
    return read.sort((a, b) => Number(a.sk) - Number(b.sk));
  };
  const wanted = items.map(({ sk, jobId }) => (jobId === undefined ? { sk } : { sk, jobId }));
  expect(await scanned()).toEqual(wanted);
  expect(await scanned('byStatus')).toEqual(wanted.filter(({ jobId }) => jobId !== undefined));
  expect(await scanned('byCluster')).toEqual([]);
  // Nothing but keys, which an index of SQLite has itself.
  const keys = await list(other.table.scan({ fields: ['pk', 'sk'] }));
  expect(keys.sort((a, b) => Number(a.sk) - Number(b.sk))).toEqual(items.map(({ pk, sk }) => ({ pk, sk })));
});
