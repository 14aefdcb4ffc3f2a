// local/atlas/model/api-process.ts: ids made by one API process: a job's, then its request event's, with another request's
// between them at times (docs/atlas.md#12-4).
import type { Random } from '../base/random.ts';

/** Where the ids of a job and of its request event come from. */
export interface Identity {
  /** The 5 bytes that both share, in hex. */
  readonly process: string;
  /** The job's last 3 bytes, before they wrap. */
  readonly counter: number;
  /** How far the counter had gone on when the event was written. */
  readonly ahead: number;
}

/** As often as recorded, of 95. */
const AHEAD = [
  ...Array<number>(77).fill(4),
  ...Array<number>(3).fill(5),
  ...Array<number>(7).fill(6),
  ...[7, 8, 14, 15, 17, 36, 60, 326],
];

/** Of the 74 jobs with another within 2 s, 36 had it on the same process. */
const SAME_PROCESS_SHARE = 0.5;

/** How far a request is from the one before it on the same process, and the share up to which it is drawn. */
const STEPS: readonly { upTo: number; min: number; max: number }[] = [
  { upTo: 0.12, min: 1, max: 3 }, // before the previous request's event: 2 on record
  { upTo: 0.67, min: 5, max: 64 }, // 24 of the 36
  { upTo: 1, min: 65, max: 900 },
];

export const drawAhead = (random: Random) => random.pick(AHEAD);

/**
 * The ids of one more request at nearly the same time.
 * @param before earlier requests, in order: none of their counters is used again
 * @param fresh its process and counter if it shares a process with none of them
 */
export function nextIdentity(
  before: readonly Identity[],
  fresh: Pick<Identity, 'process' | 'counter'>,
  random: Random,
): Identity {
  const last = before.at(-1);
  const follows = random.next() < SAME_PROCESS_SHARE;
  const [gap, ahead] = [step(random), drawAhead(random)];
  if (!last || !follows) return { process: fresh.process, counter: fresh.counter, ahead };
  const taken = new Set(
    before.flatMap((known) => (known.process === last.process ? [known.counter, known.counter + known.ahead] : [])),
  );
  const free = (wanted: number) => {
    let counter = wanted;
    while (taken.has(counter)) counter++;
    return counter;
  };
  const counter = free(last.counter + gap);
  return { process: last.process, counter, ahead: free(counter + ahead) - counter };
}

function step(random: Random): number {
  const [share, place] = [random.next(), random.next()];
  const { min, max } = STEPS.find(({ upTo }) => share < upTo) ?? { min: 5, max: 64 };
  return min + Math.floor(place * (max - min + 1));
}
