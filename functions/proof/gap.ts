// functions/proof/gap.ts: a claim, and the gaps in it.
import type * as z from 'zod/mini';
import type { gap } from '../schema/coverage.ts';
import type { ClaimState } from '../schema/words.ts';

/** Restores that can't be ruled out. Times are ISO 8601 in UTC. */
export interface Gap extends z.infer<typeof gap> {}

export interface Claim {
  state: ClaimState;
  gaps: Gap[];
}

/** Of several: what is not known of a part is not known of the whole, and a gap in a part is one in the whole. */
export function together(claims: readonly Claim[]): Claim {
  const gaps = claims.flatMap((claim) => claim.gaps);
  if (gaps.length > 0 || claims.some(({ state }) => state === 'incomplete')) return { state: 'incomplete', gaps };
  const isComplete = claims.length > 0 && claims.every(({ state }) => state === 'complete');
  return { state: isComplete ? 'complete' : 'not known', gaps };
}
