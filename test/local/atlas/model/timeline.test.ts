import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KINDS } from '../../../../functions/schema/words.ts';
import { Random } from '../../../../local/atlas/base/random.ts';
import { MINUTE } from '../../../../local/atlas/base/time.ts';
import { makeCluster } from '../../../../local/atlas/model/cluster.ts';
import { type JobPlan, makeJob, type Outcome } from '../../../../local/atlas/model/job.ts';
import { makeProject } from '../../../../local/atlas/model/project.ts';
import { DOWNLOAD_LIFE_MS, STAGES, stateAt } from '../../../../local/atlas/model/timeline.ts';

const START = Date.UTC(2026, 10, 23, 12);
const cluster = makeCluster(1, makeProject(1, 0), { ordinal: 0, name: 'Cluster0', tier: 'replicaSet' });

const job = (plan: Partial<JobPlan>, seed = 1) =>
  makeJob(
    cluster,
    {
      kind: 'dedicated',
      delivery: 'automated',
      outcome: 'completed',
      requestedAt: START,
      durationMs: 10 * MINUTE,
      ...plan,
    },
    new Random(seed),
    ['a1b2c3d4e5'],
  );
const stages = (plan: Partial<JobPlan>, ...minutes: number[]) =>
  minutes.map((minute) => stateAt(job(plan), START + minute * MINUTE).stage);

test('a restore is pending, runs and ends as it was meant to', () => {
  const at = [0, 5, 10, 1_000];
  expect(stages({}, ...at)).toEqual(['pending', 'running', 'completed', 'completed']);
  expect(stages({ outcome: 'failed' }, ...at)).toEqual(['pending', 'running', 'failed', 'failed']);
  expect(stages({ outcome: 'cancelled' }, ...at)).toEqual(['pending', 'running', 'cancelled', 'cancelled']);
  expect(stages({ outcome: 'expired' }, ...at)).toEqual(['pending', 'running', 'expired', 'expired']);
});

test('a download is ready for an hour and then expires', () => {
  const ready = 10 + DOWNLOAD_LIFE_MS / MINUTE;
  expect(stages({ delivery: 'download' }, 9, 10, ready - 1, ready)).toEqual(['running', 'ready', 'ready', 'expired']);
});

test('a flex download is completed and stays so', () => {
  expect(stages({ kind: 'flex', delivery: 'download' }, 10, 10_000)).toEqual(['completed', 'completed']);
});

test('a collection restore finalizes before it ends', () => {
  expect(stages({ kind: 'collection' }, 0, 5, 9.5, 10)).toEqual(['pending', 'running', 'finalizing', 'completed']);
});

test('some flex jobs are queued on their way', () => {
  const seen = Array.from({ length: 40 }, (_, seed) => stateAt(job({ kind: 'flex' }, seed), START + 5_000).stage);
  expect(new Set(seen)).toEqual(new Set(['queued', 'running']));
});

test('a job without an end runs for ever', () => {
  expect(stages({ durationMs: Number.POSITIVE_INFINITY }, 0, 1, 1e9)).toEqual(['pending', 'running', 'running']);
});

test('a kind refuses what its jobs cannot be', () => {
  expect(() => job({ kind: 'flex', outcome: 'cancelled' })).toThrow(RangeError);
  expect(() => job({ kind: 'flex', delivery: 'pointInTime' })).toThrow(RangeError);
  expect(() => job({ kind: 'collection', delivery: 'download' })).toThrow(RangeError);
});

test('states only move forward, and so does progress', () => {
  const rank = (stage: (typeof STAGES)[number]) => Math.min(STAGES.indexOf(stage), STAGES.indexOf('completed'));
  const outcomes: Outcome[] = ['completed', 'failed'];
  const plan = fc.record({
    kind: fc.constantFrom(...KINDS),
    outcome: fc.constantFrom(...outcomes),
    durationMs: fc.integer({ min: 1, max: 1e7 }),
  });
  const times = fc.array(fc.integer({ min: -1_000, max: 2e7 }), { minLength: 2 });
  fc.assert(
    fc.property(plan, times, fc.integer(), (drawn, offsets, seed) => {
      const states = offsets.toSorted((a, b) => a - b).map((offset) => stateAt(job(drawn, seed), START + offset));
      for (const [index, later] of states.entries()) {
        const earlier = states[index - 1];
        if (!earlier) continue;
        expect(rank(later.stage)).toBeGreaterThanOrEqual(rank(earlier.stage));
        expect(later.progress).toBeGreaterThanOrEqual(earlier.progress);
        if (rank(earlier.stage) === STAGES.indexOf('completed')) expect(later).toEqual(earlier);
      }
    }),
  );
});
