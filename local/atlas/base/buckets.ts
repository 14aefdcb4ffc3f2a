// local/atlas/base/buckets.ts: Atlas's rate limits: a token bucket for each endpoint set and scope (docs/atlas.md#4).
import { Refusal } from './errors.ts';
import { SECOND } from './time.ts';

export interface BucketLimit {
  capacity: number;
  /** Tokens added every `seconds`. */
  refill: number;
  seconds: number;
}

export interface EndpointSet extends BucketLimit {
  name: string;
  scope: 'GROUP' | 'USER' | 'ORGANIZATION';
}

/** The table of 2026-04-10. Serverless and collection restore jobs are not in it. */
export const ENDPOINT_SETS = {
  cloudBackups: { name: 'Cloud Backups', scope: 'GROUP', capacity: 1200, refill: 500, seconds: 60 },
  flexRestoreJobs: { name: 'Flex Restore Jobs', scope: 'GROUP', capacity: 1200, refill: 500, seconds: 60 },
  flexClusters: { name: 'Flex Clusters', scope: 'GROUP', capacity: 1200, refill: 500, seconds: 60 },
  clusters: { name: 'Clusters', scope: 'GROUP', capacity: 10_000, refill: 5000, seconds: 60 },
  allClusters: { name: 'Clusters', scope: 'USER', capacity: 300, refill: 100, seconds: 60 },
  projects: { name: 'Projects', scope: 'USER', capacity: 1200, refill: 500, seconds: 60 },
  organizations: { name: 'Organizations', scope: 'ORGANIZATION', capacity: 500, refill: 250, seconds: 60 },
  /** Not in the table; the capacity is recorded, the rest a guess (docs/atlas.md#12-1). */
  events: { name: 'Events', scope: 'GROUP', capacity: 300, refill: 100, seconds: 60 },
  rateLimits: { name: 'Rate Limits Inspection', scope: 'USER', capacity: 300, refill: 100, seconds: 60 },
} as const satisfies Record<string, EndpointSet>;

export type BucketName = keyof typeof ENDPOINT_SETS;

/** `off`: no bucket at all, or not that one; its headers are then left out too. */
export type BucketOverrides = 'off' | Partial<Record<BucketName, Partial<BucketLimit> | 'off'>>;

export interface Allowance {
  limit: number;
  remaining: number;
}

/** Counts down from `capacity`; `refill` comes back at the end of every interval. The first begins at first use. */
export class TokenBucket {
  readonly limit: BucketLimit;
  #tokens: number;
  #intervalStart: number;

  constructor(limit: BucketLimit, now: number) {
    this.limit = limit;
    this.#tokens = limit.capacity;
    this.#intervalStart = now;
  }

  /** Takes one token, where there is one. */
  take(now: number): { taken: boolean; remaining: number; waitSeconds: number } {
    const { capacity, refill, seconds } = this.limit;
    const intervalMs = seconds * SECOND;
    const intervals = Math.floor((now - this.#intervalStart) / intervalMs);
    this.#intervalStart += intervals * intervalMs;
    this.#tokens = Math.min(capacity, this.#tokens + intervals * refill);
    const taken = this.#tokens >= 1;
    if (taken) this.#tokens--;
    return {
      taken,
      remaining: Math.floor(this.#tokens),
      waitSeconds: Math.ceil((this.#intervalStart + intervalMs - now) / SECOND),
    };
  }
}

export class Buckets {
  readonly #overrides: BucketOverrides;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(overrides: BucketOverrides = {}) {
    this.#overrides = overrides;
  }

  /** The limit in force; undefined where that bucket is off. */
  limit(name: BucketName): EndpointSet | undefined {
    if (this.#overrides === 'off') return undefined;
    const override = this.#overrides[name];
    return override === 'off' ? undefined : { ...ENDPOINT_SETS[name], ...override };
  }

  /**
   * Takes a token for a request of `path`.
   * @param scope the project, user or organization that pays.
   * @returns undefined where that bucket is off.
   */
  take(name: BucketName, scope: string, path: string, now: number): (Allowance & { refusal?: Refusal }) | undefined {
    const limit = this.limit(name);
    if (!limit) return undefined;
    const key = `${name}/${scope}`;
    const bucket = this.#buckets.get(key) ?? new TokenBucket(limit, now);
    this.#buckets.set(key, bucket);
    const { taken, remaining, waitSeconds } = bucket.take(now);
    const allowance = { limit: limit.capacity, remaining };
    return taken ? allowance : { ...allowance, refusal: tooManyRequests(path, waitSeconds, limit) };
  }
}

/** Parameters mix strings and numbers, as seen live. */
export function tooManyRequests(path: string, waitSeconds: number, { capacity, refill, seconds }: BucketLimit) {
  const detail =
    `Rate limit exceeded for ${path}. Please retry after ${waitSeconds} seconds. ` +
    `Request capacity: ${capacity}. Refill rate: ${refill} per ${seconds} seconds.`;
  const parameters = [path, waitSeconds, capacity, refill, seconds];
  return new Refusal(429, 'RATE_LIMITED_TOKEN_BUCKET', detail, { parameters, retryAfterSeconds: waitSeconds });
}
