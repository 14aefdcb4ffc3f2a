import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnWidths } from '../../../functions/report/pdf/columns.ts';

const wanted = fc.record({ natural: fc.integer({ min: 0, max: 2_000 }), longest: fc.integer({ min: 0, max: 400 }) });

test('columns are as wide as the table or less, and none is without width', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(wanted, { minLength: 1, maxLength: 9 }), { minLength: 1 }),
      fc.boolean(),
      (rows, fill) => {
        const widths = columnWidths(rows, 700, fill);
        const sum = widths.reduce((total, width) => total + width, 0);
        expect(sum).toBeLessThanOrEqual(700.01);
        if (fill) expect(sum).toBeGreaterThan(699);
        expect(Math.min(...widths)).toBeGreaterThan(5);
      },
    ),
  );
});

test('what wants little gets it, and those that want much share the rest alike', () => {
  const [date, text, other] = columnWidths(
    [
      [
        { natural: 60, longest: 60 },
        { natural: 900, longest: 40 },
        { natural: 800, longest: 50 },
      ],
    ],
    461,
    true,
  );
  expect(date).toBeCloseTo(61, 0);
  expect(text).toBeCloseTo(200, 0);
  expect(other).toBeCloseTo(200, 0);
});
