// functions/ledger/model/hash-chain.ts: the hash chain of a job's history. Each entry holds the hash of the one before and a digest of
// the job at that time, so an entry or job that something else changed no longer fits.
import { defined } from '../../platform/defined.ts';
import { fieldsOf, isObject } from '../../platform/json.ts';
import { annotationsIn, isAnnotating } from '../../restore/annotations.ts';
import type { RestoreJob } from '../../restore/job.ts';
import { canonicalJson, digest, STAMPS, sha256 } from './fingerprint.ts';
import type { Change, JobSummary, LedgerJob } from './ledger.ts';
import { JOB_SUMMARY_FIELDS } from './table.ts';

/** Counters of a collection job that move all the while it runs. */
export const PROGRESS: ReadonlySet<string> = new Set(['restoredDocuments', 'totalDocuments']);
/** What the ledger adds to a job. */
const OWN_FIELDS: ReadonlySet<string> = new Set<Exclude<keyof JobSummary, keyof RestoreJob>>([
  'revision',
  'firstSeenAt',
  'changedAt',
  'observedAt',
  'fingerprint',
  'vanishedAt',
  'requester',
  'findings',
  'announcement',
  'accountId',
  'organizationId',
  'validation',
  'annotation',
  'annotationCount',
]);
/** What an answer says, in the ledger's words. */
export const COMPARED = JOB_SUMMARY_FIELDS.filter(
  (name) => !OWN_FIELDS.has(name) && !STAMPS.some((stamp) => stamp === name),
);
/** Everything that no write may change without an entry in the history. In the order of canonical JSON, which saves a copy. */
const SEALED = [
  ...COMPARED,
  ...(['vanishedAt', 'requester', 'findings', 'announcement', 'validation', 'annotation', 'annotationCount'] as const),
].sort();

/** Entries at the beginning of a history that are always kept. */
export const FIRST_CHANGES = 20;

type Chained = Pick<LedgerJob, 'projectId' | 'jobId' | 'changes'>;

/** Of each field of what Atlas sent, but for its counters. Fields left out of an item are digests already. */
export type AtlasDigests = Readonly<Record<string, string>>;

export function digestsOf({ atlas, atlasOmitted }: Pick<LedgerJob, 'atlas' | 'atlasOmitted'>): AtlasDigests {
  const digests: Record<string, string> = { ...atlasOmitted };
  for (const name of Object.keys(atlas)) if (!PROGRESS.has(name)) digests[name] = digest(atlas[name]);
  return digests;
}

/** The entries, each tied anew to the one before it. */
export function relinked(job: LedgerJob): Change[] {
  const changes: Change[] = [];
  for (const entry of job.changes) {
    changes.push({ ...entry, previous: hashBefore({ ...job, changes }, changes.length) });
  }
  return changes;
}

/**
 * The entry with what ties it to the others.
 * @param job as it is after the entry, but for the entry itself
 * @param atlas of this job, where they are known
 */
export function chained(job: LedgerJob, entry: Omit<Change, 'previous' | 'state'>, atlas?: AtlasDigests): Change {
  return { ...entry, previous: hashBefore(job, job.changes.length), state: stateOf(job, job.changes, atlas) };
}

/**
 * Stands for a job as the ledger holds it, and for the earlier entries that annotate it, which stay where others are left out: 16
 * characters.
 */
function stateOf(job: LedgerJob, earlier: readonly Change[], atlas: AtlasDigests = digestsOf(job)): string {
  const fields: Record<string, unknown> = {};
  for (const name of SEALED) fields[name] = job[name];
  const annotating = earlier.filter(isAnnotating);
  return digest({ atlas, fields, ...(annotating.length > 0 && { annotating: digest(annotating) }) });
}

/** Something else wrote to the job: it is not what its last entry stands for. */
export const isAltered = (job: LedgerJob, atlas?: AtlasDigests): boolean =>
  job.changes.at(-1)?.state !== stateOf(job, job.changes.slice(0, -1), atlas);

/** A break in one job's history, in words. */
export interface Break {
  /** Absent where the project as a whole doesn't fit. */
  jobId?: string;
  /** Of the entry that doesn't fit; absent where the job itself doesn't. */
  revision?: number;
  problem: string;
}

/** Recomputes a job's chain. Empty where all fits. */
export function breaksOf(job: LedgerJob, foldedAfter: number): Break[] {
  const { jobId, changes } = job;
  const breaks: Break[] = [];
  const found = (problem: string, revision?: number) => breaks.push(defined({ jobId, revision, problem }));
  if (!Array.isArray(changes) || changes.length === 0) return [{ jobId, problem: 'the job has no history' }];
  if (!changes.every(isEntry)) return [{ jobId, problem: 'its history holds what is no entry of one' }];
  for (const [index, { revision, previous }] of changes.entries()) {
    const expected = (changes[index - 1]?.revision ?? 0) + 1;
    // Of the middle of a very long history, after the same entry always, only annotations are kept: what it held beside them can't be
    // checked. How many there are, the job says.
    if (revision > expected && isFoldedAt(changes, index, foldedAfter)) continue;
    if (revision !== expected) found(`revision ${expected} was expected here`, revision);
    else if (previous !== hashBefore(job, index)) {
      const before = index === 0 ? 'the ids of its job' : `revision ${expected - 1}`;
      found(`it does not fit to ${before}: one of them was changed`, revision);
    }
  }
  const last = changes.at(-1);
  if (last?.revision !== job.revision)
    found(`the job says revision ${job.revision}, its history ends with ${last?.revision}`);
  else if (isAltered(job)) found('the job differs from what its last entry stands for');
  const { validation, annotation, annotationCount } = job;
  if (canonicalJson({ validation, annotation, annotationCount }) !== canonicalJson(annotationsIn(changes)))
    found('its annotations are not those of its history');
  return breaks;
}

/** Whoever may write the table may write anything. */
export const isEntry = (change: unknown): change is Change => {
  const { revision, fields } = fieldsOf(change);
  return Number.isSafeInteger(revision) && (revision as number) > 0 && isObject(fields);
};

const isFoldedAt = (changes: readonly Change[], index: number, foldedAfter: number): boolean =>
  index === foldedAfter || (index > foldedAfter && changes.slice(index - 1, index + 1).some(isAnnotating));

const hashBefore = ({ projectId, jobId, changes }: Chained, index: number) =>
  sha256(index === 0 ? [projectId, jobId] : changes[index - 1]);
