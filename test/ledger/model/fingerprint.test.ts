import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, digest, fingerprint, sha256 } from '../../../functions/ledger/model/fingerprint.ts';
import type { RestoreJob } from '../../../functions/restore/job.ts';

/** The definition: what ledgers were filled by. */
function definition(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) => {
      if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
      return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
    }) ?? 'null'
  );
}

const name = fc.oneof(
  fc.string({ unit: 'binary' }),
  // Integers come first in an object, whatever the sort; 4294967295 is not one any more.
  fc.constantFrom('__proto__', 'constructor', 'toString', '0', '10', '9', '01', '-1', '4294967294', '4294967295', 'é'),
);
/** Half of a surrogate pair is no text, and may come all the same. */
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\ud800', '\udc00x', '"\\\u2028\u0000'));
const anything = fc.anything({
  key: name,
  values: [text, fc.double(), fc.constantFrom(-0, Number.NaN, 1e21, 1e-7), fc.boolean(), fc.constant(null)],
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSparseArray: true,
  withTypedArray: true,
});
const tree = fc.oneof(anything, fc.dictionary(name, fc.option(anything, { nil: undefined })));

test('canonical JSON is what it was when ledgers were filled, to the byte', () => {
  fc.assert(
    fc.property(tree, (value) => {
      expect(canonicalJson(value)).toBe(definition(value));
    }),
    { numRuns: 2_000 },
  );
});

test('a name from JSON that means something to JavaScript is a name like any other', () => {
  const value = JSON.parse('{"b":1,"__proto__":{"z":[],"a":{}},"10":0,"9":0}');
  expect(canonicalJson(value)).toBe('{"9":0,"10":0,"__proto__":{"a":{},"z":[]},"b":1}');
});

test('canonical JSON does not depend on the order of names, and knows no difference between undefined and absent', () => {
  fc.assert(
    fc.property(fc.dictionary(name, fc.jsonValue()), (fields) => {
      const backwards = Object.fromEntries([...Object.entries(fields).reverse(), ['\uffff gone', undefined]]);
      expect(canonicalJson(backwards)).toBe(canonicalJson(fields));
    }),
  );
});

test('hashes are SHA-256 of the canonical JSON, in base64url', () => {
  fc.assert(
    fc.property(tree, (value) => {
      const whole = createHash('sha256').update(definition(value)).digest('base64url');
      expect([sha256(value), digest(value)]).toEqual([whole, whole.slice(0, 16)]);
    }),
  );
});

test('a fingerprint in a ledger stays good', () => {
  const job: RestoreJob = {
    jobId: '6a794733aaaaaaaaaa000001',
    kind: 'dedicated',
    projectId: 'b'.repeat(24),
    projectName: 'Payments',
    clusterName: 'orders',
    status: 'COMPLETED',
    sourceStatus: 'finishedAt',
    delivery: 'automated',
    requestedAt: '2026-08-10T03:36:19.000Z',
    finishedAt: '2026-08-10T03:40:10.000Z',
    durationSeconds: 231,
    deliveryUrlCount: 0,
    atlas: { id: '6a794733aaaaaaaaaa000001', desiredTimestamp: { increment: null, date: null }, note: 'é "quoted"' },
  };
  expect(fingerprint(job)).toBe('U5mou47NKEm3xiHQ');
  expect(fingerprint({ ...job, projectName: 'Renamed', clusterId: 'c'.repeat(24) })).toBe(fingerprint(job));
  expect(fingerprint({ ...job, status: 'FAILED' })).not.toBe(fingerprint(job));
});
