// functions/ledger/repositories/census.ts: the jobs of all projects, counted in the table and in its index.
import type { Census } from '../model/ledger.ts';
import { InTable } from '../model/uncounted.ts';
import type { Item } from '../table/job-item.ts';
import { isJobSk, jobSk, projectIdOf, projectPk } from '../table/keys.ts';
import { everything, type Table } from '../table/table-port.ts';

/**
 * Requests: 1 scan a MB of the table, and of its index over all projects; of that twice where it shows less. Of some projects, their
 * own items and the index.
 */
export async function census(table: Table, projectIds?: readonly string[]): Promise<Map<string, Census>> {
  const before = await countOfIndex(table);
  const inTable = await counted(projectIds ? jobsOf(table, projectIds) : table.scan({ fields: COUNTED_FIELDS }));
  const isBehind = [...inTable].some(([projectId, { jobs }]) => jobs > (before.get(projectId) ?? 0));
  // Jobs may have been recorded in between, and an index follows its table by a moment.
  const after = isBehind ? await countOfIndex(table) : before;
  const all = new Set([...inTable.keys(), ...after.keys()]);
  return new Map(
    [...all]
      .filter((projectId) => projectIds?.includes(projectId) ?? true)
      .map((projectId) => {
        const jobs = inTable.get(projectId) ?? new InTable();
        const [first = 0, second = 0] = [before.get(projectId), after.get(projectId)];
        // What was recorded after the table was counted is in neither count.
        return [projectId, { table: jobs, index: first > jobs.jobs ? first : Math.min(second, jobs.jobs) }];
      }),
  );
}

const COUNTED_FIELDS = ['pk', 'sk', 'jobId', 'firstSeenAt'];

async function* jobsOf(table: Table, projectIds: readonly string[]): AsyncGenerator<Item> {
  for (const projectId of new Set(projectIds)) {
    const range = { partition: projectPk(projectId), beginsWith: jobSk(''), fields: COUNTED_FIELDS, consistent: true };
    yield* everything(table, range);
  }
}

async function counted(items: AsyncIterable<Item>): Promise<Map<string, InTable>> {
  const projects = new Map<string, InTable>();
  for await (const { pk, sk, jobId, firstSeenAt } of items) {
    if (!isJobSk(String(sk))) continue;
    const projectId = projectIdOf(String(pk));
    const project = projects.get(projectId) ?? new InTable();
    project.add(String(jobId), firstSeenAt);
    projects.set(projectId, project);
  }
  return projects;
}

async function countOfIndex(table: Table): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const { pk, sk } of table.scan({ index: 'feed', fields: ['pk', 'sk'] })) {
    if (!isJobSk(String(sk))) continue;
    const projectId = projectIdOf(String(pk));
    counts.set(projectId, (counts.get(projectId) ?? 0) + 1);
  }
  return counts;
}
