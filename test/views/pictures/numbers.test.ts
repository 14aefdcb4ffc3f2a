import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { objectivesOf } from '../../../functions/restore/objectives/objective.ts';
import type { Requester } from '../../../functions/restore/requesters/requester.ts';
import { usualWords } from '../../../functions/views/html/pictures/dots.ts';
import { clusterDurations, restoredOf, usualOf, valuesOf } from '../../../functions/views/pictures/durations.ts';
import { flowsOf } from '../../../functions/views/pictures/flows.ts';
import { dayCountsOf, outcomeOf, overTime } from '../../../functions/views/pictures/over-time.ts';
import { isActor, requestersOf } from '../../../functions/views/pictures/requesters.ts';
import { lastDays, lastMonths, spanName, spansOf, unitOf } from '../../../functions/views/pictures/spans.ts';
import { completed, idAt, job } from '../../ledger/jobs.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const taking = (moment: string, seconds: number, parts: Parameters<typeof job>[0] = {}) =>
  completed(
    job({ jobId: idAt(moment, seconds), ...parts }),
    new Date(Date.parse(moment) + seconds * 1_000).toISOString(),
  );

describe('spans', () => {
  test('of days, weeks from Monday, and months cut a period without a rest', () => {
    const period = { since: '2026-10-01T00:00:00.000Z', until: '2026-11-24T00:00:00.000Z' };
    expect(spansOf(period, 'day')).toHaveLength(54);
    expect(spansOf(period, 'week').map((span) => spanName(span, 'week'))[1]).toBe('2026-10-05 to 2026-10-11');
    expect(spansOf(period, 'month').map((span) => spanName(span, 'month'))).toEqual(['2026-10', '2026-11']);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 900 }), fc.constantFrom('day', 'week', 'month'), (days, unit) => {
        const whole = lastDays(days, NOW);
        const spans = spansOf(whole, unit);
        expect([spans[0]?.since, spans.at(-1)?.until]).toEqual([whole.since, whole.until]);
        expect(spans.slice(1).map(({ since }) => since)).toEqual(spans.slice(0, -1).map(({ until }) => until));
        expect(spansOf(whole, unitOf(whole)).length).toBeLessThanOrEqual(130);
      }),
    );
  });

  test('of the last months begin with a month', () =>
    expect(lastMonths(12, NOW)).toEqual({ since: '2025-12-01T00:00:00.000Z', until: '2026-12-01T00:00:00.000Z' }));
});

describe('what is usual', () => {
  const seconds = (count: number) => Array.from({ length: count }, (_, i) => (i + 1) * 60);

  test('has no percentile of too few, and says of how many it is', () => {
    expect(usualOf([])).toEqual({ restores: 0 });
    expect(usualOf(seconds(4))).toEqual({ restores: 4, max: 240 });
    expect(usualOf(seconds(19))).toEqual({ restores: 19, p50: 600, max: 1_140 });
    expect(usualOf(seconds(20))).toEqual({ restores: 20, p50: 600, p95: 1_140, max: 1_200 });
  });

  test('in words never has a number without how many it is of', () => {
    expect(usualWords(usualOf([]))).toBe('No completed restore to measure.');
    expect(usualWords(usualOf(seconds(1)))).toBe('1 completed restore, too few for a median; at most 1 min 00 s.');
    expect(usualWords(usualOf(seconds(7)))).toBe(
      'Of 7 completed restores: median 4 min 00 s, too few for a 95th percentile; at most 7 min 00 s.',
    );
    expect(usualWords(usualOf(seconds(40)))).toBe(
      'Of 40 completed restores: median 20 min 00 s, 95th percentile 38 min 00 s.',
    );
  });

  test('is of completed restores of whole backups into a cluster alone', () => {
    const jobs = [
      taking('2026-11-01T00:00:00Z', 100, { snapshotAt: '2026-10-31T23:00:00.000Z' }),
      taking('2026-11-02T00:00:00Z', 200, { kind: 'collection' }),
      taking('2026-11-03T00:00:00Z', 300, { delivery: 'download' }),
      { ...taking('2026-11-04T00:00:00Z', 400), status: 'FAILED' as const },
      job({ jobId: idAt('2026-11-05T00:00:00Z') }),
    ];
    expect(valuesOf(restoredOf(jobs), 'durationSeconds')).toEqual([100]);
    expect(valuesOf(restoredOf(jobs), 'dataAgeSeconds')).toEqual([3_600]);
  });
});

test('clusters that missed an objective come first; a failure that took too long has missed it, one under way is left out', () => {
  const objectives = objectivesOf(['payments/orders = rto 5m']);
  const jobs = [
    taking('2026-11-01T00:00:00Z', 100),
    taking('2026-11-02T00:00:00Z', 301),
    { ...taking('2026-11-03T00:00:00Z', 302), status: 'FAILED' as const },
    { ...taking('2026-11-04T00:00:00Z', 30), status: 'FAILED' as const },
    job({ jobId: idAt('2026-11-05T00:00:00Z') }),
    ...[1, 2, 3, 4].map((n) => taking(`2026-11-1${n}T00:00:00Z`, 9_000, { clusterName: 'users' })),
  ];
  const [orders, users] = clusterDurations(jobs, objectives);
  expect([orders?.clusterName, orders?.rto, orders?.usual]).toEqual([
    'orders',
    { met: 1, missed: 2, 'not known': 1 },
    { restores: 2, max: 301 },
  ]);
  expect([users?.clusterName, users?.rto, users?.objective]).toEqual([
    'users',
    { met: 0, missed: 0, 'not known': 0 },
    undefined,
  ]);
});

test('data goes to its own project, to another, to a download, or nobody knows: those that leave come first', () => {
  const [p, q] = ['a'.repeat(24), 'b'.repeat(24)];
  const jobs = [
    ...[1, 2, 3].map((n) => job({ jobId: idAt(`2026-11-0${n}T00:00:00Z`) })),
    job({ jobId: idAt('2026-11-04T00:00:00Z'), targetProjectId: q, targetClusterName: 'x' }),
    job({ jobId: idAt('2026-11-05T00:00:00Z'), delivery: 'download' }),
    job({ jobId: idAt('2026-11-06T00:00:00Z'), delivery: 'unknown' }),
  ];
  const flows = flowsOf(jobs, new Map([[q, 'staging']]));
  expect(
    flows.map(({ from, to, leaves, restores }) => [from.projectName, to.place, to.projectName, leaves, restores]),
  ).toEqual([
    ['payments', 'project', 'staging', true, 1],
    ['payments', 'download', undefined, true, 1],
    ['payments', 'project', 'payments', false, 3],
    ['payments', 'unknown', undefined, false, 1],
  ]);
  expect(flows[2]?.to.projectId).toBe(p);
});

describe('requesters', () => {
  const by = (actor: object, grade = 'exact') =>
    ({ actor, grade, points: 100, eventType: 'E', rivals: 0 }) as unknown as Requester;
  const of = (...requesters: (Requester | undefined)[]) =>
    requesters.map((requester, i) => ({
      ...job({ jobId: idAt('2026-11-05T00:00:00Z', i) }),
      ...(requester ? { requester } : {}),
    }));

  test('are told apart by their ids, by the kind of name, and never by a name alone where there is an id', () => {
    const ana = { kind: 'user', id: '1', name: 'ana' };
    const jobs = of(
      by(ana),
      by({ ...ana, name: 'ana (was anna)' }, 'weak'),
      by({ kind: 'user', id: '2', name: 'ana' }),
      by({ kind: 'apiKey', id: '1', name: 'ana' }),
      by({ kind: 'user', name: '1' }),
      { reason: 'none' },
      undefined,
    );
    const { known, unknown } = requestersOf(jobs, () => true);
    expect(
      known.map(({ key, restores, grades, leaving }) => [key, restores, grades.exact, grades.weak, leaving]),
    ).toEqual([
      [{ kind: 'user', id: '1' }, 2, 1, 1, 2],
      [{ kind: 'user', name: '1' }, 1, 1, 0, 1],
      [{ kind: 'user', id: '2' }, 1, 1, 0, 1],
      [{ kind: 'apiKey', id: '1' }, 1, 1, 0, 1],
    ]);
    expect(unknown).toEqual([
      { why: 'no event fits', restores: 1 },
      { why: 'not looked for yet', restores: 1 },
    ]);
    expect(isActor({ kind: 'user', id: '1' })({ kind: 'user', name: '1' })).toBe(false);
  });

  test('a grade of a later version is trusted as little as can be', () =>
    expect(requestersOf(of(by({ kind: 'user', id: '1' }, 'certain')), () => false).known[0]?.grades).toEqual({
      ...{ exact: 0, strong: 0, likely: 0, weak: 1 },
    }));
});

describe('over time', () => {
  const period = lastDays(3, NOW);

  test('every restore is in one column, and in one outcome', () => {
    const jobs = [
      taking('2026-11-21T00:00:00Z', 100),
      { ...job({ jobId: idAt('2026-11-21T05:00:00Z') }), status: 'FAILED' as const },
      job({ jobId: idAt('2026-11-23T05:00:00Z') }),
    ];
    const { series, columns } = overTime(period, dayCountsOf(jobs), 'outcome', 'day');
    expect(series).toEqual(['completed', 'open', 'off', 'failed']);
    expect(columns.map(({ counts, restores }) => [counts, restores])).toEqual([
      [[1, 0, 0, 1], 2],
      [[0, 0, 0, 0], 0],
      [[0, 1, 0, 0], 1],
    ]);
    expect(outcomeOf('OF_A_LATER_VERSION')).toBe('off');
  });

  test('of many rules the rarest become one, and nothing is lost', () => {
    const rules = ['cross-project', 'download', 'failed', 'slow', 'stuck', 'requested', 'from-a-later-version'];
    const jobs = rules.flatMap((rule, i) =>
      Array.from({ length: 10 - i }, (_, n) => ({
        ...job({ jobId: idAt('2026-11-22T00:00:00Z', `${rule}${n}`) }),
        findings: [{ rule: rule as never, severity: 'info' as const }],
      })),
    );
    const { series, columns } = overTime(period, dayCountsOf(jobs), 'rule', 'day');
    expect(series).toEqual(['cross-project', 'download', 'failed', 'slow', 'other']);
    expect(columns[1]?.counts).toEqual([10, 9, 8, 7, 6 + 5 + 4]);
  });
});
