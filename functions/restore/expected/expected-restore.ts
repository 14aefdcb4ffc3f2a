// functions/restore/expected/expected-restore.ts: a restore that somebody announced, as the ledger keeps it.
import type * as z from 'zod/mini';
import type { announcement, expectedRestore } from '../../schema/expected-restore.ts';

/** What a job says of its announcement. */
export type Announcement = z.infer<typeof announcement>;

/** A restore that came. */
export interface Claim {
  jobId: string;
  /** The job may not say so yet, or its requester is not known yet: it is looked at again. */
  open?: true;
}

/** As it is kept: its state follows from it and from the coverage. */
export interface ExpectedRestore extends Omit<z.infer<typeof expectedRestore>, 'state' | 'jobs'> {
  /** In the order of their ids, which is that of their requests. */
  jobs: readonly Claim[];
  /** A person's name was taken out of it. */
  erased?: { by: string; reason: string; at: string };
  /** Ids of restores of its cluster and time of which Atlas's word on where they go could not be understood: they may be it. */
  unclear?: readonly string[];
  /** Grows with each write. */
  revision: number;
}

/** The longest time from `from` to `until`, in ms. */
export const MAX_WINDOW_MS = 31 * 86_400_000;

/** Since when it stands for no restore, in ms since the epoch. */
export const endOf = ({ until, withdrawn }: Pick<ExpectedRestore, 'until' | 'withdrawn'>): number =>
  Math.min(Date.parse(until), withdrawn ? Date.parse(withdrawn.at) : Number.POSITIVE_INFINITY);

/** Whether its time is over and it did not come, as far as is known. @param now ISO 8601 */
export const isOver = ({ jobs, restores, withdrawn, until }: ExpectedRestore, now: string): boolean =>
  jobs.length < restores && withdrawn === undefined && until <= now;

export function announcementOf(expected: ExpectedRestore): Announcement {
  const { expectedRestoreId, purpose, ticket, requester, by, at } = expected;
  return {
    expectedRestoreId,
    ...(purpose !== undefined && { purpose }),
    ...(ticket !== undefined && { ticket }),
    ...(requester !== undefined && { requester }),
    ...{ by, at },
  };
}
