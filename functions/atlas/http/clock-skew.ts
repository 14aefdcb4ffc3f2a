// functions/atlas/http/clock-skew.ts: our clock against Atlas's, by the Date of every answer.
import type { SkewReading } from '../model/skew-reading.ts';
import { parseHttpDate } from './http-date.ts';
import { headerOf, type TransportAnswer } from './transport.ts';

/** Answers that the usual figure is taken from: the newest, so that it follows a clock that is set right. */
const SAMPLES = 15;
/** A Date is cut to whole seconds. */
const RESOLUTION_MS = 1_000;
/** Answers that differ by more, beyond what each allows by itself, were not given to one clock, in ms. */
const MAX_DISAGREEMENT_MS = 5_000;

/** No answer takes this long, in ms, whatever its time limit: the clock was set ahead meanwhile, or the machine slept. */
const MAX_ANSWER_MS = 5 * 60_000;

/** A meter of its own for each stretch of work: what was measured before may not hold any more. */
export class SkewMeter {
  readonly #parent: SkewMeter | undefined;
  readonly #samples: number[] = [];
  /** The difference is no less than this, and no more than that, by all answers. */
  #minMs = Number.NEGATIVE_INFINITY;
  #maxMs = Number.POSITIVE_INFINITY;
  #wasSet = false;
  /** Of what each answer shows by itself. */
  #highest = Number.NEGATIVE_INFINITY;

  /** @param parent also takes each answer */
  constructor(parent?: SkewMeter) {
    this.#parent = parent;
  }

  /**
   * Takes one answer of Atlas's own. Its clock was read somewhere between the two moments.
   * @param sentMs our clock when the request went out
   * @param receivedMs our clock when its answer was received
   */
  note(headers: TransportAnswer['headers'], sentMs: number, receivedMs: number) {
    this.#parent?.note(headers, sentMs, receivedMs);
    const dateMs = parseHttpDate(headerOf(headers, 'date') ?? '', receivedMs);
    if (dateMs === undefined) return;
    const [minMs, maxMs] = [sentMs - dateMs - RESOLUTION_MS, receivedMs - dateMs];
    // A clock that was set back meanwhile shows two differences in one answer. So may a copy out of a cache, in which Date is the
    // time of its making: what it says is no newer than that, so it counts as any other answer.
    this.#highest = Math.max(this.#highest, receivedMs < sentMs ? sentMs - dateMs : shown(minMs, maxMs));
    this.#wasSet ||= receivedMs < sentMs || receivedMs - sentMs > MAX_ANSWER_MS;
    this.#minMs = Math.max(this.#minMs, minMs);
    this.#maxMs = Math.min(this.#maxMs, maxMs);
    if (receivedMs < sentMs || isCopy(headers)) return;
    this.#samples.push(minMs > 0 ? minMs : Math.min(maxMs, 0));
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  /** The meter that takes all answers. */
  get root(): SkewMeter {
    return this.#parent?.root ?? this;
  }

  /**
   * Our clock less Atlas's, in ms: the median of the newest answers. Right to a second and the time that an answer takes.
   * Undefined before the first answer with a date.
   */
  get skewMs(): number | undefined {
    const sorted = this.#samples.toSorted((a, b) => a - b);
    return sorted[(sorted.length - 1) >> 1];
  }

  /** Of all answers since it was made. Undefined before the first with a date. */
  get reading(): SkewReading | undefined {
    if (this.#highest === Number.NEGATIVE_INFINITY) return undefined;
    const [minMs, maxMs] = [this.#minMs, this.#maxMs];
    if (minMs <= maxMs) return { skewMs: shown(minMs, maxMs), agrees: !this.#wasSet };
    return { skewMs: this.#highest, agrees: !this.#wasSet && minMs - maxMs <= MAX_DISAGREEMENT_MS };
  }
}

/** Of the possible differences: 0 if it is among them, else the greatest. */
const shown = (minMs: number, maxMs: number) => (minMs <= 0 && maxMs >= 0 ? 0 : maxMs);

const isCopy = (headers: TransportAnswer['headers']) => !/^0*$/.test(headerOf(headers, 'age')?.trim() ?? '');

/** Of several meters over the same clock. Undefined where none has measured anything. */
export function together(readings: readonly (SkewReading | undefined)[]): SkewReading | undefined {
  const known = readings.filter((reading) => reading !== undefined);
  if (known.length === 0) return undefined;
  const skews = known.map(({ skewMs }) => skewMs);
  const skewMs = Math.max(...skews);
  return {
    skewMs,
    agrees: known.every(({ agrees }) => agrees) && skewMs - Math.min(...skews) <= MAX_DISAGREEMENT_MS,
  };
}
