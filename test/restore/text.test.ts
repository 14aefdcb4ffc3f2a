import { expect, test } from 'vitest';
import { everySpan, shortSpan } from '../../functions/restore/text.ts';

test('a limit is without a smaller unit of which there is none', () => {
  expect([0, 20, 60, 90, 600, 3_600, 5_400, 36_000, 86_400, 93_600, 864_000].map(shortSpan)).toEqual([
    '0 s',
    '20 s',
    '1 min',
    '1 min 30 s',
    '10 min',
    '1 h',
    '1 h 30 min',
    '10 h',
    '1 d',
    '1 d 2 h',
    '10 d',
  ]);
});

test('what is done every minute, hour or day is not said to be done every 1 of them', () => {
  expect([20, 60, 300, 3_600, 86_400].map(everySpan)).toEqual(['20 s', 'minute', '5 min', 'hour', 'day']);
});
