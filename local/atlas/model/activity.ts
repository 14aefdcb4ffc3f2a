// local/atlas/model/activity.ts: restores that people start while the simulator runs, at moments fixed by the seed.
import { Random } from '../base/random.ts';
import { MINUTE } from '../base/time.ts';

export interface Activity {
  /** The moments that have come since the last call, each with the stream that decides what happens then. */
  due(now: number): { at: number; random: Random }[];
}

export interface ActivityOptions {
  seed: number;
  /** Restores a minute, on average. 0: none. */
  perMinute: number;
  /** Nothing happens before this, in ms since the epoch. */
  from: number;
}

const SEED = 7;

export function activity({ seed, perMinute, from }: ActivityOptions): Activity {
  const gap = perMinute > 0 ? MINUTE / perMinute : Number.POSITIVE_INFINITY;
  let count = 0;
  // One in every gap, somewhere in it.
  const upcoming = () => {
    const random = new Random(seed, SEED, count);
    return { at: Math.floor(from + gap * (count + random.next())), random };
  };
  let next = upcoming();

  function due(now: number) {
    const moments: { at: number; random: Random }[] = [];
    while (next.at <= now) {
      moments.push(next);
      count++;
      next = upcoming();
    }
    return moments;
  }
  return { due };
}
