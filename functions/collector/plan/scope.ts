// functions/collector/plan/scope.ts: what a listing of projects changes in what is known of scope: which projects are seen, by which
// credentials, and which are no longer. Pure.

import type { Project } from '../../atlas/model/atlas.ts';
import { withInterval } from '../../ledger/model/coverage.ts';
import {
  ACCOUNT_KEPT_MS,
  type AccountScope,
  type KnownProject,
  MAX_SCOPE_CHANGES,
  type Scope,
  type ScopeChange,
} from '../../ledger/model/known-project.ts';
import type { ClusterFailure } from '../../ledger/model/run.ts';
import { defined } from '../../platform/defined.ts';
import { printable } from '../../restore/text.ts';
import { namedAfter } from './former.ts';
import type { Listing } from './list-projects.ts';

export interface Observation {
  runId: string;
  /** When the run began, ISO 8601: before any project was listed. */
  at: string;
  /** The same by the later of two clocks: what is known only since then, or was not until then. ISO 8601. */
  latestAt: string;
  listings: readonly Listing[];
  /** Whether the settings include a project of this name. Absent: keep the previous choice. */
  wantsProject?: ((projectName: string) => boolean) | undefined;
  /** Credentials that are not among these and have listed their projects of late. */
  othersInUse: ReadonlySet<string>;
  /** As it was before. */
  scope: Scope | undefined;
}

/** Of everything that was listed, by id: the project as the first credentials that see it show it, and the names of all that do. */
export function projectsSeen(listings: readonly Listing[]): Map<string, { project: Project; accounts: string[] }> {
  const seen = new Map<string, { project: Project; accounts: string[] }>();
  for (const { account, projects } of listings) {
    for (const project of projects) {
      const known = seen.get(project.id);
      if (!known) seen.set(project.id, { project, accounts: [account] });
      else if (!known.accounts.includes(account)) known.accounts.push(account);
    }
  }
  return seen;
}

/** What is known of a project that is seen. Nothing is concluded of credentials that do not see it. */
export function afterSight(
  stored: KnownProject | undefined,
  project: Project,
  seenBy: readonly string[],
  { runId, at, latestAt, wantsProject, scope }: Observation,
): KnownProject {
  const { id, name } = project;
  const wasSeen = stored !== undefined && stored.notVisibleSince === undefined;
  const { notVisibleSince, lastSeenAt, retired, ...known } = stored ?? unknown(id, name, latestAt);
  const changes: ScopeChange[] = wasSeen ? [] : [{ at, what: 'visible', runId }];
  const accounts = { ...known.accounts };
  for (const account of seenBy) {
    const sight = accountOf(known, account);
    if (sight && sight.lostAt === undefined) continue;
    accounts[account] = { since: at };
    if (wasSeen && Object.keys(known.accounts).length > 0) changes.push({ at, what: 'visible', runId, account });
  }
  if (retired) changes.push({ at, what: 'reinstated', runId });
  const from = lastSeenAt ?? notVisibleSince;
  const unseen =
    from === undefined || from >= latestAt ? undefined : withInterval(known.unseen, { from, until: latestAt });
  const seenAt = wasSeen ? lastListing(stored, scope, at) : lastSeenAt;
  const named = namedAfter(stored, project, { at, seenAt: seenAt ?? known.firstSeenAt });
  const next = { ...known, ...named, accounts, ...defined({ unseen }) };
  return asChosen(withChanges(next, changes), { runId, at, latestAt, wantsProject });
}

/** Credentials that were listed to the end without the project have lost it, though others may see it. */
export function afterLoss(
  stored: KnownProject,
  seenBy: readonly string[],
  { runId, at, listings }: Observation,
): KnownProject {
  const lost = listings.filter(
    ({ account, error }) => !error && !seenBy.includes(account) && isSeenBy(stored, account),
  );
  const accounts = { ...stored.accounts };
  const changes: ScopeChange[] = [];
  for (const { account } of lost) {
    const { since } = accounts[account] ?? { since: at };
    accounts[account] = { since, lostAt: at };
    changes.push({ at, what: 'not-visible', runId, account });
  }
  return withChanges({ ...stored, accounts }, changes);
}

/**
 * What is known of a project that no listing has. It is not visible only where that can be concluded: all credentials that ever
 * saw it were listed to their end, and others that are in use elsewhere don't see it either.
 */
export function afterAbsence(stored: KnownProject, observation: Observation): KnownProject {
  const { runId, at } = observation;
  const chosen = asChosen(afterLoss(stored, [], observation), observation);
  if (chosen.notVisibleSince !== undefined || chosen.excludedSince !== undefined || !isGone(stored, observation))
    return chosen;
  const accounts = Object.fromEntries(
    Object.entries(chosen.accounts).map(([name, sight]) => [name, { ...sight, lostAt: sight.lostAt ?? at }]),
  );
  // One change entry replaces one per account.
  const changes = chosen.changes.filter((change) => !(change.runId === runId && change.what === 'not-visible'));
  const lastSeenAt = lastListing(stored, observation.scope, at);
  const lost = { ...chosen, accounts, notVisibleSince: at, ...defined({ lastSeenAt }) };
  return withChanges({ ...lost, changes }, [{ at, what: 'not-visible', runId }]);
}

/** When those that see it last listed their projects, before a moment. */
function lastListing(stored: KnownProject, scope: Scope | undefined, before: string): string | undefined {
  const sights = Object.keys(stored.accounts).flatMap((name) =>
    isSeenBy(stored, name) ? (listedBy(scope, name)?.listedAt ?? []) : [],
  );
  return sights
    .filter((seenAt) => seenAt < before)
    .sort()
    .at(-1);
}

/**
 * A project that was listed once, and of which no record is left: somebody took it away. It may have had a coverage, so that the next
 * one counts as begun anew.
 */
export function recordLost(
  projectId: string,
  projectName: string,
  { at, latestAt, runId }: Pick<Observation, 'at' | 'latestAt' | 'runId'>,
) {
  const lost = { ...unknown(projectId, projectName, latestAt), coveredSince: at, notVisibleSince: at };
  const unseen = [{ from: new Date(0).toISOString(), until: latestAt }];
  return withChanges({ ...lost, unseen }, [{ at, what: 'not-visible', runId }]);
}

function isGone(stored: KnownProject, { listings, othersInUse }: Observation): boolean {
  const unread = listings.filter(({ error }) => error);
  if (unread.some(({ account }) => accountOf(stored, account) !== undefined)) return false;
  const elsewhere = Object.keys(stored.accounts).filter((name) => !listings.some(({ account }) => account === name));
  if (elsewhere.some((name) => isSeenBy(stored, name) && othersInUse.has(name))) return false;
  // Whoever saw it may go by another name now, or nobody knows who it was.
  const isAccountedFor = Object.keys(stored.accounts).length > 0 && elsewhere.length === 0;
  return isAccountedFor || unread.length === 0;
}

function asChosen(
  known: KnownProject,
  { runId, at, latestAt, wantsProject }: Pick<Observation, 'runId' | 'at' | 'latestAt' | 'wantsProject'>,
) {
  const isWanted = wantsProject?.(known.projectName);
  if (isWanted === undefined || isWanted === (known.excludedSince === undefined)) return known;
  const { excludedSince, notVisibleSince, lastSeenAt, ...rest } = known;
  const from = excludedSince ?? lastSeenAt ?? notVisibleSince;
  const isUnseen = from !== undefined && from < latestAt;
  const next = isUnseen ? { ...rest, unseen: withInterval(rest.unseen, { from, until: latestAt }) } : rest;
  if (isWanted) return withChanges(next, [{ at, what: 'included', runId }]);
  return withChanges({ ...next, excludedSince: latestAt }, [{ at, what: 'excluded', runId }]);
}

const unknown = (projectId: string, projectName: string, firstSeenAt: string): KnownProject => {
  return { projectId, projectName, revision: 0, firstSeenAt, accounts: {}, changes: [] };
};

const accountOf = ({ accounts }: KnownProject, name: string) =>
  Object.hasOwn(accounts, name) ? accounts[name] : undefined;

const isSeenBy = (known: KnownProject, account: string) => {
  const sight = accountOf(known, account);
  return sight !== undefined && sight.lostAt === undefined;
};

export const withChanges = (known: KnownProject, changes: readonly ScopeChange[]): KnownProject =>
  changes.length === 0 ? known : { ...known, changes: [...known.changes, ...changes].slice(-MAX_SCOPE_CHANGES) };

/**
 * Why a run that does not see a project in scope is not complete. Nothing of one that is out of scope, nor where the listing of its
 * credentials failed, which is a failure of its own.
 */
export function absence(
  known: KnownProject,
  { othersInUse }: Pick<Observation, 'othersInUse'>,
): ClusterFailure | undefined {
  const { projectId, projectName, notVisibleSince, excludedSince, retired } = known;
  if (retired !== undefined || excludedSince !== undefined) return undefined;
  const what = { what: 'project', code: 'PROJECT_NOT_VISIBLE', projectId, projectName };
  if (notVisibleSince !== undefined) {
    const since = `no credentials see it since ${notVisibleSince.slice(0, 16).replace('T', ' ')} UTC`;
    const retire = `restore-ledger retire --project ${projectId} --reason TEXT`;
    const message = `${since}: give them a role in the project again, exclude it (excludeProjects), or take it out of scope (${retire})`;
    return { ...what, message };
  }
  const others = seenByOthers(known, othersInUse).map((name) => printable(name));
  if (others.length === 0) return undefined;
  const message = `these credentials do not see it, while ${others.join(' and ')} did of late: collect with those too, or give these a role in it`;
  return { ...what, message };
}

/** Names of the credentials in use elsewhere that see it. */
export const seenByOthers = (known: KnownProject, others: ReadonlySet<string>): string[] =>
  Object.keys(known.accounts).filter((name) => others.has(name) && isSeenBy(known, name));

const listedBy = (scope: Scope | undefined, name: string): AccountScope | undefined =>
  scope && Object.hasOwn(scope.accounts, name) ? scope.accounts[name] : undefined;

/** Names of credentials that are in use elsewhere, as of `at`. */
export function othersInUse(scope: Scope | undefined, listings: readonly Listing[], at: string): Set<string> {
  const isHere = (name: string) => listings.some(({ account }) => account === name);
  const isRecent = ({ listedAt }: AccountScope) =>
    listedAt !== undefined && Date.parse(at) - Date.parse(listedAt) <= ACCOUNT_KEPT_MS;
  return new Set(
    Object.entries(scope?.accounts ?? {}).flatMap(([name, seen]) => (!isHere(name) && isRecent(seen) ? [name] : [])),
  );
}
