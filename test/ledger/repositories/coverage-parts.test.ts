import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordEvents } from '../../../functions/events/delivery/stream-record.ts';
import type { ClusterCoverage, ListCoverage, ProjectCoverage } from '../../../functions/ledger/model/coverage.ts';
import { ledgerReader } from '../../../functions/ledger/repositories/ledger-reader.ts';
import { coverageKey } from '../../../functions/ledger/table/keys.ts';
import type { LocalDynamoDB } from '../../../local/dynamodb.ts';
import { idAt, RUN } from '../jobs.ts';
import { list, newTable, startDynamo, type TestTable } from '../table.ts';

let dynamo: LocalDynamoDB;
let table: TestTable;
let document: DynamoDBDocumentClient;
let serial = 0;
const anotherId = () => (serial++).toString(16).padStart(24, '0');

beforeAll(async () => {
  dynamo = await startDynamo();
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
    expect((await reader.projectPage({ limit: 10 })).items[1]?.coverage).toEqual(saved);
    expect(await reader.projectRecord(large)).toMatchObject({ coverage: saved, archived: [gone] });

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
