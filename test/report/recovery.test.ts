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

test('counts what met the objective, and compares the halves of the period by completed restores alone', () => {
  const restores = [
    ...[
      restore(1, 100),
      restore(2, 300),
      restore(3, 9_000, { status: 'FAILED' }),
      restore(4, 5, { kind: 'collection' }),
    ],
    ...[restore(20, 700), restore(25, 700), restore(29, 1, { delivery: 'download' })],
  ];
  expect(recoveryOf(restores, objective, period)).toEqual({
    objective: { line: '*/* = rto 10m', rtoSeconds: 600 },
    rto: {
      ...{ met: 2, missed: 3, notKnown: 0, measured: 4, p50Seconds: 300, p95Seconds: 700 },
      trend: { firstHalfSeconds: 100, secondHalfSeconds: 700 },
    },
    rpo: { met: 0, missed: 0, notKnown: 0, measured: 0 },
  });
});

test('has no trend where a half has no completed restore, and no objective where the line exempts', () => {
  expect(recoveryOf([restore(1, 100)], undefined, period)).toEqual({
    rto: { met: 1, missed: 0, notKnown: 0, measured: 1, p50Seconds: 100, p95Seconds: 100 },
    rpo: { met: 0, missed: 0, notKnown: 0, measured: 0 },
  });
  expect(recoveryOf([], parseObjective('*/* = none'), period)).not.toHaveProperty('objective');
});
