// bin/actions/verify.ts: verification of all histories, project by project.
import type { ProjectFacts } from '../../functions/ledger/model/known-project.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { missingProjects } from '../../functions/proof/scope.ts';
import { type Verification, verifiedMissing, verifyProject } from '../../functions/proof/verify.ts';
import type { Progress } from '../process/progress.ts';
import { sanitize } from '../process/sanitize.ts';

/** Projects with jobs alone come last. @param projectIds all on record, where absent @throws LedgerError */
export async function* verifyAll(
  ledger: Ledger,
  { projectIds, progress }: { projectIds?: readonly string[] | undefined; progress: Pick<Progress, 'show'> },
): AsyncGenerator<Verification> {
  // Read first, so that what it names was recorded before the rest is read.
  const scope = await ledger.scope();
  const facts = new Map<string, ProjectFacts>();
  for await (const project of ledger.projects()) facts.set(project.projectId, project);
  progress.show('counting restore jobs');
  const census = await ledger.census(projectIds);
  const missing = missingProjects({ scope, projects: [...facts.values()] });
  let jobs = 0;
  for (const projectId of projectIds ?? new Set([...facts.keys(), ...census.keys()])) {
    const project = facts.get(projectId) ?? { projectId, projectName: projectId };
    if (!facts.has(projectId) && !census.has(projectId) && missing.some((one) => one.projectId === projectId)) continue;
    yield await verifyProject(ledger, project, census.get(projectId), () => {
      jobs += 1;
      if (jobs % 50 === 0) progress.show(sanitize(`verified ${jobs} jobs, now of project ${projectId}`));
    });
  }
  for (const one of missing) if (projectIds?.includes(one.projectId) ?? true) yield verifiedMissing(one);
}

export type Integrity = ReturnType<typeof integrityOf>;

export function integrityOf(results: readonly Verification[]) {
  const sum = (of: (result: Verification) => number) => results.reduce((total, result) => total + of(result), 0);
  const breakCount = sum((result) => result.breakCount);
  return {
    /** Nothing on record was changed. */
    unbroken: breakCount === 0,
    /** Nor is there anything on record that could not be verified. */
    verified: breakCount === 0 && results.length > 0 && results.every(({ unverified }) => unverified.length === 0),
    projects: results.length,
    jobs: sum(({ jobs }) => jobs),
    entries: sum(({ entries }) => entries),
    folded: sum(({ folded }) => folded),
    breakCount,
  };
}
