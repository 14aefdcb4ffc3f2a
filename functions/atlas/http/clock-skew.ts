// functions/atlas/http/clock-skew.ts measures our clock against Atlas's, by the Date that every answer carries.
import { parseHttpDate } from './http-date.ts';
import { headerOf, type TransportAnswer } from './transport.ts';

/** Answers that the figure is taken from: the newest, so that it follows a clock that is set right. */
const SAMPLES = 15;
/** A Date is cut to whole seconds. */
const RESOLUTION_MS = 1_000;

export class SkewMeter {
  readonly #samples: number[] = [];

  /**
   * Takes one answer. The server's clock was read somewhere between the two moments; of all the differences that this allows,
   * the smallest is taken, so that clocks that agree give 0.
   * @param sentMs our clock when the request went out
   * @param cameMs our clock when its answer had come
   */
  note(headers: TransportAnswer['headers'], sentMs: number, cameMs: number) {
    // A copy out of a cache tells the time of its making.
    if (headerOf(headers, 'age') !== undefined || cameMs < sentMs) return;
    const dateMs = parseHttpDate(headerOf(headers, 'date') ?? '', cameMs);
    if (dateMs === undefined) return;
    const [least, most] = [sentMs - dateMs - RESOLUTION_MS, cameMs - dateMs];
    this.#samples.push(least > 0 ? least : Math.min(most, 0));
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  /**
   * Our clock less Atlas's, in ms: the median of the newest answers. Right to a second and the time that an answer takes.
   * Undefined before the first answer with a date.
   */
  get skewMs(): number | undefined {
    const sorted = this.#samples.toSorted((a, b) => a - b);
    return sorted[(sorted.length - 1) >> 1];
  }
}

/** Where our clock shows this, what Atlas's shows; the same as long as nothing is known of it. */
export const atlasTime = ({ clockSkewMs }: { clockSkewMs: number | undefined }, ourMs: number): number =>
  ourMs - (clockSkewMs ?? 0);
