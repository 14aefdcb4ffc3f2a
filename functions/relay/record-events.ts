// functions/relay/record-events.ts: the events that carry one item of a spoke's table to its hub, whole.
//
// The events for people are cut to a bounded size and leave out the history, so a hub could not verify what it made of them. These
// carry the item itself, in slices where it is large.
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Item } from '../ledger/table/job-item.ts';
import type { Key } from '../ledger/table/keys.ts';
import { exportable, kindOf } from '../ledger/transfer/record.ts';
import { defined } from '../platform/defined.ts';
import { SCHEMA_VERSION } from '../schema/words.ts';
import { RECORD_SOURCE, RECORD_TYPE, type RecordEvent } from './record-event.ts';

export interface SpokeOptions {
  /** The name of its stack. */
  ledger: string;
  everyMinutes?: number | undefined;
}

/** Of JSON as it is, and of a slice: far below the 256 KB of EventBridge and SQS (2026-11). */
const MAX_WHOLE_BYTES = 100_000;
const SLICE_CHARACTERS = 120_000;

/** None of an item that is no record, or that says nothing new to a hub. @param before absent where it is new */
export function recordEvents(
  before: Item | undefined,
  after: Item & Key,
  at: string,
  spoke: SpokeOptions,
): RecordEvent[] {
  if (!isSent(before, after)) return [];
  const item = exportable(after);
  const { pk, sk } = item;
  const json = JSON.stringify(item);
  const digest = hash('sha256', json, 'base64url');
  const event = (n: number, what: Partial<RecordEvent['detail']>): RecordEvent => ({
    source: RECORD_SOURCE,
    'detail-type': RECORD_TYPE,
    time: at,
    detail: defined({
      schemaVersion: SCHEMA_VERSION,
      id: `${digest}:${n}`,
      at,
      ledger: spoke.ledger,
      everyMinutes: spoke.everyMinutes,
      key: { pk, sk },
      ...what,
    }) as RecordEvent['detail'],
  });
  if (Buffer.byteLength(json) <= MAX_WHOLE_BYTES) return [event(0, { item })];
  const packed = gzipSync(json).toString('base64');
  const of = Math.ceil(packed.length / SLICE_CHARACTERS);
  return Array.from({ length: of }, (_, n) => {
    const text = packed.slice(n * SLICE_CHARACTERS, (n + 1) * SLICE_CHARACTERS);
    return event(n, { slice: { n, of, digest, text } });
  });
}

/** Jobs, what is known of projects, their coverage, the scope, and runs that have ended. */
function isSent(before: Item | undefined, after: Item & Key): boolean {
  const kind = kindOf(after);
  if (kind === 'run') return after.runId !== undefined && after.status !== 'running';
  // A fence alone is a writer of parts that has only begun.
  if (kind === 'coverage') return after.coverage !== undefined && before?.coverageRevision !== after.coverageRevision;
  // Announcements stay with who collects; a hub refuses them.
  return kind !== undefined && kind !== 'counts' && kind !== 'message' && kind !== 'expected';
}
