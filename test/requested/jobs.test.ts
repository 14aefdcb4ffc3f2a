// What becomes of a report that was asked for, whatever happens and in whichever order.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TooManyEvidenceJobs } from '../../functions/report/model/jobs.ts';
import type { EvidenceRequest } from '../../functions/report/model/request.ts';
import {
  begun,
  heard,
  jobAt,
  jobIdOf,
  KEPT_MS,
  keptJobs,
  MAX_ATTEMPTS,
  MAX_RUNNING,
  type RequestedJob,
  SILENT_MS,
  started,
} from '../../functions/requested/jobs.ts';

const T0 = Date.parse('2026-11-29T10:00:00Z');
const requestOf = (n: number): EvidenceRequest => ({
  period: { since: '2026-09-01T00:00:00.000Z', until: `2026-11-${String(n + 10)}T00:00:00.000Z`, ended: true },
  format: 'json',
});
const DONE = {
  outcome: { summary: '1 restore', integrity: 'not verified' as const },
  report: { name: 'a/b/c.json', bytes: 10 },
};

describe('a request', () => {
  test('has the same job as long as that is known, however its fields are ordered; after that, another begins', () => {
    const { jobs, job } = started([], requestOf(1), T0);
    const { period, format } = requestOf(1);
    expect(started(jobs, { format, period: { ...period } }, T0 + 1_000)).toMatchObject({
      isNew: false,
      job: { id: job.id },
    });
    expect(jobIdOf({ ...requestOf(1), format: 'csv' })).not.toBe(job.id);
    const [first] = jobs.map((each) => begun([each], each.id, T0 + 2_000) ?? expect.unreachable());
    const done = heard([first as RequestedJob], first as RequestedJob, DONE, T0 + 60_000) ?? expect.unreachable();
    expect(started([done], requestOf(1), T0 + 60_000 + KEPT_MS - 1)).toMatchObject({ isNew: false });
    expect(started([done], requestOf(1), T0 + 60_000 + KEPT_MS)).toMatchObject({ isNew: true, job: { attempts: 0 } });
  });

  test('whose job failed begins anew', () => {
    const { jobs } = started([], requestOf(1), T0);
    const again = started(jobs, requestOf(1), T0 + SILENT_MS);
    expect(again.isNew).toBe(true);
    expect(again.jobs).toHaveLength(1);
    expect(jobAt(again.job, T0 + SILENT_MS)).toMatchObject({ state: 'running' });
  });

  test('beyond as many as may run is refused, and says when to ask again', () => {
    const { jobs } = started(started([], requestOf(1), T0).jobs, requestOf(2), T0);
    expect(() => started(jobs, requestOf(3), T0)).toThrow(TooManyEvidenceJobs);
    expect(started(jobs, requestOf(3), T0 + SILENT_MS).isNew).toBe(true);
  });
});

describe('a job', () => {
  test('that nobody begins, or of which nothing is heard, is failed, says why, and stays so', () => {
    const { job } = started([], requestOf(1), T0);
    expect(jobAt(job, T0 + SILENT_MS - 1).state).toBe('running');
    expect(jobAt(job, T0 + SILENT_MS)).toMatchObject({
      state: 'failed',
      reason: 'nothing began to make it within 5 minutes',
    });
    expect(begun([job], job.id, T0 + SILENT_MS)).toBeUndefined();

    const first = begun([job], job.id, T0 + 1_000) ?? expect.unreachable();
    const told = heard([first], first, { progress: 'reading' }, T0 + 10_000) ?? expect.unreachable();
    expect(jobAt(told, T0 + 10_000)).toMatchObject({ state: 'running', progress: 'reading' });
    const late = T0 + 10_000 + SILENT_MS;
    expect(jobAt(told, late)).toMatchObject({
      ...{ state: 'failed', reason: expect.stringContaining('ended without a word') },
      endedAt: new Date(late).toISOString(),
    });
    expect(heard([told], told, DONE, late)).toBeUndefined();
  });

  test('is the last attempt’s alone, and is begun only so often', () => {
    const { job } = started([], requestOf(1), T0);
    const first = begun([job], job.id, T0) ?? expect.unreachable();
    const second = begun([first], job.id, T0 + 60_000) ?? expect.unreachable();
    expect([first.attempts, second.attempts, MAX_ATTEMPTS]).toEqual([1, 2, 2]);
    expect(heard([second], first, DONE, T0 + 61_000)).toBeUndefined();
    expect(begun([second], job.id, T0 + 61_000)).toBeUndefined();
    const done = heard([second], second, DONE, T0 + 61_000) ?? expect.unreachable();
    expect(jobAt(done, T0 + 61_000)).toMatchObject({ state: 'done', outcome: DONE.outcome });
    expect(begun([done], job.id, T0 + 62_000)).toBeUndefined();
  });
});

type Step = { what: 'start' | 'begin' | 'progress' | 'done' | 'fail'; n: number; attempt: number; afterMs: number };
const step = fc.record<Step>({
  what: fc.constantFrom('start', 'begin', 'progress', 'done', 'fail'),
  n: fc.integer({ min: 0, max: 5 }),
  attempt: fc.integer({ min: 0, max: 3 }),
  afterMs: fc.oneof(fc.integer({ min: 0, max: 30_000 }), fc.constantFrom(SILENT_MS, KEPT_MS)),
});

/** What is left of the jobs after a step. */
function after(
  jobs: readonly RequestedJob[],
  { what, n, attempt: attempts }: Step,
  now: number,
): readonly RequestedJob[] {
  const request = requestOf(n);
  const id = jobIdOf(request);
  if (what === 'start') {
    try {
      return started(jobs, request, now).jobs;
    } catch (error) {
      expect(error).toBeInstanceOf(TooManyEvidenceJobs);
      return jobs;
    }
  }
  const change = what === 'progress' ? { progress: 'on' } : what === 'done' ? DONE : { reason: 'why' };
  const changed = what === 'begin' ? begun(jobs, id, now) : heard(jobs, { id, attempts }, change, now);
  return changed ? jobs.map((job) => (job.id === id ? changed : job)) : jobs;
}

test('whatever happens: never more than may run, never more than are kept, and what has ended stays as it ended until it begins anew', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let [jobs, now]: [readonly RequestedJob[], number] = [[], T0];
      for (const each of steps) {
        now += each.afterMs;
        const before = new Map(keptJobs(jobs, now).map((job) => [job.id, jobAt(job, now)]));
        jobs = after(jobs, each, now);
        const states = jobs.map((job) => jobAt(job, now));
        expect(states.filter(({ state }) => state === 'running').length).toBeLessThanOrEqual(MAX_RUNNING);
        expect(jobs.length).toBeLessThanOrEqual(8);
        expect(new Set(jobs.map(({ id }) => id)).size).toBe(jobs.length);
        for (const state of states) {
          const was = before.get(state.id);
          if (was && was.state !== 'running' && state.requestedAt === was.requestedAt) expect(state).toEqual(was);
        }
      }
      const later = now + SILENT_MS;
      expect(jobs.filter((job) => jobAt(job, later).state === 'running')).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
