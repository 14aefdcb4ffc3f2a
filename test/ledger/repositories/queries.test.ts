import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CursorError, type JobSummary, type JobsQuery } from '../../../functions/ledger/model/ledger.ts';
import { INDEXES } from '../../../functions/ledger/model/table.ts';
import type { Budget } from '../../../functions/ledger/repositories/index-scan.ts';
import { indexedJobsPage, jobsPage, PAGE_QUERIES } from '../../../functions/ledger/repositories/queries.ts';
import { cursorAt, cursorPosition } from '../../../functions/ledger/table/cursor.ts';
import type { Item } from '../../../functions/ledger/table/job-item.ts';
import { fitsFilter, type Range } from '../../../functions/ledger/table/table-port.ts';
import { isWriting } from '../../../functions/restore/destination.ts';
import type { RestoreJob } from '../../../functions/restore/job.ts';
import { isFound, type Requester } from '../../../functions/restore/requesters/requester.ts';
import { DELIVERIES, type Grade, KINDS, STATUSES } from '../../../functions/schema/words.ts';
import { type EngineTable, overTable, testEngine } from '../engines.ts';
import { idAt, job, seen } from '../jobs.ts';
import { list, NOW } from '../table.ts';

const PROJECTS = ['1'.repeat(24), '2'.repeat(24)];
const CLUSTERS = ['orders', 'users', 'orders-test'];
const SNAPSHOTS = ['5'.repeat(24), '6'.repeat(24)];
/** Some of one second, one just before a month's end, and gaps of months and years between. */
const MOMENTS = [
  ...['2017-03-01T00:00:00Z', '2021-06-30T23:59:59Z', '2021-07-01T00:00:00Z', '2026-08-15T12:00:00Z'],
  ...['2026-10-31T23:59:59Z', '2026-11-01T00:00:00Z', '2026-11-20T10:00:00Z', '2026-11-23T11:59:00Z'],
];

const engine = testEngine();

/** The n-th of a set of jobs that mixes everything a query can ask for. */
const mixed = (n: number): RestoreJob => {
  const of = <T>(values: readonly T[], factor: number) => values[Math.floor(n * factor) % values.length] as T;
  return job({
    jobId: idAt(of(MOMENTS, 1), n),
    projectId: of(PROJECTS, 0.37),
    clusterName: of(CLUSTERS, 0.71),
    status: of(STATUSES, 0.53),
    kind: of(KINDS, 0.29),
    delivery: of(DELIVERIES, 0.43),
    snapshotId: of(SNAPSHOTS, 0.61),
    targetProjectId: of(PROJECTS, 0.83),
    targetClusterName: of(CLUSTERS, 0.47),
    ...(n % 3 ? { finishedAt: of(MOMENTS, 0.31) } : {}),
  });
};
const GRADE_OF: readonly Grade[] = ['exact', 'likely'];
/** Of the n-th: an actor in every second, a reason in every fourth, and else nobody has looked yet. */
function requesterOf(n: number): Requester | undefined {
  if (n % 4 === 0) return { reason: 'none', rivals: 0 };
  if (n % 2 === 0) return undefined;
  const actor = {
    kind: 'user' as const,
    id: `u${n % 3}`,
    name: ['Ada@a.test', 'bob@b.test'][n % 5 === 0 ? 1 : 0] ?? '',
  };
  return { actor, grade: GRADE_OF[n % 7 === 0 ? 1 : 0] ?? 'weak', points: 90, eventType: 'X', rivals: 0 };
}

/** What a query should give, by looking at every job. */
function model(jobs: readonly RestoreJob[], query: JobsQuery): string[] {
  const { since, until, order = 'desc' } = query;
  const same = (['projectId', 'clusterName', 'targetProjectId', 'targetClusterName', 'snapshotId'] as const).filter(
    (name) => query[name] !== undefined,
  );
  const among = <T>(values: readonly T[] | undefined, value: T) =>
    !values || values.length === 0 || values.includes(value);
  const goesElsewhere = (one: RestoreJob) => one.targetProjectId !== one.projectId;
  const ids = jobs
    .filter((each) => same.every((name) => each[name] === query[name]))
    .filter(({ status }) => among(query.statuses, status))
    .filter(({ kind }) => among(query.kinds, kind))
    .filter(({ delivery }) => among(query.deliveries, delivery))
    .filter((one) => !query.destinations || (one.delivery !== 'download' && isWriting(one) && goesElsewhere(one)))
    .filter(({ clusterName }) => !query.sources || clusterName.startsWith('or'))
    .filter((one) => !query.targets || (one.delivery !== 'download' && one.targetProjectId === PROJECTS[1]))
    .filter(({ finishedAt = '' }) => !query.finishedSince || finishedAt >= query.finishedSince)
    .filter(({ finishedAt = '9' }) => !query.finishedUntil || finishedAt < query.finishedUntil)
    .filter((one) => {
      const who = requesterOf(jobs.indexOf(one));
      const name = isFound(who) ? who.actor.name : undefined;
      return !query.requesters || name?.toLowerCase().startsWith('ada') === true;
    })
    .filter((one) => {
      const who = requesterOf(jobs.indexOf(one));
      return !query.grades || query.grades.some((grade) => grade === (isFound(who) ? who.grade : who?.reason));
    })
    .filter(({ requestedAt }) => since === undefined || Date.parse(requestedAt) >= Date.parse(since))
    .filter(({ requestedAt }) => until === undefined || Date.parse(requestedAt) < Date.parse(until))
    .map(({ jobId }) => jobId)
    .sort();
  return order === 'asc' ? ids : ids.reverse();
}

async function pages({ ledger }: EngineTable, query: JobsQuery): Promise<JobSummary[][]> {
  const all: JobSummary[][] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await ledger.jobs({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    all.push(page.items);
    if (page.cursor === undefined) return all;
    expect(page.cursor).not.toBe(cursor); // every page goes on
    cursor = page.cursor;
  }
}
const ids = (read: JobSummary[][]) => read.flat().map(({ jobId }) => jobId);

const moment = fc.oneof(
  fc.constantFrom(...MOMENTS),
  fc
    .date({ min: new Date('2016-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
);
/** Mostly left out: a query with every filter finds nothing. */
const seldom = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const anyQuery: fc.Arbitrary<JobsQuery> = fc
  .record({
    projectId: seldom(fc.constantFrom(...PROJECTS)),
    clusterName: seldom(fc.constantFrom(...CLUSTERS)),
    statuses: fc.oneof(
      fc.constant(undefined),
      fc.subarray([...STATUSES], { maxLength: 3 }),
      fc.subarray([...STATUSES]),
    ),
    kinds: seldom(fc.subarray([...KINDS])),
    deliveries: seldom(fc.subarray([...DELIVERIES])),
    destinations: seldom(fc.constant(['elsewhere' as const])),
    sources: seldom(fc.constant([{ pattern: 'OR*', projectIds: [] }])),
    targets: seldom(fc.constant([{ pattern: 'p2/*', projectIds: [PROJECTS[1] as string] }])),
    finishedSince: seldom(fc.constantFrom(...MOMENTS)),
    finishedUntil: seldom(fc.constantFrom(...MOMENTS)),
    requesters: seldom(fc.constant(['ada*'])),
    grades: seldom(fc.subarray(['exact' as const, 'likely' as const, 'none' as const], { minLength: 1 })),
    targetProjectId: seldom(fc.constantFrom(...PROJECTS)),
    targetClusterName: seldom(fc.constantFrom(...CLUSTERS)),
    snapshotId: seldom(fc.constantFrom(...SNAPSHOTS)),
    since: seldom(moment),
    until: seldom(moment),
    order: fc.constantFrom('asc' as const, 'desc' as const),
    limit: fc.constantFrom(1, 2, 3, 7, 200),
  })
  .map((query) => Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)));
const allowed = (query: JobsQuery) => query.clusterName === undefined || query.projectId !== undefined;

describe('a mixed ledger', () => {
  const jobs = Array.from({ length: 70 }, (_, n) => mixed(n));
  let table: EngineTable;
  beforeAll(async () => {
    table = await engine.newTable();
    for (const [n, each] of jobs.entries()) {
      const requester = requesterOf(n);
      await table.ledger.record(each, seen(0), false, requester ? { requester } : {});
    }
  });
  afterAll(() => table[Symbol.asyncDispose]());

  test('any query, at any limit, gives each of its jobs once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(anyQuery.filter(allowed), async (query) => {
        const read = await pages(table, query);
        expect(ids(read)).toEqual(model(jobs, query));
        expect(read.every((page) => page.length <= (query.limit ?? 50))).toBe(true);
      }),
      { numRuns: 80 },
    );
  });

  test('a page that may read very little gives what it found, and the next ones the rest', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyQuery.filter(allowed),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 20 }),
        async (query, queries, items) => {
          const read: string[] = [];
          let cursor: string | undefined;
          do {
            const page = await jobsPage(table.table, { ...query, ...(cursor && { cursor }) }, Date.parse(NOW), {
              queries,
              items,
            });
            read.push(...page.items.map(({ jobId }) => jobId));
            cursor = page.cursor;
          } while (cursor !== undefined);
          expect(read).toEqual(model(jobs, query));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('from any page, the ones before it lead back to the start: each job once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyQuery.filter(allowed),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(4),
        async (query, queries, items, ahead) => {
          const read = (at: Partial<JobsQuery>) =>
            jobsPage(table.table, { ...query, ...at }, Date.parse(NOW), { queries, items });
          let page = await read({});
          expect(page.previous).toBeUndefined();
          for (let n = 0; n < ahead && page.cursor !== undefined; n++) page = await read({ cursor: page.cursor });
          const all = page.items.map(({ jobId }) => jobId);
          const known = [...all];
          if (page.cursor === undefined && ahead === 0) return;
          for (let after = page.cursor; after !== undefined; ) {
            const next = await read({ cursor: after });
            known.push(...next.items.map(({ jobId }) => jobId));
            after = next.cursor;
          }
          while (page.previous !== undefined) {
            const before = page.previous;
            page = await read({ before });
            known.unshift(...page.items.map(({ jobId }) => jobId));
            // What follows the page is what it was read before of.
            const [next] = page.cursor === undefined ? [] : (await read({ cursor: page.cursor })).items;
            if (next && page.items.length > 0) expect(known).toContain(next.jobId);
          }
          expect(known).toEqual(model(jobs, query));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('jobs that come in between pages cost none of the others', async () => {
    await using own = await engine.newTable();
    const [before, between] = [jobs.slice(0, 30), jobs.slice(30)];
    for (const each of before) await own.ledger.record(each, seen(0));
    for (const order of ['asc', 'desc'] as const) {
      const read: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await own.ledger.jobs({ order, limit: 4, ...(cursor === undefined ? {} : { cursor }) });
        read.push(...page.items.map(({ jobId }) => jobId));
        cursor = page.cursor;
        const more = between.pop();
        if (more) await own.ledger.record(more, seen(0));
      } while (cursor !== undefined);
      expect(new Set(read).size).toBe(read.length);
      expect(read).toEqual([...read].sort((a, b) => (a < b === (order === 'asc') ? -1 : 1)));
      expect(read).toEqual(expect.arrayContaining(model(before, {})));
    }
  });

  test('lists show summaries: neither what Atlas sent nor the history', async () => {
    const queries: JobsQuery[] = [{}, { projectId: PROJECTS[0] as string }, { statuses: ['FAILED'] }];
    queries.push({ projectId: PROJECTS[0] as string, clusterName: 'orders' });
    for (const query of queries) {
      const [first] = (await table.ledger.jobs({ ...query, limit: 1 })).items;
      const { atlas: _, changes: __, ...summary } = (await table.ledger.job(first?.jobId ?? '')) ?? {};
      expect(first).toEqual(summary);
    }
  });

  test('a limit is brought within 1 and 200; no date, no number and a cluster without its project are refused', async () => {
    expect((await table.ledger.jobs({ limit: 0 })).items).toHaveLength(1);
    expect(
      (await table.ledger.jobs({ limit: 1_000, projectId: PROJECTS[0] as string })).items.length,
    ).toBeLessThanOrEqual(200);
    await expect(table.ledger.jobs({ limit: Number.NaN })).rejects.toThrow(RangeError);
    await expect(table.ledger.jobs({ since: 'soon' })).rejects.toThrow(RangeError);
    await expect(table.ledger.jobs({ clusterName: 'orders' })).rejects.toThrow(RangeError);
  });

  test('a cursor of another query, or one that was touched, is refused', async () => {
    const { cursor = '' } = await table.ledger.jobs({ limit: 2 });
    expect((await table.ledger.jobs({ limit: 5, cursor })).items).toHaveLength(5); // another limit is the same query
    for (const other of [
      { order: 'asc' },
      { kinds: ['flex'] },
      { statuses: ['FAILED'] },
      { since: NOW },
    ] as JobsQuery[]) {
      await expect(table.ledger.jobs({ ...other, cursor })).rejects.toThrow(CursorError);
    }
    await expect(table.ledger.runs({ cursor })).rejects.toThrow(CursorError);
    const query = { jobs: 'desc' };
    const anyId = fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('hex'));
    fc.assert(
      fc.property(anyId, fc.string({ maxLength: 40 }), fc.nat(26), (id, other, at) => {
        const given = cursorAt(id, query);
        expect(cursorPosition(given, query)).toBe(id);
        const touched = given.slice(0, at) + (given[at] === 'A' ? 'B' : 'A') + given.slice(at + 1);
        for (const bad of [
          other,
          touched,
          given.slice(1),
          `${given}=`,
          given.toUpperCase() === given ? '' : given.toUpperCase(),
        ]) {
          expect(() => cursorPosition(bad, query)).toThrow(CursorError);
        }
      }),
    );
  });
});

const between = (from: string, text: string, to: string) => from <= text && text <= to;

test('what an index has not heard of yet is listed as the table has it, or not at all', async () => {
  await using own = await engine.newTable();
  const [ended, failed] = ['2026-11-20T10:00:00Z', '2026-11-20T10:00:01Z'].map((at) =>
    job({ jobId: idAt(at), status: 'RUNNING' }),
  ) as [RestoreJob, RestoreJob];
  for (const each of [ended, failed]) await own.ledger.record(each, seen(0));
  const indexes = ['feed', 'byStatus', 'byCluster'] as const;
  const before = await Promise.all(
    indexes.map(async (index) => [index, await list(own.table.scan({ index }))] as const),
  );
  for (const each of [ended, failed])
    await own.ledger.record({ ...each, status: each === ended ? 'COMPLETED' : 'FAILED' }, seen(5), true);
  const lagging = overTable(own.table, {
    query: async (range: Range) => {
      const slice = await own.table.query(range);
      if (!range.index) return slice;
      const behind = new Map(before).get(range.index) ?? [];
      const { partition, sort } = INDEXES[range.index];
      const [from = '', to = '~'] = range.between ?? [];
      const isIn = (item: Item) => item[partition] === range.partition && between(from, String(item[sort]), to);
      const items = behind.filter(isIn).sort((a, b) => (String(a[sort]) < String(b[sort]) ? 1 : -1));
      return { items: items.filter(fitsFilter(range)), scanned: items.length };
    },
  });
  const statusesOf = async (query: JobsQuery) =>
    (await jobsPage(lagging, query, Date.parse(NOW))).items.map(({ status }) => status);
  expect(await statusesOf({})).toEqual(['FAILED', 'COMPLETED']);
  const { projectId, clusterName } = ended;
  expect(await statusesOf({ projectId, clusterName })).toEqual(['FAILED', 'COMPLETED']);
  expect(await statusesOf({ statuses: ['RUNNING'] })).toEqual([]);
  expect(await statusesOf({ projectId, clusterName, statuses: ['RUNNING', 'FAILED'] })).toEqual(['FAILED']);
});

describe('requests', () => {
  let table: EngineTable;
  const ledgerWith = async (moments: readonly string[], parts: Partial<RestoreJob> = {}) => {
    const jobs = moments.map((at, n) => job({ ...parts, jobId: idAt(at, n) }));
    await Promise.all(jobs.map((each) => table.ledger.record(each, seen(0))));
    table.requests();
    return jobs;
  };
  beforeEach(async () => {
    table = await engine.newTable();
    return () => table[Symbol.asyncDispose]();
  });

  test('a page that fills from this month, one cluster, one project or one status is one query, and one batch from an index', async () => {
    const days = ['01', '05', '09', '13', '17', '21'].map((day) => `2026-11-${day}T08:00:00Z`);
    const [{ projectId, clusterName }] = (await ledgerWith(days)) as [RestoreJob];
    const queries: JobsQuery[] = [{}, { projectId }, { projectId, clusterName }, { statuses: ['RUNNING'] }];
    for (const query of queries) {
      for (const limit of [3, 6]) {
        const { items } = await table.ledger.jobs({ ...query, limit });
        expect(items).toHaveLength(limit);
        const isOfProject = query.projectId !== undefined && query.clusterName === undefined;
        expect(table.requests()).toEqual({ Query: 1, ...(isOfProject ? {} : { BatchGetItem: 1 }) });
      }
    }
    await table.ledger.jobs({ statuses: ['RUNNING', 'FAILED', 'READY'], limit: 3 });
    expect(table.requests()).toEqual({ Query: 3, BatchGetItem: 1 });
    await indexedJobsPage(table.table, { since: '2026-11-01', limit: 3 }, Date.parse('2026-11-23T12:00:00Z'));
    expect(table.requests()).toEqual({ Query: 1 });
  });

  test('the end of a list is seen with its last page, without an empty one after it', async () => {
    const days = ['01', '05', '09'].map((day) => `2026-11-${day}T08:00:00Z`);
    const [{ projectId, clusterName }] = (await ledgerWith(days)) as [RestoreJob];
    for (const query of [{ projectId }, { projectId, clusterName }, { statuses: ['RUNNING' as const] }]) {
      const page = await table.ledger.jobs({ ...query, limit: 3 });
      expect(page.items).toHaveLength(3);
      expect(page).not.toHaveProperty('cursor');
    }
  });

  test('years without a job cost one look for the next, not a query a month; so does the end', async () => {
    await ledgerWith(['2026-11-01T00:00:00Z', '2018-02-01T00:00:00Z']);
    const page = await table.ledger.jobs({});
    expect(page.items).toHaveLength(2);
    expect(page).not.toHaveProperty('cursor');
    // November, October, one a status for the next, February 2018, January 2018, one a status for no next.
    expect(table.requests()).toEqual({ Query: 4 + 2 * STATUSES.length, BatchGetItem: 1 });
  });

  test('ascending, the oldest job is found at once', async () => {
    await ledgerWith(['2026-11-01T00:00:00Z', '2018-02-01T00:00:00Z']);
    const { items } = await table.ledger.jobs({ order: 'asc', limit: 1 });
    expect(items[0]?.requestedAt).toBe('2018-02-01T00:00:00.000Z');
    expect(table.requests()).toEqual({ Query: 1 + STATUSES.length, BatchGetItem: 1 });
  });

  test('an empty ledger is recognized from one page', async () => {
    for (const query of [
      {},
      { order: 'asc' },
      { since: '2026-01-01' },
      { until: '2020-01-01T00:00:00Z' },
    ] as JobsQuery[]) {
      expect(await table.ledger.jobs(query)).toEqual({ items: [] });
    }
    expect(table.requests().Query).toBeLessThanOrEqual(4 * (1 + STATUSES.length));
    expect(await table.ledger.jobs({ since: '2026-02-01', until: '2026-01-01' })).toEqual({ items: [] });
    expect(await table.ledger.jobs({ until: '1969-01-01' })).toEqual({ items: [] });
    expect(table.requests()).toEqual({});
  });

  test('a filter that fits little reads a bounded number of items and months a page, and loses none', async () => {
    const everyMonth = Array.from({ length: 60 }, (_, n) => new Date(Date.UTC(2021, 11 + n, 2)).toISOString());
    await ledgerWith(everyMonth);
    const [rare] = await ledgerWith(['2022-01-03T00:00:00Z'], { kind: 'flex' });
    const read = await pages(table, { kinds: ['flex'], limit: 1 });
    const requests = table.requests();
    expect(ids(read)).toEqual([rare?.jobId]);
    expect(read.length).toBeGreaterThan(1);
    expect(requests.Query).toBeLessThanOrEqual(read.length * (PAGE_QUERIES + STATUSES.length));
  });

  test('more items than a page may read are left to the next one', async () => {
    const many = Array.from({ length: 60 }, (_, n) => new Date(Date.UTC(2026, 10, 1) + n * 1000).toISOString());
    await ledgerWith(many.slice(1));
    const [rare] = await ledgerWith(many.slice(0, 1), { kind: 'flex' });
    const read = (budget: Budget, cursor?: string) =>
      jobsPage(table.table, { kinds: ['flex'], ...(cursor && { cursor }) }, Date.parse(NOW), budget);
    const first = await read({ queries: PAGE_QUERIES, items: 50 });
    expect(first).toEqual({ items: [], cursor: expect.any(String) });
    expect(table.requests()).toEqual({ Query: 1 });
    const second = await read({ queries: PAGE_QUERIES, items: 50 }, first.cursor);
    expect(second.items.map(({ jobId }) => jobId)).toEqual([rare?.jobId]);
  });
});
