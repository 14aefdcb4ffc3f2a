// functions/restore/object-id.ts: ObjectIds and the time in them: the first 4 bytes are the second of creation (docs/atlas.md#0-2).
import { randomBytes } from 'node:crypto';

const OBJECT_ID = /^[0-9a-f]{24}$/;
/** 2106-02-07: what 4 bytes of seconds reach to. */
const LAST_SECOND = 0xffff_ffff;

/** What the counter of an id wraps at: 3 bytes. */
export const COUNTER_SPAN = 2 ** 24;

/** The ids that sort before and after all others. */
export const FIRST_ID = '0'.repeat(24);
export const LAST_ID = 'f'.repeat(24);

export const isObjectId = (value: unknown): value is string => typeof value === 'string' && OBJECT_ID.test(value);

/** When the id was made, ISO 8601 to the second. @throws RangeError for what isn't an ObjectId in lower case */
export const requestedAt = (id: string) => new Date(secondOf(id) * 1000).toISOString();

/** Since 1970. @throws RangeError for what isn't an ObjectId in lower case */
export function secondOf(id: string): number {
  if (!isObjectId(id)) throw new RangeError(`${JSON.stringify(id)} isn't an ObjectId: 24 hex digits in lower case`);
  return Number.parseInt(id.slice(0, 8), 16);
}

export interface IdParts {
  /** Since 1970. */
  second: number;
  /** 10 hex digits that stand for the process that made the id, for as long as it ran. */
  process: string;
  /** Grows by one with each id of the process, from anywhere, and wraps at `COUNTER_SPAN`. */
  counter: number;
}

/** @throws RangeError for what isn't an ObjectId in lower case */
export function idParts(id: string): IdParts {
  return {
    second: secondOf(id),
    process: id.slice(8, 18),
    counter: Number.parseInt(id.slice(18), 16),
  };
}

/**
 * The lowest id made at or after a moment: an id is at or above it exactly where its `requestedAt` is at or after the moment.
 * Moments that no id can stand for give the first or the last id.
 * @throws RangeError for what isn't a date
 */
export function lowestIdAt(moment: Date | string): string {
  const ms = new Date(moment).getTime();
  if (Number.isNaN(ms)) throw new RangeError(`${JSON.stringify(moment)} isn't a date; use ISO 8601`);
  const second = Math.ceil(ms / 1000);
  if (second > LAST_SECOND) return LAST_ID;
  return Math.max(0, second).toString(16).padStart(8, '0') + '0'.repeat(16);
}

/** The id just before, or none before the first. */
export const idBefore = (id: string) => (id === FIRST_ID ? undefined : neighbour(id, -1n));
/** The id just after, or none after the last. */
export const idAfter = (id: string) => (id === LAST_ID ? undefined : neighbour(id, 1n));

const neighbour = (id: string, step: bigint) => (BigInt(`0x${id}`) + step).toString(16).padStart(24, '0');

/** A new id of our own, for a run. After the second comes the millisecond, so that ids of one second sort as they were made. */
export function newObjectId(now: Date): string {
  const ms = now.getTime();
  const second = Math.floor(ms / 1_000);
  if (!(second >= 0 && second <= LAST_SECOND)) throw new RangeError(`${ms} ms doesn't fit into an ObjectId`);
  const rest = (ms - second * 1_000).toString(16).padStart(3, '0');
  return second.toString(16).padStart(8, '0') + rest + randomBytes(7).toString('hex').slice(1);
}
