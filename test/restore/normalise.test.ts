import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Misfit } from '../../functions/restore/fields.ts';
import { KINDS, type Kind } from '../../functions/restore/job.ts';
import { normalise } from '../../functions/restore/normalise.ts';
import { redactJob } from '../../functions/restore/redact.ts';

const readAt = new Date('2026-08-10T12:00:00Z');
const source = { projectId: 'b'.repeat(24), projectName: 'Payments', clusterName: 'orders' };
const read = (kind: Kind, job: Record<string, unknown>) => normalise(kind, redactJob(job), source, readAt);

// Synthetic, in the shapes of recorded and documented answers. 6a794733 is 2026-08-10T03:36:19Z.
const dedicated = {
  cancelled: false,
  deliveryType: 'automated',
  deliveryUrl: [],
  desiredTimestamp: { increment: null, time: null, date: null },
  expired: false,
  failed: false,
  finishedAt: '2026-08-10T03:40:10Z',
  id: '6a794733aaaaaaaaaa000001',
  snapshotId: '6a79468aaaaaaaaaaa000002',
  targetClusterName: 'orders-copy',
  targetGroupId: 'c'.repeat(24),
  timestamp: '2026-08-10T03:35:05Z',
};
const flex = {
  deliveryType: 'RESTORE',
  expirationDate: '2026-08-10T09:36:19Z',
  id: '6a794733aaaaaaaaaa000003',
  instanceName: 'orders',
  projectId: 'b'.repeat(24),
  restoreFinishedDate: '2026-08-10T03:37:20Z',
  restoreScheduledDate: '2026-08-10T03:36:19Z',
  snapshotFinishedDate: '2026-08-09T17:06:56Z',
  snapshotId: '6a79468aaaaaaaaaaa000002',
  status: 'COMPLETED',
  targetDeploymentItemName: 'copy & paste',
  targetProjectId: 'c'.repeat(24),
};
const collection = {
  id: '6a794733aaaaaaaaaa000004',
  state: 'FAILED',
  createdAt: '2026-08-10T03:36:19Z',
  finishedAt: '2026-08-10T03:50:00Z',
  errorMessage: 'target namespace exists',
  pointInTimeUtcSeconds: 1_786_300_000,
  targetClusterName: 'orders-copy',
  targetGroupId: 'c'.repeat(24),
  writeStrategy: 'CREATE_NEW',
  collections: [{ sourceNamespace: 'shop.orders' }],
  restoredDocuments: 12,
  totalDocuments: 40,
};

/** Around the ends of days, months and years, in the forms that Atlas or anyone might send. */
const writtenTime = fc
  .tuple(
    fc.tuple(fc.constantFrom(0, 1970, 2024, 2026, 2100, 9999), fc.nat(13), fc.nat(32)),
    fc.tuple(fc.nat(25), fc.nat(60), fc.nat(61)),
    fc.constantFrom('Z', '.5Z', '.123Z', '+02:00', '', 'z', 'Z ', '\n'),
  )
  .map(([date, time, zone]) => {
    const [year = 0, ...rest] = [...date, ...time];
    const [month, day, hour, minute, second] = rest.map((part) => String(part).padStart(2, '0'));
    return `${String(year).padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}${zone}`;
  });

test('a time is what JavaScript takes it for, in UTC with milliseconds', () => {
  fc.assert(
    fc.property(writtenTime, (finishedAt) => {
      const at = new Date(finishedAt);
      if (Number.isNaN(at.getTime())) expect(() => read('dedicated', { ...dedicated, finishedAt })).toThrow(Misfit);
      else expect(read('dedicated', { ...dedicated, finishedAt }).finishedAt).toBe(at.toISOString());
    }),
    { numRuns: 3_000 },
  );
});

test('a dedicated job: requested when its id says, the snapshot taken when `timestamp` says', () => {
  const { atlas, ...job } = read('dedicated', dedicated);
  expect(job).toEqual({
    ...source,
    jobId: '6a794733aaaaaaaaaa000001',
    kind: 'dedicated',
    status: 'COMPLETED',
    sourceStatus: 'finishedAt',
    delivery: 'automated',
    requestedAt: '2026-08-10T03:36:19.000Z',
    finishedAt: '2026-08-10T03:40:10.000Z',
    durationSeconds: 231,
    snapshotId: '6a79468aaaaaaaaaaa000002',
    snapshotAt: '2026-08-10T03:35:05.000Z',
    targetProjectId: 'c'.repeat(24),
    targetClusterName: 'orders-copy',
    deliveryUrlCount: 0,
  });
  const { deliveryUrl: _, ...kept } = dedicated;
  expect(atlas).toEqual(kept);
});

test('a flex job: its target is a deployment item, its expiry means nothing for a restore', () => {
  const job = read('flex', flex);
  expect(job).toMatchObject({
    status: 'COMPLETED',
    delivery: 'automated',
    targetClusterName: 'copy & paste',
    durationSeconds: 61,
  });
  expect(job.expiresAt).toBeUndefined();
  expect(job.atlas).toEqual(flex);
});

test('a collection-level job restored to a moment, with the reason of its failure', () => {
  expect(read('collection', collection)).toMatchObject({
    status: 'FAILED',
    delivery: 'pointInTime',
    pointInTime: '2026-08-09T18:26:40.000Z',
    errorMessage: 'target namespace exists',
  });
});

test('a serverless job is read as a dedicated one is', () => {
  const { kind: _, ...serverless } = read('serverless', dedicated);
  const { kind: __, ...other } = read('dedicated', dedicated);
  expect(serverless).toEqual(other);
});

test('a ready download keeps the number of its URLs, not the URLs', () => {
  const job = read('dedicated', {
    ...dedicated,
    deliveryType: 'download',
    finishedAt: undefined,
    deliveryUrl: ['https://x/CANARY'],
    expiresAt: '2026-08-10T12:30:00Z',
  });
  expect(job).toMatchObject({ status: 'READY', deliveryUrlCount: 1, expiresAt: '2026-08-10T12:30:00.000Z' });
  expect(JSON.stringify(job)).not.toContain('CANARY');
});

test('clocks that disagree never give a negative duration', () => {
  expect(read('dedicated', { ...dedicated, finishedAt: '2026-08-10T03:36:18Z' }).durationSeconds).toBe(0);
});

describe('a job that does not fit is refused by the name of its field', () => {
  test.each<[string, Kind, Record<string, unknown>]>([
    ['id', 'flex', { ...flex, id: undefined }],
    ['id', 'flex', { ...flex, id: 42 }],
    ['id', 'dedicated', { ...dedicated, id: '../etc/passwd' }],
    ['deliveryType', 'dedicated', { ...dedicated, deliveryType: 'carrier pigeon' }],
    ['deliveryType', 'flex', { ...flex, deliveryType: undefined }],
    ['failed', 'dedicated', { ...dedicated, failed: 'yes' }],
    ['finishedAt', 'dedicated', { ...dedicated, finishedAt: 'yesterday' }],
    ['status', 'flex', { ...flex, status: undefined }],
    ['state', 'collection', { ...collection, state: 3 }],
    ['pointInTimeUtcSeconds', 'collection', { ...collection, pointInTimeUtcSeconds: -1 }],
    ['targetGroupId', 'dedicated', { ...dedicated, targetGroupId: 'PROJECT#x' }],
  ])('%s of a %s job', (field, kind, job) => {
    expect(() => read(kind, job)).toThrow(expect.objectContaining({ name: 'Misfit', field }));
  });
});

test('whatever comes, the answer is a job or a Misfit', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...KINDS),
      fc.constantFrom(dedicated, flex, collection),
      fc.dictionary(fc.constantFrom(...Object.keys({ ...dedicated, ...flex, ...collection })), fc.anything()),
      (kind, job, spoiled) => {
        try {
          expect(read(kind, { ...job, ...spoiled }).jobId).toMatch(/^[a-f0-9]{24}$/);
        } catch (error) {
          expect(error).toBeInstanceOf(Misfit);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

const recordings = new URL('../../../shared/atlas/recordings.json', import.meta.url);
test.skipIf(!existsSync(recordings))(
  'every recorded restore job normalises (skips without ../shared/atlas/recordings.json)',
  () => {
    type Recorded = {
      request: { path: string };
      response: { status: number; body: { results?: Record<string, unknown>[] } };
    };
    let jobs = 0;
    for (const { request, response } of JSON.parse(readFileSync(recordings, 'utf8')) as Recorded[]) {
      const kind = /\/(flexClusters|clusters)\/[^/]+\/backup\/restoreJobs/.exec(request.path)?.[1];
      if (!kind || response.status !== 200) continue;
      for (const recorded of response.body.results ?? [response.body as Record<string, unknown>]) {
        const job = read(kind === 'flexClusters' ? 'flex' : 'dedicated', recorded);
        expect(['PENDING', 'RUNNING', 'COMPLETED']).toContain(job.status);
        const { links: _, deliveryUrl: __, ...kept } = recorded as { links?: unknown; deliveryUrl?: unknown };
        expect(job.atlas).toEqual(kept);
        jobs += 1;
      }
    }
    expect(jobs).toBeGreaterThan(10);
  },
);
