// local/atlas/base/random.ts: random numbers that depend on their keys alone: the same keys, the same world.

const HEX = '0123456789abcdef';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const LOWER = `${LETTERS}0123456789`;
const MIXED = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The finalizer of MurmurHash3: every bit of `value` reaches every bit of the answer. */
function scramble(value: number) {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A stream of draws (mulberry32), one for each set of keys. Not for secrets. */
export class Random {
  #state = 0x9e3779b9;

  /** @param keys whole numbers that name the stream, such as seed, cluster and position. */
  constructor(...keys: number[]) {
    for (const key of keys) {
      this.#state = scramble(this.#state ^ key);
      this.#state = scramble(this.#state + Math.floor(key / 2 ** 32) + 0x6d2b79f5);
    }
  }

  /** From 0 up to, not including, 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number) {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** @throws RangeError when there is nothing to choose from. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.between(0, items.length - 1)];
    if (item === undefined) throw new RangeError('cannot pick from an empty list');
    return item;
  }

  hex(length: number) {
    return this.#digits(HEX, length);
  }

  /** Lower-case, as in the public part of an API key. */
  letters(length: number) {
    return this.#digits(LETTERS, length);
  }

  /** Lower-case letters and digits, as in Atlas's host names. */
  lower(length: number) {
    return this.#digits(LOWER, length);
  }

  /** Letters of both cases and digits, as in the token of a download URL. */
  mixed(length: number) {
    return this.#digits(MIXED, length);
  }

  #digits(alphabet: string, length: number) {
    let digits = '';
    for (let i = 0; i < length; i++) digits += alphabet[Math.floor(this.next() * alphabet.length)];
    return digits;
  }
}
