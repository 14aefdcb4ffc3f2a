import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { monthOf } from '../../functions/ledger/table/keys.ts';
import {
  FIRST_ID,
  idAfter,
  idBefore,
  idParts,
  isObjectId,
  LAST_ID,
  lowestIdAt,
  newObjectId,
  requestedAt,
} from '../../functions/restore/object-id.ts';

const anyId = fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('hex'));
/** What 4 bytes of seconds can say. */
const moment = fc.date({ min: new Date(0), max: new Date(0xffff_ffff * 1000), noInvalidDate: true });

describe('object ids', () => {
  test('say when they were made', () => {
    expect(requestedAt('507f1f77bcf86cd799439011')).toBe('2012-10-17T21:13:27.000Z');
    expect(requestedAt(FIRST_ID)).toBe('1970-01-01T00:00:00.000Z');
    expect(requestedAt(LAST_ID)).toBe('2106-02-07T06:28:15.000Z');
  });

  test('say it as a date would', () => {
    const nearMidnight = fc.tuple(fc.integer({ min: 1, max: 49_710 }), fc.integer({ min: -1, max: 1 }));
    const second = fc.oneof(
      fc.integer({ min: 0, max: 0xffff_ffff }),
      nearMidnight.map(([day, past]) => day * 86_400 + past),
    );
    fc.assert(
      fc.property(second, (second) => {
        const id = second.toString(16).padStart(8, '0') + 'f'.repeat(16);
        expect(requestedAt(id)).toBe(new Date(second * 1000).toISOString());
        expect(idParts(id).second).toBe(second);
      }),
      { numRuns: 2_000 },
    );
  });

  test('sort as the moments and months they stand for', () => {
    fc.assert(
      fc.property(anyId, anyId, (a, b) => {
        fc.pre(requestedAt(a) !== requestedAt(b));
        expect(a < b).toBe(requestedAt(a) < requestedAt(b));
        if (a < b) expect(monthOf(a) <= monthOf(b)).toBe(true);
      }),
    );
  });

  test('are at or above the lowest id of a moment exactly where they were made then or later', () => {
    const near = fc.tuple(anyId, fc.integer({ min: -2_000, max: 2_000 }));
    fc.assert(
      fc.property(near, moment, ([id, ms], far) => {
        for (const date of [far, new Date(Math.max(0, Date.parse(requestedAt(id)) + ms))]) {
          fc.pre(date.getTime() <= 0xffff_ffff * 1000);
          expect(id >= lowestIdAt(date)).toBe(Date.parse(requestedAt(id)) >= date.getTime());
        }
      }),
    );
  });

  test('stay within what an id can say, whatever the date', () => {
    expect(lowestIdAt('0001-01-01T00:00:00Z')).toBe(FIRST_ID);
    expect(lowestIdAt('9999-12-31T00:00:00Z')).toBe(LAST_ID);
    expect(() => lowestIdAt('yesterday')).toThrow(RangeError);
  });

  test('have exactly one neighbour each way, but for the ends', () => {
    expect([idBefore(FIRST_ID), idAfter(LAST_ID)]).toEqual([undefined, undefined]);
    fc.assert(
      fc.property(anyId, (id) => {
        const [before, after] = [idBefore(id), idAfter(id)];
        if (after) expect([isObjectId(after), after > id, idBefore(after)]).toEqual([true, true, id]);
        if (before) expect([isObjectId(before), before < id]).toEqual([true, true]);
      }),
    );
  });

  test('made new carry their second, and differ', () => {
    fc.assert(
      fc.property(moment, (now) => {
        const [a, b] = [newObjectId(now), newObjectId(now)];
        expect(isObjectId(a) && a !== b).toBe(true);
        expect(Date.parse(requestedAt(a))).toBe(Math.floor(now.getTime() / 1000) * 1000);
      }),
    );
  });

  test('made new sort by their millisecond', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: 1, max: 2_000 }), (now, laterMs) => {
        fc.pre(now.getTime() + laterMs < 2 ** 32 * 1_000);
        expect(newObjectId(now) < newObjectId(new Date(now.getTime() + laterMs))).toBe(true);
      }),
    );
  });

  test('are 24 hex digits in lower case and nothing else', () => {
    for (const no of [
      '',
      'ABCDEFABCDEFABCDEFABCDEF',
      `${FIRST_ID}0`,
      `${FIRST_ID}\n`,
      'g'.repeat(24),
      42,
      null,
      undefined,
    ]) {
      expect(isObjectId(no)).toBe(false);
    }
    expect(() => requestedAt('507F1F77BCF86CD799439011')).toThrow(RangeError);
    expect(() => newObjectId(new Date(Number.NaN))).toThrow(RangeError);
  });
});
