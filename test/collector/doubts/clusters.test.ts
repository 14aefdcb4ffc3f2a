// Lists of clusters that leave one out or are refused, and clusters that change their tier.
import { describe, expect, test } from 'vitest';
import type { Cluster, ClusterList } from '../../../functions/atlas/model/atlas.ts';
import { HOUR, MINUTE } from '../../../local/atlas/base/time.ts';
import { testEngine } from '../../ledger/engines.ts';
import { System } from '../system.ts';
import { coverageOf, expectNothingMissing, ONE, refOf, restored, runWith } from './altered.ts';

const engine = testEngine();

describe('the lists of clusters', () => {
  const flexOf = (system: System) => {
    const projectId = system.atlas.world.projects[0]?.id ?? '';
    const flex = system.atlas.world.clusters(projectId).find(({ tier }) => tier === 'flex');
    return { projectId, clusterName: flex?.name ?? '', kind: 'flex' as const };
  };
  const withFlex = async (options = {}) => {
    const system = await System.start(engine, { projects: 1, clusters: 6, jobs: 4, ...options });
    if (flexOf(system).clusterName === '') {
      const { projectId } = refOf(system);
      system.atlas.world.addCluster({ projectId, clusterName: 'Flex0', tier: 'flex' });
      system.clock.advance(MINUTE);
    }
    return system;
  };

  test('one refusal takes no known cluster away, whoever it is from', async () => {
    await using system = await withFlex();
    await system.run();
    for (const fault of [
      { type: 'foreign', status: 404 },
      { type: 'status', status: 404, errorCode: 'RESOURCE_NOT_FOUND' },
    ] as const) {
      const lift = system.atlas.faults.add({ when: { path: /\/flexClusters$/ }, fault });
      system.clock.advance(10 * MINUTE);
      const { run, parts } = await system.run();
      expect([run.status, parts[0]?.failures.map(({ what }) => what)]).toEqual(['incomplete', ['flex clusters']]);
      lift();
      const job = restored(system, flexOf(system) as never);
      expect((await system.run()).run.status).toBe('complete');
      expect(await system.ledger.job(job.id)).toBeDefined();
    }
  });

  test('a refusal that Atlas repeats an hour later is believed, and taken back when the list is there again', async () => {
    await using system = await withFlex();
    await system.run();
    const { clusterName } = flexOf(system);
    const lift = system.atlas.faults.add({
      when: { path: /\/flexClusters/ },
      fault: { type: 'status', status: 404, errorCode: 'RESOURCE_NOT_FOUND' },
    });
    system.clock.advance(10 * MINUTE);
    expect((await system.run()).run.status).toBe('incomplete');
    system.clock.advance(61 * MINUTE);
    await system.run();
    expect((await coverageOf(system))?.clusters[clusterName]).toHaveProperty('goneAt');
    lift();
    system.clock.advance(10 * MINUTE);
    await system.run();
    expect((await coverageOf(system))?.clusters[clusterName]).not.toHaveProperty('goneAt');
    await expectNothingMissing(system);
  });

  test('a cluster that a list leaves out, while its jobs are listed, is not gone', async () => {
    await using system = await withFlex();
    await system.run();
    const { clusterName } = flexOf(system);
    system.clock.advance(10 * MINUTE);
    const job = restored(system, flexOf(system) as never);
    const { run } = await runWith(system, { clusters: (found) => found.filter(({ name }) => name !== clusterName) });
    expect(run.status).toBe('incomplete');
    expect((await coverageOf(system))?.clusters[clusterName]).not.toHaveProperty('missingSince');
    expect((await coverageOf(system))?.clusters[clusterName]).not.toHaveProperty('goneAt');
    expect(await system.ledger.job(job.id)).toBeDefined();
    system.clock.advance(10 * MINUTE);
    await system.run();
    expect((await coverageOf(system))?.clusters[clusterName]).not.toHaveProperty('missingSince');
  });

  test('stretches that were not watched are on record', async () => {
    await using system = await System.start(engine, ONE);
    const at = () => new Date(system.clock.now()).toISOString();
    const first = at();
    await system.run();
    system.clock.advance(20 * HOUR);
    const second = at();
    await system.run();
    system.clock.advance(30 * HOUR);
    await system.run();
    expect((await coverageOf(system))?.discovery.dedicated).toEqual({
      attemptedAt: at(),
      readAt: at(),
      since: first,
      unread: [{ from: second, until: at() }],
    });
  });
});

describe('a cluster that changes its tier', () => {
  test('leaves no job open for ever, and its former list is closed', async () => {
    await using system = await System.start(engine, ONE);
    const { projectId } = refOf(system);
    system.atlas.world.addCluster({ projectId, clusterName: 'Flex0', tier: 'flex' });
    system.clock.advance(MINUTE);
    const flex = { projectId, clusterName: 'Flex0', kind: 'flex' as const };
    const open = system.atlas.world.startRestore({ ...flex, durationMs: 10 * HOUR });
    await system.run();
    const list = async () => (await coverageOf(system))?.clusters.Flex0?.lists.flex;
    expect(await list()).toMatchObject({ open: 1, moving: 1 });
    system.clock.advance(HOUR);
    system.atlas.world.moveTier(flex, 'dedicated');
    const movedAt = new Date(system.clock.now()).toISOString();
    expect((await system.run()).run.status).toBe('complete');
    expect(await list()).toMatchObject({ supersededAt: movedAt, attemptedAt: movedAt, answer: expect.any(String) });
    expect(await list()).toMatchObject({ open: 0, moving: 0 });
    expect(await system.ledger.job(open.id)).toHaveProperty('vanishedAt');
    system.clock.advance(HOUR);
    system.atlas.requests.length = 0;
    expect((await system.run()).run.status).toBe('complete');
    expect(system.atlas.requests.filter(({ path }) => /flexClusters\/Flex0/.test(path))).toEqual([]);
  });

  test('has its former list read to its end once more where Atlas still answers', async () => {
    await using system = await System.start(engine, ONE);
    const { projectId } = refOf(system);
    system.atlas.world.addCluster({ projectId, clusterName: 'Flex0', tier: 'flex' });
    const flex = { projectId, clusterName: 'Flex0', kind: 'flex' as const };
    await system.run();
    system.clock.advance(HOUR);
    const job = restored(system, flex as never);
    // Discovery already says dedicated, while the flex API still lists.
    const upgraded = {
      clusters: (found: Cluster[], list: ClusterList) =>
        list === 'flex'
          ? found.filter(({ name }) => name !== 'Flex0')
          : list === 'dedicated'
            ? [...found, { ...system.atlas.world.cluster(flex), name: 'Flex0', tier: 'dedicated' as const } as Cluster]
            : found,
    };
    system.atlas.faults.add({
      when: { path: /\/clusters\/Flex0\// },
      fault: { type: 'status', status: 503 },
    });
    await runWith(system, upgraded);
    expect(await system.ledger.job(job.id)).toBeDefined();
    const list = (await coverageOf(system))?.clusters.Flex0?.lists.flex;
    expect((list?.fullReadAt ?? '') >= (list?.supersededAt ?? 'never')).toBe(true);
  });
});
