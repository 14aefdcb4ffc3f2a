import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RestoreJob } from '../../../functions/restore/job.ts';
import { normalize } from '../../../functions/restore/normalize/normalize.ts';
import { requestedAt } from '../../../functions/restore/object-id.ts';
import { redactJob } from '../../../functions/restore/redact/redact.ts';
import { isCompletedRestore, isUnderstood, type ReadField } from '../../../functions/restore/understood.ts';
import { DELIVERIES, KINDS, type Kind, STATUSES } from '../../../functions/schema/words.ts';
import { EXCHANGES, jobExchanges, keptOf, SYNTHETIC } from '../../fixtures/exchanges.ts';

const readAt = new Date('2026-08-10T12:00:00Z');
const source = { projectId: 'b'.repeat(24), projectName: 'Payments', clusterName: 'orders' };
const read = (kind: Kind, job: Record<string, unknown>) => normalize(kind, redactJob(job), source, readAt);

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
    fc.tuple(fc.constantFrom(0, 1969, 1970, 2024, 2026, 2100, 9999), fc.nat(13), fc.nat(32)),
    fc.tuple(fc.nat(25), fc.nat(60), fc.nat(61)),
    fc.constantFrom('Z', '.5Z', '.123Z', '+02:00', '-11:30', '', 'z', 'Z ', '\n', '.Z'),
  )
  .map(([date, time, zone]) => {
    const [year = 0, ...rest] = [...date, ...time];
    const [month, day, hour, minute, second] = rest.map((part) => String(part).padStart(2, '0'));
    return `${String(year).padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}${zone}`;
  });
const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Written another way than the code does: the parts of the day must come back. */
function isReal(text: string): boolean {
  const [, year, month, day, hour] = DATE_TIME.exec(text) ?? [];
  const ms = Date.parse(text);
  if (year === undefined || Number.isNaN(ms) || ms < 0 || ms > Date.parse('9999-12-31T23:59:59.999Z')) return false;
  const back = new Date(Date.parse(text.replace(/(?:Z|[+-]\d\d:\d\d)$/, 'Z'))).toISOString();
  return back.startsWith(`${year}-${month}-${day}T${hour}`);
}

test('a time that exists, with its zone, is taken in UTC with milliseconds; no other is', () => {
  fc.assert(
    fc.property(writtenTime, (expiresAt) => {
      const job = read('dedicated', { ...dedicated, expiresAt });
      expect(job.expiresAt).toBe(isReal(expiresAt) ? new Date(expiresAt).toISOString() : undefined);
      expect(job.problems === undefined).toBe(isReal(expiresAt));
    }),
    { numRuns: 5_000 },
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

test.each<[string, Kind, unknown]>([
  ['none', 'flex', undefined],
  ['a number', 'flex', 42],
  ['a path', 'dedicated', '../etc/passwd'],
  ['a list', 'collection', [collection.id]],
  ['a word', 'serverless', 'constructor'],
])('only an id that is none makes no job: %s', (_, kind, id) => {
  const expected = { name: 'FieldError', field: 'id', expected: '24 hex digits in lower case' };
  expect(() => read(kind, { ...dedicated, ...flex, ...collection, id })).toThrow(expect.objectContaining(expected));
});

test('an id in capitals is the same id in lower case, with a problem', () => {
  const job = read('dedicated', { ...dedicated, id: dedicated.id.toUpperCase() });
  expect(job).toMatchObject({ jobId: dedicated.id, atlas: { id: dedicated.id.toUpperCase() } });
  expect(job.problems?.map(({ field }) => field)).toEqual(['id']);
});

const ALL: readonly ReadField[] = [
  ...(['status', 'delivery', 'finishedAt', 'expiresAt', 'snapshotId', 'snapshotAt', 'pointInTime'] as const),
  ...(['targetProjectId', 'targetClusterName', 'errorMessage'] as const),
];
/** Of which ours nothing may be concluded. */
const notUnderstood = (job: RestoreJob) => ALL.filter((field) => !isUnderstood(job, field));

describe('a field that does not fit is named, the rest of the job is recorded', () => {
  const time = ['finishedAt', 'status'];
  test.each<[string, Kind, unknown, Partial<RestoreJob>, string[]]>([
    ['deliveryType', 'dedicated', 'liveMount', { delivery: 'unknown', status: 'COMPLETED' }, ['delivery']],
    ['deliveryType', 'dedicated', 'unknown', { delivery: 'unknown' }, ['delivery']],
    ['deliveryType', 'dedicated', 'constructor', { delivery: 'unknown' }, ['delivery']],
    ['deliveryType', 'flex', '__proto__', { delivery: 'unknown' }, ['delivery']],
    ['deliveryType', 'flex', undefined, { delivery: 'unknown' }, ['delivery']],
    ['deliveryType', 'serverless', { toString: 1 }, { delivery: 'unknown' }, ['delivery']],
    ['failed', 'dedicated', 'false', { status: 'UNKNOWN' }, ['status']],
    ['cancelled', 'dedicated', 0, { status: 'UNKNOWN' }, ['status']],
    ['expired', 'serverless', [], { status: 'UNKNOWN' }, ['status']],
    ['finishedAt', 'dedicated', 'yesterday', { status: 'RUNNING' }, time],
    ['finishedAt', 'dedicated', 1_786_333_000_123, { status: 'RUNNING' }, time],
    ['finishedAt', 'dedicated', '9999-12-31T00:00:00Z', { status: 'RUNNING' }, time],
    ['finishedAt', 'dedicated', '0001-01-01T00:00:00Z', { status: 'RUNNING' }, time],
    ['finishedAt', 'dedicated', '2026-08-09T03:36:18Z', { status: 'RUNNING' }, time],
    ['finishedAt', 'dedicated', '2026-02-30T00:00:00Z', { status: 'RUNNING' }, time],
    ['restoreFinishedDate', 'flex', '2026-08-10T03:37:20', { status: 'COMPLETED' }, time],
    ['status', 'flex', 'CLOSED', { status: 'UNKNOWN', sourceStatus: 'CLOSED' }, ['status']],
    ['status', 'flex', 'RUNNING', { status: 'UNKNOWN', sourceStatus: 'RUNNING' }, ['status']],
    ['status', 'flex', 'SUCCEEDED', { status: 'COMPLETED' }, ['status']],
    ['status', 'flex', undefined, { status: 'UNKNOWN', sourceStatus: '' }, ['status']],
    ['state', 'collection', 3, { status: 'UNKNOWN', sourceStatus: '' }, ['status']],
    ['state', 'collection', 'x'.repeat(64_000), { status: 'UNKNOWN' }, ['status']],
    ['snapshotId', 'dedicated', 'snap-0001', {}, ['snapshotId']],
    ['snapshotId', 'flex', dedicated.snapshotId.toUpperCase(), {}, ['snapshotId']],
    ['timestamp', 'dedicated', '2030-01-01T00:00:00Z', {}, ['snapshotAt']],
    ['snapshotFinishedDate', 'flex', true, {}, ['snapshotAt']],
    ['targetGroupId', 'dedicated', 'external', { targetClusterName: 'orders-copy' }, ['targetProjectId']],
    ['targetGroupId', 'collection', 'PROJECT#x', {}, ['targetProjectId']],
    ['targetClusterName', 'serverless', ['a'], {}, ['targetClusterName']],
    ['targetDeploymentItemName', 'flex', 'x'.repeat(300), {}, ['targetClusterName']],
    ['oplogTs', 'dedicated', '2026-08-01T20:02:07Z', {}, ['pointInTime']],
    ['pointInTimeUTCSeconds', 'dedicated', 1_764_000_000_123, {}, ['pointInTime']],
    ['pointInTimeUTCSeconds', 'dedicated', Number.POSITIVE_INFINITY, {}, ['pointInTime']],
    ['pointInTimeUTCSeconds', 'dedicated', -1, {}, ['pointInTime']],
    ['pointInTimeUtcSeconds', 'collection', '1700000000', { delivery: 'unknown' }, ['delivery', 'pointInTime']],
    ['errorMessage', 'collection', { code: 7 }, {}, ['errorMessage']],
    ['expiresAt', 'dedicated', '+010000-01-01T00:00:00Z', {}, ['expiresAt']],
  ])('%s of a %s job: %j', (field, kind, value, parts, lost) => {
    const shapes = { dedicated, serverless: dedicated, flex, collection };
    const sent = { ...shapes[kind], [field]: value };
    const job = read(kind, sent);
    expect(job).toMatchObject({ jobId: sent.id, requestedAt: requestedAt(sent.id), kind, ...parts });
    expect(job.problems).toEqual([
      { field, expected: expect.stringMatching(/./), got: expect.stringMatching(/^.{1,50}$/) },
    ]);
    expect(notUnderstood(job).sort()).toEqual([...lost].sort());
    if (value !== undefined) expect(job.atlas[field]).toEqual(value);
    if (lost.some((name) => ['status', 'delivery', 'finishedAt'].includes(name)))
      expect(isCompletedRestore(job)).toBe(false);
  });
});

test('a job that says nothing odd has no problems, and all of it is understood', () => {
  for (const [kind, sent] of [
    ['dedicated', dedicated],
    ['flex', flex],
    ['collection', collection],
  ] as const) {
    const job = read(kind, sent);
    expect(job).not.toHaveProperty('problems');
    expect(notUnderstood(job)).toEqual([]);
    expect(isCompletedRestore(job)).toBe(kind !== 'collection');
  }
});

test('an old job without an end has ended, nobody knows how, and nothing about it is odd', () => {
  const { finishedAt: _, ...open } = dedicated;
  const job = read('dedicated', { ...open, id: '5f26b7d0aaaaaaaaaa000001', expiresAt: '2020-08-02T13:00:00Z' });
  expect(job).toMatchObject({ status: 'UNKNOWN', delivery: 'automated' });
  expect(job).not.toHaveProperty('problems');
  expect(notUnderstood(job)).toEqual(['status']);
});

test('what can be fetched is to be fetched, whatever Atlas calls it', () => {
  const { finishedAt: _, ...open } = dedicated;
  const job = { ...open, deliveryType: 'stream', deliveryUrl: ['https://x/CANARY'] };
  expect(read('dedicated', job)).toMatchObject({ status: 'READY', delivery: 'unknown', deliveryUrlCount: 1 });
});

test('whatever comes with an id is a job, whose fields are what they should be', () => {
  const word = fc.constantFrom('constructor', '__proto__', 'toString', 'hasOwnProperty', 'unknown', 'COMPLETED', '');
  const odd = fc.oneof(fc.anything(), word, fc.jsonValue(), fc.date().map(String), fc.double().map(String));
  const names = Object.keys({ ...dedicated, ...flex, ...collection }).filter((name) => name !== 'id');
  const field = fc.oneof(fc.constantFrom(...names), word, fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(
      fc.constantFrom(...KINDS),
      fc.constantFrom(dedicated, flex, collection),
      fc.dictionary(field, odd),
      (kind, job, spoiled) => {
        const sent = { ...job, ...spoiled, id: job.id };
        const seen = read(kind, sent);
        expect(seen.jobId).toBe(job.id);
        expect(STATUSES).toContain(seen.status);
        expect(DELIVERIES).toContain(seen.delivery);
        for (const id of [seen.snapshotId, seen.targetProjectId]) expect(id ?? job.id).toMatch(/^[a-f0-9]{24}$/);
        for (const at of [seen.finishedAt, seen.expiresAt, seen.snapshotAt, seen.pointInTime])
          expect(at ?? readAt.toISOString()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect((seen.problems ?? []).length).toBeLessThan(13);
        expect(JSON.stringify(seen.problems ?? []).length).toBeLessThan(4_000);
      },
    ),
    { numRuns: 3_000 },
  );
});

for (const { name, exchanges, skip } of EXCHANGES) {
  test.skipIf(skip)(`every restore job normalises: ${name}`, () => {
    const met = new Map<Kind, Set<string>>();
    for (const { kind, exchange, jobs } of jobExchanges(exchanges)) {
      const answeredAt = new Date(exchange.response.headers.Date ?? '');
      for (const sent of jobs) {
        const job = normalize(kind, redactJob(sent), source, answeredAt);
        const { atlas, deliveryUrlCount } = keptOf(sent);
        expect(job).toMatchObject({ jobId: sent.id, atlas, deliveryUrlCount });
        expect(job).not.toHaveProperty('problems');
        expect(notUnderstood(job)).toEqual([]);
        met.set(kind, (met.get(kind) ?? new Set()).add(job.status));
      }
    }
    expect([...(met.get('flex') ?? [])]).toEqual(expect.arrayContaining(['PENDING', 'RUNNING', 'COMPLETED']));
    expect([...(met.get('dedicated') ?? [])]).toEqual(expect.arrayContaining(['RUNNING', 'COMPLETED']));
    if (exchanges !== SYNTHETIC) return;
    expect([...met.keys()].sort()).toEqual([...KINDS].sort());
    const statuses = new Set([...met.values()].flatMap((each) => [...each]));
    expect(statuses).toEqual(new Set(STATUSES.filter((status) => status !== 'UNKNOWN')));
  });
}
