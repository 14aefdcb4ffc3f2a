// functions/ledger/retention/retain.ts: one step of a project's retention: restore jobs that are past it are let go on record, and
// deleted a day later (docs/decisions/0042-retention-of-jobs.md).
import { defined } from '../../platform/defined.ts';
import { forEachConcurrent } from '../../platform/for-each-concurrent.ts';
import { DayMarker } from '../days/day-marker.ts';
import { letGoBy } from '../let-go/let-go.ts';
import type { ProjectCoverage } from '../model/coverage.ts';
import { LedgerError } from '../model/errors.ts';
import { canonicalJson } from '../model/fingerprint.ts';
import type { Ledger } from '../model/ledger.ts';
import { uncounted } from '../model/uncounted.ts';
import type { Deleter } from '../table/deleter.ts';
import type { Item } from '../table/job-item.ts';
import { jobIdOf, type Key, verdictKey } from '../table/keys.ts';
import type { Table } from '../table/table-port.ts';
import {
  type Due,
  dueBefore,
  jobsBefore,
  type Leaving,
  leavingOf,
  mayLeave,
  neededBy,
  wasAnnotatedSince,
} from './leaving.ts';
import { withLetGo, withTakenBack } from './record.ts';

export interface RetainPorts {
  table: Table;
  ledger: Pick<Ledger, 'coverage' | 'saveCoverage' | 'census'>;
  deleter: Deleter;
  now(): number;
  /** @default never */
  isOutOfTime?(): boolean;
}

export interface RetainOptions {
  /** Jobs requested longer ago than this are let go. */
  days: number;
  /** When Atlas's projects were last listed, or now if that is earlier. ISO 8601 */
  asOf: string;
  /** How long after they were let go on record jobs are deleted, in ms. @default GRACE_MS */
  graceMs?: number;
  /** Only says what would be done. @default false */
  dryRun?: boolean;
}

export interface Retained {
  projectId: string;
  projectName: string;
  /** Jobs let go in this step, and deleted: of a dry run, those that would be. */
  letGo: number;
  deleted: number;
  /** Jobs requested before are let go. Absent: none is. ISO 8601 */
  before?: string;
  /** Stands for all that were ever let go. */
  heads?: string;
  /** Why nothing was let go, though something is due. */
  held?: string;
}

/**
 * Of deletions, in ms. No collector and no report that began before takes so long, and a
 * setting that was wrong can be put right.
 */
export const GRACE_MS = 20 * 3_600_000;
/** More jobs that can't leave hold the project: they are named in its coverage. */
const MAX_KEPT = 2_000;
const PARALLEL_DELETES = 16;
const DAY_MS = 86_400_000;

/** Whole days, so that a step a day does. */
export function cutoffOf({ days, asOf }: Pick<RetainOptions, 'days' | 'asOf'>): string {
  const ms = Date.parse(asOf) - days * DAY_MS;
  return new Date(Math.floor(ms / DAY_MS) * DAY_MS).toISOString();
}

/**
 * What was let go a day ago is deleted, unless somebody annotated it meanwhile: that is kept, and let go again by a later step, as it is
 * then. And what is due is let go. Repeats what a step that died has left.
 * Requests: 1 read; where something is due, 1 query for each 100 jobs due and 1 a MB of the project's, 1 write and, a day later, 1
 * query for each 100 jobs and 1 delete each, 2 of a job with a verdict.
 * @throws LedgerError
 */
export async function retainProject(projectId: string, ports: RetainPorts, options: RetainOptions): Promise<Retained> {
  const coverage = await ports.ledger.coverage(projectId);
  if (!coverage) return { projectId, projectName: projectId, letGo: 0, deleted: 0 };
  const { done, deleted, coverage: after } = await deleteLetGo(coverage, ports, options);
  const result = { projectId, projectName: coverage.projectName, deleted };
  const about = ({ letGo }: ProjectCoverage) => defined({ before: letGo?.before, heads: letGo?.heads });
  if (!done) return { ...result, letGo: 0, ...about(after) };
  // Before the jobs are read: who annotates one from now on is not in what is recorded of it.
  const policy = { days: options.days, at: new Date(ports.now()).toISOString() };
  const due = await dueBefore(ports.table, after, cutoffOf(options));
  if (due.leaving.length === 0) return { ...result, letGo: 0, ...about(after) };
  const held = await reasonToHold(after, due, ports);
  if (held !== undefined) return { ...result, letGo: 0, ...about(after), held };
  const letGo = due.leaving.length;
  if (options.dryRun) return { ...result, letGo, before: due.before };
  let isFirst = true;
  const next = (stored: ProjectCoverage | undefined): ProjectCoverage => {
    const there = stored ?? lost(projectId);
    isFirst = canonicalJson(there.letGo) === canonicalJson(after.letGo);
    return isFirst ? withLetGo(there, due, policy) : there;
  };
  const saved = await ports.ledger.saveCoverage(projectId, next, after);
  return { ...result, letGo: isFirst ? letGo : 0, ...about(saved) };
}

/** The record has to add up before a part of it goes: what is missing, or not counted yet, could never be found afterwards. */
async function reasonToHold(
  { projectId, recorded: jobs, recordedIds: ids, letGo }: ProjectCoverage,
  { leaving, kept }: Due,
  { ledger }: RetainPorts,
): Promise<string | undefined> {
  if (jobs === undefined || ids === undefined) return 'its jobs were never counted: run restore-ledger collect --full';
  if (kept.length > MAX_KEPT) return `${kept.length} older jobs can't be let go, more than ${MAX_KEPT}`;
  const table = (await ledger.census(projectId)).table.without(letGoBy(letGo));
  const others = uncounted({ jobs, ids }, table);
  if (others === undefined)
    return `the table has ${table.jobs} jobs, and not just the ${jobs} that were counted: run restore-ledger verify`;
  const uncountedIds = new Set(others.map(({ jobId }) => jobId));
  const early = leaving.filter(({ jobId }) => uncountedIds.has(jobId)).length;
  return early > 0 ? `${early} of the jobs due were not counted yet: a full reading counts them` : undefined;
}

/** @returns done: nothing is left to be deleted */
async function deleteLetGo(
  coverage: ProjectCoverage,
  ports: RetainPorts,
  options: RetainOptions,
): Promise<{ done: boolean; deleted: number; coverage: ProjectCoverage }> {
  const { projectId, letGo } = coverage;
  if (letGo === undefined || letGo.deletedAt !== undefined) return { done: true, deleted: 0, coverage };
  const cutoff = cutoffOf(options);
  const { isOutOfTime = () => false } = ports;
  const nothing = { done: false, deleted: 0, coverage };
  if (Date.parse(options.asOf) - Date.parse(letGo.at) < (options.graceMs ?? GRACE_MS)) return nothing;
  // A policy that keeps them longer by now holds at once.
  const before = cutoff < letGo.before ? cutoff : letGo.before;
  const marker = new DayMarker(ports.table, ports.now);
  const [isLetGo, needed] = [letGoBy(letGo), neededBy(coverage)];
  let [deleted, changed] = [0, 0];
  let batch: Item[] = [];
  const takenBack: Leaving[] = [];
  const flush = async () => {
    if (options.dryRun) deleted += batch.length;
    else if (batch.length > 0) {
      await marker.mark(batch.map(({ sk }) => jobIdOf(String(sk))));
      await forEachConcurrent(batch, PARALLEL_DELETES, async (item) => {
        const { pk, sk, clusterName, validation, revision } = item as Item & Key & { revision: number };
        if (!(await ports.deleter.delete({ pk, sk }, { revision }))) {
          changed += 1;
          return;
        }
        deleted += 1;
        const mark = verdictKey(projectId, String(clusterName), jobIdOf(sk));
        if (validation !== undefined) await ports.deleter.delete(mark);
      });
    }
    batch = [];
  };
  try {
    for await (const item of jobsBefore(ports.table, projectId, before)) {
      if (isOutOfTime()) break;
      if (!isLetGo(jobIdOf(String(item.sk))) || !mayLeave(item, needed)) continue;
      if (wasAnnotatedSince(item, letGo.at)) takenBack.push(leavingOf(item, coverage.clusters));
      else batch.push(item);
      if (batch.length === 100) await flush();
    }
    await flush();
  } finally {
    await marker.markAgain();
  }
  if (options.dryRun) return { done: true, deleted, coverage };
  if (isOutOfTime() || changed > 0 || before !== letGo.before) return { ...nothing, deleted };
  const deletedAt = new Date(ports.now()).toISOString();
  const next = (stored: ProjectCoverage | undefined): ProjectCoverage => {
    const there = stored ?? lost(projectId);
    if (there.letGo?.at !== letGo.at || there.letGo.deletedAt !== undefined) return there;
    return withTakenBack({ ...there, letGo: { ...there.letGo, deletedAt } }, takenBack);
  };
  return { done: true, deleted, coverage: await ports.ledger.saveCoverage(projectId, next, coverage) };
}

function lost(projectId: string): never {
  throw new LedgerError('LEDGER_CONFLICT', `coverage of project ${projectId}: somebody took it away meanwhile`);
}
