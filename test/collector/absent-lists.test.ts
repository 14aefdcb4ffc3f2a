// What it means that Atlas answers that a list of restores is not there, and what it does not mean.
import { describe, expect, test } from 'vitest';
import { proveCluster } from '../../functions/proof/cluster.ts';
import type { Gap } from '../../functions/proof/gap.ts';
import { HOUR, MINUTE } from '../../local/atlas/base/time.ts';
import { testEngine } from '../ledger/engines.ts';
import { System } from './system.ts';

const engine = testEngine();

const ONE = { projects: 1, clusters: 1, jobs: 2 };
const projectOf = (system: System) => system.atlas.world.projects[0]?.id ?? '';
const at = (ms: number) => new Date(ms).toISOString();

/** What may be claimed of a cluster for a period, by the reason of each gap. */
async function gapsOf(system: System, clusterName: string, since: number, until: number): Promise<Gap[]> {
  const cluster = (await system.ledger.coverage(projectOf(system)))?.clusters[clusterName];
  if (!cluster) throw new Error(`${clusterName} is not in the coverage`);
  return proveCluster(cluster, {}, { period: { since: at(since), until: at(until) }, now: at(system.clock.now()) })
    .gaps;
}

/** A cluster of its own, with a restore that nobody has read. */
async function withUnreadRestore(system: System, tier: 'replicaSet' | 'flex', kind: 'dedicated' | 'flex') {
  const ref = { projectId: projectOf(system), clusterName: 'fresh' };
  system.clock.advance(20 * MINUTE);
  system.atlas.world.addCluster({ ...ref, tier });
  system.clock.advance(5 * MINUTE);
  const job = system.atlas.world.startRestore({ ...ref, kind, durationMs: 1_000 });
  system.clock.advance(5 * MINUTE);
  return { ...ref, job };
}

const failing = (system: System) =>
  system.atlas.faults.add({
    when: { clusterName: 'fresh', path: /estoreJobs/ },
    fault: { type: 'status', status: 500 },
  });

const failingFor = (system: System, kind: 'serverless') =>
  system.atlas.faults.add({ when: { kind }, fault: { type: 'status', status: 500 } });

describe('a list that was never read to its end', () => {
  test('and whose cluster is deleted is a gap until then, and none after', async () => {
    await using system = await System.start(engine, ONE);
    await system.run();
    const began = system.clock.now();
    const fresh = await withUnreadRestore(system, 'replicaSet', 'dedicated');
    const lift = failing(system);
    expect((await system.run()).run.status).toBe('incomplete');
    lift();
    system.clock.advance(5 * MINUTE);
    system.atlas.world.deleteCluster(fresh);
    system.clock.advance(25 * MINUTE);
    await system.run();
    const goneAt = system.clock.now();
    system.clock.advance(61 * MINUTE);
    await system.run({ full: true });
    expect(await system.ledger.job(fresh.job.id)).toBeUndefined();
    const gaps = await gapsOf(system, 'fresh', began, began + 40 * MINUTE);
    expect(gaps.map(({ reason }) => reason)).toEqual(['gone', 'gone']);
    expect(gaps[0]?.text).toMatch(
      /^The list of dedicated restores was never read to its end, and can't be read any more/,
    );
    expect(await gapsOf(system, 'fresh', goneAt, system.clock.now())).toEqual([]);
  });

  test('and whose cluster changes its tier is a gap until then', async () => {
    await using system = await System.start(engine, ONE);
    await system.run();
    const began = system.clock.now();
    const fresh = await withUnreadRestore(system, 'flex', 'flex');
    const lift = failing(system);
    await system.run();
    lift();
    system.atlas.world.moveTier(fresh, 'dedicated');
    system.clock.advance(25 * MINUTE);
    await system.run();
    const movedAt = system.clock.now();
    system.clock.advance(HOUR);
    expect((await system.run({ full: true })).run.status).toBe('complete');
    expect(await gapsOf(system, 'fresh', began, began + 40 * MINUTE)).toMatchObject([
      { reason: 'gone', until: expect.any(String), text: expect.stringContaining('flex restores was never read') },
    ]);
    expect(await gapsOf(system, 'fresh', movedAt, movedAt + HOUR)).toEqual([]);
  });

  test('nor asked for before its cluster changed its tier, is not forgotten', async () => {
    await using system = await System.start(engine, ONE);
    await system.run();
    const began = system.clock.now();
    const fresh = await withUnreadRestore(system, 'flex', 'flex');
    await system.run({}, {}, { kinds: ['dedicated', 'collection'] });
    system.clock.advance(5 * MINUTE);
    system.atlas.world.moveTier(fresh, 'dedicated');
    system.clock.advance(25 * MINUTE);
    await system.run();
    expect(await system.ledger.job(fresh.job.id)).toBeUndefined();
    expect(await gapsOf(system, 'fresh', began, began + 40 * MINUTE)).toMatchObject([{ reason: 'gone' }]);
  });

  test('since the run was interrupted, and whose cluster is deleted, is a gap', async () => {
    await using system = await System.start(engine, { ...ONE, maxItemsPerPage: 2 });
    await system.run();
    const began = system.clock.now();
    const fresh = await withUnreadRestore(system, 'replicaSet', 'dedicated');
    for (let n = 0; n < 5; n++) {
      system.clock.advance(MINUTE);
      system.atlas.world.startRestore({ ...fresh, kind: 'dedicated', durationMs: 1_000 });
    }
    system.clock.advance(5 * MINUTE);
    const interrupt = new AbortController();
    const onRecorded = () => interrupt.abort(new Error('by hand'));
    await expect(system.run({ signal: interrupt.signal }, { onRecorded })).rejects.toThrow('by hand');
    system.atlas.world.deleteCluster(fresh);
    system.clock.advance(20 * MINUTE);
    await system.run({ full: true });
    const gaps = await gapsOf(system, 'fresh', began, began + 40 * MINUTE);
    expect(gaps.map(({ reason }) => reason)).toContain('gone');
  });

  test('of a cluster that was first seen deleted, with backups kept, is a gap until Atlas said that it is not there', async () => {
    await using system = await System.start(engine, ONE);
    await system.run();
    const began = system.clock.now();
    const fresh = await withUnreadRestore(system, 'replicaSet', 'dedicated');
    system.atlas.world.deleteCluster({ ...fresh, retainBackups: true });
    system.atlas.faults.add({
      when: { clusterName: 'fresh', path: /estoreJobs/ },
      fault: answering(404, 'CLUSTER_NOT_FOUND'),
    });
    system.clock.advance(30 * MINUTE);
    await system.run();
    const saidAt = system.clock.now();
    system.clock.advance(61 * MINUTE);
    await system.run({ full: true });
    const [gap] = await gapsOf(system, 'fresh', began, began + 50 * MINUTE);
    expect(gap).toMatchObject({ reason: 'gone', since: at(saidAt) });
    expect(await gapsOf(system, 'fresh', saidAt, saidAt + HOUR)).toEqual([]);
  });
});

test('a list that failed after it was said not to be there is no answer any more', async () => {
  await using system = await System.start(engine, ONE);
  const collections = { clusterName: 'Cluster0', kind: 'collection' as const };
  const lift = system.atlas.faults.add({ when: collections, fault: answering(403, 'FEATURE_UNSUPPORTED') });
  await system.run();
  const began = system.clock.now();
  lift();
  system.clock.advance(10 * MINUTE);
  system.atlas.world.startRestore({ projectId: projectOf(system), ...collections, durationMs: 1_000 });
  system.atlas.faults.add({ when: collections, fault: { type: 'status', status: 500 } });
  system.clock.advance(10 * MINUTE);
  const until = system.clock.now();
  await system.run({ full: true });
  expect(await gapsOf(system, 'Cluster0', began, until)).toMatchObject([{ reason: 'failing', from: at(began) }]);
});

test('a plan without collection restores proves that there are none, also over a failure in between', async () => {
  await using system = await System.start(engine, ONE);
  const collections = { clusterName: 'Cluster0', kind: 'collection' as const };
  const began = system.clock.now();
  system.atlas.faults.add({ when: collections, fault: answering(403, 'FEATURE_UNSUPPORTED') });
  for (const status of [403, 500, 403]) {
    const lift =
      status === 500 ? system.atlas.faults.add({ when: collections, fault: { type: 'status', status } }) : () => {};
    system.clock.advance(12 * HOUR);
    await system.run({ full: true });
    lift();
  }
  expect(await gapsOf(system, 'Cluster0', began, system.clock.now())).toEqual([]);
});

describe('a list of a cluster that the same run found, and that Atlas says it does not know,', () => {
  test.each([
    ['flex', 404, 'RESOURCE_NOT_FOUND'],
    ['collection', 404, 'RESOURCE_NOT_FOUND'],
    ['flex', 410, 'VERSION_GONE'],
    ['collection', 403, 'UNEXPECTED_ERROR'],
  ] as const)('%s, %i %s, is a failure each time', async (kind, status, errorCode) => {
    await using system = await System.start(engine, ONE);
    const projectId = projectOf(system);
    system.atlas.world.addCluster({ projectId, clusterName: 'fresh', tier: kind === 'flex' ? 'flex' : 'replicaSet' });
    system.clock.advance(MINUTE);
    system.atlas.faults.add({ when: { clusterName: 'fresh', kind }, fault: answering(status, errorCode) });
    for (let runs = 0; runs < 3; runs++) {
      const { run, parts } = await system.run({ full: true });
      expect([run.status, parts[0]?.failures]).toMatchObject(['incomplete', [{ what: `${kind} restore jobs` }]]);
      system.clock.advance(2 * HOUR);
    }
    const now = system.clock.now();
    expect((await gapsOf(system, 'fresh', now - HOUR, now)).map(({ reason }) => reason)).toContain('failing');
  });

  test('serverless, which is past its sunset, is a failure until it says so again an hour later', async () => {
    await using system = await System.start(engine, { ...ONE, serverless: 'alive' });
    system.atlas.faults.add({ when: { kind: 'serverless' }, fault: answering(410, 'VERSION_GONE') });
    const clusterName = 'serverless-0';
    const began = system.clock.now();
    expect((await system.run()).parts[0]?.failures).toMatchObject([{ clusterName, code: 'LIST_CONTRADICTS' }]);
    system.clock.advance(40 * MINUTE);
    expect((await system.run({ full: true })).run.status).toBe('incomplete');
    expect((await gapsOf(system, clusterName, began, system.clock.now()))[0]?.reason).toBe('failing');
    system.clock.advance(40 * MINUTE);
    const believedAt = system.clock.now();
    expect((await system.run({ full: true })).run.status).toBe('complete');
    expect((await gapsOf(system, clusterName, began, believedAt))[0]?.reason).toBe('gone');
    system.clock.advance(HOUR);
    expect((await system.run({ full: true })).run.status).toBe('complete');
    expect(await gapsOf(system, clusterName, believedAt, system.clock.now())).toEqual([]);
  });
});

test('serverless that failed for an hour in another way is no more believed at once', async () => {
  await using system = await System.start(engine, { ...ONE, serverless: 'alive' });
  const lift = failingFor(system, 'serverless');
  expect((await system.run()).run.status).toBe('incomplete');
  lift();
  system.atlas.faults.add({ when: { kind: 'serverless' }, fault: answering(410, 'VERSION_GONE') });
  system.clock.advance(61 * MINUTE);
  expect((await system.run()).parts[0]?.failures).toMatchObject([{ code: 'LIST_CONTRADICTS' }]);
  system.clock.advance(MINUTE);
  expect((await system.run()).parts[0]?.failures).toMatchObject([{ code: 'LIST_CONTRADICTS' }]);
  system.clock.advance(61 * MINUTE);
  expect((await system.run()).run.status).toBe('complete');
});

test('a list of flex clusters that Atlas says it does not know is a failure until it says so again an hour later', async () => {
  await using system = await System.start(engine, ONE);
  const lift = system.atlas.faults.add({
    when: { path: /\/flexClusters$/ },
    fault: answering(404, 'RESOURCE_NOT_FOUND'),
  });
  const statuses: string[] = [];
  for (const minutes of [0, 40, 40, 10]) {
    system.clock.advance(minutes * MINUTE);
    statuses.push((await system.run()).run.status);
  }
  expect(statuses).toEqual(['incomplete', 'incomplete', 'complete', 'complete']);
  lift();
  system.atlas.world.addCluster({ projectId: projectOf(system), clusterName: 'fresh', tier: 'flex' });
  system.clock.advance(10 * MINUTE);
  expect((await system.run()).run.status).toBe('complete');
  expect((await system.ledger.coverage(projectOf(system)))?.clusters).toHaveProperty('fresh');
});

/** A refusal in Atlas's own form. */
function answering(status: number, errorCode: string) {
  const body = JSON.stringify({ detail: errorCode, error: status, errorCode, parameters: [], reason: 'Refused' });
  return { type: 'foreign', status, body, headers: { 'content-type': 'application/json' } } as const;
}
