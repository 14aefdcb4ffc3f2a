import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SkewMeter, together } from '../../../functions/atlas/http/clock-skew.ts';
import { parseHttpDate } from '../../../functions/atlas/http/http-date.ts';
import { HOUR } from '../../../local/atlas/base/time.ts';
import { startAtlas } from '../../../local/atlas/server.ts';
import { ManualClock } from '../../../local/manual-clock.ts';
import { clientFor, failureOf, keyOf, projectsOf } from '../clients.ts';
import { apiError, json, list, serve, withTokens } from '../scripted-server.ts';

const NOW = Date.UTC(2026, 10, 23, 12);

describe('a date of HTTP', () => {
  test.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['Sunday, 06-Nov-94 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['Sun Nov  6 08:49:37 1994', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['Monday, 23-Nov-26 12:00:00 GMT', NOW],
    ['Friday, 23-Nov-76 12:00:00 GMT', Date.UTC(2076, 10, 23, 12)],
    ['Wednesday, 23-Nov-77 12:00:00 GMT', Date.UTC(1977, 10, 23, 12)],
    ['Mon, 5 Aug 2024 00:00:00 GMT', Date.UTC(2024, 7, 5)],
    [' Fri, 31 Dec 9999 23:59:59 GMT ', Date.UTC(9999, 11, 31, 23, 59, 59)],
    ['Thu, 01 Jan 0001 00:00:00 GMT', new Date('0001-01-01').getTime()],
    ['Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
    ['Sun, 30 Feb 2026 00:00:00 GMT', undefined],
    ['Sun, 06 Nov 1994 24:49:37 GMT', undefined],
    ['Sun, 06 Nov 1994 08:49:37', undefined],
    ['Sun, 06 Nov 1994 08:49:37 CET', undefined],
    ['Sun, 06 Foo 1994 08:49:37 GMT', undefined],
    ['1994-11-06T08:49:37Z', undefined],
    ['-5', undefined],
    ['soon 5', undefined],
    ['', undefined],
  ])('%j is %s', (text, ms) => expect(parseHttpDate(text, NOW)).toBe(ms));

  test('as JavaScript writes it comes back, to the second', () => {
    const seconds = fc.integer({ min: Date.UTC(1, 0) / 1000, max: Date.UTC(9999, 11, 31) / 1000 });
    fc.assert(
      fc.property(seconds, (at) => {
        expect(parseHttpDate(new Date(at * 1000).toUTCString(), NOW)).toBe(at * 1000);
      }),
    );
  });
});

describe('the skew of our clock', () => {
  test.each([
    ['agree', 0, 0],
    ['differ by an hour, ours ahead', -HOUR, HOUR],
    ['differ by an hour, ours behind', HOUR, -HOUR],
    ['differ by twenty minutes', -20 * 60_000, 20 * 60_000],
  ])('is measured where the clocks %s, by every view', async (_, dateAheadMs, expected) => {
    const clock = new ManualClock();
    await using simulator = await startAtlas({ clock, dateAheadMs, projects: 1, clusters: 1 });
    await using atlas = clientFor(simulator.url, { clock, credentials: keyOf(simulator) });
    const view = atlas.within(() => 60_000);
    expect(atlas.clockSkewMs).toBeUndefined();
    await projectsOf(view);
    for (const each of [atlas, view, atlas.within(() => 1)]) {
      expect(Math.abs((each.clockSkewMs ?? Number.NaN) - expected)).toBeLessThanOrEqual(1_000);
    }
    expect(view.skewReading).toMatchObject({ agrees: true });
    expect(atlas.within(() => 1).skewReading).toBeUndefined();
  });

  test('is known from refusals, too', async () => {
    await using server = await serve(
      apiError(404, 'RESOURCE_NOT_FOUND', {}, { Date: new Date(NOW - HOUR).toUTCString() }),
    );
    await using atlas = clientFor(server.url);
    await failureOf(projectsOf(atlas));
    expect(Math.round((atlas.clockSkewMs ?? 0) / 1_000)).toBe(3_599);
  });

  test.each([
    ['an error page', 502, '<html>bad gateway</html>'],
    ['an empty answer', 404, ''],
    ['an error in another form', 502, '{"message":"upstream"}'],
    ['a page where a list was asked for', 200, '<html>sign in</html>'],
  ])('is not made of what Atlas did not say: %s', async (_, status, body) => {
    await using server = await serve((response) =>
      response.writeHead(status, { Date: new Date(NOW - HOUR).toUTCString() }).end(body),
    );
    await using atlas = clientFor(server.url);
    const view = atlas.within(() => 60_000);
    await failureOf(projectsOf(view));
    expect([atlas.clockSkewMs, view.skewReading]).toEqual([undefined, undefined]);
  });

  test.each([{ Date: 'yesterday' }, { Date: '' }, { Date: '1e400' }])('is not made of %j', async (headers) => {
    await using server = await serve(withTokens(json(200, list([]), headers), 3_600));
    await using atlas = clientFor(server.url);
    await projectsOf(atlas);
    const [known] = [atlas.clockSkewMs]; // the token's answer has a date of this machine
    for (let nth = 0; nth < 3; nth++) await projectsOf(atlas);
    expect(atlas.clockSkewMs).toBe(known);
  });

  const note = (meter: SkewMeter, skewMs: number, tookMs = 80, headers: Record<string, string> = {}) => {
    const date = new Date(NOW - skewMs + tookMs / 2).toUTCString();
    meter.note({ date, ...headers }, NOW, NOW + tookMs);
  };

  test('is off by no more than a second and the time of an answer, whatever both are', () => {
    const skews = fc.integer({ min: -1e10, max: 1e10 });
    fc.assert(
      fc.property(skews, fc.nat(30_000), (skewMs, tookMs) => {
        const meter = new SkewMeter();
        note(meter, skewMs, tookMs);
        expect(Math.abs((meter.skewMs ?? Number.NaN) - skewMs)).toBeLessThanOrEqual(1_000 + tookMs);
        expect(Math.abs(meter.skewMs ?? Number.NaN)).toBeLessThanOrEqual(Math.abs(skewMs));
      }),
    );
  });

  test('is not moved by some answers with another date, and follows a clock that is set', () => {
    const meter = new SkewMeter();
    for (let nth = 0; nth < 15; nth++) note(meter, nth % 3 === 0 ? -1e12 : 0);
    expect(meter.skewMs).toBe(0);
    for (let nth = 0; nth < 15; nth++) note(meter, HOUR);
    expect(Math.abs((meter.skewMs ?? 0) - HOUR)).toBeLessThanOrEqual(1_100);
  });

  describe('for times that are stored', () => {
    const reading = (...answers: [skewMs: number, tookMs?: number, headers?: Record<string, string>][]) => {
      const meter = new SkewMeter();
      for (const answer of answers) note(meter, ...answer);
      return meter.reading;
    };

    test('is nothing where clocks agree, and never less than it is', () => {
      expect(reading([0], [0, 9_000])).toEqual({ skewMs: 0, agrees: true });
      fc.assert(
        fc.property(
          fc.integer({ min: -1e10, max: 1e10 }),
          fc.array(fc.nat(30_000), { minLength: 1 }),
          (skewMs, took) => {
            const { skewMs: read = Number.NaN, agrees } =
              reading(...took.map((tookMs): [number, number] => [skewMs, tookMs])) ?? {};
            expect(agrees).toBe(true);
            // An answer can't show less than a second.
            expect(read).toBeGreaterThanOrEqual(Math.abs(skewMs) <= 31_000 ? Math.min(0, skewMs) : skewMs);
            expect(read - skewMs).toBeLessThanOrEqual(
              1_000 + Math.min(...took) + Math.max(0, -skewMs) * Number(read === 0),
            );
          },
        ),
      );
    });

    test.each([
      ['set ahead between two answers', [[0], [HOUR]], HOUR],
      ['set back between two', [[HOUR], [0]], HOUR],
      ['set back during one', [[0], [0, -HOUR]], HOUR / 2],
      ['right, while a Date is an hour ahead', [[0], [-HOUR]], 0],
      ['right, while an answer is a copy of an hour ago', [[0], [HOUR, 80, { age: '3600' }]], HOUR],
    ])('agrees with no clock that was %s', (_, answers, least) => {
      const { skewMs = Number.NaN, agrees } =
        reading(...(answers as [number, number?, Record<string, string>?][])) ?? {};
      expect(agrees).toBe(false);
      expect(skewMs).toBeGreaterThanOrEqual(least);
    });

    test('is that of all credentials that a project is read with', () => {
      const [right, ahead] = [reading([0]), reading([HOUR])];
      expect(together([undefined, undefined])).toBeUndefined();
      expect(together([undefined, right])).toEqual(right);
      expect(together([right, ahead])).toEqual({ skewMs: ahead?.skewMs, agrees: false });
    });
  });

  test('is not made of a copy out of a cache, nor over a clock that was set back meanwhile', () => {
    const meter = new SkewMeter();
    note(meter, HOUR, 80, { age: '3600' });
    note(meter, 0, -HOUR);
    expect(meter.skewMs).toBeUndefined();
  });
});
