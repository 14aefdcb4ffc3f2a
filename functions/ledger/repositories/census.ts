// functions/ledger/repositories/census.ts: the jobs of the table and of its indexes, read to be counted.
import { isObjectId, LAST_ID, lowestIdAt } from '../../restore/object-id.ts';
import { type LetGo, letGoBy } from '../let-go/let-go.ts';
import type { Census, ListedJob, RecordedJob } from '../model/ledger.ts';
import { InTable } from '../model/uncounted.ts';
import { type Item, ledgerJob, misplacedFields } from '../table/job-item.ts';
import {
  clusterPartition,
  isExpectedPk,
  isJobSk,
  jobIdOf,
  jobSk,
  projectIdOf,
  projectIdOfExpected,
  projectPk,
} from '../table/keys.ts';
import { everything, type Table } from '../table/table-port.ts';
import { WHOLE_JOBS } from './job-repository.ts';

/** Requests: of a project 1 query for each 100 jobs, of all 1 scan a MB of the table. */
export async function* recordedJobs(table: Table, projectId?: string): AsyncGenerator<RecordedJob> {
  for await (const item of projectId === undefined ? table.scan() : jobItems(table, projectId, { limit: WHOLE_JOBS })) {
    if (!isJobSk(String(item.sk))) continue;
    const [projectId, jobId] = [projectIdOf(String(item.pk)), jobIdOf(String(item.sk))];
    yield { projectId, jobId, job: ledgerJob(item), misplaced: misplacedFields(item) };
  }
}

/** Requests: 1 scan a MB of the table. */
export async function projectsInTable(table: Pick<Table, 'scan'>): Promise<string[]> {
  const projectIds = new Set<string>();
  for await (const item of table.scan({ fields: ['pk', 'sk'] })) {
    const [pk, sk] = [String(item.pk), String(item.sk)];
    if (isJobSk(sk)) projectIds.add(projectIdOf(pk));
    else if (isExpectedPk(pk)) projectIds.add(projectIdOfExpected(pk));
  }
  return [...projectIds].sort();
}

/** Requests: 1 scan a MB of the index, some 2,000 jobs. */
export async function* listedJobs(table: Table): AsyncGenerator<ListedJob> {
  for await (const { pk, sk } of table.scan({ index: 'feed', fields: ['pk', 'sk'] })) {
    if (isJobSk(String(sk))) yield { projectId: projectIdOf(String(pk)), jobId: jobIdOf(String(sk)) };
  }
}

/** Requests: 1 query a MB of the project's jobs, and 1 or more for each of its clusters. */
export async function census(table: Table, projectId: string, letGo?: LetGo): Promise<Census> {
  const jobs = new InTable();
  const clusterNames = new Set<string>();
  const isLetGo = letGoBy(letGo);
  let [misplaced, here, kept] = [0, 0, 0];
  for await (const item of jobItems(table, projectId, { fields: COUNTED_FIELDS })) {
    const jobId = jobIdOf(String(item.sk));
    jobs.add(jobId, item.firstSeenAt);
    clusterNames.add(String(item.clusterName));
    if (isLetGo(jobId)) continue;
    here += 1;
    if (letGo && isObjectId(jobId) && jobId < lowestIdAt(letGo.before)) kept += 1;
    else if (misplacedFields(item).length > 0) misplaced += 1;
  }
  const listed = await countListed(table, projectId, clusterNames, letGo);
  // What was recorded in between is in the index alone.
  return { table: jobs, index: Math.min(listed + kept, here - misplaced) };
}

/** Requests: 1 query a MB of the project's jobs. */
export async function countRevisions(table: Table, projectId: string): Promise<number> {
  let total = 0;
  for await (const { revision } of jobItems(table, projectId, { fields: ['revision'] })) total += Number(revision ?? 0);
  return total;
}

/** Requests: 1 query a MB of the index, and at least 1 a cluster. @param letGo leaves out jobs from before */
export async function countListed(
  table: Table,
  projectId: string,
  clusterNames: Iterable<string>,
  letGo?: Pick<LetGo, 'before'>,
): Promise<number> {
  const between = letGo && { between: [lowestIdAt(letGo.before), LAST_ID] as const };
  let count = 0;
  for (const clusterName of clusterNames) {
    const partition = clusterPartition(projectId, clusterName);
    count += await table.count({ index: 'byCluster', partition, ...between });
  }
  return count;
}

const COUNTED_FIELDS = [
  ...(['pk', 'sk', 'projectId', 'jobId', 'clusterName', 'firstSeenAt', 'findings'] as const),
  ...(['feed', 'feedKey', 'cluster', 'findingRules'] as const),
];

const jobItems = (table: Table, projectId: string, how: { limit?: number; fields?: string[] }): AsyncGenerator<Item> =>
  everything(table, { partition: projectPk(projectId), beginsWith: jobSk(''), consistent: true, ...how });
