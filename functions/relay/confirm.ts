// functions/relay/confirm.ts: whether a hub holds all jobs of a project that its spoke has on record.
import type { Owners } from '../ledger/hub/owners.ts';
import type { ClusterCoverage, ProjectCoverage } from '../ledger/model/coverage.ts';
import { type Confirmation, isComplete, isOf } from '../ledger/model/known-project.ts';
import { InTable, isAllThere } from '../ledger/model/uncounted.ts';
import { archived } from '../ledger/repositories/archive.ts';
import { readCoverage } from '../ledger/repositories/coverage-items.ts';
import { jobIdOf, jobSk, projectPk } from '../ledger/table/keys.ts';
import { everything, type Table } from '../ledger/table/table-port.ts';
import { defined } from '../platform/defined.ts';
import { OpenJobs } from './open-jobs.ts';

/** A project of so many jobs is not counted again for each that comes. */
const LARGE = 1_000;
const RECOUNT_MS = 300_000;

const COUNTED = ['sk', 'firstSeenAt', 'status', 'kind', 'clusterName', 'requestedAt', 'vanishedAt', 'revision'];

/**
 * Notes how the jobs in the table compare with what the coverage says. What was confirmed of a project without open jobs stays so: no
 * job is ever deleted, and a revision that its spoke adds is counted in a later coverage. Open ones are compared with each coverage, as the news of their ends can be lost. A large project is left for the
 * next check where it was counted just now. Requests: 2 reads; unless it is confirmed 1 query a MB of the project's jobs and 1 write, and
 * twice that where jobs are missing; 1 query for clusters that are gone, where one has open jobs.
 */
export async function confirm(table: Table, owners: Owners, projectId: string, now: () => number): Promise<void> {
  const { coverage } = await readCoverage(table, projectId);
  if (!coverage) return;
  const { confirmation } = (await owners.get(projectId)) ?? {};
  if (isConfirmed(confirmation, coverage) || isRecent(confirmation, coverage, now())) return;
  // A job that comes between the count and its note is counted by the second; one that comes later finds the note.
  for (let count = 1; count <= 2; count++) {
    const counted = await confirmationOf(table, coverage, new Date(now()).toISOString());
    await owners.confirm(projectId, counted);
    if (isConfirmed(counted, coverage)) return;
  }
}

const isRecent = (confirmation: Confirmation | undefined, { recordedIds }: ProjectCoverage, now: number): boolean =>
  confirmation !== undefined &&
  confirmation.jobs >= LARGE &&
  confirmation.ids === recordedIds &&
  now - Date.parse(confirmation.at) < RECOUNT_MS;

/** By the ids of jobs, by which of them are open, and by how many revisions they have. */
export const isConfirmed = (
  confirmation: Confirmation | undefined,
  coverage: Pick<ProjectCoverage, 'recordedIds' | 'revision' | 'revisions'>,
): boolean => confirmation !== undefined && isComplete(confirmation) && isOf(confirmation, coverage);

async function confirmationOf(table: Table, coverage: ProjectCoverage, at: string): Promise<Confirmation> {
  const jobs = new InTable();
  const open = new OpenJobs();
  let revisions = 0;
  const range = { partition: projectPk(coverage.projectId), beginsWith: jobSk(''), consistent: true, fields: COUNTED };
  for await (const item of everything(table, range)) {
    jobs.add(jobIdOf(String(item.sk)), item.firstSeenAt);
    open.add(item);
    revisions += Number(item.revision);
  }
  const { projectId, revision, recordedIds: ids } = coverage;
  const gone: ClusterCoverage[] = [];
  if (!open.isOnlyOf(coverage)) for await (const cluster of archived(table, projectId)) gone.push(cluster);
  const unsettled = open.moreThan([...Object.values(coverage.clusters), ...gone]);
  const counts = { jobs: jobs.jobs, isAllThere: isAllThere(coverage, jobs) === true, open: open.count, unsettled };
  const revisionsMissing = Math.max(0, (coverage.revisions?.total ?? 0) - revisions) || undefined;
  return defined({ revision, ids, ...counts, revisions, revisionsMissing, at });
}
