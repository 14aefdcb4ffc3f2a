// bench/scale/full-pass.ts simulates one run over very many clusters: projects in a queue, sandboxes that take them, and the limits
// that Atlas and Lambda set. What sets the time is the limit without which the run would be shortest.
import { type Pace, projectTime, type Work } from './project-time.ts';

export interface Scenario extends Omit<Work, 'clusters'> {
  clusters: number;
  /** Of the stack: orders carried out at the same time. */
  concurrency: number;
  /** How sandboxes sign in. */
  signIn: 'apiKey' | 'serviceAccount';
  /** In ms. @default 120 */
  atlasMs?: number;
  /** Of the collect function. @default 512 */
  memoryMb?: number;
}

export interface FullPass {
  seconds: number;
  projects: number;
  atlasRequests: number;
  requestsWaited: number;
  /** Sandboxes that could sign in. */
  sandboxes: number;
  /** What to change first. */
  setBy: Limit;
  /** How long it would take without it, in seconds. */
  withoutIt: number;
}

export const LIMITS = [
  'concurrency',
  'distance',
  'processor',
  'buckets',
  'tokens',
  "Lambda's growth",
  'an index partition',
] as const;
export type Limit = (typeof LIMITS)[number];

/** Atlas's limit of clusters a project, unless it is raised (docs/atlas.md#2). */
const CLUSTERS_A_PROJECT = 25;
const MEMORY_OF_A_CORE_MB = 1_769;
const TABLE_MS = 5;
/** A sandbox's start (bench:cold, with TLS), in ms. */
const START_MS = 700;
/** Lambda begins with five pollers of a queue and adds up to 300 a minute (AWS, 2026-11). */
const FIRST_POLLERS = 5;
const POLLERS_A_MINUTE = 300;
/** Tokens a minute for each address and client, and live ones for each account (docs/atlas.md#3-2). */
const TOKENS_A_MINUTE = 50;
const LIVE_TOKENS = 100;
/** The plan lists projects a hundred at a time, one page after the other, and queues ten a request. */
const PROJECTS_A_PAGE = 100;
const ORDERS_A_BATCH = 10;
const QUEUE_MS = 10;
/** Of one partition, in units a second (DynamoDB, 2026-11): all completed jobs are in one of the index by status, until it is split. */
const PARTITION_UNITS = 1_000;
/** A new job is written twice, at two units each time. */
const UNITS_A_JOB = 4;

export function fullPass(scenario: Scenario): FullPass {
  const actual = timeOf(scenario);
  const without = LIMITS.map((limit) => ({ limit, seconds: timeOf(scenario, limit).seconds }));
  const first = without.reduce((a, b) => (b.seconds < a.seconds ? b : a));
  return { ...actual, setBy: first.limit, withoutIt: first.seconds };
}

type Timed = Omit<FullPass, 'setBy' | 'withoutIt'>;

function timeOf(scenario: Scenario, lifted?: Limit): Timed {
  const { clusters, signIn, atlasMs = 120, memoryMb = 512 } = scenario;
  const pace: Pace = {
    atlasMs: lifted === 'distance' ? 0 : atlasMs,
    tableMs: TABLE_MS,
    cores: lifted === 'processor' ? 1_000 : memoryMb / MEMORY_OF_A_CORE_MB,
    buckets: lifted !== 'buckets',
  };
  const projects = Math.ceil(clusters / CLUSTERS_A_PROJECT);
  const each = projectTime({ ...scenario, clusters: Math.min(clusters, CLUSTERS_A_PROJECT) }, pace);
  const concurrency = lifted === 'concurrency' ? projects : scenario.concurrency;
  const tokens = signIn === 'serviceAccount' && lifted !== 'tokens';
  const sandboxes = Math.min(concurrency, projects, tokens ? LIVE_TOKENS - 1 : projects);
  const readyAt = Array.from(
    { length: sandboxes },
    (_, nth) => START_MS + Math.max(tokens ? tokenAt(nth, pace) : 0, lifted === "Lambda's growth" ? 0 : pollerAt(nth)),
  );
  const planMs = Math.ceil(projects / PROJECTS_A_PAGE) * pace.atlasMs;
  const queuedAt = (nth: number) => planMs + Math.floor(nth / ORDERS_A_BATCH) * QUEUE_MS;
  const written = scenario.pass === 'first' && lifted !== 'an index partition' ? clusters * scenario.jobs : 0;
  return {
    seconds: Math.max(inTurn(readyAt, projects, queuedAt, each.ms) / 1_000, (written * UNITS_A_JOB) / PARTITION_UNITS),
    projects,
    atlasRequests: projects * each.atlasRequests + Math.ceil(projects / PROJECTS_A_PAGE),
    requestsWaited: projects * each.waits,
    sandboxes,
  };
}

/** The plan has the first token. */
const tokenAt = (nth: number, { atlasMs }: Pace) => Math.floor((nth + 1) / TOKENS_A_MINUTE) * 60_000 + atlasMs;

const pollerAt = (nth: number) => (Math.max(0, nth + 1 - FIRST_POLLERS) / POLLERS_A_MINUTE) * 60_000;

/** Whoever is free first takes the next order. @param readyAt when each sandbox is there, earliest first @returns when the last is done */
function inTurn(readyAt: readonly number[], orders: number, queuedAt: (nth: number) => number, ms: number): number {
  const free = new Earliest(readyAt);
  let end = 0;
  for (let nth = 0; nth < orders; nth++) {
    const done = Math.max(free.take(), queuedAt(nth)) + ms;
    free.put(done);
    end = Math.max(end, done);
  }
  return end;
}

/** A heap of times. */
class Earliest {
  readonly #times: number[];

  /** @param sorted */
  constructor(sorted: readonly number[]) {
    this.#times = [...sorted].sort((a, b) => a - b);
  }

  take(): number {
    const [first = 0] = this.#times;
    const last = this.#times.pop() ?? 0;
    if (this.#times.length > 0) this.#sink(last);
    return first;
  }

  put(time: number) {
    let at = this.#times.push(time) - 1;
    for (let above = (at - 1) >> 1; at > 0 && this.#at(above) > time; above = (at - 1) >> 1) {
      this.#times[at] = this.#at(above);
      at = above;
    }
    this.#times[at] = time;
  }

  #at = (nth: number) => this.#times[nth] ?? Number.POSITIVE_INFINITY;

  #sink(time: number) {
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const below = this.#at(right) < this.#at(left) ? right : left;
      if (this.#at(below) >= time) break;
      this.#times[at] = this.#at(below);
      at = below;
    }
    this.#times[at] = time;
  }
}
