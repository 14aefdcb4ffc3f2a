// functions/ledger/retention/leaving.ts: which restore jobs may be let go, and which of a project's are due. Pure, but for its reads.

import { chunks } from '../../platform/chunks.ts';
import { isAnnotating } from '../../restore/annotations.ts';
import { isProof, isVerified } from '../../restore/drills/judged.ts';
import { isOpen } from '../../restore/job.ts';
import { FIRST_ID, idBefore, lowestIdAt, requestedAt } from '../../restore/object-id.ts';
import type { LetGo } from '../let-go/let-go.ts';
import { clusterNamed, type ProjectCoverage } from '../model/coverage.ts';
import { sha256 } from '../model/fingerprint.ts';
import { breaksOf, FIRST_CHANGES } from '../model/hash-chain.ts';
import type { LedgerJob } from '../model/ledger.ts';
import { type Item, ledgerJob, misplacedFields } from '../table/job-item.ts';
import { jobIdOf, jobKey, jobSk, projectPk } from '../table/keys.ts';
import { everything, MAX_BATCH_KEYS, type Table } from '../table/table-port.ts';

/** Whole jobs read at once, as elsewhere in the ledger (docs/decisions/0020-memory.md). */
const WHOLE_JOBS = 100;
/** Of one step: each is held by its id and a hash, some 200 bytes. */
export const MAX_LEAVING = 10_000;

/** A job that is let go, without the job itself. */
export interface Leaving {
  jobId: string;
  clusterName: string;
  kind: LedgerJob['kind'];
  finishedAt: string | undefined;
  /** Hash of the last entry of its history. */
  head: string;
  /** It is proof by what a drill of its cluster needs. */
  proves?: true;
}

export interface Due {
  /** Jobs requested before this were looked at. ISO 8601. */
  before: string;
  /** By id. */
  leaving: Leaving[];
  /** The ids of those that stay. */
  kept: string[];
}

/** The last completed restores of each list, and the restores with a verdict that evidence rests on: drills rest on them. */
export const neededBy = ({ clusters }: Pick<ProjectCoverage, 'clusters'>): ReadonlySet<string> =>
  new Set(
    Object.values(clusters).flatMap(({ lists, evidence = [] }) => [
      ...Object.values(lists).flatMap(({ lastCompleted, lastElsewhere }) =>
        [lastCompleted, lastElsewhere].flatMap((restore) => restore?.jobId ?? []),
      ),
      ...evidence,
    ]),
  );

/** Open jobs stay, and so does whatever shows that something else wrote to the table. */
export function mayLeave(item: Item, needed: ReadonlySet<string>): boolean {
  const job = ledgerJob(item);
  const jobId = jobIdOf(String(item.sk));
  if (needed.has(jobId) || job.jobId !== jobId) return false;
  if (isOpen(job.status) && job.vanishedAt === undefined) return false;
  return misplacedFields(item).length === 0 && breaksOf(job, FIRST_CHANGES).length === 0;
}

/** Every job that was requested before a moment. Requests: 1 query for each 100 jobs. */
export function jobsBefore(table: Table, projectId: string, before: string, from = FIRST_ID): AsyncGenerator<Item> {
  const last = idBefore(lowestIdAt(before)) ?? FIRST_ID;
  if (last < from) return nothing();
  const range = { partition: projectPk(projectId), between: [jobSk(from), jobSk(last)] as const };
  return everything(table, { ...range, consistent: true, limit: WHOLE_JOBS });
}

async function* nothing(): AsyncGenerator<Item> {}

/**
 * What is to be let go next: jobs requested before the cutoff, up to `MAX_LEAVING` of them, and those kept until now that
 * nothing holds any more. Requests: 1 query, or batch read, for each 100.
 */
export async function dueBefore(
  table: Table,
  { projectId, clusters, letGo }: Pick<ProjectCoverage, 'projectId' | 'clusters' | 'letGo'>,
  cutoff: string,
): Promise<Due> {
  const needed = neededBy({ clusters });
  const due: Due = { before: later(letGo?.before, cutoff), leaving: [], kept: [] };
  const take = (item: Item) => {
    const jobId = jobIdOf(String(item.sk));
    // One that was kept may be younger than the policy, where that has become longer since.
    const isPast = requestedAt(jobId) < cutoff;
    if (isPast && mayLeave(item, needed)) due.leaving.push(leavingOf(item, clusters));
    else due.kept.push(jobId);
  };
  const there = new Set<string>();
  for (const ids of chunks(letGo?.kept ?? [], MAX_BATCH_KEYS)) {
    const keys = ids.map((jobId) => jobKey(projectId, jobId));
    for (const item of await table.batchGet(keys, { consistent: true })) {
      there.add(jobIdOf(String(item.sk)));
      take(item);
    }
  }
  // One that somebody took away is missed for as long as it takes.
  due.kept.push(...(letGo?.kept ?? []).filter((jobId) => !there.has(jobId)));
  let lastAt = '';
  for await (const item of jobsBefore(table, projectId, cutoff, letGo && lowestIdAt(letGo.before))) {
    const at = requestedAt(jobIdOf(String(item.sk)));
    if (due.leaving.length >= MAX_LEAVING && at !== lastAt) {
      due.before = at;
      break;
    }
    lastAt = at;
    take(item);
  }
  due.leaving.sort((a, b) => (a.jobId < b.jobId ? -1 : 1));
  return due;
}

/** Whoever annotates does so by a clock of their own. In ms. */
const ANNOTATED_MARGIN_MS = 86_400_000;

/**
 * Whether a job may have been annotated after it was read to be let go: what stands for its history is not that it has.
 * @param letGoAt when the step that let it go began, ISO 8601
 */
export function wasAnnotatedSince(item: Item, letGoAt: string): boolean {
  const from = Date.parse(letGoAt) - ANNOTATED_MARGIN_MS;
  return ledgerJob(item).changes.some((change) => isAnnotating(change) && !(Date.parse(change.at) < from));
}

export function leavingOf(item: Item, clusters: ProjectCoverage['clusters']): Leaving {
  const job = ledgerJob(item);
  const { jobId, clusterName, kind, finishedAt, changes } = job;
  const { drill, drillNotKnown } = clusterNamed(clusters, clusterName) ?? {};
  // Whatever a drill needs, it needs a verdict.
  const proves = drill?.needs ? isProof(job, drill.needs) : drillNotKnown === true && isVerified(job);
  return { jobId, clusterName, kind, finishedAt, head: sha256(changes.at(-1)), ...(proves && { proves }) };
}

/** What stands for all jobs that were ever let go of a project: whoever has their histories can compute it. */
export const headsAfter = (before: LetGo | undefined, leaving: readonly Leaving[]): string =>
  sha256([before?.heads ?? '', leaving.map(({ jobId, head }) => [jobId, head])]);

const later = (a: string | undefined, b: string) => (a !== undefined && a > b ? a : b);
