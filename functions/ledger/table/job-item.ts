// functions/ledger/table/job-item.ts: a job as an item, made to fit.

import { isAnnotating } from '../../restore/annotations.ts';
import { isObjectId } from '../../restore/object-id.ts';
import { LedgerError } from '../model/errors.ts';
import { digest } from '../model/fingerprint.ts';
import { FIRST_CHANGES } from '../model/hash-chain.ts';
import { isStorable, itemBytes, MAX_ITEM_BYTES } from '../model/item-size.ts';
import type { Change, JobSummary, LedgerJob } from '../model/ledger.ts';
import { FINDING_RULES, JOB_SUMMARY_FIELDS } from '../model/table.ts';
import { clusterPartition, jobFeed, jobKey, type Key } from './keys.ts';

export type Item = Record<string, unknown>;

/** The one of this key, among some. */
export const itemOf = (items: readonly Item[], { pk, sk }: Key) =>
  items.find((item) => item.pk === pk && item.sk === sk);

const LAST_CHANGES = 180;
/** A smaller field takes as much room as its digest would, in bytes. */
const WORTH_OMITTING = 64;

const JOB_FIELDS = [...JOB_SUMMARY_FIELDS, 'atlas', 'atlasOmitted', 'changes'] as const;
const OF_A_JOB: ReadonlySet<string> = new Set(JOB_FIELDS);

export const jobSummary = (item: Item): JobSummary => pick(item, JOB_SUMMARY_FIELDS);
/** What was taken out of an item counts as empty, so that its history doesn't fit it. */
export const ledgerJob = (item: Item): LedgerJob => pick({ atlas: {}, changes: [], ...item }, JOB_FIELDS);

/** What an item holds of a record: the fields that are there. */
export function pick<T>(item: Item, names: readonly (keyof T & string)[]): T {
  const picked: Item = {};
  for (const name of names) if (item[name] !== undefined) picked[name] = item[name];
  return picked as T;
}

/** @param before the item as it was: attributes that this version doesn't know are kept */
export function jobItem(job: LedgerJob, before: Item = {}): Item & Key {
  const kept = Object.fromEntries(
    Object.entries(before).filter(([name]) => name !== FINDING_RULES && !OF_A_JOB.has(name)),
  );
  return { ...kept, ...placeOf(job), ...job };
}

type Placed = Pick<JobSummary, 'projectId' | 'clusterName' | 'jobId' | 'findings'>;

/** By what the table and its indexes find a job, but for its status. */
function placeOf({ projectId, clusterName, jobId, findings }: Placed) {
  const cluster = clusterPartition(projectId, clusterName);
  const rules = findings ? { [FINDING_RULES]: findings.map(({ rule }) => rule) } : {};
  return { ...jobKey(projectId, jobId), ...jobFeed(jobId), cluster, ...rules };
}

/** What in its place is not as the job itself says, by name. */
export function misplacedFields(item: Item): string[] {
  const job = item as unknown as Placed;
  if (!isObjectId(job.jobId)) return ['jobId'];
  const place: Item = { [FINDING_RULES]: undefined, ...placeOf(job) };
  return Object.keys(place).filter((name) => JSON.stringify(item[name]) !== JSON.stringify(place[name]));
}

/**
 * Makes a job small enough for an item, losing as little as it can: first the middle of a very long history, then the
 * largest fields of `atlas`, which are named with their digests, then more of the history.
 * @throws LedgerError LEDGER_ITEM_TOO_LARGE
 */
export function fitted(job: LedgerJob): LedgerJob {
  let fit: LedgerJob = { ...job, changes: folded(job.changes, LAST_CHANGES) };
  if (isStorable(jobItem(fit))) return fit;
  fit = withoutLargestFields(fit, bytesOf(fit) - MAX_ITEM_BYTES);
  let bytes = bytesOf(fit);
  for (let last = LAST_CHANGES; bytes > MAX_ITEM_BYTES && last > 1; bytes = bytesOf(fit)) {
    last = Math.floor(last / 2);
    fit = { ...fit, changes: folded(fit.changes, last) };
  }
  if (bytes <= MAX_ITEM_BYTES) return fit;
  const size = `${bytes} bytes even without what may be left out`;
  throw new LedgerError('LEDGER_ITEM_TOO_LARGE', `job ${job.jobId} takes ${size}: see which of its fields is so long`);
}

const bytesOf = (job: LedgerJob) => itemBytes(jobItem(job));

/** Revisions go on counting, so the gap in them says how many entries were left out. */
const folded = (changes: Change[], last: number): Change[] =>
  changes.filter(
    (change, index) => index < FIRST_CHANGES || index >= changes.length - last || isAnnotating(change), // what people said stays
  );

/** The job as it is written, where nothing of it has to be left out to fit into so many bytes but the middle of a long history. */
export function fittedWhole(job: LedgerJob, maxBytes: number): LedgerJob | undefined {
  const fit = { ...job, changes: folded(job.changes, LAST_CHANGES) };
  return bytesOf(fit) <= maxBytes ? fit : undefined;
}

function withoutLargestFields(job: LedgerJob, excess: number): LedgerJob {
  const atlas = { ...job.atlas };
  const atlasOmitted = { ...job.atlasOmitted };
  const sizes = Object.entries(atlas).map(([name, value]) => ({ name, bytes: itemBytes({ [name]: value }) }));
  let over = excess;
  for (const { name, bytes } of sizes.sort((a, b) => b.bytes - a.bytes)) {
    if (over <= 0 || bytes < WORTH_OMITTING) break;
    atlasOmitted[name] = digest(atlas[name]);
    delete atlas[name];
    over -= bytes - itemBytes({ [name]: atlasOmitted[name] }) - 8; // 8: the map around it, where it is the first
  }
  return { ...job, atlas, atlasOmitted };
}
