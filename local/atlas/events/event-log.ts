// local/atlas/events/event-log.ts: the events of all sources, newest first, computed no further than they are read.
import { DAY, HOUR } from '../base/time.ts';
import type { SimEvent } from '../model/event.ts';

export interface EventSource {
  /** Every type that it can have. Absent: any. */
  types?: readonly string[];
  /** All that was created in that time, both ends included, and maybe more; in any order. In ms since the epoch. */
  between(from: number, to: number): Iterable<SimEvent>;
}

export interface EventQuery {
  /** Created at or after, in ms since the epoch. @default the beginning */
  from?: number;
  /** Created at or before. @default now */
  to?: number;
  /** @default every type */
  wants?: (type: string) => boolean;
}

export interface LogOptions {
  sources: readonly EventSource[];
  /** Nothing happened before, in ms since the epoch. */
  beginning: number;
  /** What is shown from later on is left out. */
  now: number;
}

/** Computed first, then twice as much, and so on: the newest page of a long log costs little. */
const FIRST_SPAN_MS = HOUR;
const MAX_SPAN_MS = 32 * DAY;

/** Events of the same second are not in the order of their ids. */
export function* newestFirst(query: EventQuery, { sources, beginning, now }: LogOptions): Generator<SimEvent> {
  const { wants = () => true } = query;
  const first = Math.max(beginning, query.from ?? beginning);
  const asked = sources.filter(({ types }) => !types || types.some(wants));
  let spanMs = FIRST_SPAN_MS;
  let last = Math.min(now, query.to ?? now);
  while (last >= first) {
    const from = Math.max(first, last - spanMs + 1);
    const events: SimEvent[] = [];
    for (const source of asked) {
      for (const event of source.between(from, last)) {
        const isInTime = event.created >= from && event.created <= last && event.visibleAt <= now;
        if (isInTime && wants(event.type)) events.push(event);
      }
    }
    yield* events.sort(byAge);
    last = from - 1;
    spanMs = Math.min(2 * spanMs, MAX_SPAN_MS);
  }
}

/** Ids of one second differ in their process first; the counter is as good as chance. */
const byAge = (a: SimEvent, b: SimEvent) => b.created - a.created || (a.id.slice(18) < b.id.slice(18) ? -1 : 1);
