// functions/restore/requesters/candidates.ts: which events could belong to which jobs, and how well each pair fits.

import { defined } from '../../platform/defined.ts';
import { grouped } from '../../platform/grouped.ts';
import { COUNTER_SPAN, type IdParts, idParts } from '../object-id.ts';
import type { AtlasEvent } from './event.ts';

/** How far an event may come before its job, in seconds: `created` may be one off from the id (docs/atlas.md#12-2). */
export const EARLY_SECONDS = 1;
/** How far it may come after. All 95 recorded ones came within 1 s (docs/atlas.md#12-4, 2026-08). */
export const LATE_SECONDS = 60;
/** What counts as near, in seconds. */
export const NEAR_SECONDS = 5;
/** The counter of an event's id speaks for a job while it is ahead by no more than this. */
const MAX_COUNTS_AHEAD = 4095;
/** A pair with fewer is discarded. */
const MIN_POINTS = 10;

export interface JobMark extends IdParts {
  id: string;
  /** The `eventTypeName`s that its request can have. */
  types: readonly string[];
}

export interface EventMark extends IdParts {
  id: string;
  event: AtlasEvent;
}

/** A job and an event that could be its request. */
export interface Pair {
  job: JobMark;
  event: EventMark;
  /** From the job to the event. */
  secondsLater: number;
  /** Absent where the ids share no process. */
  countsAhead?: number;
  /** No other job and no other request of the tier is within `NEAR_SECONDS`. */
  alone: boolean;
  /** Of 100. */
  points: number;
}

/** @throws RangeError where the id is no ObjectId */
export const jobMark = (id: string, types: readonly string[]): JobMark => ({ ...idParts(id), id, types });

/** @throws RangeError where the id is no ObjectId */
export const eventMark = (event: AtlasEvent): EventMark => ({
  ...idParts(event.id),
  second: Math.floor(Date.parse(event.created) / 1000),
  id: event.id,
  event,
});

/** Things in the order of their seconds, then of their ids. */
export class Timeline<T extends { second: number; id: string }> {
  readonly items: readonly T[];

  constructor(items: readonly T[]) {
    this.items = items.toSorted((a, b) => a.second - b.second || (a.id < b.id ? -1 : 1));
  }

  /** From and to are included. */
  between(from: number, to: number): readonly T[] {
    return this.items.slice(this.#firstAt(from), this.#firstAt(to + 1));
  }

  count(from: number, to: number): number {
    return this.#firstAt(to + 1) - this.#firstAt(from);
  }

  #firstAt(second: number): number {
    let [low, high] = [0, this.items.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.items[middle]?.second ?? second) < second) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Every job and request of a tier: a pair is alone, or not, among these. */
export interface Tier {
  jobs: Timeline<JobMark>;
  events: Timeline<EventMark>;
}

export interface Reach {
  /** How far an event may come after its job. */
  seconds: number;
  /** Only where the counter of the event's id speaks for the job. */
  byCounter: boolean;
}

/** Few for each event: Atlas takes at most 1,200 requests of a project at once (docs/atlas.md#4). */
export function* pairsInReach(
  jobs: readonly JobMark[],
  events: readonly EventMark[],
  { seconds, byCounter }: Reach,
  tier: Tier,
): Generator<Pair> {
  const key = ({ process }: IdParts) => (byCounter ? process : '');
  const timelines = new Map([...grouped(jobs, key)].map(([process, those]) => [process, new Timeline(those)]));
  for (const event of events) {
    const near = timelines.get(key(event))?.between(event.second - seconds, event.second + EARLY_SECONDS) ?? [];
    for (const job of near) {
      const pair = pairOf(job, event, tier);
      if (pair && (!byCounter || counterPoints(pair.countsAhead) > 0)) yield pair;
    }
  }
}

function pairOf(job: JobMark, event: EventMark, tier: Tier): Pair | undefined {
  const countsAhead = countsFrom(job, event);
  // A process counts up: what lies behind was written before the job, whatever the clock says.
  if (countsAhead !== undefined && countsAhead <= 0) return undefined;
  const secondsLater = event.second - job.second;
  const alone = isAlone(job, event, tier);
  const points = counterPoints(countsAhead) + timePoints(secondsLater) + (alone ? 10 : 0);
  if (points < MIN_POINTS) return undefined;
  return defined({ job, event, secondsLater, countsAhead, alone, points });
}

/** Negative where the event lies behind; the counter wraps. */
function countsFrom(job: IdParts, event: IdParts): number | undefined {
  if (job.process !== event.process) return undefined;
  const ahead = (event.counter - job.counter + COUNTER_SPAN) % COUNTER_SPAN;
  return ahead > COUNTER_SPAN / 2 ? ahead - COUNTER_SPAN : ahead;
}

function counterPoints(countsAhead: number | undefined): number {
  if (countsAhead === undefined || countsAhead > MAX_COUNTS_AHEAD) return 0;
  return countsAhead <= 64 ? 70 : 60;
}

function timePoints(secondsLater: number): number {
  if (secondsLater <= 2) return 20;
  return secondsLater <= NEAR_SECONDS ? 10 : 3;
}

function isAlone(job: JobMark, event: EventMark, { jobs, events }: Tier): boolean {
  const from = Math.min(job.second, event.second) - NEAR_SECONDS;
  const to = Math.max(job.second, event.second) + NEAR_SECONDS;
  return jobs.count(from, to) === 1 && events.count(from, to) === 1;
}
