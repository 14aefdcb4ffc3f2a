// bench/harness/answer.ts: what a contender found, in a form that two processes can compare.
import { createHash } from 'node:crypto';

export interface Answer {
  /** Ids, repeats included. */
  count: number;
  distinct: number;
  /** SHA-256 of the distinct ids in order: equal digests mean equal sets. */
  digest: string;
}

export function answerOf(ids: Iterable<string>): Answer {
  const all = [...ids];
  const distinct = [...new Set(all)].sort();
  const digest = createHash('sha256').update(distinct.join()).digest('base64url');
  return { count: all.length, distinct: distinct.length, digest };
}

/** A contender that didn't find every id exactly once. However fast it was, it doesn't count. */
export class WrongAnswerError extends Error {
  override readonly name = 'WrongAnswerError';
}

/** @throws WrongAnswerError */
export function checkAnswer(who: string, found: Answer, expected: Answer) {
  if (found.count === expected.count && found.digest === expected.digest) return;
  const why =
    found.digest === expected.digest
      ? `${found.count - found.distinct} of them twice`
      : `${found.distinct} different, not the right ones`;
  throw new WrongAnswerError(`${who}: found ${found.count} ids, expected ${expected.count}; ${why}`);
}
