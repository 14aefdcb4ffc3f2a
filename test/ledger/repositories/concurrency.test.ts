import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fingerprint } from '../../../functions/ledger/model/fingerprint.ts';
import type { LedgerJob } from '../../../functions/ledger/model/ledger.ts';
import type { RestoreJob } from '../../../functions/restore/job.ts';
import { testEngine, testTable } from '../engines.ts';
import { completed, idAt, job, PROJECT, seen } from '../jobs.ts';

const engine = testEngine();
const table = testTable(engine);
let serial = 0;

/** Minute by minute another answer: queued, running, copying with only a counter that moves, done. */
function life(): RestoreJob[] {
  const running = job({ jobId: idAt('2026-11-20T10:00:00Z', serial++), kind: 'collection' });
  const copying = [1, 2, 3, 4].map((n) => ({ ...running, atlas: { ...running.atlas, restoredDocuments: n } }));
  const pending = { ...running, status: 'PENDING' as const, sourceStatus: 'INITIALIZING' };
  return [pending, running, ...copying, completed({ ...running, atlas: { ...running.atlas, restoredDocuments: 5 } })];
}

function expectSound(stored: LedgerJob | undefined) {
  const revisions = stored?.changes.map(({ revision }) => revision) ?? [];
  expect(revisions).toEqual(revisions.map((_, i) => i + 1));
  expect(stored?.revision).toBe(revisions.length);
  const times = stored?.changes.map(({ at }) => at) ?? [];
  expect(times).toEqual([...times].sort());
  expect(new Set(times).size).toBe(times.length); // no sighting is in the history twice
  // Each entry goes on from where the one before ended.
  const status = stored?.changes.map(({ fields }) => fields.status).filter((change) => change !== undefined) ?? [];
  for (const [i, change] of status.entries()) if (i > 0) expect(change.from).toBe(status[i - 1]?.to);
}

test('whatever the order and overlap of writers, the last answer stands and the history has no gap and no repeat', async () => {
  const writers = fc.array(fc.array(fc.nat(6), { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(writers, fc.scheduler(), fc.boolean(), async (sightings, scheduler, known) => {
      const answers = life();
      // Whose request goes next is the scheduler's choice, so that writers meet between any two requests.
      const own = table.gated(() => scheduler.schedule(Promise.resolve()));
      const outcomes: string[] = [];
      const all = sightings.map(async (minutes) => {
        for (const minute of minutes) {
          const { outcome } = await own.record(answers[minute] as RestoreJob, seen(minute), known);
          outcomes.push(outcome);
        }
      });
      await scheduler.waitFor(Promise.all(all));

      const last = Math.max(...sightings.flat());
      const { jobId } = answers[0] as RestoreJob;
      const stored = await table.ledger.job(jobId);
      expectSound(stored);
      const { atlas, ...fields } = answers[last] as RestoreJob;
      expect(stored).toMatchObject({ ...fields, observedAt: seen(last).observedAt });
      expect(stored?.atlas).toEqual(atlas);
      expect(outcomes.filter((outcome) => outcome === 'new')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'changed')).toHaveLength((stored?.revision ?? 0) - 1);
    }),
    { numRuns: 60 },
  );
});

test.each([
  ['an older answer', [0, 1, 2]],
  ['one of the same millisecond', [0, 0, 0]],
] as const)('progress is not overwritten by %s whose writer read before it and writes after it', async (_, minutes) => {
  const [pending] = life() as [RestoreJob];
  const copying = [1, 2, 3].map((n) => ({ ...pending, atlas: { restoredDocuments: n } }));
  const [low, middle, high] = copying.sort((a, b) => (fingerprint(a) < fingerprint(b) ? -1 : 1));
  if (!low || !middle || !high) throw new Error('three answers were made');
  await table.ledger.record(low, seen(minutes[0]));
  let requests = 0;
  const late = table.gated(async () => {
    if (++requests === 2) await table.ledger.record(high, seen(minutes[2]), true);
  });
  expect(await late.record(middle, seen(minutes[1]), true)).toMatchObject({ outcome: 'stale' });
  expect((await table.ledger.job(pending.jobId))?.atlas).toEqual(high.atlas);
});

test('ten writers at the very same time all come through', async () => {
  for (let round = 0; round < 10; round++) {
    const running = job({ jobId: idAt('2026-11-20T10:00:00Z', serial++) });
    const answers = Array.from({ length: 10 }, (_, n) => ({ ...running, sourceStatus: `step ${n}` }));
    await Promise.all(answers.map((answer, n) => table.ledger.record(answer, seen(n))));
    const stored = await table.ledger.job(running.jobId);
    expectSound(stored);
    expect(stored?.sourceStatus).toBe('step 9');
  }
});

test('writers that saw different answers in the same millisecond agree on one, whichever comes first', async () => {
  await using other = await engine.newTable();
  const steps = fc.uniqueArray(fc.nat(99), { minLength: 2, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), fc.nat(4), async (order, counters, settled) => {
      const running = job({ jobId: idAt('2026-11-20T10:00:00Z', serial++) });
      const answers = order.map((n, i) => {
        const answer = counters
          ? { ...running, atlas: { restoredDocuments: n } }
          : { ...running, sourceStatus: `step ${n}` };
        return i === settled ? completed(answer) : answer;
      });
      await Promise.all(answers.map((answer) => table.ledger.record(answer, seen(0))));
      for (const answer of [...answers].reverse()) await other.ledger.record(answer, seen(0));
      const [here, there] = [await table.ledger.job(running.jobId), await other.ledger.job(running.jobId)];
      expect(here?.fingerprint).toBe(there?.fingerprint);
      expect(here?.status).toBe(settled < answers.length ? 'COMPLETED' : 'RUNNING');
    }),
    { numRuns: 30 },
  );
});

test('marking and seeing a job at once ends as the later of the two says', async () => {
  for (const [sightingAt, markAt] of [
    [2, 1],
    [1, 2],
    [1, 1],
  ] as const) {
    const running = job({ jobId: idAt('2026-11-20T10:00:00Z', serial++) });
    await table.ledger.record(running, seen(0));
    await Promise.all([
      table.ledger.record(completed(running), seen(sightingAt)),
      table.ledger.markVanished(PROJECT, running.jobId, seen(markAt)),
    ]);
    const stored = await table.ledger.job(running.jobId);
    expect(stored?.vanishedAt !== undefined).toBe(markAt > sightingAt);
    expect(stored?.changes.map(({ revision }) => revision)).toEqual(stored?.changes.map((_, i) => i + 1));
  }
});
