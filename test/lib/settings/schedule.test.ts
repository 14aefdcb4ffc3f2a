import { expect, test } from 'vitest';
import { lateAfterMs, UNSCHEDULED_LATE_MS } from '../../../functions/platform/freshness.ts';
import { apiSettings } from '../../../functions/runtime/settings.ts';
import { gapsOf, isSchedule, isTimeZone, longestMinutesBetween } from '../../../lib/settings/schedule.ts';
import { templateOf } from '../template.ts';

const HOUR = 60;
const DAY = 24 * HOUR;
const MINUTE_MS = 60_000;

test.each([
  ['rate(15 minutes)', 15],
  ['rate(1 hour)', HOUR],
  ['rate(2 days)', 2 * DAY],
  ['cron(0 6 * * ? *)', DAY],
  ['cron(0/15 * * * ? *)', 15],
  ['cron(5 0/6 * * ? *)', 6 * HOUR],
  ['cron(0 8,12,18 * * ? *)', 14 * HOUR],
  // From Friday evening to Monday morning.
  ['cron(0 7-19 ? * MON-FRI *)', 2 * DAY + 12 * HOUR],
  ['cron(30 5 ? * 1 *)', 7 * DAY],
  ['cron(0 6 1 * ? *)', 31 * DAY],
  ['cron(0 6 L * ? *)', 31 * DAY],
  ['cron(0 6 31 * ? *)', 61 * DAY],
  ['cron(0 6 ? * 6L *)', 5 * 7 * DAY],
  ['cron(0 6 ? * MON#1 *)', 5 * 7 * DAY],
  ['cron(0 6 15W * ? *)', 32 * DAY],
  ['cron(0 6 1 JAN,JUL ? *)', 184 * DAY],
  ['cron(0 6 1 1 ? 2027-2030)', 366 * DAY],
  ['cron(0 6 1 1 ? 2028/2)', 731 * DAY],
  ['cron(0 6 29 2 ? *)', 1_461 * DAY],
])('%s runs at most %i minutes apart', (expression, minutes) => {
  expect(longestMinutesBetween(expression)).toBe(minutes);
});

test.each([
  'cron(0 6 30 FEB ? *)',
  'cron(a b * * ? *)',
  'cron(0 25 * * ? *)',
  'cron(0 6 1 * MON *)',
  'cron(0/0 6 * * ? *)',
  'cron(0 6 1 1 ? 2030)', // once, and then no more
])('of %s it is not known', (expression) => {
  expect(longestMinutesBetween(expression)).toBeUndefined();
});

test.each([
  ['rate(15 minutes)', 'UTC', 15, 15],
  ['cron(0/15 8-18 ? * MON-FRI *)', 'UTC', 15, 2 * DAY + 13 * HOUR + 15],
  ['cron(0,5 6 * * ? *)', 'UTC', 5, DAY - 5],
  // When clocks go forward and back.
  ['cron(0 6 * * ? *)', 'Europe/Berlin', DAY - HOUR, DAY + HOUR],
  ['cron(30 2 * * ? *)', 'Europe/Berlin', DAY, 2 * DAY - HOUR],
  ['cron(0 6 * * ? *)', 'Australia/Lord_Howe', DAY - 30, DAY + 30],
  ['cron(0/15 * * * ? *)', 'America/New_York', 15, HOUR + 15],
])('%s in %s: the shortest and the longest gap', (expression, timeZone, shortestMinutes, longestMinutes) => {
  expect(gapsOf(expression, timeZone)).toEqual({ shortestMinutes, longestMinutes });
});

test.each(['cron(0 6 30 FEB ? *)', 'cron(0 6 31 4,6,9,11 ? *)', 'cron(0 6 * * ? 2020)', 'cron(0 6 ? 2 MON#5 2027)'])(
  '%s never comes again, and is refused',
  (expression) => {
    expect(isSchedule(expression)).toBe('cron: expected a date that is still to come, got none');
  },
);

test('a time zone is a name, not an offset', () => {
  expect(['UTC', 'Europe/Berlin', '+02:00', 'Mars/Phobos'].map(isTimeZone)).toEqual([true, true, false, false]);
});

test('a reading is late when two runs were missed, and never within an hour; without a schedule after 26 hours', () => {
  expect(lateAfterMs(15)).toBe(HOUR * MINUTE_MS);
  expect(lateAfterMs(HOUR)).toBe((2 * HOUR + 15) * MINUTE_MS);
  expect(lateAfterMs(DAY)).toBe((2 * DAY + 15) * MINUTE_MS);
  expect(lateAfterMs(undefined)).toBe(UNSCHEDULED_LATE_MS);
});

test.each([
  [{}, 15],
  [{ schedule: 'cron(0 6 * * ? *)' }, DAY],
  [{ schedule: 'rate(3000 days)', runRetentionDays: 3_650 }, 3_000 * DAY],
  [{ schedule: 'cron(0 6 1 1 ? 2099)' }, undefined],
])('the API function of %j is given it, and reads it', (given, minutes) => {
  const functions = Object.values(templateOf(given).findResources('AWS::Lambda::Function'));
  const environments = functions.map(({ Properties }) => Properties.Environment.Variables as Record<string, string>);
  const ofApi = environments.find((environment) => 'PLAN_FUNCTION_NAME' in environment);
  expect(ofApi?.EXPECTED_RUN_MINUTES).toBe(minutes?.toString());
  // What is late is counted by the collector, by the same rule.
  const ofCollect = environments.find((environment) => 'FULL_READ_HOURS' in environment);
  expect(ofCollect?.EXPECTED_RUN_MINUTES).toBe(ofApi?.EXPECTED_RUN_MINUTES);
  expect(ofCollect).toBeDefined();
  const { EXPECTED_RUN_MINUTES } = ofApi ?? {};
  expect(apiSettings({ TABLE_NAME: 'ledger', EXPECTED_RUN_MINUTES }).runEveryMinutes).toBe(minutes);
});
