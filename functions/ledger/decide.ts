// functions/ledger/decide.ts decides what an answer of Atlas means for what the ledger holds. It reads and writes nothing.
//
// Answers can be recorded in any order, by several writers. The one asked for last wins; of two asked for in the same
// millisecond the settled one, then the greater fingerprint, so that writers agree without knowing of each other.
// An answer equal to the recorded one is not written, not even its time. So where A, B, A were answered and the last A
// is recorded before B, B stays until the next reading: one that differs is always written.
import { isOpen, type RestoreJob } from '../restore/job.ts';
import { canonicalJson, digest, fingerprint, STAMPS } from './fingerprint.ts';
import { storable } from './item-size.ts';
import type { Change, JobSummary, LedgerJob, Sighting } from './ledger.ts';
import { JOB_SUMMARY_FIELDS } from './table.ts';

export type Decision =
  | { outcome: 'new' | 'changed'; job: LedgerJob; change: Change }
  | { outcome: 'progress'; job: LedgerJob }
  | { outcome: 'same' | 'stale' };

/** Counters of a collection job that move all the while it runs. */
const PROGRESS: ReadonlySet<string> = new Set(['restoredDocuments', 'totalDocuments']);
/** What the ledger adds to a job. */
const OWN_FIELDS: ReadonlySet<string> = new Set<Exclude<keyof JobSummary, keyof RestoreJob>>([
  'revision',
  'firstSeenAt',
  'changedAt',
  'observedAt',
  'fingerprint',
  'vanishedAt',
]);
const COMPARED = JOB_SUMMARY_FIELDS.filter((name) => !OWN_FIELDS.has(name) && !STAMPS.some((stamp) => stamp === name));

/** Longest text that a history entry repeats, in characters. The job itself keeps the whole of its present one. */
const MAX_TEXT = 2_000;

/** What to do with an answer about a job. */
export function decide(stored: LedgerJob | undefined, observed: RestoreJob, { observedAt, runId }: Sighting): Decision {
  const print = fingerprint(observed);
  const answer = { ...(storable(observed) as RestoreJob), observedAt, fingerprint: print };
  const at = observedAt;
  if (!stored) {
    const change: Change = { revision: 1, at, runId, status: observed.status, fields: {} };
    return {
      outcome: 'new',
      change,
      job: { ...answer, revision: 1, firstSeenAt: at, changedAt: at, changes: [change] },
    };
  }
  const reappeared = stored.vanishedAt !== undefined;
  if (isStale(stored, answer)) return { outcome: 'stale' };
  if (stored.fingerprint === print && !reappeared) return { outcome: 'same' };

  const { revision, firstSeenAt, changedAt, changes } = stored;
  const job: LedgerJob = { ...answer, ...stampsOf(stored, answer), revision, firstSeenAt, changedAt, changes };
  const fields = changedFields(stored, answer);
  if (reappeared) fields.vanishedAt = { from: stored.vanishedAt };
  const atlas = changedNames(stored, answer.atlas);
  // Nothing at all: only the way of taking fingerprints changed, which is no history either.
  if (Object.keys(fields).length === 0 && atlas.every((name) => PROGRESS.has(name)))
    return { outcome: 'progress', job };
  return changed(job, { at, runId, fields, ...(atlas.length > 0 ? { atlas } : {}) });
}

/** What to do when Atlas no longer lists a job. Seen and not seen at the same moment means seen. */
export function decideVanished(stored: LedgerJob, { observedAt, runId }: Sighting): Decision {
  if (timeOf(observedAt) <= timeOf(stored.observedAt)) return { outcome: 'stale' };
  if (stored.vanishedAt !== undefined) return { outcome: 'same' };
  const job = { ...stored, observedAt, vanishedAt: observedAt };
  return changed(job, { at: observedAt, runId, fields: { vanishedAt: { to: observedAt } } });
}

function isStale(stored: LedgerJob, answer: Pick<LedgerJob, 'observedAt' | 'status' | 'fingerprint'>): boolean {
  const later = timeOf(answer.observedAt) - timeOf(stored.observedAt);
  if (later !== 0) return later < 0;
  if (stored.vanishedAt !== undefined || stored.fingerprint === answer.fingerprint) return false;
  const settledFirst = Number(isOpen(stored.status)) - Number(isOpen(answer.status));
  return settledFirst === 0 ? answer.fingerprint < stored.fingerprint : settledFirst < 0;
}

const timeOf = (iso: string) => Date.parse(iso);

function changed(job: LedgerJob, what: Pick<Change, 'at' | 'runId' | 'fields' | 'atlas'>): Decision {
  const change: Change = { revision: job.revision + 1, status: job.status, ...what };
  const changes = [...job.changes, change];
  return { outcome: 'changed', change, job: { ...job, revision: change.revision, changedAt: change.at, changes } };
}

/** Stamps are kept from the first sight that had them. */
function stampsOf(stored: LedgerJob, answer: RestoreJob): Partial<Pick<RestoreJob, (typeof STAMPS)[number]>> {
  return Object.fromEntries(
    STAMPS.flatMap((name) =>
      (stored[name] ?? answer[name]) === undefined ? [] : [[name, stored[name] ?? answer[name]]],
    ),
  );
}

function changedFields(stored: LedgerJob, answer: RestoreJob): Change['fields'] {
  const before: Record<string, unknown> = { ...stored };
  const after: Record<string, unknown> = { ...answer };
  const fields: Change['fields'] = {};
  for (const name of COMPARED) {
    const [from, to] = [before[name], after[name]];
    if (canonicalJson(from) === canonicalJson(to)) continue;
    fields[name] = {
      ...(from === undefined ? {} : { from: short(from) }),
      ...(to === undefined ? {} : { to: short(to) }),
    };
  }
  return fields;
}

/** Names of the fields of `atlas` that differ. Of those that didn't fit into the item, their digests are compared. */
function changedNames(
  { atlas: before, atlasOmitted: omitted = {} }: LedgerJob,
  after: Record<string, unknown>,
): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(omitted), ...Object.keys(after)]);
  return [...names]
    .filter((name) => {
      const had = Object.hasOwn(before, name) ? digest(before[name]) : omitted[name];
      return had !== (Object.hasOwn(after, name) ? digest(after[name]) : undefined);
    })
    .sort();
}

const short = (value: unknown) =>
  typeof value === 'string' && value.length > MAX_TEXT
    ? `${value.slice(0, MAX_TEXT)} ... (${value.length} characters)`
    : value;
