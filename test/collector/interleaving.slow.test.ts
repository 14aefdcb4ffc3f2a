// Random histories of a world, read by collectors that overlap, run out of time, die and come back, over real HTTP and a
// real DynamoDB API. Pages are small, and the world goes on while it is read.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collectProject } from '../../functions/collector/project/collect-project.ts';
import { breaksOf, FIRST_CHANGES } from '../../functions/ledger/model/hash-chain.ts';
import type { Ledger, LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { isOpen } from '../../functions/restore/job.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import { Random } from '../../local/atlas/base/random.ts';
import { MINUTE } from '../../local/atlas/base/time.ts';
import { testEngine } from '../ledger/engines.ts';
import { System } from './system.ts';

const engine = testEngine();

const dieAfter = fc.option(fc.integer({ min: 0, max: 14 }), { nil: undefined });
const step = fc.oneof(
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
  { weight: 4, arbitrary: fc.record({ do: fc.constant('collect' as const), full: fc.boolean(), dieAfter }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('collectTwice' as const), dieAfter }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('shortOfTime' as const),
      full: fc.boolean(),
      requests: fc.integer({ min: 3, max: 12 }),
      messages: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('overtaken' as const),
      full: fc.boolean(),
      atWrite: fc.integer({ min: 1, max: 8 }),
      minutes: fc.integer({ min: 1, max: 60 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('shift' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('shuffle' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('garble' as const),
      what: fc.constantFrom('nullItem', 'numberIds', 'missingIds'),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

class Killed extends Error {}

/** A ledger that dies, before or after its n-th write, and during whose writes the world goes on. */
function disturbed(ledger: Ledger, dieAfter: number | undefined, meanwhile: () => void | Promise<void>): Ledger {
  let left = dieAfter ?? Number.POSITIVE_INFINITY;
  const disturb =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await meanwhile();
      left -= 1;
      if (left < 0) throw new Killed();
      const result = await call(...args);
      if (left === 0) throw new Killed(); // it was done, but nobody heard of it
      return result;
    };
  const { record, saveCoverage, finishPart, markVanished } = ledger;
  return {
    ...ledger,
    record: disturb(record),
    saveCoverage: disturb(saveCoverage),
    finishPart: disturb(finishPart),
    markVanished: disturb(markVanished),
  };
}

class Story {
  readonly #system: System;
  readonly #random: Random;

  constructor(system: System, seed: number) {
    this.#system = system;
    this.#random = new Random(seed, 77);
  }

  async take(step: Step): Promise<void> {
    const { clock, atlas } = this.#system;
    if (step.do === 'wait') return clock.advance(step.minutes * MINUTE);
    if (step.do === 'collect') return this.#collect(step.dieAfter, step.full);
    if (step.do === 'collectTwice')
      return void (await Promise.all([this.#collect(step.dieAfter), this.#collect(undefined)]));
    if (step.do === 'shortOfTime') return this.#shortOfTime(step);
    if (step.do === 'overtaken') return this.#overtaken(step);
    if (step.do === 'shift') return void atlas.faults.add({ when: {}, times: 3, fault: { type: 'shiftingPages' } });
    if (step.do === 'shuffle') return void atlas.faults.add({ when: {}, times: 3, fault: { type: 'notDescending' } });
    if (step.do === 'garble') {
      const what = step.what as 'nullItem' | 'numberIds' | 'missingIds';
      return void atlas.faults.add({ when: { path: /restoreJobs$/i }, times: 2, fault: { type: 'wrongTypes', what } });
    }
    const ref = this.#list(step.cluster);
    if (step.do === 'remove') {
      const oldest = atlas.world.jobs(ref.projectId, ref.clusterName, ref.kind).at(-1);
      return oldest && atlas.world.removeJob(ref, oldest.id);
    }
    const delivery = step.download && ref.kind === 'dedicated' ? 'download' : 'automated';
    atlas.world.startRestore({ ...ref, delivery, durationMs: step.minutes * MINUTE });
  }

  #list(n: number) {
    const { world } = this.#system.atlas;
    const projectId = world.projects[0]?.id ?? '';
    const clusters = world.clusters(projectId).filter(({ tier }) => tier !== 'free');
    const { name: clusterName, tier } = clusters[n % clusters.length] as (typeof clusters)[number];
    return { projectId, clusterName, kind: tier === 'flex' ? ('flex' as const) : ('dedicated' as const) };
  }

  #meanwhile = () => {
    if (this.#random.next() < 0.2) this.#system.clock.advance(this.#random.between(1, 120) * 1_000);
    if (this.#random.next() < 0.1) {
      const durationMs = this.#random.between(1, 40) * MINUTE;
      this.#system.atlas.world.startRestore({ ...this.#list(this.#random.between(0, 3)), durationMs });
    }
  };

  async #collect(dieAfter: number | undefined, full = false) {
    const ledger = disturbed(this.#system.ledger, dieAfter, this.#meanwhile);
    await this.#system.run({ full }, { ledger }).catch((error) => {
      if (!(error instanceof Killed)) throw error;
    });
  }

  /** A collector that has read its page, and is then so slow that another one begins and ends before it writes. */
  async #overtaken({ full, atWrite, minutes }: { full: boolean; atWrite: number; minutes: number }) {
    let writes = 0;
    const meanwhile = async () => {
      writes += 1;
      if (writes !== atWrite) return;
      this.#system.clock.advance(minutes * MINUTE);
      await this.#system.run();
    };
    await this.#system.run({ full }, { ledger: disturbed(this.#system.ledger, undefined, meanwhile) });
  }

  /** Messages that each have time for a few requests; the last one is lost, with whatever it was to go on with. */
  async #shortOfTime({ full, requests, messages }: { full: boolean; requests: number; messages: number }) {
    const { client, clock, ledger, atlas } = this.#system;
    const projectId = atlas.world.projects[0]?.id ?? '';
    const now = () => clock.now();
    let task = { runId: newObjectId(new Date(now())), projectId, projectName: 'p', accounts: [] as string[], full };
    for (let message = 0; message < messages; message++) {
      const before = client.usage.requests;
      const timeLeftMs = () => 15_000 + 1_000 * (requests - (client.usage.requests - before));
      const view = client.within(() => timeLeftMs() - 15_000);
      const ports = {
        atlas: view,
        ledger: disturbed(ledger, undefined, this.#meanwhile),
        log: silentLog,
        now,
        timeLeftMs,
      };
      const { next } = await collectProject(task, ports, { parallelLists: 2 });
      if (!next) return;
      task = { ...task, ...next.task };
    }
  }
}

function expectSoundHistory(job: LedgerJob) {
  expect(job.changes.map(({ revision }) => revision)).toEqual(job.changes.map((_, index) => index + 1));
  expect(job.revision).toBe(job.changes.length);
  expect(breaksOf(job, FIRST_CHANGES)).toEqual([]);
  expect(new Set(job.findings?.map(({ rule }) => rule)).size).toBe(job.findings?.length ?? 0);
  expect(job.changes.at(-1)?.status).toBe(job.status);
  for (const [index, change] of job.changes.entries()) {
    const before = job.changes[index - 1];
    if (!before) continue;
    expect(change.at >= before.at).toBe(true);
    // A settled job does not open again: the world never does that, so only an older answer written over a newer one would.
    if (!isOpen(before.status)) expect([job.jobId, change.status]).toEqual([job.jobId, before.status]);
    expect(Object.keys(change.fields).length + (change.atlas?.length ?? 0)).toBeGreaterThan(0);
  }
}

async function expectTrueCoverage(system: System, recorded: Map<string, LedgerJob>) {
  for await (const { projectId, clusters } of system.ledger.coverages()) {
    for (const { clusterName, lists } of Object.values(clusters)) {
      for (const [kind, list] of Object.entries(lists)) {
        const jobs = [...recorded.values()].filter(
          (job) => job.projectId === projectId && job.clusterName === clusterName && job.kind === kind,
        );
        expect([clusterName, kind, list.jobs]).toEqual([clusterName, kind, jobs.length]);
        const through = list.settledThrough ?? '';
        for (const job of jobs)
          if (job.requestedAt < through && !job.vanishedAt) expect(isOpen(job.status)).toBe(false);
      }
    }
  }
}

test('nothing lost, nothing doubled, no revision skipped, whatever happens in between', {
  timeout: 300_000,
}, async () => {
  const story = fc.record({
    seed: fc.integer({ min: 1, max: 1_000 }),
    steps: fc.array(step, { minLength: 3, maxLength: 14 }),
  });
  await fc.assert(
    fc.asyncProperty(story, async ({ seed, steps }) => {
      await using system = await System.start(engine, { seed, projects: 1, clusters: 3, jobs: 9, maxItemsPerPage: 3 });
      const told = new Story(system, seed);
      const everListed = new Set<string>();
      for (const next of steps) {
        await told.take(next);
        for (const id of system.listed().keys()) everListed.add(id);
      }
      // What died, was cut short or was garbled is mended by one ordinary run: nobody has to ask for a full one.
      system.atlas.faults.clear();
      system.clock.advance(MINUTE);
      await system.run();
      const listed = system.listed();
      const recorded = await system.recorded();
      for (const id of listed.keys()) expect([id, recorded.has(id)]).toEqual([id, true]);
      for (const id of recorded.keys()) expect(everListed.has(id)).toBe(true);

      // Hours later everything has ended, and an ordinary run has seen it, without the daily reading to the end.
      system.clock.advance(5 * 60 * MINUTE);
      await system.run();
      for (const [id, job] of await system.recorded())
        if (listed.has(id)) expect([id, isOpen(job.status)]).toEqual([id, false]);

      // A day later the reading to the end has found what vanished, and the coverage is true.
      system.clock.advance(1_500 * MINUTE);
      expect((await system.run()).run.status).toBe('complete');
      const settled = await system.recorded();
      for (const [id, job] of settled) {
        expectSoundHistory(job);
        expect([id, job.vanishedAt === undefined]).toEqual([id, listed.has(id)]);
        // Nobody may say that a job vanished that is there: it was only not seen.
        if (listed.has(id)) expect(job.changes.some(({ fields }) => fields.vanishedAt !== undefined)).toBe(false);
      }
      await expectTrueCoverage(system, settled);
      const again = await system.run({ full: true });
      expect(again.run.counts).toMatchObject({ jobsNew: 0, jobsChanged: 0, jobsVanished: 0 });
    }),
    { numRuns: 40 },
  );
});
