import { expect, test } from 'vitest';
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
