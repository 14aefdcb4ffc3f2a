// bench/harness/answer.ts is what a contender found, in a form that two processes can compare.
import { createHash } from 'node:crypto';

export interface Answer {
  /** Ids that were delivered, repeats included. */
  count: number;
  /** Different ones among them. */
  distinct: number;
  /** SHA-256 of the different ones in order, so that equal digests mean the same set. */
  digest: string;
}

export function answerOf(ids: Iterable<string>): Answer {
  const all = [...ids];
  const distinct = [...new Set(all)].sort();
  const digest = createHash('sha256').update(distinct.join()).digest('base64url');
  return { count: all.length, distinct: distinct.length, digest };
}

/** A contender that did not bring every id exactly once: however fast it was, it does not count. */
export class WrongAnswerError extends Error {
  override readonly name = 'WrongAnswerError';
}

/** @throws WrongAnswerError */
export function checkAnswer(who: string, came: Answer, expected: Answer) {
  if (came.count === expected.count && came.digest === expected.digest) return;
  const [was, is] = [expected.count, came.count];
  const repeats = came.count - came.distinct;
  const why =
    came.digest === expected.digest ? `${repeats} of them twice` : `${came.distinct} different, not the right ones`;
  throw new WrongAnswerError(`${who} brought ${is} ids where there are ${was}, ${why}: its time does not count`);
}
