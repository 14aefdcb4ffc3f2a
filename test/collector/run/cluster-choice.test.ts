// A choice of clusters that chooses none is a slip, and a run that read nothing because of it says so.
import { expect, test } from 'vitest';
import { testEngine } from '../../ledger/engines.ts';
import { System } from '../system.ts';

const engine = testEngine();

const chosen = (...names: string[]) => ({ wantsCluster: (name: string) => names.includes(name) });

test('a choice that leaves out every cluster of every project fails the run, with advice', async () => {
  await using system = await System.start(engine, { projects: 2, clusters: 1, jobs: 2 });
  const { run } = await system.run({}, {}, chosen('typo'));
  expect(run).toMatchObject({
    status: 'failed',
    failures: [
      { what: 'clusters', code: 'NO_CLUSTERS_CHOSEN', message: expect.stringContaining('check the patterns') },
    ],
  });
});

test('one that chooses some, of one project, does not', async () => {
  await using system = await System.start(engine, { projects: 2, clusters: 1, jobs: 2 });
  const [first] = system.atlas.world.projects;
  system.atlas.world.addCluster({ projectId: first?.id ?? '', clusterName: 'wanted' });
  expect((await system.run({}, {}, chosen('wanted'))).run).toMatchObject({ status: 'complete', failures: [] });
});

test('nor does it where there is no cluster yet, or where it is not known which there are', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 0 });
  expect((await system.run({}, {}, chosen('wanted'))).run.status).toBe('complete');
  system.atlas.world.addCluster({ projectId: system.atlas.world.projects[0]?.id ?? '', clusterName: 'other' });
  system.clock.advance(60_000);
  system.atlas.faults.add({ when: { path: /\/flexClusters$/ }, fault: { type: 'status', status: 403 } });
  const { run } = await system.run({}, {}, chosen('wanted'));
  expect(run.failures).toEqual([]);
  expect(run.status).not.toBe('complete');
});
