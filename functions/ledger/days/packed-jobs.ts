// functions/ledger/days/packed-jobs.ts: the jobs of a day as an index has them, packed into one item beside the day's counts
// (docs/decisions/0060-jobs-of-a-day.md).
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { isObjectId } from '../../restore/object-id.ts';
import type { CountedJob } from '../model/day-counts.ts';
import { FINDING_RULES, INDEXED_JOB_FIELDS, type IndexedJob } from '../model/table.ts';
import { type Item, pick } from '../table/job-item.ts';
import { dayOf } from '../table/keys.ts';
import { fieldOf } from '../table/table-port.ts';

/** Of findings no more than what is counted: their words may name people, whose names can be erased from the jobs alone. */
export type PackedJob = Omit<IndexedJob, 'findings'> & Pick<CountedJob, 'findings'>;

/** More are read in the index: an item holds 400 KB, and whoever reads a month reads 30. */
const MAX_JOBS = 5_000;
const MAX_CHARACTERS = 200_000;
/** Before they are deflated, in bytes: some 400 a job. Whoever may write the table can make an item inflate to a thousand times its size. */
const MAX_INFLATED = 8 * 1_048_576;

/** @param item of an index, or a job of the table */
export function packedJob(item: Item): PackedJob {
  const job = pick<PackedJob>(item, INDEXED_JOB_FIELDS as readonly (keyof PackedJob)[]);
  const { findings } = job;
  return findings ? { ...job, findings: findings.map(({ rule, severity }) => ({ rule, severity })) } : job;
}

/** The jobs of one day, oldest first, with no more in memory than are kept. */
export class JobPacker {
  #jobs: PackedJob[] | undefined = [];

  add(item: Item): void {
    if (this.#jobs && this.#jobs.push(packedJob(item)) > MAX_JOBS) this.#jobs = undefined;
  }

  /** Nothing where they are too many for one item. */
  pack(): { jobs: number; packed: string } | undefined {
    const jobs = this.#jobs?.toReversed();
    if (!jobs) return undefined;
    // By field: what repeats from job to job lies together.
    const fields = INDEXED_JOB_FIELDS.map((name) => [name, jobs.map((job) => job[name] ?? null)]);
    const text = Buffer.from(JSON.stringify(Object.fromEntries(fields)));
    if (text.length > MAX_INFLATED) return undefined;
    const packed = deflateRawSync(text).toString('base64');
    return packed.length <= MAX_CHARACTERS ? { jobs: jobs.length, packed } : undefined;
  }
}

/**
 * As items of an index, newest first. Nothing where the item has none, or what it has is not a list of as many jobs of this day.
 * @param jobs how many were kept
 */
export function unpackedJobs(item: Item | undefined, { day, jobs }: { day: string; jobs: number }): Item[] | undefined {
  const fields = unpackedFields(fieldOf(item, 'packed'));
  const columns = INDEXED_JOB_FIELDS.map((name) => ({ name, values: listIn(fields, name, jobs) }));
  if (columns.some(({ values }) => !values)) return undefined;
  const unpacked: Item[] = Array.from({ length: jobs }, () => ({}));
  for (const { name, values = [] } of columns)
    for (const [n, value] of values.entries()) if (value !== null) Object.assign(unpacked[n] ?? {}, { [name]: value });
  const names = new Set(unpacked.map(({ projectId, jobId }) => `${projectId} ${jobId}`));
  if (names.size < jobs || !unpacked.every((job) => isPackedJob(job, day))) return undefined;
  return unpacked.map((job) => {
    const { findings } = job as unknown as PackedJob;
    return findings ? { ...job, [FINDING_RULES]: findings.map(({ rule }) => rule) } : job;
  });
}

function isPackedJob({ jobId, findings = [] }: Item, day: string): boolean {
  const areFindings = Array.isArray(findings) && findings.every((one) => typeof one?.rule === 'string');
  return areFindings && isObjectId(jobId) && dayOf(jobId) === day;
}

/** By name. Nothing where it was damaged. */
function unpackedFields(packed: unknown): object | undefined {
  if (typeof packed !== 'string') return undefined;
  try {
    const inflated = inflateRawSync(Buffer.from(packed, 'base64'), { maxOutputLength: MAX_INFLATED });
    const fields: unknown = JSON.parse(inflated.toString());
    return typeof fields === 'object' && fields !== null ? fields : undefined;
  } catch {
    return undefined;
  }
}

function listIn(fields: object | undefined, name: string, length: number): unknown[] | undefined {
  const list: unknown = fields && Object.hasOwn(fields, name) ? (fields as Record<string, unknown>)[name] : undefined;
  return Array.isArray(list) && list.length === length ? list : undefined;
}
