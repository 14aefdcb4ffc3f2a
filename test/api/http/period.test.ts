// Periods by name are in UTC, whatever the zone and its daylight saving time: each begins where the one before it ends.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { namedPeriod, type Period } from '../../../functions/api/http/period.ts';
import { dueMonths, periodOfMonth } from '../../../functions/monthly/months.ts';

const UNITS = [
  ['yesterday', 'today'],
  ['last-week', 'this-week'],
  ['last-month', 'this-month'],
  ['last-quarter', 'this-quarter'],
  ['last-year', 'this-year'],
] as const;
const moments = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
const named = (text: string, now: number): Period => {
  const period = namedPeriod(text, now);
  if (!period) throw new Error(`no period ${text}`);
  return period;
};

test.each(UNITS)('%s ends where %s begins, and now is in exactly one of a row of them', (last, current) => {
  fc.assert(
    fc.property(moments, (date) => {
      const now = date.getTime();
      const [before, here] = [named(last, now), named(current, now)];
      expect(before.to).toBe(here.from);
      expect(here.from <= date.toISOString() && date.toISOString() < here.to).toBe(true);
      // What is the current one now is the last one from its very end on, and not a millisecond sooner.
      const end = Date.parse(here.to);
      expect(named(last, end)).toEqual(here);
      expect(named(current, end - 1)).toEqual(here);
      for (const at of [here.from, here.to]) expect(at).toMatch(/T00:00:00\.000Z$/);
    }),
  );
});

test('months of reports follow on each other, and the last one is that of the page', () => {
  fc.assert(
    fc.property(moments, (date) => {
      const periods = dueMonths('1990-01-01', date.getTime()).map(periodOfMonth);
      expect(periods).toHaveLength(12);
      for (const [n, { until }] of periods.slice(0, -1).entries()) expect(periods[n + 1]?.since).toBe(until);
      const { from, to } = named('last-month', date.getTime() - 86_400_000);
      expect(periods.at(-1)).toEqual({ since: from, until: to });
    }),
  );
});
