import { describe, expect, test } from 'vitest';
import { templateOf } from '../template.ts';
import { SCENARIOS } from './simulation/scenarios.ts';
import { nameOf, simulate } from './simulation/simulate.ts';
import { type Case, SHOWN, simulated } from './simulation/table.ts';
import { monitored, monitoredBy } from './simulation/template.ts';

/** After the second slot: for a check, a period, and what it takes for a point to be seen. */
const SLACK_MINUTES = 20;
/** Where nothing is checked: for as many periods as CloudWatch looks back for data. */
const UNCHECKED_SLACK_MINUTES = 35;

/** After the start of a run that goes well: for its end, and the same. */
const QUIET_MINUTES = 25;

const MORE: Case[] = [
  { schedule: 'rate(6 hours)' },
  { schedule: 'rate(7 days)' },
  { schedule: 'cron(0 6 * * ? *)' },
  { schedule: 'cron(0,5 6 * * ? *)' },
  { schedule: 'cron(0 6,7 * * ? *)' },
  { schedule: 'cron(0 6 1 * ? *)' },
  { schedule: 'cron(0 6 ? * SUN *)' },
  { schedule: 'cron(0 6 1,15 * ? *)' },
  { schedule: 'cron(0 6 ? * 2#1 *)' },
  { schedule: 'cron(0/15 * * * ? *)', timeZone: 'Europe/Berlin' },
  { schedule: 'cron(0/15 * * * ? *)', timeZone: 'Europe/Berlin', start: '2027-10-01T00:00:00Z' },
  { schedule: 'cron(30 2 * * ? *)', timeZone: 'Europe/Berlin', start: '2027-10-01T00:00:00Z' },
  { schedule: 'cron(0 * * * ? *)', timeZone: 'Australia/Lord_Howe', start: '2027-09-10T00:00:00Z' },
];

describe.each([...SHOWN, ...MORE])('$schedule $timeZone $start', (each) => {
  const of = simulated(each);
  const { monitored: found, world, runsToAlarm } = of;
  const [first, last] = world.wrong;
  const slot = (index: number) => world.slots[index] ?? Number.POSITIVE_INFINITY;

  test.each(Object.entries(SCENARIOS))('%s', (_, scenario) => {
    const expected = scenario.alarms(runsToAlarm);
    const wrong = Array.from({ length: last - first }, (_, index) => index).filter((index) => scenario.outcome(index));
    /** The first one after a run that goes wrong. */
    const right = wrong.filter((index) => !wrong.includes(index + 1)).map((index) => first + index + 1);
    for (const changes of simulate(found, scenario, world)) {
      const rang = new Set(changes.flatMap(({ alarm, state }) => (state === 'ALARM' ? alarm : [])));
      expect([...rang].sort()).toEqual(Object.keys(expected).sort());
      for (const [alarm, goodRuns] of Object.entries(expected)) {
        const [well, rings, quiet, ...others] = changes.filter((change) => change.alarm === alarm);
        expect([well?.state, rings?.state, quiet?.state], alarm).toEqual(['OK', 'ALARM', 'OK']);
        const slack = scenario.isUnchecked ? UNCHECKED_SLACK_MINUTES : SLACK_MINUTES;
        expect(rings?.at, alarm).toBeGreaterThanOrEqual(slot(first));
        expect(rings?.at, alarm).toBeLessThanOrEqual(slot(first + 2) + slack);
        // By run, where one is enough; else once, for all of them.
        const again = runsToAlarm === 1 ? right.length - 1 : 0;
        expect(
          others.map(({ state }) => state),
          alarm,
        ).toEqual(Array(again).fill(['ALARM', 'OK']).flat());
        const goodAt = slot((runsToAlarm === 1 ? (right[0] ?? 0) : (right.at(-1) ?? 0)) + goodRuns - 1);
        expect(quiet?.at, alarm).toBeGreaterThan(goodAt);
        expect(quiet?.at, alarm).toBeLessThanOrEqual(goodAt + QUIET_MINUTES);
      }
    }
  });

  test('every alarm looks no further back than CloudWatch does', () => {
    for (const { AlarmName, Period, EvaluationPeriods } of found.alarms) {
      expect(Period % 60, AlarmName).toBe(0);
      expect(Period * EvaluationPeriods, AlarmName).toBeLessThanOrEqual(Period >= 3_600 ? 604_800 : 86_400);
    }
  });
});

test.each(['rate(15 minutes)', 'cron(0 6 * * ? *)'])(
  'what is simulated of %s is what the whole stack has',
  (schedule) => {
    const whole = monitoredBy(templateOf(schedule === 'rate(15 minutes)' ? {} : { schedule }));
    const alone = monitored(schedule, 'UTC');
    const values = ({ alarms }: typeof whole) =>
      alarms.map(({ MetricName, Threshold, Period, EvaluationPeriods, TreatMissingData, ...more }) => ({
        ...{ name: nameOf({ MetricName, Threshold, Period, EvaluationPeriods, TreatMissingData, ...more }) },
        ...{ MetricName, Threshold, Period, EvaluationPeriods, TreatMissingData, statistic: more.Statistic },
        ...{ comparison: more.ComparisonOperator, datapoints: more.DatapointsToAlarm },
      }));
    expect(values(whole)).toEqual(values(alone));
    expect(whole.input).toEqual(alone.input);
    for (const { Statistic, ComparisonOperator } of alone.alarms)
      expect([Statistic, ComparisonOperator]).toEqual(['Maximum', 'GreaterThanOrEqualToThreshold']);
  },
);
