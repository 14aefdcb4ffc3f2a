import { describe, expect, test } from 'vitest';
import type { ClusterCoverage, ListCoverage, ProjectCoverage } from '../../../functions/ledger/model/coverage.ts';
import { testEngine, testTable } from '../engines.ts';
import { job, RUN, seen } from '../jobs.ts';
import { list } from '../table.ts';

const engine = testEngine();
const table = testTable(engine);
let serial = 0;
const anotherId = () => (serial++).toString(16).padStart(24, '0');

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
describe('saveCoverage', () => {
  test('costs one write; the first of a project a read and two writes more, since it also says that the project has one; and one in five minutes says that somebody writes', async () => {
    const projectId = anotherId();
    expect(await table.ledger.coverage(projectId)).toBeUndefined();
    table.requests();
    const first = await table.ledger.saveCoverage(projectId, () => coverage(projectId, [cluster('orders')]));
    expect(table.requests()).toEqual({ GetItem: 1, PutItem: 3, UpdateItem: 1 });
    expect(first.revision).toBe(1);
    const read = await table.ledger.coverage(projectId);
    expect(read).toEqual(first);
    table.requests();
    const second = await table.ledger.saveCoverage(
      projectId,
      (stored) => ({ ...(stored as ProjectCoverage), projectName: 'billing' }),
      read,
    );
    // Whether that was said, too: the first writer may have died before.
    expect(table.requests()).toEqual({ GetItem: 1, PutItem: 1 });
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

  test('a cluster may be named as a class has its constructor', async () => {
    const projectId = anotherId();
    const saved = await table.ledger.saveCoverage(projectId, () => coverage(projectId, [cluster('constructor')]));
    expect(Object.keys((await table.ledger.coverage(projectId))?.clusters ?? {})).toEqual(['constructor']);
    expect(saved.clusters.constructor).toMatchObject({ clusterName: 'constructor' });
  });
});

test('coverages come in the order of project ids, in batches', async () => {
  await using own = await engine.newTable();
  const ids = Array.from({ length: 60 }, anotherId);
  await Promise.all(
    [...ids].reverse().map((id) => own.ledger.saveCoverage(id, () => coverage(id, [cluster('orders')]))),
  );
  await own.ledger.record(job({ projectId: ids[0] as string }), seen(0));
  own.requests();
  const all = await list(own.ledger.coverages());
  expect(all.map(({ projectId }) => projectId)).toEqual(ids);
  expect(own.requests()).toEqual({ Query: 1, BatchGetItem: 3 });
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
