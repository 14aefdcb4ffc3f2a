// test/soundness/random.ts: repeatable random numbers: the same seed, the same history.

export class Random {
  #state: number;

  /** Seeds that differ by one give streams that have nothing in common. */
  constructor(seed: number | string) {
    let hash = 2166136261;
    for (const character of String(seed)) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
    this.#state = hash >>> 0;
  }

  /** At least 0, below 1 (mulberry32). */
  next = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };

  chance = (probability: number): boolean => this.next() < probability;

  /** A whole number, both ends included. */
  int = (from: number, to: number): number => from + Math.floor(this.next() * (to - from + 1));

  /** @param items at least one */
  pick = <T>(items: readonly T[]): T => items[Math.floor(this.next() * items.length)] as T;

  /** One of the names, each as often as its weight says. */
  weighted<T extends string>(weights: Readonly<Partial<Record<T, number>>>): T {
    const entries = Object.entries(weights) as [T, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    return (entries.at(-1) as [T, number])[0];
  }

  shuffled<T>(items: readonly T[]): T[] {
    const copy = [...items];
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
    }
    return copy;
  }

  hex = (digits: number): string => Array.from({ length: digits }, () => this.int(0, 15).toString(16)).join('');
}
