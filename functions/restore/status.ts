// functions/restore/status.ts: the one status model, derived from what each kind of job says (docs/atlas.md#1-2 to #1-5).
import type { Status } from '../schema/words.ts';
import { isOpen } from './job.ts';

export interface Derived {
  status: Status;
  sourceStatus: string;
}

/** What a job without a status field shows of its state. A flag that could not be understood is undefined. */
export interface Flags {
  failed: boolean | undefined;
  cancelled: boolean | undefined;
  expired: boolean | undefined;
  requestedAt: string;
  finishedAt: string | undefined;
  expiresAt: string | undefined;
  download: boolean;
  deliveryUrlCount: number;
}

/**
 * How long after `expiresAt` a download that Atlas has not flagged counts as expired anyway, in ms. Whether Atlas ever
 * sets the flag is inferred (docs/atlas.md#1-3); without this, one download could stay open for ever. An hour lets the flag win.
 */
export const EXPIRY_GRACE_MS = 3_600_000;

const DAY_MS = 86_400_000;
/**
 * A job without an end that was requested longer ago than this, or that expired longer ago, doesn't run any more, in ms: old
 * jobs are listed without the time of their end (docs/decisions/0023-understood.md). A large restore takes hours, not weeks.
 */
export const MAX_RUN_MS = 30 * DAY_MS;
export const MAX_PAST_EXPIRY_MS = 7 * DAY_MS;

/**
 * Dedicated and serverless jobs: failed, then cancelled, then expired, as in the Atlas CLI; a download that ended
 * `failed` and `cancelled` is on record. Where a flag that would have won can't be read, how a job ended is not known.
 */
export function fromFlags(flags: Flags, readAt: Date): Derived {
  const { failed, cancelled, expired, requestedAt, finishedAt, expiresAt, download, deliveryUrlCount } = flags;
  if (failed || cancelled || expired) {
    const raised = [cancelled && 'cancelled', expired && 'expired', failed && 'failed'].filter(Boolean);
    return { status: raisedStatus(flags), sourceStatus: raised.join(',') };
  }
  if (finishedAt !== undefined) {
    const isClear = failed === false && cancelled === false && expired === false;
    return { status: isClear ? 'COMPLETED' : 'UNKNOWN', sourceStatus: 'finishedAt' };
  }
  const overMs = expiresAt === undefined ? undefined : readAt.getTime() - Date.parse(expiresAt);
  // `expiresAt` comes with the URL, and may outlive it.
  if (download && (deliveryUrlCount > 0 || overMs !== undefined)) {
    return overMs !== undefined && overMs > EXPIRY_GRACE_MS
      ? { status: 'EXPIRED', sourceStatus: 'expiresAt' }
      : { status: 'READY', sourceStatus: 'deliveryUrl' };
  }
  if (overMs !== undefined && overMs > MAX_PAST_EXPIRY_MS) return { status: 'UNKNOWN', sourceStatus: 'expiresAt' };
  return { status: isOld(requestedAt, readAt) ? 'UNKNOWN' : 'RUNNING', sourceStatus: 'IN_PROGRESS' };
}

/** One of them is raised. */
function raisedStatus({ failed, cancelled }: Flags): Status {
  if (failed) return 'FAILED';
  if (failed === undefined) return 'UNKNOWN';
  if (cancelled) return 'CANCELLED';
  return cancelled === undefined ? 'UNKNOWN' : 'EXPIRED';
}

const isOld = (requestedAt: string, readAt: Date) => readAt.getTime() - Date.parse(requestedAt) > MAX_RUN_MS;

/** What a job with a status field shows of its state. */
export interface Said {
  /** Absent: Atlas said nothing that could be read. */
  word: string | undefined;
  requestedAt: string;
  finishedAt: string | undefined;
}

export interface DerivedFromWord extends Derived {
  /** What was expected instead, where the word is not one of this kind, or is belied by the finish time. */
  expected?: string;
}

const FLEX: ReadonlyMap<string, Status> = new Map([
  ['PENDING', 'PENDING'],
  ['QUEUED', 'PENDING'],
  ['RUNNING', 'RUNNING'],
  ['COMPLETED', 'COMPLETED'],
  ['FAILED', 'FAILED'],
]);

const COLLECTION: ReadonlyMap<string, Status> = new Map([
  ['INITIALIZING', 'PENDING'],
  ['IN_PROGRESS', 'RUNNING'],
  ['FINALIZING', 'RUNNING'],
  ['SUCCESSFUL', 'COMPLETED'],
  ['CANCELED', 'CANCELLED'],
  ['FAILED', 'FAILED'],
]);

/** Words of other kinds, and of Atlas's sibling APIs, that mean the same wherever they stand. CLOSED: of any outcome. */
const ELSEWHERE: ReadonlyMap<string, Status> = new Map<string, Status>([
  ...FLEX,
  ...COLLECTION,
  ['CANCELLED', 'CANCELLED'],
  ['SUCCEEDED', 'COMPLETED'],
  ['EXPIRED', 'EXPIRED'],
  ['CLOSED', 'UNKNOWN'],
]);

/**
 * Compared without case, as the Atlas CLI does. A finish time ends a job, whatever its word: how is not known then. Without
 * one, a word that nobody knows may be of a job that runs.
 */
const byWord =
  (own: ReadonlyMap<string, Status>) =>
  ({ word = '', requestedAt, finishedAt }: Said, readAt: Date): DerivedFromWord => {
    // Only ASCII: other letters have these as their capitals.
    const key = /^[a-z_]+$/i.test(word) ? word.toUpperCase() : '';
    const known = own.get(key);
    const status = known ?? ELSEWHERE.get(key) ?? 'RUNNING';
    const expected = known === undefined ? { expected: [...own.keys()].join(', ') } : {};
    if (!isOpen(status)) return { status, sourceStatus: word, ...expected };
    if (finishedAt !== undefined) {
      return { status: 'UNKNOWN', sourceStatus: word, expected: 'the status of a job that has finished', ...expected };
    }
    const isOver = known === undefined && isOld(requestedAt, readAt);
    return { status: isOver ? 'UNKNOWN' : status, sourceStatus: word, ...expected };
  };

export const fromFlexStatus = byWord(FLEX);
export const fromCollectionState = byWord(COLLECTION);
