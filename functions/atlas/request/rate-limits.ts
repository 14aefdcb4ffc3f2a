// functions/atlas/request/rate-limits.ts: the token buckets of Atlas's rate limits, as its headers describe them (docs/atlas.md#4).
import type { Clock } from '../../platform/clock.ts';
import { durationText } from '../http/duration.ts';
import { headerOf, type TransportAnswer } from '../http/transport.ts';
import type { Waits } from '../model/atlas.ts';
import { AtlasError } from '../model/errors.ts';
import type { UsageCount } from './usage.ts';

/** No header says when tokens are refilled. Published buckets get 500 a minute, so a second adds a few. */
const REFILL_MS = 1_000;
/** Longest pause of a bucket, whatever the header says: a process may live on for months after a wrong one. */
const MAX_PAUSE_MS = 86_400_000;

interface Bucket {
  /** What the newest answer said is left; unknown until one did. */
  left: number | undefined;
  /** Number of the call that said so. */
  reportedBy: number;
  started: number;
  inFlight: number;
  pausedUntilMs: number;
  /** One sleep serves all who wait. */
  sleeping: Promise<void> | undefined;
  queue: (() => void)[];
}

/** A call that may go out. */
export interface Lease {
  /** The call is over. @param headers of its answer, where there was one */
  leave(headers: TransportAnswer['headers'] | undefined): void;
}

/** What a wait is counted on. */
interface Spending {
  usage: UsageCount;
  waits: Waits;
}

/** A wait that begins. */
export interface Wait {
  /** Method and path of the call that waits. Others may wait for the same. */
  what: string;
  ms: number;
  /** Atlas's rate limit, or a failed call that is made again. */
  reason: 'rate-limit' | 'retry';
}

export interface RateLimitsOptions {
  clock: Clock;
  signal: AbortSignal;
  /** A longer wait is refused. In ms. */
  longestMs: number;
  onWait?(wait: Wait): void;
}

export class RateLimits {
  readonly #buckets = new Map<string, Bucket>();
  readonly #clock: Clock;
  readonly #options: RateLimitsOptions;

  constructor(options: RateLimitsOptions) {
    this.#clock = options.clock;
    this.#options = options;
  }

  /**
   * Waits until the bucket has room.
   * @param what names the call in a message
   * @param spending counts the wait, which must fit into what it has left
   * @throws AtlasError ATLAS_RATE_LIMITED at once if the wait doesn't fit into the time left, or is too long anyway
   */
  async enter(name: string, what: string, timeLeftMs: () => number, spending: Spending): Promise<Lease> {
    const bucket = this.#bucket(name);
    for (;;) {
      const waitMs = bucket.pausedUntilMs - this.#clock.now();
      if (waitMs > 0) {
        const limitMs = Math.max(0, Math.min(timeLeftMs(), this.#options.longestMs, spending.waits.leftMs));
        if (waitMs >= timeLeftMs() || waitMs > limitMs) throw outOfTime(what, waitMs, limitMs);
        await this.#sleep(bucket, what, waitMs, spending);
      } else if (hasRoom(bucket)) return this.#lease(bucket);
      else if (timeLeftMs() <= 0) throw outOfTime(what, 0, 0);
      // Ends with a call under way, which has a deadline of its own.
      else await new Promise<void>((resolve) => bucket.queue.push(resolve));
    }
  }

  /** Atlas refused a call: none is made for this long, then one at a time until an answer says what is left. */
  pause(name: string, waitMs: number) {
    const bucket = this.#bucket(name);
    bucket.left = 0;
    bucket.reportedBy = bucket.started;
    bucket.pausedUntilMs = Math.max(bucket.pausedUntilMs, this.#clock.now() + Math.min(waitMs, MAX_PAUSE_MS));
  }

  #bucket(name: string): Bucket {
    let bucket = this.#buckets.get(name);
    if (!bucket) {
      bucket = {
        left: undefined,
        reportedBy: 0,
        started: 0,
        inFlight: 0,
        pausedUntilMs: 0,
        sleeping: undefined,
        queue: [],
      };
      this.#buckets.set(name, bucket);
    }
    return bucket;
  }

  #lease(bucket: Bucket): Lease {
    const turn = ++bucket.started;
    bucket.inFlight += 1;
    return {
      leave: (headers) => {
        bucket.inFlight -= 1;
        this.#learn(bucket, turn, headers);
        for (const wake of bucket.queue.splice(0)) wake();
      },
    };
  }

  #learn(bucket: Bucket, turn: number, headers: TransportAnswer['headers'] | undefined) {
    const remaining = (headers && headerOf(headers, 'ratelimit-remaining')) ?? '';
    if (!/^\d{1,9}$/.test(remaining)) {
      // Missing on some answers (docs/atlas.md#4); the call may have taken a token all the same.
      if (bucket.left !== undefined) bucket.left = Math.max(0, bucket.left - 1);
      return;
    }
    const left = Number(remaining);
    // Answers overtake each other: an older one may only lower the number.
    if (turn < bucket.reportedBy) bucket.left = Math.min(bucket.left ?? left, left);
    else {
      bucket.left = left;
      bucket.reportedBy = turn;
    }
    if (left === 0) bucket.pausedUntilMs = Math.max(bucket.pausedUntilMs, this.#clock.now() + REFILL_MS);
  }

  async #sleep(bucket: Bucket, what: string, waitMs: number, { usage, waits }: Spending) {
    if (!bucket.sleeping) {
      usage.add('waitedMs', waitMs);
      waits.note(waitMs);
      this.#options.onWait?.({ what, ms: waitMs, reason: 'rate-limit' });
      bucket.sleeping = this.#clock.sleep(waitMs, this.#options.signal).finally(() => {
        bucket.sleeping = undefined;
      });
    }
    await bucket.sleeping;
  }
}

/** Calls under way may or may not be in the number yet; they're taken as if not. An empty bucket is tried by one call. */
const hasRoom = ({ left, inFlight }: Bucket) => left === undefined || inFlight < Math.max(left, 1);

const outOfTime = (what: string, waitMs: number, limitMs: number) =>
  new AtlasError(
    'ATLAS_RATE_LIMITED',
    `${what} was not sent: its rate limit is used up for another ${durationText(waitMs)}, and the call may wait for ${durationText(limitMs)}; ask again later`,
    { retryAfterMs: waitMs },
  );
