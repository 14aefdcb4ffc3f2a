// functions/collector/plan/list-projects.ts: the projects that a set of credentials can see.
import type { Atlas, ElementProblem, Project } from '../../atlas/model/atlas.ts';
import { describeProblems } from '../../atlas/model/element-problem.ts';
import { AtlasError } from '../../atlas/model/errors.ts';

/** One set of credentials; an Atlas organization needs one each. */
export interface Account {
  /** What its secret is called. */
  name: string;
  atlas: Atlas;
}

/** What one set of credentials can see. */
export interface Listing {
  account: string;
  /** Those that came before the error, where there is one. */
  projects: readonly Project[];
  /** The list was not read to its end, or not all of it was understood: what is not in `projects` may be visible all the same. */
  error?: { code: string; message: string };
}

export async function listProjects({ name, atlas }: Account): Promise<Listing> {
  const projects: Project[] = [];
  const problems: ElementProblem[] = [];
  try {
    for await (const page of atlas.projects()) {
      projects.push(...page.projects);
      problems.push(...page.problems);
    }
    if (problems.length === 0) return { account: name, projects };
    const message = describeProblems('the list of projects', problems);
    return { account: name, projects, error: { code: 'ATLAS_BAD_ANSWER', message } };
  } catch (error) {
    if (!(error instanceof AtlasError)) throw error;
    return { account: name, projects, error: { code: error.code, message: error.message } };
  }
}
