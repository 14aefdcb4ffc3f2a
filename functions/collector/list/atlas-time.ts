// functions/collector/list/atlas-time.ts tells the time by Atlas's clock, which stamps the ids that times are held against.
import type { Atlas } from '../../atlas/model/atlas.ts';
import type { Log } from '../../platform/log.ts';

/** More than this is worth telling, in ms. */
export const SKEW_WORTH_TELLING_MS = 60_000;

/** For one order: what was measured first holds to its end, so that no later moment comes before an earlier one. */
export class AtlasTime {
  readonly #atlas: Pick<Atlas, 'clockSkewMs'>;
  readonly #now: () => number;
  #skewMs: number | undefined;

  constructor({ atlas, now }: { atlas: Pick<Atlas, 'clockSkewMs'>; now(): number }) {
    this.#atlas = atlas;
    this.#now = now;
  }

  /** False before Atlas has answered anything: our own clock has to do until then. */
  get isMeasured(): boolean {
    return this.#skew !== undefined;
  }

  /** Milliseconds since the epoch. */
  now = (): number => this.#now() - (this.#skew ?? 0);

  /** Where our clock showed that. ISO 8601. */
  at = (ourMs: number): string => new Date(ourMs - (this.#skew ?? 0)).toISOString();

  warn(log: Log, fields: Record<string, string>) {
    const skewMs = this.#skew ?? 0;
    if (Math.abs(skewMs) < SKEW_WORTH_TELLING_MS) return;
    log.warn("this machine's clock differs from Atlas's, which is used", {
      ...fields,
      aheadSeconds: Math.round(skewMs / 1_000),
    });
  }

  get #skew(): number | undefined {
    this.#skewMs ??= this.#atlas.clockSkewMs;
    return this.#skewMs;
  }
}
