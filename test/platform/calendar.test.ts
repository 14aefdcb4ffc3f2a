import fc from 'fast-check';
import { expect, test } from 'vitest';
import { moment as commandMoment } from '../../bin/process/duration.ts';
import { moment } from '../../functions/api/http/parameters.ts';
import { isoMoment } from '../../functions/platform/calendar.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');

test.each([
  ...['2026-02-30', '2026-02-29', '2100-02-29', '2026-04-31', '2026-13-01', '2026-00-10', '2026-11-00', '2026-11-32'],
  ...['2026-11-23T24:00Z', '2026-11-23T24:00:00Z', '2026-11-23T12:60Z', '2026-11-23T12:00:60Z', '2026-02-30T12:00:00Z'],
  ...['2026-11-23T12:00:00+24:00', '2026-11-23T12:00:00+01:60', '0000-01-01T00:00+01:00', '9999-12-31T23:59-01:00'],
  ...['', 'today', '2026-11', '20261123', '2026-11-23T', '+002026-11-23', ' 2026-11-23', '2026-11-23\n'],
])('%j is no moment, to the API, the page and the command line', (text) => {
  expect(isoMoment(text)).toBeUndefined();
  expect(moment.read(text)).toBeUndefined();
  expect(commandMoment(text, NOW)).toBeUndefined();
  expect(commandMoment(text.replace('T', ' '), NOW)).toBeUndefined();
});

test.each([
  ['2026-11-23', '2026-11-23T00:00:00.000Z'],
  ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ['2000-02-29T23:59:59Z', '2000-02-29T23:59:59.000Z'],
  ['2026-11-23T12:30+02:00', '2026-11-23T10:30:00.000Z'],
  ['2026-12-31T23:59:59.123456-05:00', '2027-01-01T04:59:59.123Z'],
])('%s is %s to all of them', (text, iso) => {
  expect(moment.read(text)).toBe(iso);
  expect(commandMoment(text, NOW)).toBe(iso);
});

test('the command line also takes a blank, small letters, and a time without a zone, which is UTC', () => {
  for (const text of ['2026-11-23 12:00', '2026-11-23t12:00z', '2026-11-23T13:00+0100', '0m'])
    expect(commandMoment(text, NOW)).toBe('2026-11-23T12:00:00.000Z');
  expect(moment.read('2026-11-23T12:00')).toBeUndefined();
});

test('what is a moment, and no other text, is taken, and says the same day again', () => {
  const number = (most: number) => fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, '0'));
  fc.assert(
    fc.property(fc.integer({ min: 1970, max: 2100 }), number(13), number(32), number(25), (year, month, day, hour) => {
      const text = `${year}-${month}-${day}T${hour}:00:00`;
      const date = new Date(`${text}Z`);
      const isThatDay = !Number.isNaN(date.getTime()) && date.toISOString() === `${text}.000Z`;
      expect(isoMoment(`${text}Z`)).toBe(isThatDay ? `${text}.000Z` : undefined);
    }),
  );
});
