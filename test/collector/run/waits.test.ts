// How long a run waits where Atlas asks for it, and what it says of what it did not wait for.
import { expect, test } from 'vitest';
import { WaitBudget } from '../../../functions/collector/run/wait-budget.ts';
import { testEngine } from '../../ledger/engines.ts';
import { System } from '../system.ts';

const engine = testEngine();

const ONE = { projects: 1, clusters: 1, jobs: 3 };

test('a list that asks for too long a wait is named, and the others of its project are read', async () => {
  await using system = await System.start(engine, ONE);
  const projectId = system.atlas.world.projects[0]?.id ?? '';
  system.atlas.world.addCluster({ projectId, clusterName: 'Flex0', tier: 'flex' });
  system.clock.advance(60_000);
  system.atlas.world.startRestore({ projectId, clusterName: 'Flex0', kind: 'flex', durationMs: 1_000 });
  const fault = { type: 'status', status: 429, retryAfterSeconds: 7_200 } as const;
  system.atlas.faults.add({ when: { kind: 'dedicated' }, fault });
  const { run, parts } = await system.run({}, {}, { parallelLists: 1 });
  expect(run.status).toBe('incomplete');
  expect(parts[0]?.failures).toEqual([
    {
      ...{ clusterName: 'Cluster0', what: 'dedicated restore jobs', code: 'ATLAS_RATE_LIMITED' },
      message: expect.stringMatching(/backup\/restoreJobs answered 429 .* a run waits for 900 s in all/),
    },
  ]);
  const recorded = [...(await system.recorded()).values()].map(({ kind }) => kind);
  expect(recorded).toEqual(['flex']);
  expect(parts[0]?.counts.listsRead).toBe(2);
});

test('a list of clusters likewise', async () => {
  await using system = await System.start(engine, ONE);
  const fault = { type: 'status', status: 429, retryAfterSeconds: 7_200 } as const;
  system.atlas.faults.add({ when: { path: /\/flexClusters$/ }, fault });
  const { parts } = await system.run();
  expect(parts[0]?.failures).toMatchObject([{ what: 'flex clusters', code: 'ATLAS_RATE_LIMITED' }]);
  expect((await system.recorded()).size).toBe(system.listed().size);
});

test.each([
  [0, 3],
  [0, undefined],
  [20_000, undefined],
  [20_000, 6],
  [20_000, 7_200],
])(
  'a run that may wait %i ms waits no longer, where Atlas asks for %s s each time',
  async (maxMs, retryAfterSeconds) => {
    for (const when of [{ kind: 'dedicated' as const }, { path: /\/groups$/ }]) {
      await using system = await System.start(engine, ONE);
      const fault = { type: 'status', status: 429, ...(retryAfterSeconds ? { retryAfterSeconds } : {}) } as const;
      system.atlas.faults.add({ when, fault });
      const startedMs = system.clock.now();
      const { run, parts } = await system.run({}, { waits: new WaitBudget(maxMs, system.clock) });
      expect(system.clock.now() - startedMs).toBeLessThanOrEqual(maxMs);
      for (const { counts } of [run, ...parts]) expect(counts?.waitedMs ?? 0).toSatisfy(Number.isInteger);
      expect([...run.failures, ...parts.flatMap(({ failures }) => failures)]).toMatchObject([
        { code: 'ATLAS_RATE_LIMITED' },
      ]);
    }
  },
);

test('waits side by side count once, and the longest that fits is reported', () => {
  let now = 0;
  const waits = new WaitBudget(10_000, { now: () => now, sleep: async () => {} });
  expect([waits.leftMs, waits.allows(10_000), waits.allows(10_001)]).toEqual([10_000, true, false]);
  waits.note(4_000);
  waits.note(3_000);
  expect(waits.leftMs).toBe(10_000); // 4,000 of them pass anyway
  now = 1_000;
  expect(waits.leftMs).toBe(9_000);
  now = 50_000;
  expect(waits.leftMs).toBe(6_000);
});
