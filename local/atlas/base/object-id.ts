// local/atlas/base/object-id.ts: ObjectIds: 4 bytes of seconds, 5 of the process that made it, 3 of a counter.
import type { Random } from './random.ts';

const COUNTERS = 2 ** 24;

/** @throws RangeError for a time that four bytes cannot hold. */
export function objectId(ms: number, process: string, counter: number) {
  const seconds = Math.floor(ms / 1000);
  if (!(seconds >= 0 && seconds < 2 ** 32)) throw new RangeError(`no ObjectId has the time ${ms} ms`);
  return `${hex(seconds, 8)}${process}${hex(counter % COUNTERS, 6)}`;
}

/** An id as some process of Atlas would have made it at that time. */
export const randomObjectId = (ms: number, random: Random) =>
  objectId(ms, random.hex(10), random.between(0, COUNTERS - 1));

/** The 5 bytes of the process that made an id, in hex. */
export const processOf = (id: string) => id.slice(8, 18);

/** An id's last 3 bytes. */
export const counterOf = (id: string) => Number.parseInt(id.slice(18), 16);

/** The time in an id's first four bytes, in whole seconds since the epoch. */
export const secondsOf = (id: string) => Number.parseInt(id.slice(0, 8), 16);

export const isObjectId = (text: string) => /^[a-f0-9]{24}$/.test(text);

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
