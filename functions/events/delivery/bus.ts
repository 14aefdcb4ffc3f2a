// functions/events/delivery/bus.ts: the port to whatever carries events on.
import type { RecordEvent } from '../../relay/record-event.ts';
import type { LedgerEvent } from '../model/event.ts';

export type BusEvent = LedgerEvent | RecordEvent;

/** An event that was not taken. */
export interface Refused {
  /** In the list that was given. */
  index: number;
  /** Why, in the carrier's words. */
  code: string;
}

export interface Bus {
  /**
   * @param events at most `MAX_ENTRIES`, of together at most `MAX_BYTES`
   * @returns those that were not taken, which can be given again
   * @throws where none was
   */
  put(events: readonly BusEvent[]): Promise<Refused[]>;
}

/** EventBridge's limit of entries a call (PutEvents, 2026-11). */
export const MAX_ENTRIES = 10;
/** Of details, together. 256 KB is the older limit of a whole call, 1 MB the newer one (PutEvents, 2026-11). */
export const MAX_BYTES = 200_000;
