// functions/notify/envelope.ts puts what is told into the envelope that all events share.
import { bounded } from './bounded.ts';
import { EVENT_SOURCE, type LedgerEvent, SCHEMA_VERSION } from './event.ts';

/** An event that fits into EventBridge. */
export function enveloped<E extends LedgerEvent>(type: E['detail-type'], told: Omit<E['detail'], 'schemaVersion'>): E {
  const detail = bounded({ schemaVersion: SCHEMA_VERSION, ...told });
  return { source: EVENT_SOURCE, 'detail-type': type, time: told.at, detail } as unknown as E;
}

/** The event that has this detail. */
export type EventOf<D extends LedgerEvent['detail']> = Extract<LedgerEvent, { detail: D }>;
