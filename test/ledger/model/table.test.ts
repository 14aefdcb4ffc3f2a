import { createRequire } from 'node:module';
import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, digest, fingerprint } from '../../../functions/ledger/model/fingerprint.ts';
import { itemBytes, storable } from '../../../functions/ledger/model/item-size.ts';
import { createTableInput, INDEXES } from '../../../functions/ledger/model/table.ts';
import * as keys from '../../../functions/ledger/table/keys.ts';
import { idAt, job, PROJECT } from '../jobs.ts';

test('keys are spelled as the design says', () => {
  const jobId = idAt('2026-11-20T10:00:00Z');
  const runId = idAt('2026-02-28T23:59:59Z');
  expect(keys.jobKey(PROJECT, jobId)).toEqual({ pk: `PROJECT#${PROJECT}`, sk: `JOB#${jobId}` });
  expect(keys.jobIdOf(keys.jobSk(jobId))).toBe(jobId);
  expect(keys.coverageKey(PROJECT)).toEqual({ pk: `PROJECT#${PROJECT}`, sk: 'COVERAGE' });
  const archived = keys.archivedClusterKey(PROJECT, 'orders', '2026-11-01T00:00:00.000Z');
  expect(archived.sk).toBe('COVERAGE#orders#2026-11-01T00:00:00.000Z');
  expect(archived.sk.startsWith(keys.ARCHIVED_CLUSTERS)).toBe(true);
  expect(keys.runKey(runId)).toEqual({ pk: `RUN#${runId}`, sk: 'RUN' });
  expect(keys.partKey(runId, PROJECT)).toEqual({ pk: `RUN#${runId}`, sk: `PROJECT#${PROJECT}` });
  expect(keys.jobFeed(jobId)).toEqual({ feed: 'JOBS#2026-11', feedKey: jobId });
  expect(keys.runFeed(runId)).toEqual({ feed: 'RUNS#2026-02', feedKey: runId });
  expect(keys.coverageFeed(PROJECT)).toEqual({ feed: 'COVERAGE', feedKey: PROJECT });
  expect(keys.clusterPartition(PROJECT, 'orders')).toBe(`${PROJECT}#orders`);
});

test('the indexes carry no more than DynamoDB takes, none of it twice, and every key is defined', () => {
  const { AttributeDefinitions = [], GlobalSecondaryIndexes = [] } = createTableInput('t');
  // At most 20 an index, and 100 in all, which emulators don't hold one to (CreateTable, 2026-08).
  for (const { KeySchema = [], Projection } of GlobalSecondaryIndexes) {
    const fields = Projection?.NonKeyAttributes ?? [];
    expect(Projection?.ProjectionType).toBe('INCLUDE');
    expect(fields.length).toBeLessThanOrEqual(20);
    const names = ['pk', 'sk', ...KeySchema.map((key) => key.AttributeName), ...fields];
    expect(new Set(names).size).toBe(names.length);
  }
  expect(GlobalSecondaryIndexes.map(({ IndexName }) => IndexName)).toEqual(Object.keys(INDEXES));
  const keyNames = new Set(
    GlobalSecondaryIndexes.flatMap(({ KeySchema = [] }) => KeySchema.map((key) => key.AttributeName)),
  );
  expect(AttributeDefinitions.map((each) => each.AttributeName).sort()).toEqual(['pk', 'sk', ...keyNames].sort());
});

test('equal answers have equal fingerprints, whatever the order of their fields; a stamp is no answer', () => {
  const shuffled = ({ atlas, ...rest }: ReturnType<typeof job>) => ({
    atlas: Object.fromEntries(Object.entries(atlas).reverse()),
    ...(Object.fromEntries(Object.entries(rest).reverse()) as typeof rest),
  });
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (atlas) => {
      const one = job({ atlas });
      expect(fingerprint(shuffled(one))).toBe(fingerprint(one));
      expect(fingerprint({ ...one, projectName: 'another', clusterId: 'another' })).toBe(fingerprint(one));
      expect(fingerprint({ ...one, atlas: { ...atlas, 'one more': 1 } })).not.toBe(fingerprint(one));
    }),
  );
  expect(fingerprint(job())).toMatch(/^[\w-]{16}$/);
  expect(fingerprint(job({ status: 'FAILED' }))).not.toBe(fingerprint(job()));
});

test('canonical JSON keeps what JSON keeps, and tells apart what differs', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(JSON.parse(canonicalJson(a))).toEqual(JSON.parse(JSON.stringify(a)));
      expect(digest(a) === digest(b)).toBe(canonicalJson(a) === canonicalJson(b));
    }),
  );
});

test('what is storable goes through the marshaller, and its size is never counted too small', () => {
  const { itemSize } = createRequire(import.meta.url)('dynalite/db') as { itemSize(item: unknown): number };
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 6 })), (value) => {
      const item = storable(value) as Record<string, unknown>;
      const marshalled = marshall(item, { removeUndefinedValues: true, convertClassInstanceToMap: true });
      expect(itemBytes(item)).toBeGreaterThanOrEqual(itemSize(marshalled));
      expect(storable(item)).toEqual(item);
    }),
  );
});
