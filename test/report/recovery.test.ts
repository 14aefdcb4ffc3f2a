import { expect, test } from 'vitest';
import { recoveryOf } from '../../functions/report/model/recovery.ts';
import type { RestoreEvidence } from '../../functions/report/model/report.ts';
import { measuresOf } from '../../functions/restore/objectives/measure.ts';
import { parseObjective } from '../../functions/restore/objectives/objective.ts';

const objective = parseObjective('*/* = rto 10m');
const period = { since: '2026-10-01T00:00:00.000Z', until: '2026-10-31T00:00:00.000Z' };

function restore(day: number, durationSeconds: number, parts: Partial<RestoreEvidence> = {}): RestoreEvidence {
  const requestedAt = new Date(Date.parse(period.since) + day * 86_400_000).toISOString();
  const job = {
    ...({
      jobId: String(day).padStart(24, '0'),
      kind: 'dedicated',
      delivery: 'automated',
      status: 'COMPLETED',
    } as const),
    ...{ requestedAt, revision: 1, durationSeconds, findings: [], ...parts },
  };
  return { ...job, ...measuresOf(job, objective, period.until) };
}

/** So many on the same day. */
const several = (count: number, ...parts: Parameters<typeof restore>) =>
  Array.from({ length: count }, () => restore(...parts));

test('counts what met the objective, and compares the halves of the period by completed restores alone', () => {
  const restores = [
    ...[
      ...several(4, 1, 100),
      restore(2, 300),
      restore(3, 9_000, { status: 'FAILED' }),
      restore(4, 5, { kind: 'collection' }),
    ],
    ...[...several(4, 20, 700), restore(25, 700), restore(29, 1, { delivery: 'download' })],
  ];
  expect(recoveryOf(restores, objective, period)).toEqual({
    objective: { line: '*/* = rto 10m', rtoSeconds: 600 },
    rto: {
      ...{ met: 5, missed: 6, notKnown: 0, measured: 10, p50Seconds: 300 },
      trend: { firstHalfSeconds: 100, secondHalfSeconds: 700 },
    },
    rpo: { met: 0, missed: 0, notKnown: 0, measured: 0 },
  });
});

test('has no median of fewer than 5, no percentile of fewer than 20, nor a trend of such halves, and no objective where the line exempts', () => {
  expect(recoveryOf(several(4, 1, 100), undefined, period)).toEqual({
    rto: { met: 4, missed: 0, notKnown: 0, measured: 4 },
    rpo: { met: 0, missed: 0, notKnown: 0, measured: 0 },
  });
  expect(recoveryOf([...several(5, 1, 100), ...several(4, 20, 700)], undefined, period).rto).not.toHaveProperty(
    'trend',
  );
  expect(recoveryOf(several(19, 1, 100), undefined, period).rto).not.toHaveProperty('p95Seconds');
  expect(recoveryOf(several(20, 1, 100), undefined, period).rto).toMatchObject({ p50Seconds: 100, p95Seconds: 100 });
  expect(recoveryOf([], parseObjective('*/* = none'), period)).not.toHaveProperty('objective');
});
