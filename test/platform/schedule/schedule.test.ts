import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ScheduleError } from '../../../functions/platform/schedule/cron-field.ts';
import { nextSlot } from '../../../functions/platform/schedule/next-slot.ts';
import { parseSchedule } from '../../../functions/platform/schedule/schedule.ts';
import { minutesOf, reader, type Shown, wrongField } from './second-reader.ts';

const problemOf = (expression: string) => {
  try {
    parseSchedule(expression);
    return '';
  } catch (error) {
    if (error instanceof ScheduleError) return error.message;
    throw error;
  }
};

test.each([
  ['rate(1 minute)', 1],
  ['rate(15 minutes)', 15],
  ['rate(1 hour)', 60],
  ['rate(30 days)', 43_200],
  ['rate(365 days)', 525_600],
])('%s is a schedule', (expression, everyMinutes) => {
  expect(parseSchedule(expression)).toEqual({ everyMinutes });
});

test.each([
  ['every day', 'expected rate(...) or cron(...) without spaces around it'],
  [' rate(1 hour)', 'expected rate(...) or cron(...)'],
  ['at(2027-01-01T00:00:00)', 'expected rate(...) or cron(...)'],
  ['rate(0 minutes)', 'rate: expected a number from 1 without leading zeros, got 0'],
  ['rate(05 minutes)', 'rate: expected a number from 1 without leading zeros, got 05'],
  ['rate(1 hours)', 'rate: expected 1 hour, got 1 hours'],
  ['rate(5 minute)', 'rate: expected 5 minutes, got 5 minute'],
  ['rate(5  minutes)', 'rate: expected a number, a space and minutes, hours or days'],
  ['rate(2 weeks)', 'rate: expected a number, a space and minutes, hours or days'],
  ['rate(1.5 hours)', 'rate: expected a number'],
  ['cron(0 6 * * ?)', 'cron: expected six fields with one space between them, got 5'],
  ['cron(0  6 * * ? *)', 'cron: expected six fields with one space between them, got other spaces'],
  ['cron(0 6 * * ? * )', 'cron: expected six fields'],
  ['cron(99 99 * * ? *)', 'minutes: expected 0 to 59, got "99"'],
  ['cron(0 24 * * ? *)', 'hours: expected 0 to 23, got "24"'],
  ['cron(0 6 32 * ? *)', 'day-of-month: expected 1 to 31, got "32"'],
  ['cron(0 6 32W * ? *)', 'day-of-month: expected 1 to 31, got "32"'],
  ['cron(0 6 1 13 ? *)', 'month: expected 1 to 12 or JAN to DEC, got "13"'],
  ['cron(0 6 ? * 8 *)', 'day-of-week: expected 1 to 7 or SUN to SAT, got "8"'],
  ['cron(0 6 ? * MON#6 *)', 'day-of-week: expected a value, a range or a step, got "MON#6"'],
  ['cron(0 6 ? * 3#1,6#3 *)', 'day-of-week: expected a value'],
  ['cron(0 6 ? * MON/2 *)', 'day-of-week: expected no step, got MON/2: list the days'],
  ['cron(0 6 ? * FRI-MON *)', 'day-of-week: expected a range that ascends, got FRI-MON'],
  ['cron(0 6 * * * *)', 'day-of-month and day-of-week: expected ? in exactly one of them, got * and *'],
  ['cron(0 6 ? * ? *)', 'day-of-month and day-of-week: expected ? in exactly one of them, got ? and ?'],
  ['cron(0 6 1 * MON *)', 'day-of-month and day-of-week'],
  ['cron(? 6 * * ? *)', 'minutes: expected a value'],
  ['cron(0/0 6 * * ? *)', 'minutes: expected a step from 1 to 59, got 0/0'],
  ['cron(*,5 6 * * ? *)', 'minutes: expected * alone, got *,5'],
  ['cron(0 6 * * ? 1969)', 'year: expected 1970 to 2199, got "1969"'],
  [`cron(0 6 ${'1,'.repeat(130)}1 * ? *)`, 'expected at most 256 characters, got 277'],
])('%s is refused, with the field', (expression, problem) => {
  expect(problemOf(expression)).toContain(problem);
});

/** Half of them wrong somewhere. */
const fields = (() => {
  const number = (min: number, max: number) =>
    fc.oneof({ weight: 20, arbitrary: fc.integer({ min, max }) }, fc.integer({ min: 0, max: max + 2 })).map(String);
  const part = (value: fc.Arbitrary<string>, max: number) =>
    fc.oneof(
      { weight: 6, arbitrary: value },
      { weight: 2, arbitrary: fc.tuple(value, value).map(([a, b]) => `${a}-${b}`) },
      {
        weight: 2,
        arbitrary: fc.tuple(value, fc.integer({ min: 0, max: max + 1 })).map(([a, step]) => `${a}/${step}`),
      },
      fc.tuple(value, value, fc.integer({ min: 1, max: 9 })).map(([a, b, step]) => `${a}-${b}/${step}`),
      fc.constantFrom('*/5', '*', '?', '', '-1', 'X', '5/', '1-2-3', '1/2/3', '#2', 'L', '1W'),
    );
  const list = (value: fc.Arbitrary<string>, max: number) =>
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('*') },
      { weight: 4, arbitrary: part(value, max) },
      fc.array(part(value, max), { minLength: 2, maxLength: 3 }).map((parts) => parts.join(',')),
    );
  const named = (value: fc.Arbitrary<string>, ...names: string[]) => fc.oneof(value, fc.constantFrom(...names));
  const date = fc.oneof(
    list(number(1, 31), 31),
    fc.constantFrom('L', 'LW', 'L-1'),
    number(1, 31).map((n) => `${n}W`),
  );
  const weekdays = named(number(1, 7), 'SUN', 'MON', 'WED', 'FRI', 'SAT', 'LUN');
  const day = fc.oneof(
    list(weekdays, 7),
    fc.constantFrom('L', 'MON-FRI'),
    weekdays.map((value) => `${value}L`),
    fc.tuple(weekdays, fc.integer({ min: 0, max: 6 })).map(([value, nth]) => `${value}#${nth}`),
  );
  const days = fc.oneof(
    { weight: 6, arbitrary: date.map((value) => [value, '?'] as const) },
    { weight: 6, arbitrary: day.map((value) => ['?', value] as const) },
    fc.tuple(date, day),
  );
  const month = list(named(number(1, 12), 'JAN', 'MAR', 'OCT', 'NOV'), 12);
  const year = fc.oneof(
    { weight: 8, arbitrary: fc.constant('*') },
    list(number(1970, 2199), 2199),
    fc.constantFrom('2027', '2026-2028', '2027/2'),
  );
  return fc
    .tuple(list(number(0, 59), 59), list(number(0, 23), 23), days, month, year)
    .map(([minutes, hours, [dayOfMonth, dayOfWeek], months, years]) => [
      minutes,
      hours,
      dayOfMonth,
      months,
      dayOfWeek,
      years,
    ]);
})();

test('is refused exactly where a second reader refuses it, and for the same field', () => {
  const counts = { right: 0, wrong: 0 };
  fc.assert(
    fc.property(fields, (given) => {
      const expression = `cron(${given.join(' ')})`;
      const wrong = wrongField(given);
      counts[wrong === '' ? 'right' : 'wrong']++;
      // A field that is empty makes five of six.
      const expected = given.includes('') ? 'cron' : wrong;
      expect(problemOf(expression).split(':')[0], expression).toBe(expected);
    }),
    { numRuns: 5_000, seed: 20_261_129 },
  );
  expect(Math.min(counts.right, counts.wrong)).toBeGreaterThan(1_000);
});

const MINUTE_MS = 60_000;

/** Whether clocks went forward or back before this minute. */
const isJump = (hour: number | undefined, shown: Shown) =>
  hour !== undefined && shown.hour !== (shown.minute === 0 ? (hour + 1) % 24 : hour);

describe.each([
  ['UTC', '2027-02-25T00:00:00Z'],
  ['Europe/Berlin', '2027-03-24T00:00:00Z'],
  ['Europe/Berlin', '2027-10-27T00:00:00Z'],
  ['America/St_Johns', '2027-11-03T00:00:00Z'],
  ['Australia/Lord_Howe', '2027-03-31T00:00:00Z'],
  ['Asia/Kathmandu', '2027-12-28T00:00:00Z'],
])('in %s from %s', (timeZone, from) => {
  const minutes = minutesOf(from, 9, timeZone);
  const end = (minutes.at(-1)?.at ?? 0) + MINUTE_MS;

  test('the next slot is the one that a second reader finds, minute by minute', () => {
    const right = fields.filter((given) => wrongField(given) === '');
    const change = minutes.findIndex(({ shown }, index) => isJump(minutes[index - 1]?.shown.hour, shown));
    const moment = fc.oneof(
      fc.integer({ min: 0, max: minutes.length - 1 }),
      fc.integer({ min: Math.max(0, change - 120), max: change + 120 }),
    );
    fc.assert(
      fc.property(right, fc.array(moment, { minLength: 3, maxLength: 3 }), (given, moments) => {
        const runsAt = reader(given);
        const slots = new Map<string, { first: number; last: number }>();
        for (const { at, shown } of minutes) {
          if (!runsAt(shown)) continue;
          const key = Object.values(shown).join(' ');
          slots.set(key, { first: slots.get(key)?.first ?? at, last: at });
        }
        const found = [...slots.values()];
        const schedule = parseSchedule(`cron(${given.join(' ')})`, timeZone);
        for (const index of moments) {
          const now = minutes[index]?.at ?? 0;
          const expected = found.find(({ first }) => first > now)?.last;
          const next = nextSlot(schedule, { begun: now });
          if (expected === undefined) expect(next ?? end, given.join(' ')).toBeGreaterThanOrEqual(end);
          else expect(next, given.join(' ')).toBe(expected);
        }
      }),
      { numRuns: 120, seed: 20_261_129 },
    );
  });
});

test('of a rate, the next slot is a whole number of intervals after the run began', () => {
  const schedule = parseSchedule('rate(15 minutes)');
  const begun = Date.parse('2027-01-01T00:00:00Z');
  const next = (minutes: number) =>
    new Date(nextSlot(schedule, { begun, ended: begun + minutes * MINUTE_MS }) ?? 0).toISOString();
  expect(next(2)).toBe('2027-01-01T00:15:00.000Z');
  expect(next(15)).toBe('2027-01-01T00:30:00.000Z');
  expect(next(40)).toBe('2027-01-01T00:45:00.000Z');
});
