// functions/ledger/model/merge-observation.ts: what an answer of Atlas changes in the record. Pure.
//
// Answers can be recorded in any order, by several writers. The one requested last wins; of two requested in the same millisecond the
// settled one, then the greater fingerprint, so that writers agree without knowing of each other. An answer equal to the recorded one
// is not written, not even its time: where A, B, A were answered and the last A is recorded before B, B stays until the next reading.
//
// A job that something else wrote to (it doesn't fit its last entry) is no evidence: Atlas's answer is written over it, and the history
// says so. Entries added before that keep the digest of what was there before, so that verify still finds the change.
import { defined } from '../../platform/defined.ts';
import { withAnnotationsOf } from '../../restore/annotations.ts';
import { isOpen, type RestoreJob } from '../../restore/job.ts';
import type { Finding } from '../../restore/rules/finding.ts';
import { canonicalJson, digest, fingerprint, type STAMPS } from './fingerprint.ts';
import { type AtlasDigests, COMPARED, chained, digestsOf, isAltered, PROGRESS } from './hash-chain.ts';
import { boundedFields, storable } from './item-size.ts';
import type { Annotating, Annotations, Change, JobSummary, LedgerJob, Sighting } from './ledger.ts';

export type Decision =
  | { outcome: 'new' | 'changed'; job: LedgerJob; change: Change }
  | { outcome: 'progress'; job: LedgerJob }
  | { outcome: 'same' | 'stale' | 'let-go' };

/** As far ahead of the clock a stored time may be, in ms: clocks differ a little. */
export const CLOCK_TOLERANCE_MS = 60_000;
/** Longest text that a history entry repeats, in characters. The job itself keeps the whole of its present one. */
const MAX_TEXT = 2_000;
/** Names of Atlas's fields in a history entry: more than any kind of job has. */
const MAX_NAMES = 50;

/** What to do with an answer about a job. */
export function mergeObservation(
  stored: LedgerJob | undefined,
  observed: RestoreJob,
  { observedAt, runId, now, firstReading, isLetGo, fingerprint: print = fingerprint(observed) }: Sighting,
  annotating: Annotating = {},
): Decision {
  if (!stored && isLetGo?.(observed.jobId)) return { outcome: 'let-go' };
  const safe = storable(observed) as RestoreJob;
  const answer = { ...safe, atlas: boundedFields(safe.atlas), observedAt, fingerprint: print };
  const at = observedAt;
  if (!stored) {
    const { requester } = annotating;
    const first = defined({ revision: 0, firstSeenAt: at, changedAt: at, changes: [] as Change[], requester });
    return {
      ...changed({ ...answer, ...first }, defined({ at, runId, fields: {}, firstReading }), annotating),
      outcome: 'new',
    };
  }
  const reappeared = stored.vanishedAt !== undefined;
  if (isOfAnotherList(stored, observed) || isStale(stored, answer, now)) return { outcome: 'stale' };
  const altered = isAltered(stored);
  if (stored.fingerprint === print && !reappeared && !altered) return { outcome: 'same' };

  const { revision, firstSeenAt, changedAt, changes, requester, findings } = stored;
  const { announcement, validation, annotation, annotationCount } = stored;
  const found = { requester, findings, announcement, validation, annotation, annotationCount };
  const own = defined({ revision, firstSeenAt, changedAt, changes, ...found });
  const job: LedgerJob = { ...answer, ...stampsOf(stored, answer), ...own };
  const fields = changedFields(stored, answer);
  if (reappeared) fields.vanishedAt = { from: stored.vanishedAt };
  const atlas = changedNames(stored, answer.atlas);
  // No field at all: only the computation of fingerprints changed, which adds no revision either.
  const what = defined({ at, runId, fields, atlas: atlas.length > 0 ? named(atlas) : undefined, firstReading });
  if (altered) return changed(withoutForged(job), { ...what, repaired: true }, annotating);
  if (Object.keys(fields).length === 0 && atlas.every((name) => PROGRESS.has(name)))
    return { outcome: 'progress', job };
  return changed(job, what, annotating);
}

/**
 * What the ledger itself had found out may have been changed too, unless Atlas's word makes it what it was: it is found out again.
 * What people added is in the history.
 */
function withoutForged(job: LedgerJob): LedgerJob {
  if (!isAltered(job)) return job;
  const { requester: _, findings: __, announcement: ___, ...rest } = job;
  return withAnnotationsOf(rest, job.changes);
}

/**
 * A job belongs to one list while that list shows it. The same id in another list is not a new restore. Instances that became flex
 * clusters have been in the lists of both (docs/atlas.md#1-4).
 */
export function isOfAnotherList(
  stored: Pick<LedgerJob, 'clusterName' | 'kind' | 'vanishedAt'>,
  { clusterName, kind }: Pick<RestoreJob, 'clusterName' | 'kind'>,
): boolean {
  if (stored.vanishedAt !== undefined) return false;
  const isKindred = [stored.kind, kind].every((each) => each === 'flex' || each === 'serverless');
  return stored.clusterName !== clusterName || (stored.kind !== kind && !isKindred);
}

/** What to do when Atlas no longer lists a job. Seen and not seen at the same moment means seen. */
export function mergeVanished(stored: LedgerJob, { observedAt, runId, now }: Sighting): Decision {
  if (Date.parse(observedAt) <= observedTime(stored, now)) return { outcome: 'stale' };
  if (stored.vanishedAt !== undefined) return { outcome: 'same' };
  const job = { ...stored, observedAt, vanishedAt: observedAt };
  return unlessAltered(stored, job, { at: observedAt, runId, fields: { vanishedAt: { to: observedAt } } });
}

/** What to do with what the ledger itself found out about a job. An answer of Atlas is not touched by it. */
export function mergeAnnotations(
  stored: LedgerJob,
  { observedAt, runId }: Sighting,
  annotate: (job: JobSummary) => Partial<Annotations>,
): Decision {
  const { requester = stored.requester, findings, announcement = stored.announcement } = annotate(stored);
  const fields: Change['fields'] = {};
  if (canonicalJson(requester) !== canonicalJson(stored.requester)) {
    fields.requester = defined({ from: stored.requester, to: requester });
  }
  if (canonicalJson(announcement ?? undefined) !== canonicalJson(stored.announcement)) {
    fields.announcement = defined({ from: stored.announcement, to: announcement ?? undefined });
  }
  const { announcement: _, ...rest } = stored;
  const job: LedgerJob = { ...rest, ...defined({ requester, announcement: announcement ?? undefined }) };
  // What a run finds out of a job in its first reading belongs to that reading.
  const firstReading = stored.changes.find((change) => change.runId === runId)?.firstReading;
  if (Object.keys(fields).length === 0 && rulesOf(findings ?? stored.findings) === rulesOf(stored.findings)) {
    return { outcome: 'same' };
  }
  const assess = findings && (() => findings);
  return unlessAltered(stored, job, defined({ at: observedAt, runId, fields, firstReading }), defined({ assess }));
}

/**
 * What the ledger itself says of a job. A new entry must not hide that something else changed it.
 * @param job with the answer of Atlas that is stored
 */
export function unlessAltered(
  stored: LedgerJob,
  job: LedgerJob,
  what: Pick<Change, 'at' | 'runId' | 'fields' | 'firstReading'>,
  annotating: Annotating = {},
): Changed {
  const atlas = digestsOf(stored);
  const made = changed(job, what, annotating, atlas);
  if (!isAltered(stored, atlas)) return made;
  const change = { ...made.change, state: stored.changes.at(-1)?.state ?? '' };
  return { ...made, change, job: { ...made.job, changes: [...made.job.changes.slice(0, -1), change] } };
}

const rulesOf = (findings: readonly Finding[] = []) => findings.map((f) => `${f.rule}:${f.severity}`).join();

function isStale(
  stored: LedgerJob,
  answer: Pick<LedgerJob, 'observedAt' | 'status' | 'fingerprint'>,
  now: Sighting['now'],
): boolean {
  const later = Date.parse(answer.observedAt) - observedTime(stored, now);
  if (later !== 0) return later < 0;
  if (stored.vanishedAt !== undefined || stored.fingerprint === answer.fingerprint) return false;
  const settledFirst = Number(isOpen(stored.status)) - Number(isOpen(answer.status));
  return settledFirst === 0 ? answer.fingerprint < stored.fingerprint : settledFirst < 0;
}

/** A clock that was wrong once may have said that it observed a job in the future: every true answer is later than that. */
function observedTime({ observedAt }: LedgerJob, now: Sighting['now'] = () => Number.POSITIVE_INFINITY): number {
  const observed = Date.parse(observedAt);
  return observed > now() + CLOCK_TOLERANCE_MS ? Number.NEGATIVE_INFINITY : observed;
}

export function withoutHistory({ changes: _, atlas: __, atlasOmitted: ___, ...summary }: LedgerJob): JobSummary {
  return summary;
}

interface Changed {
  outcome: 'changed';
  job: LedgerJob;
  change: Change;
}

/** @param job as it was, but for the fields that changed @param atlas digests of its answer, where they are known */
function changed(
  { findings: had = [], ...job }: LedgerJob,
  what: Pick<Change, 'at' | 'runId' | 'fields' | 'atlas' | 'firstReading' | 'repaired'>,
  { assess }: Annotating = {},
  atlas?: AtlasDigests,
): Changed {
  const has = assess?.({ ...withoutHistory(job), changedAt: what.at, ...(had.length > 0 && { findings: had }) }) ?? had;
  const kept = defined({ findings: has.length > 0 ? [...has] : undefined });
  const next: LedgerJob = { ...job, ...kept, revision: job.revision + 1, changedAt: what.at };
  const names = (of: readonly Finding[], others: readonly Finding[]) =>
    of.map(({ rule, severity }) =>
      others.some((other) => other.rule === rule && other.severity !== severity) ? `${rule}:${severity}` : rule,
    );
  const findings = defined({ from: had.length > 0 ? names(had, has) : undefined, to: names(has, had) });
  const fields = rulesOf(had) === rulesOf(has) ? what.fields : { ...what.fields, findings };
  const change = chained(next, { revision: next.revision, status: next.status, ...what, fields }, atlas);
  return { outcome: 'changed', change, job: { ...next, changes: [...job.changes, change] } };
}

/** Keep the first recorded values. */
function stampsOf(stored: LedgerJob, answer: RestoreJob): Partial<Pick<RestoreJob, (typeof STAMPS)[number]>> {
  return defined({
    projectName: stored.projectName ?? answer.projectName,
    clusterId: stored.clusterId ?? answer.clusterId,
  } satisfies Record<(typeof STAMPS)[number], string | undefined>);
}

function changedFields(stored: LedgerJob, answer: RestoreJob): Change['fields'] {
  const fields: Change['fields'] = {};
  for (const name of COMPARED) {
    const [from, to] = [stored[name], answer[name as keyof RestoreJob]];
    if (canonicalJson(from) !== canonicalJson(to)) fields[name] = defined({ from: short(from), to: short(to) });
  }
  return fields;
}

/** Names of the fields of `atlas` that differ. Of those that didn't fit into the item, their digests are compared. */
function changedNames({ atlas, atlasOmitted = {} }: LedgerJob, after: Record<string, unknown>): string[] {
  const digests = (fields: Record<string, unknown>) =>
    new Map(Object.entries(fields).map(([name, value]) => [name, digest(value)]));
  const before = new Map([...Object.entries(atlasOmitted), ...digests(atlas)]);
  const now = digests(after);
  const names = new Set([...before.keys(), ...now.keys()]);
  return [...names].filter((name) => before.get(name) !== now.get(name)).sort();
}

/** The first of them. */
const named = (names: readonly string[]) =>
  names.length <= MAX_NAMES ? [...names] : [...names.slice(0, MAX_NAMES), `${names.length - MAX_NAMES} more`];

/** As an entry of a history repeats a value. */
export const short = (value: unknown) =>
  typeof value === 'string' && value.length > MAX_TEXT
    ? `${value.slice(0, MAX_TEXT)} ... (${value.length} characters)`
    : value;
