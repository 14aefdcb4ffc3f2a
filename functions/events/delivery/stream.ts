// functions/events/delivery/stream.ts: the core of the notify function: from a batch of the table's stream to events on a bus.
//
// An event may come twice, is never lost, and those of one job come in order. So a call never holds two of one job, the first
// one that fails ends the work, and the batch comes again from the first record that has something left.
import type { DynamoDBRecord } from 'aws-lambda';
import { defined } from '../../platform/defined.ts';
import type { Log } from '../../platform/log.ts';
import { type Bus, type BusEvent, MAX_BYTES, MAX_ENTRIES } from './bus.ts';
import { type FeedOptions, RecordError, recordEvents } from './stream-record.ts';

export interface NotifyPorts {
  bus: Bus;
  log: Log;
  /** Until the platform stops us, in ms. */
  timeLeftMs(): number;
}

export interface NotifyOptions extends FeedOptions {
  /** What a call to the bus may take, in ms: none but the first is begun with less time left. @default 10_000 */
  reserveMs?: number;
}

export interface Notified {
  sent: number;
  /** Events that the bus did not take, and records that could not be read. */
  failed: number;
  /** Index of the first record that has to come again, and all after it with it. */
  unfinished?: number;
}

/** An event with its record. */
interface Pending {
  record: number;
  /** What its order counts within: a job, a project's coverage, a run. */
  subject: string;
  bytes: number;
  event: BusEvent;
}

/**
 * @throws RecordError where the first record can't be read: only a batch that fails as a whole is halved, and the halving is
 * what parts that record from the good ones after it
 */
export async function notify(
  records: readonly DynamoDBRecord[],
  ports: NotifyPorts,
  { reserveMs = 10_000, ...news }: NotifyOptions = {},
): Promise<Notified> {
  const { pending, unread } = read(records, ports.log, news);
  let failed = unread === undefined ? 0 : 1;
  const left = new Set(pending);
  for (let calls = 0; left.size > 0 && (calls === 0 || ports.timeLeftMs() >= reserveMs); calls++) {
    const call = nextCall(left);
    const refused = await put(call, ports);
    for (const [index, entry] of call.entries()) if (!refused.has(index)) left.delete(entry);
    failed += refused.size;
    if (refused.size > 0) break;
  }
  // Events are in the order of their records.
  const unfinished = [...left][0]?.record ?? unread;
  return defined({ sent: pending.length - left.size, failed, unfinished });
}

/** Up to the first record that can't be read. */
function read(
  records: readonly DynamoDBRecord[],
  log: Log,
  options: FeedOptions,
): { pending: Pending[]; unread?: number } {
  const pending: Pending[] = [];
  for (const [record, one] of records.entries()) {
    try {
      const { pk, sk } = one.dynamodb?.Keys ?? {};
      const subject = `${pk?.S}/${sk?.S}`;
      for (const event of recordEvents(one, options)) {
        pending.push({ record, subject, bytes: Buffer.byteLength(JSON.stringify(event.detail)), event });
      }
    } catch (error) {
      logUnread(one, error, log);
      if (record === 0) throw error;
      return { pending, unread: record };
    }
  }
  return { pending };
}

function logUnread({ eventID, eventName, dynamodb }: DynamoDBRecord, error: unknown, log: Log) {
  // Only our own error is known to hold no value of the item.
  const problem = error instanceof RecordError ? error.message : error instanceof Error ? error.name : 'unknown';
  const { Keys, SequenceNumber: sequenceNumber } = dynamodb ?? {};
  const about = { eventID, eventName, sequenceNumber, pk: Keys?.pk?.S, sk: Keys?.sk?.S };
  log.error('a record of the stream cannot be read', { ...about, problem });
}

/** The first that is left of each subject, in order, as many as a call takes. */
function nextCall(left: ReadonlySet<Pending>): Pending[] {
  const call: Pending[] = [];
  const subjects = new Set<string>();
  let bytes = 0;
  for (const entry of left) {
    if (subjects.has(entry.subject)) continue;
    if (call.length > 0 && bytes + entry.bytes > MAX_BYTES) break;
    subjects.add(entry.subject);
    bytes += entry.bytes;
    if (call.push(entry) === MAX_ENTRIES) break;
  }
  return call;
}

/** @returns the indexes of those that were not taken */
async function put(call: readonly Pending[], { bus, log }: NotifyPorts): Promise<ReadonlySet<number>> {
  try {
    const refused = await bus.put(call.map(({ event }) => event));
    for (const { index, code } of refused) {
      log.warn('the bus did not take an event', { id: call[index]?.event.detail.id, code });
    }
    return new Set(refused.map(({ index }) => index));
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
    log.warn('the bus did not take any event', { events: call.length, error: `${name}: ${message}` });
    return new Set(call.keys());
  }
}
