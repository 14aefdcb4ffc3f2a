import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MeasuredJob, measuresOf, objectiveOf } from '../../../functions/restore/objectives/measure.ts';
import { objectivesOf, parseObjective } from '../../../functions/restore/objectives/objective.ts';
import { DELIVERIES, KINDS, STATUSES } from '../../../functions/schema/words.ts';

const objective = parseObjective('*/* = rto 60m, rpo 24h');
const LIMITS = { rto: { objectiveSeconds: 3_600 }, rpo: { objectiveSeconds: 86_400 } };
const completed: MeasuredJob = {
  ...{ kind: 'dedicated', status: 'COMPLETED', delivery: 'automated' },
  requestedAt: '2026-11-20T12:00:00.000Z',
  durationSeconds: 3_600,
  snapshotAt: '2026-11-19T12:00:00.000Z',
};
const AT = '2026-11-20T12:30:00.000Z';
const measured = (job: Partial<MeasuredJob> = {}, at = AT) => measuresOf({ ...completed, ...job }, objective, at);
const states = (job: Partial<MeasuredJob> = {}, at = AT) => {
  const { rto, rpo } = measured(job, at);
  return [rto?.state, rpo?.state];
};

describe('a completed restore', () => {
  test('meets what it does not exceed', () => {
    expect(measured()).toEqual({
      rto: { state: 'met', seconds: 3_600, ...LIMITS.rto },
      rpo: { state: 'met', seconds: 86_400, ...LIMITS.rpo },
    });
    expect(measured({ durationSeconds: 3_601, snapshotAt: '2026-11-19T11:59:59.000Z' })).toEqual({
      rto: { state: 'missed', seconds: 3_601, ...LIMITS.rto },
      rpo: { state: 'missed', seconds: 86_401, ...LIMITS.rpo },
    });
  });

  test('to a point in time is as old as that, not as the snapshot it began with', () => {
    const job = { delivery: 'pointInTime', snapshotAt: '2026-11-10T00:00:00.000Z' } as const;
    expect(measured({ ...job, pointInTime: '2026-11-20T11:55:00.000Z' }).rpo).toMatchObject({
      state: 'met',
      seconds: 300,
    });
    expect(states(job)).toEqual(['met', 'not known']);
  });

  test('of which something is not known never meets what depends on it', () => {
    const { snapshotAt: _, durationSeconds: __, ...bare } = completed;
    expect(measuresOf(bare, objective, AT)).toEqual({
      rto: { state: 'not known', ...LIMITS.rto },
      rpo: { state: 'not known', ...LIMITS.rpo },
    });
    const odd = (field: string) => ({ problems: [{ field, expected: '', got: '' }] });
    expect(states(odd('deliveryType'))).toEqual(['not known', 'not known']);
    expect(states(odd('failed'))).toEqual(['not known', 'not known']);
    expect(states(odd('finishedAt'))).toEqual(['not known', 'not known']);
    expect(states(odd('timestamp'))).toEqual(['met', 'not known']);
    expect(states({ delivery: 'unknown' })).toEqual(['not known', 'not known']);
    expect(states({ snapshotAt: '2026-11-21T12:00:00.000Z' })).toEqual(['met', 'not known']);
  });
});

describe('any other restore', () => {
  test('proves nothing, but one that was over the time allowed has missed it', () => {
    for (const status of ['FAILED', 'CANCELLED', 'EXPIRED', 'UNKNOWN'] as const) {
      expect(states({ status, durationSeconds: 60 })).toEqual(['not known', 'not known']);
      expect(states({ status, durationSeconds: 3_601 })).toEqual(['missed', 'not known']);
    }
  });

  test('is missed once it was seen open after the time allowed, and not before', () => {
    for (const status of ['PENDING', 'RUNNING'] as const) {
      const { durationSeconds: _, ...open } = { ...completed, status };
      const at = (time: string) => measuresOf(open, objective, `2026-11-20T${time}.000Z`).rto;
      expect(at('13:00:00')).toEqual({ state: 'not known', ...LIMITS.rto });
      expect(at('13:00:01')).toEqual({ state: 'missed', ...LIMITS.rto });
    }
  });

  test('is not measured where it brings back no whole backup into a cluster', () => {
    expect(measured({ delivery: 'download' })).toEqual({});
    expect(measured({ kind: 'collection' })).toEqual({});
  });
});

test('only what has an objective is measured, and only by it', () => {
  const by = (line: string) => measuresOf(completed, parseObjective(line), AT);
  expect(by('*/* = none')).toEqual({});
  expect(Object.keys(by('*/* = rpo 1d'))).toEqual(['rpo']);
  expect(measuresOf(completed, undefined, AT)).toEqual({});
  const source = { projectId: 'a'.repeat(24), clusterName: 'orders' };
  expect(objectiveOf({ ...source, projectName: 'prod' }, objectivesOf(['prod/* = rto 1h']))?.rtoSeconds).toBe(3_600);
  expect(objectiveOf(source, objectivesOf(['prod/* = rto 1h']))).toBeUndefined();
});

test('whatever a job says, nothing is met that was not completed within its objective', () => {
  const job = fc.record({
    ...{
      kind: fc.constantFrom(...KINDS),
      status: fc.constantFrom(...STATUSES),
      delivery: fc.constantFrom(...DELIVERIES),
    },
    requestedAt: fc.constant(completed.requestedAt),
    durationSeconds: fc.nat(7_200),
    snapshotAt: fc
      .date({ min: new Date('2026-11-18'), max: new Date('2026-11-22'), noInvalidDate: true })
      .map((d) => d.toISOString()),
  });
  fc.assert(
    fc.property(job, (one) => {
      const { rto, rpo } = measuresOf(one, objective, AT);
      if (rto?.state === 'met' || rpo?.state === 'met') expect(one.status).toBe('COMPLETED');
      if (rto?.state === 'met') expect(one.durationSeconds).toBeLessThanOrEqual(3_600);
      if (rpo?.state === 'met')
        expect(Date.parse(one.requestedAt) - Date.parse(one.snapshotAt)).toBeLessThanOrEqual(86_400_500);
    }),
  );
});
