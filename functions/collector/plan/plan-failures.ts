// functions/collector/plan/plan-failures.ts: the failures of a run that concern listings of projects, or what was chosen of them.

import type { ClusterFailure, RunScope } from '../../ledger/model/run.ts';
import type { Listing } from './list-projects.ts';

const named = (what: string, listings: readonly Listing[], { account }: Listing) =>
  listings.length > 1 ? `${what} of ${account}` : what;

export const failuresOf = (listings: readonly Listing[]): ClusterFailure[] =>
  listings.flatMap((listing) =>
    listing.error ? [{ what: named('projects', listings, listing), ...listing.error }] : [],
  );

export const emptyScopes = (listings: readonly Listing[]): ClusterFailure[] =>
  listings.flatMap((listing) => {
    if (listing.error || listing.projects.length > 0) return [];
    const advice =
      'give the API key or service account a role in each project, such as Project Backup Manager: a role in the organization alone shows none';
    const message = `the credentials see no project: ${advice}`;
    return [{ what: named('projects', listings, listing), code: 'NO_PROJECTS', message }];
  });

export function nothingChosen(
  { projectId }: RunScope,
  { chosenBy = 'the choice of projects' }: { chosenBy?: string },
): ClusterFailure {
  if (projectId !== undefined) {
    const message = `no project ${projectId} is visible to these credentials: check the id, and the key's organization`;
    return { what: 'project', code: 'ATLAS_NOT_FOUND', message };
  }
  const message = `${chosenBy} leaves out every project that the credentials see: check the patterns`;
  return { what: 'projects', code: 'NO_PROJECTS_CHOSEN', message };
}
