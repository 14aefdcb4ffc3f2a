import type { DynamoDBRecord } from 'aws-lambda';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bus, MAX_BYTES, MAX_ENTRIES, type Refused } from '../../../functions/events/delivery/bus.ts';
import { type NotifyOptions, notify } from '../../../functions/events/delivery/stream.ts';
import { RecordError } from '../../../functions/events/delivery/stream-record.ts';
import type { LedgerEvent } from '../../../functions/events/model/event.ts';
import type { ClusterCoverage } from '../../../functions/ledger/model/coverage.ts';
import type { KnownProject } from '../../../functions/ledger/model/known-project.ts';
import type { LedgerJob } from '../../../functions/ledger/model/ledger.ts';
import { mergeObservation, mergeVanished } from '../../../functions/ledger/model/merge-observation.ts';
import { noCounts } from '../../../functions/ledger/model/run.ts';
import { IMPORTED_AT } from '../../../functions/ledger/model/table.ts';
import { type Item, jobItem } from '../../../functions/ledger/table/job-item.ts';
import { partKey } from '../../../functions/ledger/table/keys.ts';
import type { Log } from '../../../functions/platform/log.ts';
import type { RestoreJob } from '../../../functions/restore/job.ts';
import { RULES } from '../../../functions/schema/words.ts';
import type { LocalDynamoDB } from '../../../local/dynamodb.ts';
import { completed, idAt, job, PROJECT, RUN, seen } from '../../ledger/jobs.ts';
import { newTable, startDynamo } from '../../ledger/table.ts';
import { finding, requester, run } from '../samples.ts';
import { wrongs } from '../schemas.ts';
import { imageOf, readShard, streamOf, streamRecord } from '../table-stream.ts';

/** Takes what it is given, but for what a call's turn refuses; and holds each call to what EventBridge allows. */
class TestBus implements Bus {
  readonly calls: LedgerEvent[][] = [];
  readonly taken: LedgerEvent[] = [];
  /** For each call to come: which of its events are refused, or that it fails. None: it takes all. */
  readonly turns: ('throws' | readonly number[])[] = [];

  async put(events: readonly LedgerEvent[]): Promise<Refused[]> {
    expect(events.length).toBeLessThanOrEqual(MAX_ENTRIES);
    expect(Buffer.byteLength(JSON.stringify(events.map(({ detail }) => detail)))).toBeLessThan(MAX_BYTES + 100);
    const jobs = events.map(jobOf).filter((id) => id !== undefined);
    expect(new Set(jobs).size).toBe(jobs.length);
    this.calls.push([...events]);
    const turn = this.turns.shift() ?? [];
    if (turn === 'throws') throw new Error('connection lost');
    const refused = turn.filter((index) => index < events.length);
    this.taken.push(...events.filter((_, index) => !refused.includes(index)));
    return refused.map((index) => ({ index, code: 'ThrottlingException' }));
  }

  get ids() {
    return this.taken.map(({ detail }) => detail.id);
  }
}

const jobOf = ({ detail }: LedgerEvent) => ('job' in detail ? detail.job?.jobId : undefined);

function notifying(bus: TestBus, options: NotifyOptions = {}) {
  const lines: Record<string, unknown>[] = [];
  const write = (message: string, fields = {}) => void lines.push({ message, ...fields });
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const ports = { bus, log, timeLeftMs: () => 60_000 };
  return { lines, notify: (records: readonly DynamoDBRecord[]) => notify(records, ports, options) };
}

/** A job before and after a write. */
type Write = readonly [LedgerJob | undefined, LedgerJob | undefined];

/** The writes of one job: an answer each, then perhaps its vanishing. */
function writesOf(answers: readonly RestoreJob[], firstMinute = 0, vanishes = false): Write[] {
  const writes: Write[] = [];
  let stored: LedgerJob | undefined;
  const found = answers.map((_, index) => finding({ rule: RULES[index % 10] ?? 'slow' }));
  for (const [index, answer] of answers.entries()) {
    const annotating = { assess: () => found.slice(0, index % 3) };
    const decision = mergeObservation(stored, answer, seen(firstMinute + index), annotating);
    if (!('job' in decision)) continue;
    writes.push([stored, decision.job]);
    stored = decision.job;
  }
  const gone = vanishes && stored && mergeVanished(stored, seen(firstMinute + answers.length));
  if (gone && stored && 'job' in gone) writes.push([stored, gone.job]);
  return writes;
}

const recordOf = ([before, after]: Write, number: number) =>
  streamRecord(before && imageOf(jobItem(before)), after && imageOf(jobItem(after)), number);

const answersOf = (jobId: string, count: number) => {
  const running = job({ jobId });
  const moves = Array.from({ length: count - 1 }, (_, index) => ({ ...running, targetClusterName: `target-${index}` }));
  return [running, ...moves.slice(0, -1), ...(count > 1 ? [completed(running)] : [])];
};

describe('records of a real table', () => {
  let dynamo: LocalDynamoDB;
  beforeAll(async () => {
    dynamo = await startDynamo();
  });
  afterAll(() => dynamo.close());

  test('every kind of item: what is published, what is not, in order', async () => {
    await using table = await newTable(dynamo);
    const records = streamOf(table, dynamo);
    const { ledger } = table;
    const running = job();
    const { jobId } = running;
    const { finishedAt: _, counts: __, projects: ___, ...started } = run();
    await ledger.startRun({ ...started, status: 'running' });
    await ledger.record(running, seen(0), false, { assess: () => [finding()] });
    await ledger.annotate(PROJECT, jobId, seen(1), () => ({ requester: requester() }));
    const odd: ClusterCoverage = {
      clusterName: 'constructor', // which DynamoDB's marshaller would take for a class
      tier: 'dedicated',
      firstSeenAt: seen(0).observedAt,
      seenAt: seen(0).observedAt,
      lists: {},
      drill: { days: 30, dueAt: seen(0).observedAt, overdueAt: seen(1).observedAt },
    };
    await ledger.saveCoverage(PROJECT, () => ({
      ...{ projectId: PROJECT, projectName: 'payments', runId: RUN, revision: 0, discovery: {} },
      clusters: { [odd.clusterName]: odd },
    }));
    await ledger.record(completed(running), seen(2), true);
    await ledger.planRun(RUN, 1, []);
    await ledger.finishPart(RUN, {
      ...{ projectId: PROJECT, projectName: 'payments', status: 'complete', counts: noCounts(), failures: [] },
      ...{ startedAt: seen(0).observedAt, finishedAt: seen(3).observedAt },
    });
    await ledger.saveKnownProject(PROJECT, (stored) => ({
      ...(stored as KnownProject),
      notVisibleSince: seen(3).observedAt,
      changes: [{ at: seen(3).observedAt, what: 'not-visible', runId: RUN }],
    }));
    expect(records.some(({ dynamodb }) => dynamodb?.Keys?.sk?.S === partKey(RUN, PROJECT).sk)).toBe(true);

    const bus = new TestBus();
    const { sent, failed, unfinished } = await notifying(bus).notify(records);
    expect([sent, failed, unfinished]).toEqual([7, 0, undefined]);
    expect(bus.ids.filter((id) => id.startsWith(jobId))).toEqual([
      `${jobId}:1`,
      `${jobId}:1:cross-project`,
      `${jobId}:2`,
      `${jobId}:3`,
    ]);
    expect(bus.ids).toContain(`${PROJECT}:1:drills`);
    expect(bus.ids).toContain(`${RUN}:finished`);
    expect(bus.ids).toContain(`${PROJECT}:3:not-visible`);
    expect(bus.taken.flatMap(wrongs)).toEqual([]);
  });

  test('a write that is no history, and one that only removes, tell nothing', async () => {
    await using table = await newTable(dynamo);
    const all = streamOf(table, dynamo);
    const counting = (restoredDocuments: number) =>
      job({ kind: 'collection', atlas: { id: job().jobId, restoredDocuments } });
    await table.ledger.record(counting(1), seen(0));
    await table.ledger.record(counting(2), seen(1), true);
    const records = all.filter(({ dynamodb }) => dynamodb?.Keys?.pk?.S?.startsWith('PROJECT#'));
    expect(records.map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY']);
    const bus = new TestBus();
    const removed = streamRecord(records[1]?.dynamodb?.NewImage, undefined, 2);
    await notifying(bus).notify([...records.slice(1), removed]);
    expect(bus.calls).toEqual([]);
  });
});

test('several revisions in one record are published one after the other', async () => {
  const writes = writesOf(answersOf(idAt('2026-11-20T10:00:00Z'), 4));
  const bus = new TestBus();
  const [first, last] = [writes[0]?.[1], writes.at(-1)?.[1]];
  await notifying(bus).notify([recordOf([first, last], 0)]);
  expect(bus.taken.flatMap(({ detail }) => ('revision' in detail ? detail.revision : []))).toEqual([2, 3, 4]);
});

test('old news in the stream is not published, and how old is an option', async () => {
  const old = completed(job({ jobId: idAt('2026-11-10T10:00:00Z') }), '2026-11-10T10:05:00.000Z');
  const records = writesOf([old]).map(recordOf);
  const [quiet, keen] = [new TestBus(), new TestBus()];
  await notifying(quiet).notify(records);
  await notifying(keen, { maxEventAgeHours: 8_760 }).notify(records);
  expect([quiet.taken.length, keen.taken.length]).toEqual([0, 1]);
});

test('each event names the stack that publishes it, where there is one', async () => {
  const records = writesOf(answersOf(idAt('2026-11-20T10:00:00Z'), 2)).map(recordOf);
  const [named, nameless] = [new TestBus(), new TestBus()];
  await notifying(named, { ledgerName: 'Ledger-eu' }).notify(records);
  await notifying(nameless).notify(records);
  expect(named.taken.length).toBeGreaterThan(1);
  expect(named.taken).toEqual(
    nameless.taken.map((event) => ({ ...event, detail: { ...event.detail, ledger: 'Ledger-eu' } })),
  );
  for (const event of named.taken) expect(wrongs(event)).toEqual([]);
});

test('what was imported from another ledger is no news; what changes of it later is', async () => {
  const writes = writesOf(answersOf(idAt('2026-11-20T10:00:00Z'), 4));
  const [first, second, third] = writes.map(([, after]) => jobItem(after as LedgerJob));
  const marked = (item: Item | undefined, at: string) => imageOf({ ...item, [IMPORTED_AT]: at });
  const bus = new TestBus();
  await notifying(bus).notify([streamRecord(undefined, marked(first, '1'), 0)]);
  await notifying(bus).notify([streamRecord(marked(first, '1'), marked(second, '2'), 1)]);
  expect(bus.calls).toEqual([]);
  await notifying(bus).notify([streamRecord(marked(second, '2'), marked(third, '2'), 2)]);
  expect(bus.taken.flatMap(({ detail }) => ('revision' in detail ? detail.revision : []))).toContain(3);
});

test('an item that another version wrote, or a person repaired, has its events, too', async () => {
  const [write] = writesOf(answersOf(idAt('2026-11-20T10:00:00Z'), 1));
  const stored = write?.[1];
  if (!stored) throw new Error('expected a write');
  const found = { rule: 'failed', severity: 'urgent', why: 'synthetic' };
  const changes = stored.changes.map(({ previous: _, state: __, ...entry }) => ({ ...entry, fields: { note: 'x' } }));
  const repaired = { ...stored, requestedAt: '2026-11-20T10:00:00+00:00', findings: [found], changes };
  const bus = new TestBus();
  await notifying(bus).notify([recordOf([undefined, repaired as unknown as LedgerJob], 0)]);
  expect(bus.taken).toHaveLength(1);
});

describe('what fails comes again', () => {
  const ids = Array.from({ length: 12 }, (_, index) => idAt('2026-11-20T10:00:00Z', index));
  const records = ids.flatMap((jobId) => writesOf(answersOf(jobId, 1))).map(recordOf);

  test('from the first record that has an event left', async () => {
    const bus = new TestBus();
    bus.turns.push([3, 7]);
    const { lines, notify: run } = notifying(bus);
    expect(await run(records)).toEqual({ sent: 8, failed: 2, unfinished: 3 });
    expect(bus.calls).toHaveLength(1); // the work ends there
    expect(lines).toContainEqual(expect.objectContaining({ id: `${ids[3]}:1`, code: 'ThrottlingException' }));
  });

  test('from the beginning of a call that failed', async () => {
    const bus = new TestBus();
    bus.turns.push([], 'throws');
    const { lines, notify: run } = notifying(bus);
    expect(await run(records)).toEqual({ sent: 10, failed: 2, unfinished: 10 });
    expect(lines).toContainEqual(expect.objectContaining({ events: 2, error: 'Error: connection lost' }));
  });

  test('where time runs out, though never without having tried', async () => {
    const bus = new TestBus();
    const { notify: _, ...rest } = notifying(bus);
    const ports = { ...rest, bus, log: { debug() {}, info() {}, warn() {}, error() {} }, timeLeftMs: () => 1 };
    expect(await notify(records, ports)).toEqual({ sent: 10, failed: 0, unfinished: 10 });
  });
});

describe('a record that cannot be understood', () => {
  const good = Array.from({ length: 5 }, (_, index) => idAt('2026-11-20T10:00:00Z', index))
    .flatMap((jobId) => writesOf(answersOf(jobId, 1)))
    .map(recordOf);
  const [template] = good;
  const broken = (change: (image: NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>) => void) => {
    const record = structuredClone(template) as DynamoDBRecord;
    if (record.dynamodb?.NewImage) change(record.dynamodb.NewImage);
    return record;
  };
  const secretStatus = broken((image) => {
    image.status = { S: 'jane@example.com' };
  });

  test('stops the work before it, and is logged by its ids only', async () => {
    const bus = new TestBus();
    const { lines, notify: run } = notifying(bus);
    const result = await run([...good.slice(0, 3), secretStatus, ...good.slice(3)]);
    expect(result).toEqual({ sent: 3, failed: 1, unfinished: 3 });
    expect(lines).toEqual([
      expect.objectContaining({
        sequenceNumber: '100000000000',
        pk: `PROJECT#${PROJECT}`,
        problem: expect.stringContaining('status'),
      }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('jane');
  });

  test.each([
    ['a status of another version', secretStatus],
    ['no history', broken((image) => void delete image.changes)],
    ['no new image', { ...template, dynamodb: { ...template?.dynamodb, NewImage: undefined } }],
    ['a change without the image before', { ...template, eventName: 'MODIFY' as const }],
    ['other keys', { ...template, dynamodb: { ...template?.dynamodb, Keys: { id: { S: 'x' } } } }],
    ['an image that is none', broken((image) => void Object.assign(image, { status: { X: 'y' } }))],
    ['nothing', { eventName: 'INSERT' as const }],
    [
      'a number that JSON has none for',
      broken((image) => void Object.assign(image, { durationSeconds: { N: '9'.repeat(20) } })),
    ],
  ])('as the first of its batch fails the batch: %s', async (_, record) => {
    const bus = new TestBus();
    await expect(notifying(bus).notify([record as DynamoDBRecord, ...good])).rejects.toThrow();
    expect(bus.calls).toEqual([]);
  });

  test('its error names the field', async () => {
    await expect(notifying(new TestBus()).notify([secretStatus])).rejects.toThrow(RecordError);
    await expect(notifying(new TestBus()).notify([secretStatus])).rejects.toThrow(/^status: /);
  });

  test('ends alone in the on-failure queue; all others are published', async () => {
    const poison = structuredClone(secretStatus);
    if (poison.dynamodb) poison.dynamodb.SequenceNumber = 'poison';
    const bus = new TestBus();
    const { notify: run } = notifying(bus);
    const records = [...good.slice(0, 2), poison, ...good.slice(2)];
    const { onFailure } = await readShard(records, 100, invoking(run), 3);
    expect(onFailure).toEqual(['poison']);
    expect(new Set(bus.ids).size).toBe(good.length);
  });
});

/** What the handler answers, as Lambda reads it. */
const invoking = (run: ReturnType<typeof notifying>['notify']) => async (batch: DynamoDBRecord[]) => {
  const { unfinished } = await run(batch);
  const from = unfinished === undefined ? undefined : batch[unfinished]?.dynamodb?.SequenceNumber;
  return from === undefined ? {} : { from };
};

test('whatever fails and however batches fall, every event arrives, and the first of each in order of its job', async () => {
  const turn = fc.oneof(
    { weight: 2, arbitrary: fc.constant([] as number[]) },
    { weight: 1, arbitrary: fc.constant('throws' as const) },
    { weight: 2, arbitrary: fc.uniqueArray(fc.nat(9), { maxLength: 10 }) },
  );
  const jobs = fc.array(fc.record({ answers: fc.integer({ min: 1, max: 5 }), vanishes: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  });
  const input = { jobs, batchSize: fc.integer({ min: 1, max: 30 }), turns: fc.array(turn, { maxLength: 25 }) };
  await fc.assert(
    fc.asyncProperty(fc.record(input), fc.infiniteStream(fc.nat(1_000)), async ({ jobs, batchSize, turns }, picks) => {
      const queues = jobs.map(({ answers, vanishes }, index) =>
        writesOf(answersOf(idAt('2026-11-20T10:00:00Z', index), answers), 0, vanishes),
      );
      // Writes of different jobs in any order; of one job, in its own.
      const records: DynamoDBRecord[] = [];
      for (let left = queues.filter((queue) => queue.length > 0); left.length > 0; ) {
        const write = left[(picks.next().value ?? 0) % left.length]?.shift();
        if (write) records.push(recordOf(write, records.length));
        left = queues.filter((queue) => queue.length > 0);
      }
      const quiet = new TestBus();
      await notifying(quiet).notify(records);
      const expected = quiet.ids;

      const bus = new TestBus();
      bus.turns.push(...turns);
      const { onFailure } = await readShard(records, batchSize, invoking(notifying(bus).notify));
      expect(onFailure).toEqual([]);
      const arrived = [...new Set(bus.ids)];
      expect(arrived.toSorted()).toEqual(expected.toSorted());
      for (const jobId of new Set(bus.taken.map(jobOf))) {
        const ofJob = (id: string) => id.startsWith(`${jobId}:`);
        expect(arrived.filter(ofJob)).toEqual(expected.filter(ofJob));
        const revisions = expected.filter(ofJob).map((id) => Number(id.split(':')[1]));
        expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 100 },
  );
});
