import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timestamp } from '../../../../local/atlas/base/time.ts';

test('times are spelled to the second, as Date would', () => {
  const moment = fc.date({ min: new Date(0), max: new Date('2106-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(moment, (date) => {
      expect(timestamp(date.getTime())).toBe(`${date.toISOString().slice(0, 19)}Z`);
    }),
  );
});
