// functions/ledger/project-facts.ts reads what is on record of projects: that they are in scope, and what was read of them.
import type { ProjectFacts } from '../proof/project.ts';
import type { ProjectCoverage } from './coverage.ts';
import { coverageKey, projectKey } from './keys.ts';
import type { KnownProject } from './known-project.ts';
import { isMark, knownProjectOf } from './known-projects.ts';
import type { Table } from './table-port.ts';

/** In the order of `projectIds`, which all are on record. Requests: 1 batch read. @param projectIds at most 50 */
export async function readFacts(table: Table, projectIds: readonly string[]): Promise<ProjectFacts[]> {
  const items = await table.batchGet(
    projectIds.flatMap((id) => [projectKey(id), coverageKey(id)]),
    { consistent: true },
  );
  const known = new Map<string, KnownProject>();
  const coverages = new Map<string, ProjectCoverage>();
  for (const item of items) {
    const coverage = item.coverage as ProjectCoverage | undefined;
    if (coverage) coverages.set(coverage.projectId, coverage);
    else if (!isMark(item)) known.set(knownProjectOf(item).projectId, knownProjectOf(item));
  }
  return projectIds.map((projectId) => {
    const [registered, coverage] = [known.get(projectId), coverages.get(projectId)];
    const projectName = registered?.projectName ?? coverage?.projectName ?? projectId;
    return {
      projectId,
      projectName,
      ...(registered ? { known: registered } : {}),
      ...(coverage ? { coverage } : {}),
    };
  });
}
