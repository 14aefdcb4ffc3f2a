// functions/collector/list/atlas-time.ts: the time that ids are compared with: Atlas's, and never later than ours.
import type { Atlas } from '../../atlas/model/atlas.ts';
import type { Log } from '../../platform/log.ts';

/** More than this is worth a warning, in ms. */
export const SKEW_WARNING_MS = 60_000;

/** A clock that differs by more is broken: nothing is put later for its sake, in ms. */
const MAX_DOUBT_MS = 86_400_000;

export const CLOCK_NOT_MEASURED = 'CLOCK_NOT_MEASURED';

/**
 * For one task or plan, by the answers to it alone: a clock may have been set since others came. Where they leave a choice a moment
 * is put earlier, never later: a reading that counts as earlier than it was proves less, and nothing that is wrong. For the same
 * reason it is never put later than our clock has it: a Date that is ahead may be that of a proxy.
 */
export class AtlasTime {
  readonly #atlas: Pick<Atlas, 'skewReading'>;
  readonly #now: () => number;
  /**
   * By how much our clock is ahead; 0 where it is behind. The most so far, so that no later moment comes before an earlier one unless
   * the clock was set.
   */
  #aheadMs = 0;

  /** @param atlas a view that was made for this task or plan */
  constructor({ atlas, now }: { atlas: Pick<Atlas, 'skewReading'>; now(): number }) {
    this.#atlas = atlas;
    this.#now = now;
  }

  /** False where no answer had Atlas's time, or answers contradict each other: then it is not known. */
  get isMeasured(): boolean {
    return this.#atlas.skewReading?.agrees === true;
  }

  /** False before the first answer with Atlas's time. */
  get isAnswered(): boolean {
    return this.#atlas.skewReading !== undefined;
  }

  /** Milliseconds since the epoch. */
  now = (): number => this.#now() - this.#ahead;

  /** Where our clock showed that. ISO 8601. A moment that seems to lie ahead was taken before the clock was set back. */
  at = (ourMs: number): string => new Date(Math.min(ourMs, this.#now()) - this.#ahead).toISOString();

  /**
   * The same moment by the later of both clocks: for what is known only since then, such as which clusters there are, or until when
   * nobody looked. There, later proves less. ISO 8601.
   */
  latestAt = (ourMs: number): string =>
    new Date(Math.min(ourMs, this.#now()) - this.#ahead + this.#doubt).toISOString();

  /** By the later of both clocks: no stored moment that is true is later. Milliseconds since the epoch. */
  latestNow = (): number => this.now() + this.#doubt;

  /** What a run says of it where it is not known. */
  get failure(): { code: string; message: string } {
    const why = this.isAnswered
      ? "the times in Atlas's answers do not fit to one clock: this machine's was set meanwhile, or something on the way to Atlas changes answers"
      : "no answer had Atlas's time (its Date): something on the way to Atlas takes it out";
    const message = `${why}. What was read is recorded, and does not count as read; the next run reads it again`;
    return { code: CLOCK_NOT_MEASURED, message };
  }

  warn(log: Log, fields: Record<string, string>) {
    const { skewMs = 0 } = this.#atlas.skewReading ?? {};
    if (Math.abs(skewMs) < SKEW_WARNING_MS) return;
    log.warn("this machine's clock differs from Atlas's; the earlier time is used", {
      ...fields,
      aheadSeconds: Math.round(skewMs / 1_000),
    });
  }

  /** How far both clocks are apart. */
  get #doubt(): number {
    const apartMs = Math.abs(this.#atlas.skewReading?.skewMs ?? 0);
    return apartMs > MAX_DOUBT_MS ? 0 : apartMs;
  }

  get #ahead(): number {
    this.#aheadMs = Math.max(this.#aheadMs, this.#atlas.skewReading?.skewMs ?? 0);
    return this.#aheadMs;
  }
}
