// functions/events/from/envelope.ts: the envelope that all events share.
import { EVENT_SOURCE, SCHEMA_VERSION } from '../../schema/words.ts';
import type { LedgerEvent } from '../model/event.ts';
import { truncated } from '../model/truncate.ts';

/** An event that fits into EventBridge. */
export function enveloped<E extends LedgerEvent>(type: E['detail-type'], what: Omit<E['detail'], 'schemaVersion'>): E {
  const detail = truncated({ schemaVersion: SCHEMA_VERSION, ...what });
  return { source: EVENT_SOURCE, 'detail-type': type, time: what.at, detail } as unknown as E;
}

/** The event that has this detail. */
export type EventOf<D extends LedgerEvent['detail']> = Extract<LedgerEvent, { detail: D }>;
