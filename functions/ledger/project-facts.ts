// functions/ledger/project-facts.ts reads what is on record of projects: that they are in scope, and what was read of them.
import type { ProjectFacts } from '../proof/project.ts';
import type { ProjectCoverage } from './coverage.ts';
import { coverageKey, projectKey } from './keys.ts';
import type { KnownProject } from './known-project.ts';
import type { TableClient } from './table-client.ts';

/** Those that are there, in the order of `projectIds`. Requests: 1 batch read. @param projectIds at most 50 */
export async function readFacts(table: TableClient, projectIds: readonly string[]): Promise<ProjectFacts[]> {
  const items = await table.batchGet(projectIds.flatMap((id) => [projectKey(id), coverageKey(id)]));
  const known = new Map<string, KnownProject>();
  const coverages = new Map<string, ProjectCoverage>();
  for (const item of items) {
    if (item.coverage)
      coverages.set(String((item.coverage as ProjectCoverage).projectId), item.coverage as ProjectCoverage);
    else if (item.known) known.set(String((item.known as KnownProject).projectId), item.known as KnownProject);
  }
  return projectIds.flatMap((projectId) => {
    const [registered, coverage] = [known.get(projectId), coverages.get(projectId)];
    const projectName = registered?.projectName ?? coverage?.projectName ?? projectId;
    return [
      { projectId, projectName, ...(registered ? { known: registered } : {}), ...(coverage ? { coverage } : {}) },
    ];
  });
}
