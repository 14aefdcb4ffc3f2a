// Random histories of a world, read by collectors that overlap, die and come back, over real HTTP and a real DynamoDB API.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ledger, LedgerJob } from '../../functions/ledger/ledger.ts';
import { isOpen } from '../../functions/restore/job.ts';
import { type Store, System, startStore } from './system.ts';

const MINUTE = 60_000;

let store: Store;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store[Symbol.asyncDispose]());

type Step =
  | { do: 'restore'; cluster: number; minutes: number; download: boolean }
  | { do: 'remove'; cluster: number }
  | { do: 'wait'; minutes: number }
  | { do: 'collect'; full: boolean; dieAfter: number | undefined }
  | { do: 'collectTwice'; dieAfter: number | undefined }
  | { do: 'shift' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('restore' as const),
      cluster: fc.nat(3),
      minutes: fc.integer({ min: 1, max: 90 }),
      download: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), cluster: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 300 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('collect' as const),
      full: fc.boolean(),
      dieAfter: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('collectTwice' as const),
      dieAfter: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('shift' as const) }) },
);

class Killed extends Error {}

/** A ledger that dies, before or after its n-th call of those that write. */
function mortal(ledger: Ledger, dieAfter: number | undefined): Ledger {
  if (dieAfter === undefined) return ledger;
  let left = dieAfter;
  const dying =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      left -= 1;
      if (left < 0) throw new Killed();
      const result = await call(...args);
      if (left === 0) throw new Killed(); // it was done, but nobody heard of it
      return result;
    };
  return {
    ...ledger,
    record: dying(ledger.record),
    saveCoverage: dying(ledger.saveCoverage),
    finishPart: dying(ledger.finishPart),
    markVanished: dying(ledger.markVanished),
  };
}

async function take(system: System, step: Step): Promise<void> {
  const { world } = system.atlas;
  const [{ id: projectId } = { id: '' }] = world.projects;
  const clusters = world.clusters(projectId).filter(({ tier }) => tier !== 'free');
  const collect = (dieAfter: number | undefined, full = false) =>
    system.run({ full }, { ledger: mortal(system.ledger, dieAfter) }).then(
      () => undefined,
      (error) => {
        if (!(error instanceof Killed)) throw error;
      },
    );
  if (step.do === 'wait') return system.clock.advance(step.minutes * MINUTE);
  if (step.do === 'collect') return collect(step.dieAfter, step.full);
  if (step.do === 'collectTwice') return void (await Promise.all([collect(step.dieAfter), collect(undefined)]));
  if (step.do === 'shift')
    return void system.atlas.faults.add({ when: {}, times: 3, fault: { type: 'shiftingPages' } });
  const cluster = clusters[step.cluster % clusters.length];
  if (!cluster) return;
  const ref = {
    projectId,
    clusterName: cluster.name,
    kind: cluster.tier === 'flex' ? ('flex' as const) : ('dedicated' as const),
  };
  if (step.do === 'remove') {
    const oldest = world.jobs(ref.projectId, ref.clusterName, ref.kind).at(-1);
    if (oldest) world.removeJob(ref, oldest.id);
    return;
  }
  world.startRestore({
    ...ref,
    delivery: step.download && ref.kind === 'dedicated' ? 'download' : 'automated',
    durationMs: step.minutes * MINUTE,
  });
}

function expectSoundHistory(job: LedgerJob) {
  expect(job.changes.map(({ revision }) => revision)).toEqual(job.changes.map((_, index) => index + 1));
  expect(job.revision).toBe(job.changes.length);
  expect(job.changes.at(-1)?.status).toBe(job.status);
  // Time never runs backwards in a history, and a settled job does not open again: the world never does that.
  for (const [index, change] of job.changes.entries()) {
    const before = job.changes[index - 1];
    if (!before) continue;
    expect(change.at > before.at || (change.at === before.at && change.status !== before.status)).toBe(true);
    if (!isOpen(before.status) && before.status !== change.status)
      throw new Error(`${before.status} became ${change.status}`);
    expect(Object.keys(change.fields).length + (change.atlas?.length ?? 0)).toBeGreaterThan(0);
  }
}

test('nothing lost, nothing doubled, no revision skipped, whatever happens in between', {
  timeout: 300_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1_000 }),
      fc.array(step, { minLength: 3, maxLength: 14 }),
      async (seed, steps) => {
        await using system = await System.start(store, { seed, projects: 1, clusters: 3, jobs: 4 });
        const everListed = new Set<string>();
        for (const next of steps) {
          await take(system, next);
          for (const id of system.listed().keys()) everListed.add(id);
        }
        // What died is tried again: an ordinary run, and then, a day later, the daily one that reads to the end.
        system.atlas.faults.clear();
        system.clock.advance(MINUTE);
        await system.run();
        const listed = system.listed();
        const recorded = await system.recorded();
        for (const id of listed.keys()) expect(recorded.has(id)).toBe(true);
        for (const id of recorded.keys()) expect(everListed.has(id)).toBe(true);

        system.clock.advance(1_500 * MINUTE);
        const { run } = await system.run();
        expect(run.status).toBe('complete');
        const settled = await system.recorded();
        for (const [id, job] of settled) {
          expectSoundHistory(job);
          if (!listed.has(id)) expect(job.vanishedAt).toBeDefined();
          else expect(isOpen(job.status)).toBe(false);
        }
        // And the world as Atlas tells it is the world in the table.
        system.counted.writes = 0;
        const again = await system.run({ full: true });
        expect(again.run.counts).toMatchObject({ jobsNew: 0, jobsChanged: 0, jobsVanished: 0 });
      },
    ),
    { numRuns: 40 },
  );
});
