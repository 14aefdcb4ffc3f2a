import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClusterCoverage, ListCoverage, ProjectCoverage } from '../../functions/ledger/coverage.ts';
import { coverageFeed, coverageKey, projectKey } from '../../functions/ledger/keys.ts';
import { ledgerReader } from '../../functions/ledger/reader.ts';
import { recordEvents } from '../../functions/notify/stream-record.ts';
import type { LocalDynamoDB } from '../../local/dynamodb.ts';
import { idAt, job, RUN, seen } from './jobs.ts';
import { list, newTable, startEngine, type TestTable } from './table.ts';

let dynamo: LocalDynamoDB;
let table: TestTable;
let document: DynamoDBDocumentClient;
let serial = 0;
const anotherId = () => (serial++).toString(16).padStart(24, '0');

beforeAll(async () => {
  dynamo = await startEngine();
  table = await newTable(dynamo);
  document = DynamoDBDocumentClient.from(new DynamoDBClient(dynamo.clientConfig));
});
afterAll(async () => {
  document.destroy();
  await table[Symbol.asyncDispose]();
  await dynamo.close();
});

const at = '2026-11-20T11:00:00.000Z';
function cluster(clusterName: string, recent: Record<string, string> = {}): ClusterCoverage {
  const read = { attemptedAt: at, readAt: at, fullReadAt: at, settledThrough: at, recent, jobs: 1, open: 0, moving: 0 };
  return {
    clusterName,
    clusterId: 'c1',
    tier: 'dedicated',
    firstSeenAt: at,
    seenAt: at,
    lists: { dedicated: read as ListCoverage },
  };
}
const coverage = (projectId: string, clusters: ClusterCoverage[]): ProjectCoverage => ({
  projectId,
  projectName: 'payments',
  revision: 0,
  runId: RUN,
  discovery: { dedicated: { attemptedAt: at, readAt: at } },
  clusters: Object.fromEntries(clusters.map((each) => [each.clusterName, each])),
});
const fingerprints = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [idAt(at, n), 'f'.repeat(16)]));

describe('saveCoverage', () => {
  test('costs one write; the first of a project two, since it also enters the project into the feed', async () => {
    const projectId = anotherId();
    expect(await table.ledger.coverage(projectId)).toBeUndefined();
    table.requests();
    const first = await table.ledger.saveCoverage(projectId, () => coverage(projectId, [cluster('orders')]));
    expect(table.requests()).toEqual({ PutItem: 2 });
    expect(first.revision).toBe(1);
    const read = await table.ledger.coverage(projectId);
    expect(read).toEqual(first);
    table.requests();
    const second = await table.ledger.saveCoverage(
      projectId,
      (stored) => ({ ...(stored as ProjectCoverage), projectName: 'billing' }),
      read,
    );
    expect(table.requests()).toEqual({ PutItem: 1 });
    expect(second).toEqual({ ...first, projectName: 'billing', revision: 2 });
    expect(await table.ledger.coverage(projectId)).toEqual(second);
  });

  test('asks again with what another writer stored in between, so that nothing of it is lost', async () => {
    const projectId = anotherId();
    const add = (name: string, read?: ProjectCoverage) =>
      table.ledger.saveCoverage(
        projectId,
        (stored) => {
          const before = stored ?? coverage(projectId, []);
          return { ...before, clusters: { ...before.clusters, [name]: cluster(name) } };
        },
        read,
      );
    const names = Array.from({ length: 10 }, (_, n) => `cluster-${n}`);
    await Promise.all(names.map((name) => add(name)));
    const all = await table.ledger.coverage(projectId);
    expect(all?.revision).toBe(10);
    expect(Object.keys(all?.clusters ?? {}).sort()).toEqual(names);
    table.requests();
    await add('one more', { ...(all as ProjectCoverage), revision: 3, clusters: {} });
    expect(table.requests()).toEqual({ PutItem: 2, GetItem: 1 });
    expect(Object.keys((await table.ledger.coverage(projectId))?.clusters ?? {})).toHaveLength(11);
  });

  test('leaves out fingerprints of a cluster that has too many for an item, and says what it stored', async () => {
    const projectId = anotherId();
    const clusters = [
      cluster('small', fingerprints(10)),
      cluster('large', fingerprints(9_500)),
      cluster('middle', fingerprints(3_000)),
    ];
    const saved = await table.ledger.saveCoverage(projectId, () => coverage(projectId, clusters));
    const kept = Object.values(saved.clusters).filter(({ lists }) => lists.dedicated?.recent !== undefined);
    expect(kept.map(({ clusterName }) => clusterName)).toEqual(['small', 'middle']);
    expect(saved.clusters.large?.lists.dedicated).toMatchObject({ readAt: at, jobs: 1 });
    expect(await table.ledger.coverage(projectId)).toEqual(saved);
  });

  test('leaves the item alone that names the project, where there is one', async () => {
    const projectId = anotherId();
    const named = { ...projectKey(projectId), ...coverageFeed(projectId), firstSeenAt: at };
    await document.send(new PutCommand({ TableName: table.tableName, Item: named }));
    await table.ledger.saveCoverage(projectId, () => coverage(projectId, [cluster('orders')]));
    const { Item } = await document.send(
      new GetCommand({ TableName: table.tableName, Key: projectKey(projectId), ConsistentRead: true }),
    );
    expect(Item).toEqual(named);
    expect((await list(table.ledger.coverages())).map((each) => each.projectId)).toContain(projectId);
  });

  test('a cluster may be named as a class has its constructor', async () => {
    const projectId = anotherId();
    const saved = await table.ledger.saveCoverage(projectId, () => coverage(projectId, [cluster('constructor')]));
    expect(Object.keys((await table.ledger.coverage(projectId))?.clusters ?? {})).toEqual(['constructor']);
    expect(saved.clusters.constructor).toMatchObject({ clusterName: 'constructor' });
  });
});

describe('a project with thousands of clusters', () => {
  /** 64 characters, as many as Atlas allows. */
  const longName = (n: number) => `cluster-${String(n).padStart(4, '0')}-${'x'.repeat(51)}`;
  const many = (count: number, of = (n: number) => fingerprints(4 + (n % 2))) =>
    Array.from({ length: count }, (_, n) => cluster(longName(n), of(n)));
  const isDueFrom = (overdueAt: string, each: ClusterCoverage) => ({
    ...each,
    drill: { days: 90, dueAt: at, overdueAt },
  });

  test('is kept whole, and found by everyone who reads coverages', async () => {
    await using own = await newTable(dynamo);
    const reader = ledgerReader({ tableName: own.tableName, client: own.client });
    const [small, large] = [anotherId(), anotherId()];
    await own.ledger.saveCoverage(small, () => coverage(small, [cluster('orders')]));
    const saved = await own.ledger.saveCoverage(large, () => coverage(large, many(3_000)));
    expect(Object.keys(saved.clusters)).toHaveLength(3_000);
    expect(saved.clusters[longName(7)]?.lists.dedicated?.recent).toEqual(fingerprints(5));
    const gone = { ...cluster('former'), goneAt: at };
    await own.ledger.archiveCluster(large, gone);

    const read = await own.ledger.coverage(large);
    expect(read).toEqual(saved);
    expect((await list(own.ledger.coverages()))[1]).toEqual(saved);
    expect((await reader.coveragePage({ limit: 10 })).items[1]).toEqual(saved);
    expect(await reader.projectRecord(large)).toEqual({ coverage: saved, archived: [gone] });

    // Twice more, so that each slot was written over, and then small again.
    const two = await own.ledger.saveCoverage(
      large,
      (stored) => ({ ...(stored as ProjectCoverage), runId: 'two' }),
      read,
    );
    expect(await own.ledger.coverage(large)).toEqual(two);
    const three = await own.ledger.saveCoverage(
      large,
      (stored) => ({ ...(stored as ProjectCoverage), runId: 'three' }),
      two,
    );
    expect(await own.ledger.coverage(large)).toEqual(three);
    const four = await own.ledger.saveCoverage(large, () => coverage(large, [cluster('last')]), three);
    expect(await own.ledger.coverage(large)).toEqual(four);
    expect(four.revision).toBe(4);
  });

  test('loses nothing to writers that come at the same time, or die half-way', async () => {
    await using own = await newTable(dynamo);
    const projectId = anotherId();
    await own.ledger.saveCoverage(projectId, () => coverage(projectId, many(1_000)));
    let puts = 0;
    let dieAt = 0;
    own.client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName?.startsWith('Put') && ++puts === dieAt) throw new Error('killed');
          return next(args);
        },
      { step: 'initialize', name: 'die' },
    );
    const add = async (name: string) =>
      own.ledger.saveCoverage(projectId, (stored = coverage(projectId, [])) => ({
        ...stored,
        clusters: { ...stored.clusters, [name]: cluster(name) },
      }));
    for (const at of [1, 2, 3, 4]) {
      [puts, dieAt] = [0, at];
      await add(`dead-${at}`).catch(() => {});
      dieAt = 0;
      expect(Object.keys((await own.ledger.coverage(projectId))?.clusters ?? {}).length).toBeGreaterThanOrEqual(1_000);
    }
    const names = Array.from({ length: 5 }, (_, n) => `added-${n}`);
    let reading = true;
    const counts: number[] = [];
    const reads = (async () => {
      while (reading) counts.push(Object.keys((await own.ledger.coverage(projectId))?.clusters ?? {}).length);
    })();
    await Promise.all(names.map(add));
    reading = false;
    await reads;
    const all = Object.keys((await own.ledger.coverage(projectId))?.clusters ?? {});
    for (const name of names) expect(all).toContain(name);
    expect(all.filter((name) => name.startsWith('cluster-'))).toHaveLength(1_000);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
  });

  test('tells of a cluster that became overdue, once', async () => {
    await using own = await newTable(dynamo);
    const projectId = anotherId();
    const head = async () => {
      const { Item } = await document.send(
        new GetCommand({ TableName: own.tableName, Key: coverageKey(projectId), ConsistentRead: true }),
      );
      return Item && marshall(Item, { removeUndefinedValues: true });
    };
    const write = async (clusters: ClusterCoverage[]) => {
      const before = await head();
      await own.ledger.saveCoverage(projectId, () => coverage(projectId, clusters));
      return recordEvents({
        eventName: before ? 'MODIFY' : 'INSERT',
        dynamodb: {
          Keys: marshall(coverageKey(projectId)),
          ...(before ? { OldImage: before } : {}),
          NewImage: await head(),
        },
      } as never);
    };
    const overdue = (times: string[]) =>
      many(1_000).map((each, n) => (times[n] === undefined ? each : isDueFrom(times[n], each)));
    expect(await write(many(1_000))).toEqual([]);
    expect(await write(overdue([at]))).toMatchObject([{ detail: { clusters: [{ clusterName: longName(0) }] } }]);
    expect(await write(overdue([at, at]))).toMatchObject([{ detail: { clusters: [{ clusterName: longName(1) }] } }]);
    expect(await write(overdue([at, at]))).toEqual([]);
    expect(await write(overdue([at, at]).slice(0, 3))).toEqual([]);
    expect(await write(overdue([at, at]))).toEqual([]);
  });
});

test('coverages come in the order of project ids, in batches, also where some keys are left unread at first', async () => {
  await using own = await newTable(dynamo);
  const ids = Array.from({ length: 60 }, anotherId);
  await Promise.all(
    [...ids].reverse().map((id) => own.ledger.saveCoverage(id, () => coverage(id, [cluster('orders')]))),
  );
  await own.ledger.record(job({ projectId: ids[0] as string }), seen(0));
  own.requests();
  const all = await list(own.ledger.coverages());
  expect(all.map(({ projectId }) => projectId)).toEqual(ids);
  expect(own.requests()).toEqual({ Query: 1, BatchGetItem: 3 });

  own.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args);
        const output = answer.output as { Responses?: Record<string, { pk: unknown; sk: unknown }[]> };
        const items = output.Responses?.[own.tableName];
        if (!commandName?.startsWith('BatchGet') || !items || items.length < 2) return answer;
        const unread = items.splice(Math.ceil(items.length / 2)).map(({ pk, sk }) => ({ pk, sk }));
        Object.assign(output, { UnprocessedKeys: { [own.tableName]: { Keys: unread } } });
        return answer;
      },
    { step: 'initialize', name: 'leaveHalfUnread' },
  );
  const again = await list(own.ledger.coverages());
  expect(again.map(({ projectId }) => projectId)).toEqual(ids);
  expect(own.requests().BatchGetItem).toBeGreaterThan(3);
});

test('archived clusters stay with their project, each incarnation once, and are no coverage', async () => {
  const projectId = anotherId();
  const gone = { ...cluster('orders'), goneAt: '2026-10-01T00:00:00.000Z' };
  const { clusterId: _, ...nameless } = { ...cluster('users'), goneAt: '2026-09-01T00:00:00.000Z' };
  for (const each of [gone, gone, { ...gone, clusterId: 'c2' }, nameless])
    await table.ledger.archiveCluster(projectId, each);
  await table.ledger.archiveCluster(anotherId(), gone);
  table.requests();
  expect(await list(table.ledger.archivedClusters(projectId))).toEqual([gone, { ...gone, clusterId: 'c2' }, nameless]);
  expect(table.requests()).toEqual({ Query: 1 });
  expect(await table.ledger.coverage(projectId)).toBeUndefined();
  expect((await table.ledger.jobs({ projectId })).items).toEqual([]);
});
