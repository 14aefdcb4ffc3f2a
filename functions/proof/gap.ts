// functions/proof/gap.ts is the vocabulary of what may be claimed: an answer, and every gap by its name.

/**
 * complete: every fact that the claim needs is on record. incomplete: restores may be missing, each gap is named. not known:
 * there are no facts to judge by, as in an empty ledger or for a time that has not come.
 */
export const CLAIMS = ['complete', 'incomplete', 'not known'] as const;
export type ClaimState = (typeof CLAIMS)[number];

export const GAP_REASONS = [
  /** Not once. */
  'never-read',
  /** Every attempt since has failed. */
  'failing',
  /** Nobody tried since. */
  'not-read',
  /** Read since, but not to its end: what an incremental reading can miss can't be ruled out. */
  'full-reading-due',
  /** Between the last reading and when the cluster, or its list, was no longer there. */
  'gone',
  /** Atlas lists something that could not be understood. */
  'not-understood',
  /** A list of clusters was not read, or not often enough: there may be clusters that nobody knows of. */
  'clusters',
  /** A list of projects was not read. */
  'projects',
  /** The credentials no longer see the project. */
  'not-visible',
  /** A run that was to read it did not end. */
  'run-not-ended',
  /** The time before the ledger first read it: what Atlas no longer listed then is not known. */
  'before-first-reading',
  /** The period, or a part of it, has not passed. */
  'future',
  /** A stored time is ahead of the clock. */
  'clock',
  /** The table holds less, or other things, than the ledger has on record. */
  'record-differs',
] as const;
export type GapReason = (typeof GAP_REASONS)[number];

/** Restores that can't be ruled out. Times are ISO 8601 in UTC. */
export interface Gap {
  reason: GapReason;
  /** Requested at or after. Absent: since ever. */
  from?: string;
  /** Requested before. Absent: still. */
  until?: string;
  /** Since when it has been so, where that is known. */
  since?: string;
  /** One sentence. */
  text: string;
  /** What to do about it, one sentence. Absent: nothing can be done any more. */
  action?: string;
}

export interface Claim {
  state: ClaimState;
  gaps: Gap[];
}

/** Of several: what is not known of a part is not known of the whole, and a gap in a part is one in the whole. */
export function together(claims: readonly Claim[]): Claim {
  const gaps = claims.flatMap((claim) => claim.gaps);
  if (gaps.length > 0 || claims.some(({ state }) => state === 'incomplete')) return { state: 'incomplete', gaps };
  return {
    state: claims.length > 0 && claims.every(({ state }) => state === 'complete') ? 'complete' : 'not known',
    gaps,
  };
}
