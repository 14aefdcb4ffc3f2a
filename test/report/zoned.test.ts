import { expect, test } from 'vitest';
import { inZone } from '../../functions/report/html/zone.ts';
import { zoned } from '../../functions/report/model/zoned.ts';

test('a time has the offset of its day, also where clocks go back', () => {
  expect(zoned('2026-07-01T00:00:00.000Z', 'Europe/Berlin')).toBe('2026-07-01 02:00 +02:00');
  expect(zoned('2026-10-25T00:30:00.000Z', 'Europe/Berlin')).toBe('2026-10-25 02:30 +02:00');
  expect(zoned('2026-10-25T01:30:00.000Z', 'Europe/Berlin')).toBe('2026-10-25 02:30 +01:00');
  expect(zoned('2026-01-01T02:00:00.000Z', 'America/St_Johns')).toBe('2025-12-31 22:30 -03:30');
});

test('markup gets it beside UTC, once, and stays as it is where there is no time, or no zone', () => {
  const markup =
    '<td><time datetime="2026-07-01T00:00:00.000Z">2026-07-01 00:00</time></td><time datetime="x">x</time>';
  const local = inZone('Europe/Berlin');
  expect(local(markup)).toContain('00:00</time> <span class="zone">(2026-07-01 02:00 +02:00)</span></td>');
  expect(local(local(markup))).toBe(local(markup));
  expect(local(markup)).toMatch(/<time datetime="x">x<\/time>$/);
  expect(inZone('UTC')(markup)).toBe(markup);
});
