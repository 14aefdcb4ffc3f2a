import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseChallenges } from '../../../functions/atlas/auth/challenge.ts';

const read = (header: string | string[]) =>
  parseChallenges(header).map(({ scheme, params }) => [scheme, Object.fromEntries(params)]);

test("Atlas's own challenge is read, the empty domain and the unquoted values too", () => {
  const header =
    'Digest realm="MMS Public API", domain="", nonce="oKfdevgHPla/q94PO0cdlXVpNEi781RR", algorithm=MD5, qop="auth", stale=false';
  expect(read(header)).toEqual([
    [
      'digest',
      {
        realm: 'MMS Public API',
        domain: '',
        nonce: 'oKfdevgHPla/q94PO0cdlXVpNEi781RR',
        algorithm: 'MD5',
        qop: 'auth',
        stale: 'false',
      },
    ],
  ]);
});

test.each([
  ['Digest realm="a, b=\\"c\\"", nonce=x/y+z==', [['digest', { realm: 'a, b="c"', nonce: 'x/y+z==' }]]],
  [
    'Basic realm="x", Digest realm="y", nonce="1" , Negotiate YII=, Bearer',
    [
      ['basic', { realm: 'x' }],
      ['digest', { realm: 'y', nonce: '1' }],
      ['negotiate', {}],
      ['bearer', {}],
    ],
  ],
  ['Digest Realm = "a" ,NONCE=b,, stale=', [['digest', { realm: 'a', nonce: 'b', stale: '' }]]],
  ['Digest nonce="1", nonce="2"', [['digest', { nonce: '1' }]]],
  ['', []],
  [
    ['Basic realm="x"', 'Digest nonce="1"'],
    [
      ['basic', { realm: 'x' }],
      ['digest', { nonce: '1' }],
    ],
  ],
] as [string | string[], unknown][])('%j is read as challenges', (header, challenges) => {
  expect(read(header)).toEqual(challenges);
});

const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/);
const quotable = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) });
const challenge = fc.tuple(token, fc.dictionary(token, quotable, { minKeys: 1, noNullPrototype: true }));

test('whatever is written as quoted strings is read back, several challenges in one header too', () => {
  const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
  fc.assert(
    fc.property(fc.array(challenge, { maxLength: 4 }), (challenges) => {
      const header = challenges
        .map(
          ([scheme, params]) =>
            `${scheme} ${Object.entries(params)
              .map(([k, v]) => `${k}=${quoted(v)}`)
              .join(', ')}`,
        )
        .join(', ');
      expect(read(header)).toEqual(challenges);
    }),
  );
});

test('no header makes it throw, or hang', () => {
  const nasty = fc.string({ unit: fc.constantFrom('"', '\\', ',', '=', ' ', 'a', '/', 'Digest', 'é', '\t') });
  fc.assert(fc.property(nasty, (header) => void parseChallenges(header)));
  parseChallenges(`Digest ${'nonce="'.repeat(5_000)}`);
});
