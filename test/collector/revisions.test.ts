// The revisions that a collector counts for a hub: all of them, whoever wrote them, and never more.
import { expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../local/atlas/base/time.ts';
import { testEngine } from '../ledger/engines.ts';
import { System } from './system.ts';

const engine = testEngine();
const FORWARDS = { forwardsRecords: true };

async function world() {
  const system = await System.start(engine, { projects: 1, clusters: 1, jobs: 30 });
  const projectId = system.atlas.world.projects[0]?.id ?? '';
  const counted = async () => (await system.ledger.coverage(projectId))?.revisions;
  const there = async () => {
    const jobs = [...(await system.recorded()).values()];
    return jobs.reduce((sum, { revision }) => sum + revision, 0);
  };
  const jobId = async () => [...(await system.recorded()).keys()].sort()[0] ?? '';
  const at = { projectId, clusterName: 'Cluster0', kind: 'dedicated', durationMs: 30 * MINUTE } as const;
  return Object.assign(system, { projectId, at, counted, there, jobId });
}

test('a ledger without a hub counts none', async () => {
  await using system = await world();
  await system.run();
  expect(await system.counted()).toBeUndefined();
});

test('each run counts what it wrote: new jobs, their changes, findings and requesters', async () => {
  await using system = await world();
  for (let run = 0; run < 6; run++) {
    await system.run({}, {}, FORWARDS);
    expect((await system.counted())?.total).toBe(await system.there());
    system.atlas.world.startRestore(system.at);
    system.clock.advance(20 * MINUTE);
  }
  expect(await system.there()).toBeGreaterThan(system.listed().size);
});

test('an annotation counts with the next run, once more as its clock may be another, and then nothing is counted anew', async () => {
  await using system = await world();
  await system.run({}, {}, FORWARDS);
  system.clock.advance(HOUR);
  await system.annotate(system.projectId, await system.jobId(), { purpose: 'drill' });
  system.clock.advance(MINUTE);
  await system.run({}, {}, FORWARDS);
  expect((await system.counted())?.total).toBe(await system.there());
  system.clock.advance(HOUR);
  await system.run({}, {}, FORWARDS);
  const again = await system.counted();
  expect(again?.total).toBe(await system.there());
  system.clock.advance(HOUR);
  await system.run({}, {}, FORWARDS);
  expect(await system.counted()).toEqual(again);
});

test('what a collector that died had written is counted within a day, and until then never more than there is', async () => {
  await using system = await world();
  await system.run({}, {}, FORWARDS);
  for (let nth = 4; nth < 8; nth++) {
    system.atlas.world.startRestore(system.at);
    system.clock.advance(20 * MINUTE);
    await system.run({}, { ledger: system.dyingAt(nth) }, FORWARDS).catch(() => {});
    await system.run({}, {}, FORWARDS);
    expect((await system.counted())?.total).toBeLessThanOrEqual(await system.there());
  }
  system.clock.advance(25 * HOUR);
  await system.run({}, {}, FORWARDS);
  expect((await system.counted())?.total).toBe(await system.there());
});

test('a command that collects a spoke\u2019s table by hand goes on counting', async () => {
  await using system = await world();
  await system.run({}, {}, FORWARDS);
  system.atlas.world.startRestore(system.at);
  system.clock.advance(20 * MINUTE);
  await system.run();
  expect((await system.counted())?.total).toBe(await system.there());
});
