import { describe, expect, test } from 'vitest';
import { askedDays } from '../../functions/lake/asked.ts';
import { CATCH_UP_DAYS, daysFrom, dueDays, firstDueDay, lastDay, MAX_DAYS } from '../../functions/lake/days.ts';
import { dayOfFile, fileOf } from '../../functions/lake/layout.ts';

const at = (moment: string) => Date.parse(moment);

test.each([
  ['2026-11-29T01:59:59Z', '2026-11-27'],
  ['2026-11-29T02:00:00Z', '2026-11-28'],
  ['2028-03-01T12:00:00Z', '2028-02-29'],
])('at %s, the last day that is over is %s', (now, day) => expect(lastDay(at(now))).toBe(day));

describe('due', () => {
  const now = at('2026-11-29T08:00:00Z');

  test('nothing is written yet: the days of five weeks', () => {
    const due = dueDays(new Set(), now);
    expect([due.length, due[0], due.at(-1)]).toEqual([CATCH_UP_DAYS, '2026-10-25', '2026-11-28']);
    expect(firstDueDay(now)).toBe('2026-10-25');
  });

  test('all are written: the last three again', () => {
    expect(dueDays(new Set(daysFrom('2026-10-01', '2026-11-28')), now)).toEqual(daysFrom('2026-11-26', '2026-11-28'));
  });

  test('one that was missed, too, however long ago a call failed', () => {
    const written = new Set(daysFrom('2026-10-01', '2026-11-27'));
    written.delete('2026-11-03');
    expect(dueDays(written, now)).toEqual(['2026-11-03', ...daysFrom('2026-11-26', '2026-11-28')]);
  });
});

describe('days that somebody asks for', () => {
  const now = at('2026-11-29T08:00:00Z');

  test.each([
    [undefined, undefined],
    [{}, undefined],
    [{ since: '2026-11-01', until: '2026-11-03' }, ['2026-11-01', '2026-11-02', '2026-11-03']],
    [{ since: '2026-11-01' }, ['2026-11-01']],
    [{ until: '2026-11-01' }, ['2026-11-01']],
  ])('%j: %j', (event, days) => expect(askedDays(event, now)).toEqual(days));

  test.each([
    [{ since: '2026-02-30' }, 'since, until: expected days such as 2026-11-28'],
    [{ since: 1 }, 'since, until: expected days such as 2026-11-28'],
    ['yesterday', 'since, until: expected days such as 2026-11-28'],
    [{ since: '2026-11-03', until: '2026-11-01' }, 'until: expected 2026-11-03 or a later day, got 2026-11-01'],
    [{ since: '2026-11-29' }, 'until: expected a day before 2026-11-29, which is not over, got 2026-11-29'],
    [{ since: '1999-01-01', until: '2026-11-01' }, `since: expected at most ${MAX_DAYS} days before until`],
  ])('%j is refused', (event, problem) => expect(() => askedDays(event, now)).toThrow(problem));
});

test('the day of a file is that of its folder, and of nothing else', () => {
  expect(dayOfFile(fileOf('2026-11-28'))).toBe('2026-11-28');
  for (const other of ['day=2026-11-28/', 'day=2026-11-28/changes.parquet.part', 'x/day=2026-11-28/changes.parquet'])
    expect(dayOfFile(other)).toBeUndefined();
});
