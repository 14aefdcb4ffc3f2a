import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ListCoverage } from '../../functions/ledger/model/coverage.ts';
import { isDrill, proveDrill } from '../../functions/report/gather/drill-proof.ts';
import type { Period } from '../../functions/report/model/report.ts';
import { DAY } from '../../local/atlas/base/time.ts';
import { idAt } from '../ledger/jobs.ts';

const EPOCH = Date.parse('2026-01-01T00:00:00Z');
const at = (day: number) => new Date(EPOCH + day * DAY).toISOString();
const restore = (day: number) => ({
  ...{ jobId: idAt(at(day)), requestedAt: at(day - 0.1), finishedAt: at(day) },
  ...{ durationSeconds: 8_640, snapshotAt: at(day - 1.1), dataAt: at(day - 1.1) },
});

/** Made at day 0, known since then, and evaluated by drills every 30 days unless said otherwise. */
function prove(
  completed: readonly number[],
  since: number,
  until: number,
  parts: {
    days?: number;
    seen?: number;
    made?: number;
    gone?: number;
    list?: Partial<ListCoverage>;
    unread?: number;
  } = {},
) {
  const { days = 30, seen = 0, made = 0, gone, list = {}, unread } = parts;
  const period: Period = { since: at(since), until: at(until), ended: true };
  const needs = unread === undefined ? {} : { needs: { line: '*/* = verdict', needs: ['verdict' as const] } };
  const drill = days === 0 ? {} : { drill: { days, dueAt: at(0), ...needs } };
  const read = { attemptedAt: at(999), readAt: at(999), fullReadAt: at(999), jobs: 0, open: 0, moving: 0, ...list };
  const cluster = {
    ...{
      clusterName: 'orders',
      tier: 'flex' as const,
      clusterId: idAt(at(made)),
      firstSeenAt: at(seen),
      seenAt: at(999),
    },
    ...{ lists: { flex: read }, ...drill, ...(gone === undefined ? {} : { goneAt: at(gone) }) },
  };
  const counted = completed.map((day) => ({ ...restore(day), ...(unread !== undefined && { proves: true }) }));
  const unreadUntil = unread === undefined ? {} : { unreadUntil: at(unread) };
  return proveDrill({ cluster, completed: counted, period, madeAt: at(1_000), ...unreadUntil });
}

describe('drills over a period', () => {
  test('restored often enough: met, with what the last one measured', () => {
    expect(prove([20, 45, 70], 40, 90)).toEqual({
      ...{ state: 'met', days: 30, dueAt: at(100), lastCompletedAt: at(70), missed: [] },
      ...{ durationSeconds: 8_640, snapshotAgeSeconds: 86_400 },
    });
  });

  test('a time without a restore is named, within the period', () => {
    expect(prove([20, 80], 40, 90)).toMatchObject({ state: 'met', missed: [{ from: at(50), until: at(80) }] });
    expect(prove([20, 80], 60, 70)).toMatchObject({ state: 'overdue', missed: [{ from: at(60), until: at(70) }] });
    expect(prove([5], 20, 90)).toMatchObject({
      state: 'overdue',
      dueAt: at(35),
      missed: [{ from: at(35), until: at(90) }],
    });
  });

  test('a restore of what was backed up before the cluster was made is of a former one', () => {
    // The snapshot is a day older than the request.
    expect(prove([21], 30, 40, { made: 20 })).toEqual({ ...{ state: 'due', days: 30, dueAt: at(50) }, missed: [] });
    expect(prove([21.2], 30, 40, { made: 20 })).toMatchObject({ state: 'met', dueAt: at(51.2) });
  });

  test('of a period before the first reading, none is said to be overdue: Atlas may have listed restores no longer', () => {
    expect(prove([70], 40, 50, { seen: 65 })).toMatchObject({ state: 'not-covered', missed: [], notKnown: [{}] });
    expect(prove([], 40, 50, { seen: 65 })).toMatchObject({ state: 'not-covered', missed: [], notKnown: [{}] });
    expect(prove([5], 40, 50, { seen: 45 })).toMatchObject({
      state: 'overdue',
      missed: [{ from: at(40), until: at(50) }],
    });
    expect(prove([], 40, 50, { seen: 45 })).toMatchObject({
      state: 'overdue',
      missed: [{ from: at(45), until: at(50) }],
    });
  });

  test('of a cluster that is gone, what was asked while it was there is told, and nothing is asked since', () => {
    expect(prove([20], 10, 90, { gone: 45 })).toMatchObject({ state: 'none', days: 30, missed: [] });
    expect(prove([20], 10, 90, { gone: 60 })).toMatchObject({
      state: 'none',
      missed: [{ from: at(50), until: at(60) }],
    });
    expect(prove([20], 10, 90, { gone: 60, list: { readAt: at(40) } })).toEqual({
      ...{ state: 'none', lastCompletedAt: at(20), durationSeconds: 8_640, snapshotAgeSeconds: 86_400, missed: [] },
    });
    // It went after the period.
    expect(prove([20], 10, 90, { gone: 95 })).toEqual(prove([20], 10, 90));
  });

  test('where not every restore is known, none is said to be missing', () => {
    expect(prove([5], 20, 90, { list: { readAt: at(50) } })).toMatchObject({
      state: 'overdue',
      missed: [{ from: at(35), until: at(50) }],
    });
    expect(prove([5], 20, 90, { list: { readAt: at(30) } })).toMatchObject({ state: 'not-covered', missed: [] });
    expect(prove([5], 20, 90, { list: { problemCount: 1 } })).toMatchObject({ state: 'not-covered', missed: [] });
  });

  test('a restore that was not understood may have been between two that are known', () => {
    for (const list of [{ problemCount: 1 }, { notUnderstood: 1 }])
      expect(prove([20, 80], 40, 90, { list })).toMatchObject({ state: 'met', missed: [] });
    // The newer one can be of another list.
    expect(prove([20, 80], 40, 90, { list: { readAt: at(60) } })).toMatchObject({
      missed: [{ from: at(50), until: at(60) }],
    });
  });

  test('verdicts from before the period that were not read may have counted for its beginning', () => {
    expect(prove([80], 40, 90, { unread: 47 })).toMatchObject({
      ...{ state: 'proven', missed: [{ from: at(77), until: at(80) }] },
      notKnown: [{ from: at(40), until: at(77) }],
    });
    expect(prove([70], 40, 90, { unread: 47 })).toMatchObject({
      ...{ state: 'proven', missed: [], notKnown: [{ from: at(40), until: at(70) }] },
    });
    // One that is known covers the time that they would have.
    expect(prove([20, 45, 70], 40, 90, { unread: 47 })).not.toHaveProperty('notKnown');
  });

  test('of a time before the first reading, or after the last, it is said that it is not known', () => {
    expect(prove([220], 200, 230, { seen: 225 })).toMatchObject({ notKnown: [{ from: at(200), until: at(220) }] });
    expect(prove([5], 20, 90, { list: { readAt: at(50) } })).toMatchObject({
      notKnown: [{ from: at(50), until: at(90) }],
    });
  });

  test('what was done after the period counts for none of it', () => {
    expect(prove([70], 10, 60)).toMatchObject({ state: 'overdue', missed: [{ from: at(30), until: at(60) }] });
    expect(prove([70], 10, 60)).not.toHaveProperty('lastCompletedAt');
  });

  test('a new cluster has its days from when it was made', () => {
    expect(prove([], 0, 20)).toMatchObject({ state: 'due', dueAt: at(30), missed: [] });
    expect(prove([], 0, 40)).toMatchObject({ state: 'overdue', missed: [{ from: at(30), until: at(40) }] });
  });

  test('of the time before it was known only what lies between known restores is called missed', () => {
    expect(prove([], 200, 300, { seen: 250 })).toMatchObject({ missed: [{ from: at(250), until: at(300) }] });
    expect(prove([220], 200, 230, { seen: 225 })).toMatchObject({ state: 'met', missed: [] });
    expect(prove([205, 260], 200, 270, { seen: 265 })).toMatchObject({ missed: [{ from: at(235), until: at(260) }] });
  });

  test('a restore from before the cluster was made was of another one', () => {
    expect(prove([50], 60, 120, { made: 80, seen: 80 })).toMatchObject({ state: 'overdue', dueAt: at(110) });
  });

  test('where none is expected, none is missed', () => {
    expect(prove([5], 20, 90, { days: 0 })).toMatchObject({ state: 'none', lastCompletedAt: at(5), missed: [] });
  });
});

test.each([
  [{ status: 'COMPLETED', delivery: 'automated', kind: 'dedicated' }, true],
  [{ status: 'COMPLETED', delivery: 'pointInTime', kind: 'flex' }, true],
  [{ status: 'COMPLETED', delivery: 'download', kind: 'dedicated' }, false],
  [{ status: 'COMPLETED', delivery: 'automated', kind: 'collection' }, false],
  [{ status: 'FAILED', delivery: 'automated', kind: 'dedicated' }, false],
] as const)('%j shows that a backup works: %s', (job, shows) => {
  expect(isDrill(job)).toBe(shows);
});

test('a moment of the period is missed exactly where nothing was completed within the days before it', () => {
  // From the second day on: a backup of before would be of a former cluster.
  const days = fc.uniqueArray(fc.integer({ min: 2, max: 200 }), { maxLength: 8 });
  fc.assert(
    fc.property(
      days,
      fc.integer({ min: 0, max: 150 }),
      fc.integer({ min: 1, max: 100 }),
      (completed, since, length) => {
        const { missed, state } = prove(completed, since, since + length);
        const isMissed = (day: number) => missed.some(({ from, until }) => from <= at(day) && at(day) < until);
        for (let day = since; day < since + length; day++) {
          const recent = day < 30 || completed.some((done) => done <= day && day < done + 30);
          expect(isMissed(day)).toBe(!recent);
        }
        const end = since + length;
        expect(state === 'overdue').toBe(end >= 30 && !completed.some((done) => done <= end && end < done + 30));
      },
    ),
  );
});
