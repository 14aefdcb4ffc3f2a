// test/restore/request-worlds.ts: crowded synthetic projects: restore jobs, the events of their requests, and who really
// asked.

import { COUNTER_SPAN } from '../../functions/restore/object-id.ts';
import type { AtlasEvent } from '../../functions/restore/requesters/event.ts';
import { type JobToMatch, requestTypes } from '../../functions/restore/requesters/match-requests.ts';
import type { Actor } from '../../functions/restore/requesters/requester.ts';
import type { Kind } from '../../functions/schema/words.ts';
import type { Random } from '../../local/atlas/base/random.ts';

export interface WorldOptions {
  kind: Kind;
  requests: number;
  /** From one request of the project to the next. */
  gapSeconds: (random: Random) => number;
  /** API processes that take requests. */
  processes: number;
  actors: number;
  /** How fast each process's counter moves for other reasons. */
  idsPerSecond: number;
  /** Share of events that can't be seen, or not yet. @default 0 */
  eventsLost?: number;
  /** Share of requests whose cluster is gone, its jobs with it. @default 0 */
  clustersDeleted?: number;
  /** Share of requests that ask for an export: the same event, and no restore job. @default 0 */
  exports?: number;
  /** Whether events and jobs may be missing on one process. @default 'apart' */
  gaps?: 'apart' | 'together';
  /** Which process writes the event; all recorded ones were of the job's own. @default 'same' */
  eventFrom?: 'same' | 'another';
  /** Share of events that come twice. @default 0.05 */
  twice?: number;
}

export interface World {
  jobs: JobToMatch[];
  events: AtlasEvent[];
  /** Of each job in `jobs`: who asked, by which event, and whether that is among `events`. */
  truth: Map<string, { actor: Actor; eventId: string; visible: boolean }>;
}

/** How far the event's counter was ahead in 95 recorded pairs (docs/atlas.md#12-4, 2026-08). */
const COUNTS_AHEAD = [
  ...Array<number>(77).fill(4),
  ...Array<number>(3).fill(5),
  ...Array<number>(7).fill(6),
  ...[7, 8, 14, 15, 17, 36, 60, 326],
];
const START_SECOND = Date.UTC(2026, 7, 10) / 1000;

/** One API process: its ids are its own, and its counter wraps. */
class Process {
  readonly #name: string;
  readonly #taken = new Set<number>();
  readonly #idsPerSecond: number;
  #counter: number;
  #second = START_SECOND;
  readonly loses: { events: boolean; jobs: boolean };

  constructor(random: Random, { idsPerSecond, gaps = 'apart' }: WorldOptions) {
    this.#name = random.hex(10);
    this.#idsPerSecond = idsPerSecond;
    this.#counter = random.pick([random.between(0, COUNTER_SPAN - 1), COUNTER_SPAN - random.between(1, 200)]);
    const events = random.next() < 0.5;
    this.loses = gaps === 'together' ? { events: true, jobs: true } : { events, jobs: !events };
  }

  /** The next id that a request gets; other ids were made meanwhile. */
  next(second: number, random: Random) {
    const others = random.next() * 2 * this.#idsPerSecond * (second - this.#second);
    this.#second = second;
    this.#counter = this.#free(this.#counter + 1 + Math.floor(others));
    return { id: this.#idOf(second, this.#counter), counter: this.#counter };
  }

  /** An id so many counts after another, or the first free one from there. */
  after(counter: number, counts: number, second: number) {
    return this.#idOf(second, this.#free(counter + counts));
  }

  #free(counter: number) {
    let free = counter;
    while (this.#taken.has(free)) free += 1;
    this.#taken.add(free);
    return free;
  }

  #idOf(second: number, counter: number) {
    const parts = [Math.floor(second).toString(16), this.#name, (counter % COUNTER_SPAN).toString(16).padStart(6, '0')];
    return parts.join('');
  }
}

export function makeWorld(options: WorldOptions, random: Random): World {
  const { kind, eventsLost = 0, clustersDeleted = 0, exports = 0, eventFrom = 'same', twice = 0.05 } = options;
  const processes = Array.from({ length: options.processes }, () => new Process(random, options));
  const background = Array.from({ length: options.processes }, () => new Process(random, options));
  const actors = Array.from({ length: options.actors }, () => makeActor(random));
  const world: World = { jobs: [], events: [], truth: new Map() };
  let second = START_SECOND;
  for (let n = 0; n < options.requests; n++) {
    second += options.gapSeconds(random);
    const process = random.pick(processes);
    const delivery = random.next() < 0.2 ? 'download' : 'automated';
    const isExport = process.loses.jobs && random.next() < exports;
    const actor = random.pick(actors);
    const job = process.next(second, random);
    const eventSecond = second + (random.next() < 4 / 95 ? 1 : 0);
    const eventId =
      eventFrom === 'same'
        ? process.after(job.counter, random.pick(COUNTS_AHEAD), eventSecond)
        : random.pick(background).next(eventSecond, random).id;
    const visible = !(process.loses.events && random.next() < eventsLost);
    const listed = !isExport && !(process.loses.jobs && random.next() < clustersDeleted);
    const [type = ''] = requestTypes(kind, isExport ? 'automated' : delivery);
    const event = { id: eventId, created: created(eventSecond, random), type, actor };
    if (listed) {
      world.jobs.push({ jobId: job.id, kind, delivery });
      world.truth.set(job.id, { actor, eventId, visible });
    }
    if (visible) world.events.push(event, ...(random.next() < twice ? [{ ...event }] : []));
  }
  return { ...world, jobs: shuffled(world.jobs, random), events: shuffled(world.events, random) };
}

/** 74 of 20,020 recorded events were one second off from their id (docs/atlas.md#12-2). */
function created(second: number, random: Random) {
  const off = random.next() < 74 / 20_020 ? random.pick([-1, 1]) : 0;
  return `${new Date((Math.floor(second) + off) * 1000).toISOString().slice(0, 19)}Z`;
}

function makeActor(random: Random): Actor {
  const id = random.hex(24);
  return random.next() < 0.5
    ? { kind: 'apiKey', id, name: random.lower(8) }
    : { kind: 'user', id, name: `${random.lower(6)}@example.com` };
}

export function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
