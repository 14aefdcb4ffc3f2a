import { describe, expect, test } from 'vitest';
import { DEFAULT_RULES } from '../../functions/restore/rules/rules.ts';
import { DAY } from '../../local/atlas/base/time.ts';
import { testEngine } from '../ledger/engines.ts';
import { System } from './system.ts';

const engine = testEngine();

test('tags are those of the last discovery that found the cluster: they come, change, go, and stop being known', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 0 });
  const { world } = system.atlas;
  const projectId = world.projects[0]?.id ?? '';
  const clusterName = 'orders';
  world.addCluster({ projectId, clusterName });
  const tagsAfter = async (tags: { key: string; value: string }[] | undefined) => {
    world.setTags({ projectId, clusterName }, tags);
    await system.run();
    return (await system.ledger.coverage(projectId))?.clusters[clusterName]?.tags;
  };
  const prod = [{ key: 'env', value: 'prod' }];
  const dev = [{ key: 'env', value: 'dev' }];
  expect(await tagsAfter(prod)).toEqual(prod);
  expect(await tagsAfter(dev)).toEqual(dev);
  expect(await tagsAfter(undefined)).toBeUndefined();
  expect(await tagsAfter(dev)).toEqual(dev);
  expect(await tagsAfter([])).toEqual([]);
  world.setTags({ projectId, clusterName }, dev);
  await system.run();
  world.deleteCluster({ projectId, clusterName });
  await system.run();
  expect((await system.ledger.coverage(projectId))?.clusters[clusterName]).toMatchObject({ tags: dev });
});

test('what is asked of a drill follows the tags, and is not known while they are not: nothing is proven, nothing overdue', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 0 });
  const { world } = system.atlas;
  const projectId = world.projects[0]?.id ?? '';
  const clusterName = 'orders';
  world.addCluster({ projectId, clusterName });
  const rules = { ...DEFAULT_RULES, drillDaysFor: ['tag:env=prod = 30', 'tag:env=dev = 0'] };
  const after = async (value: string | undefined) => {
    world.setTags({ projectId, clusterName }, value === undefined ? undefined : [{ key: 'env', value }]);
    await system.run({ full: true }, {}, { rules });
    const cluster = (await system.ledger.coverage(projectId))?.clusters[clusterName];
    return { days: cluster?.drill?.days, notKnown: cluster?.drillNotKnown };
  };
  expect(await after('prod')).toEqual({ days: 30, notKnown: undefined });
  expect(await after(undefined)).toEqual({ days: undefined, notKnown: true });
  expect(await after('dev')).toEqual({ days: undefined, notKnown: undefined });
  expect(await after('test')).toEqual({ days: 365, notKnown: undefined });
  expect(await after(undefined)).toEqual({ days: undefined, notKnown: true });
  world.deleteCluster({ projectId, clusterName });
  for (let reading = 0; reading < 2; reading++) {
    system.clock.advance(2 * 3_600_000);
    await system.run({ full: true }, {}, { rules });
  }
  const gone = (await system.ledger.coverage(projectId))?.clusters[clusterName];
  expect(gone).toMatchObject({ goneAt: expect.any(String), drillNotKnown: true });
});

test('a restore that nobody announced is found where a tag asks for it, and where nobody knows whether it does', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 0 });
  const { world } = system.atlas;
  const projectId = world.projects[0]?.id ?? '';
  const rules = { ...DEFAULT_RULES, announcements: ['tag:env=prod'], requested: ['tag:env=prod'] };
  const tags = { prod: [{ key: 'env', value: 'prod' }], dev: [{ key: 'env', value: 'dev' }], unread: undefined };
  for (const [clusterName, each] of Object.entries(tags)) {
    world.addCluster({ projectId, clusterName });
    world.setTags({ projectId, clusterName }, each);
  }
  await system.run({ full: true }, {}, { rules });
  system.clock.advance(60_000);
  const [prod, dev, unread] = Object.keys(tags).map((clusterName) =>
    world.startRestore({ projectId, clusterName, kind: 'dedicated', durationMs: 1_000, outcome: 'completed' }),
  );
  for (let reading = 0; reading < 3; reading++) {
    system.clock.advance(3_600_000);
    await system.run({ full: true }, {}, { rules });
  }
  const found = async (id: string | undefined) =>
    ((await system.ledger.jobs({ projectId })).items.find(({ jobId }) => jobId === id)?.findings ?? [])
      .filter(({ rule }) => rule === 'unannounced' || rule === 'requested')
      .map(({ rule, why }) => `${rule}: ${why.replace(/.*(which|requested, and)/, '')}`);
  expect(await found(prod?.id)).toEqual([
    'requested:  fits tag:env=prod.',
    'unannounced:  tag:env=prod asks for that.',
  ]);
  expect(await found(dev?.id)).toEqual([]);
  expect(await found(unread?.id)).toEqual([
    'requested:  may fit tag:env=prod: the tags of the cluster are not known.',
    'unannounced:  tag:env=prod may ask for that: the tags of the cluster are not known.',
  ]);
});

describe('while the tags that a drill goes by are not known', () => {
  const rules = { ...DEFAULT_RULES, drillNeeds: ['tag:env=prod = verdict, other-project'] };
  const PROD = [{ key: 'env', value: 'prod' }];
  async function started(tags: typeof PROD | undefined) {
    const system = await System.start(engine, { projects: 2, clusters: 1, jobs: 0 });
    const { world } = system.atlas;
    const [projectId = '', targetProjectId = ''] = world.projects.map(({ id }) => id);
    const ref = { projectId, clusterName: 'orders' };
    world.addCluster(ref);
    world.setTags(ref, tags);
    const restored = async (where: { targetProjectId?: string } = {}) => {
      const { id } = world.startRestore({
        ...ref,
        ...where,
        kind: 'dedicated',
        durationMs: 1_000,
        outcome: 'completed',
      });
      system.clock.advance(DAY);
      await system.run({ full: true }, {}, { rules });
      return id;
    };
    const judge = async (...ids: string[]) => {
      for (const id of ids) await system.annotate(projectId, id, { validation: { status: 'SUCCESSFUL' } });
      await system.run({ full: true }, {}, { rules });
    };
    const cluster = async () => (await system.ledger.coverage(projectId))?.clusters.orders;
    return Object.assign(system, { ref, targetProjectId, restored, judge, cluster });
  }

  test('its proof is kept, and is one again once they are', async () => {
    await using system = await started(PROD);
    const proof = await system.restored({ targetProjectId: system.targetProjectId });
    await system.judge(proof);
    system.atlas.world.setTags(system.ref, undefined);
    const later = await system.restored();
    await system.judge(later);
    expect(await system.cluster()).toMatchObject({ drillNotKnown: true, evidence: [proof, later].sort() });
    expect(await system.cluster()).not.toHaveProperty('drill');
    system.atlas.world.setTags(system.ref, PROD);
    system.clock.advance(DAY);
    await system.run({ full: true }, {}, { rules });
    expect(await system.cluster()).toMatchObject({ drill: { proof: { jobId: proof } } });
  });

  test('a verdict that is let go may have been proof', async () => {
    await using system = await started(undefined);
    const first = await system.restored();
    const second = await system.restored();
    await system.judge(first, second);
    for (let day = 0; day < 32; day++) await system.restored();
    await system.retain(30);
    await system.restored();
    await system.retain(30);
    const jobs = await system.recorded();
    expect([jobs.has(first), jobs.has(second)]).toEqual([false, true]);
    expect(await system.cluster()).toMatchObject({ drillNotKnown: true, provenLetGo: expect.any(String) });
  });
});
