// functions/api/web/parts/coverage-health.ts: the coverage of every project in scope, worst rows first.

import type { ClusterCoverage, Failure } from '../../../ledger/model/coverage.ts';
import type { ProjectFacts } from '../../../ledger/model/known-project.ts';
import { KINDS, type Kind } from '../../../schema/words.ts';
import type { CoverageContext } from '../../../views/cluster-row.ts';
import { type CoverageRow, coverageRows, worstFirst } from '../../../views/coverage.ts';
import { MAX_PROJECTS } from '../../query/coverage-state.ts';

export interface ClusterHealth extends CoverageRow {
  kinds: Kind[];
  failures: { what: string; failure: Failure }[];
}

/** Worst first, then by name. */
export const projectHealth = (
  project: ProjectFacts,
  context: CoverageContext,
  archived: readonly ClusterCoverage[] = [],
): ClusterHealth[] => coverageRows(project, context, archived).map(clusterHealth).toSorted(worstFirst);

function clusterHealth(row: CoverageRow): ClusterHealth {
  const { lists = {}, error } = row;
  const kinds = KINDS.filter((kind) => lists[kind] && lists[kind].answer === undefined);
  const failures = kinds.flatMap((kind) => {
    const failure = lists[kind]?.error;
    return failure ? [{ what: `${kind} restore jobs`, failure }] : [];
  });
  if (failures.length === 0 && error) failures.push({ what: error.what, failure: error });
  return { ...row, kinds, failures };
}

/** What a page keeps of a project: its coverage itself takes 50 KB for 25 clusters. */
interface ReadProject extends Pick<ProjectFacts, 'projectId' | 'projectName'> {
  clusters: ClusterHealth[];
}

export interface Coverage {
  /** By name. */
  projects: ReadProject[];
  /** False: there are more projects than a page reads. */
  complete: boolean;
}

/** Of what was read, as it comes. */
interface Reader {
  add(project: ProjectFacts, rows: readonly CoverageRow[]): void;
}

/** @param reader is shown each project, which is not kept */
export async function readCoverage(
  facts: AsyncIterable<ProjectFacts>,
  context: CoverageContext,
  reader?: Reader,
): Promise<Coverage> {
  const projects: ReadProject[] = [];
  let complete = true;
  for await (const project of facts) {
    complete = projects.length < MAX_PROJECTS;
    if (!complete) break;
    const { projectId, projectName } = project;
    const clusters = projectHealth(project, context);
    reader?.add(project, clusters);
    projects.push({ projectId, projectName, clusters });
  }
  return { projects: projects.sort((a, b) => (a.projectName < b.projectName ? -1 : 1)), complete };
}
