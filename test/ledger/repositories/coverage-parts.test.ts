import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { recordEvents } from '../../../functions/events/delivery/stream-record.ts';
import type { ClusterCoverage, ProjectCoverage } from '../../../functions/ledger/model/coverage.ts';
import { ledgerReader } from '../../../functions/ledger/repositories/ledger-reader.ts';
import { coverageKey } from '../../../functions/ledger/table/keys.ts';
import { AT, anotherProjectId, cluster, coverage } from '../coverages.ts';
import { testEngine } from '../engines.ts';
import { idAt } from '../jobs.ts';
import { list } from '../table.ts';

const engine = testEngine();
const fingerprints = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [idAt(AT, n), 'f'.repeat(16)]));

describe('a project with thousands of clusters', () => {
  /** 64 characters, as many as Atlas allows. */
  const longName = (n: number) => `cluster-${String(n).padStart(4, '0')}-${'x'.repeat(51)}`;
  const many = (count: number, of = (n: number) => fingerprints(4 + (n % 2))) =>
    Array.from({ length: count }, (_, n) => cluster(longName(n), of(n)));
  const isDueFrom = (overdueAt: string, each: ClusterCoverage) => ({
    ...each,
    drill: { days: 90, dueAt: AT, overdueAt },
  });

  test('is kept whole, and found by everyone who reads coverages', async () => {
    await using own = await engine.newTable();
    const reader = ledgerReader({ table: own.table });
    const [small, large] = [anotherProjectId(), anotherProjectId()];
    await own.ledger.saveCoverage(small, () => coverage(small, [cluster('orders')]));
    const saved = await own.ledger.saveCoverage(large, () => coverage(large, many(3_000)));
    expect(Object.keys(saved.clusters)).toHaveLength(3_000);
    expect(saved.clusters[longName(7)]?.lists.dedicated?.recent).toEqual(fingerprints(5));
    const gone = { ...cluster('former'), goneAt: AT };
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
    await using own = await engine.newTable();
    const projectId = anotherProjectId();
    await own.ledger.saveCoverage(projectId, () => coverage(projectId, many(1_000)));
    let puts = 0;
    let dieAt = 0;
    const dying = own.gated(async (operation) => {
      if (operation === 'PutItem' && ++puts === dieAt) throw new Error('killed');
    });
    const add = async (name: string) =>
      dying.saveCoverage(projectId, (stored = coverage(projectId, [])) => ({
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
    await using own = await engine.newTable();
    const projectId = anotherProjectId();
    const head = async () => {
      const item = await own.table.get(coverageKey(projectId));
      return item && marshall(item, { removeUndefinedValues: true });
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
    expect(await write(overdue([AT]))).toMatchObject([{ detail: { clusters: [{ clusterName: longName(0) }] } }]);
    expect(await write(overdue([AT, AT]))).toMatchObject([{ detail: { clusters: [{ clusterName: longName(1) }] } }]);
    expect(await write(overdue([AT, AT]))).toEqual([]);
    expect(await write(overdue([AT, AT]).slice(0, 3))).toEqual([]);
    expect(await write(overdue([AT, AT]))).toEqual([]);
  });
});
