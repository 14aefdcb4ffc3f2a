// functions/proof/scope.ts: what may be claimed of the scope: whether all projects that the credentials see are known, and still are.
import type { AccountScope, EndedAccount, ProjectFacts, Scope } from '../ledger/model/known-project.ts';
import type { PlannedProject } from '../ledger/model/run.ts';
import { sentence } from '../platform/text.ts';
import type { Gap } from './gap.ts';
import { isFresh } from './list.ts';
import { type Asking, believed, overlaps, type Period, when } from './period.ts';

export interface ScopeFacts {
  /** Absent: no listing of projects is on record. */
  scope?: Scope | undefined;
  projects: readonly Omit<ProjectFacts, 'coverage'>[];
  planned?: readonly PlannedProject[] | undefined;
}

/** All credentials that count have to have listed their projects after the period, and often enough in it. */
export function projectsListed(scope: Scope | undefined, asking: Asking): Gap[] {
  const { period } = asking;
  const accounts = Object.entries(scope?.accounts ?? {}).filter(([, { guest }]) => !guest);
  return [
    ...lastListed(scope, accounts, asking),
    ...accounts.flatMap(([name, { unlisted = [] }]) => unlisted.filter(overlaps(period)).map(unlistedGap(name))),
    ...(scope?.ended ?? []).filter(isUnaccounted(period)).map(endedGap),
  ];
}

function lastListed(scope: Scope | undefined, accounts: readonly [string, AccountScope][], asking: Asking): Gap[] {
  const { period, now } = asking;
  const unknown = 'projects that this ledger has never listed are not in this report';
  const action = 'run restore-ledger collect';
  const listedAt = believed(scope?.listedAt, now);
  const late = accounts.filter(([, account]) => (believed(account.listedAt, now) ?? '') < period.until);
  const failing = late.flatMap(([account, { error }]): Gap[] => {
    if (!error) return [];
    const text = `The projects of the credentials ${account} could not be listed since ${when(error.since)}: ${sentence(error.message)}`;
    const repair = 'correct the credentials, then run restore-ledger collect';
    return [{ reason: 'projects', since: error.since, text, action: repair }];
  });
  if (listedAt === undefined) {
    return [{ reason: 'projects', text: `No listing of all projects is on record: ${unknown}.`, action }, ...failing];
  }
  if (listedAt >= period.until && late.length === 0) return [];
  const isPart = late.length < Object.keys(scope?.accounts ?? {}).length;
  const names = late.map(([name]) => name).join(' and ');
  const those = isPart ? `, as of the credentials ${names}` : '';
  const times = late.flatMap(([, account]) => believed(account.listedAt, now) ?? []);
  const [oldest = listedAt] = [listedAt, ...times].sort();
  const text = `All projects were last listed at ${when(oldest)}${those}: restores of projects made after that can’t be ruled out.`;
  const reason = failing.length === 0 && isFresh(oldest, now) ? 'full-reading-due' : 'projects';
  const advice = isPart
    ? `${action} with the credentials ${names}, or end them (restore-ledger retire --credentials NAME --reason TEXT)`
    : action;
  return [{ reason, from: oldest, text, action: advice }, ...failing];
}

const unlistedGap =
  (account: string) =>
  ({ from, until }: { from: string; until: string }): Gap => ({
    reason: 'projects',
    from,
    until,
    text: `The projects of the credentials ${account} were not listed between ${when(from)} and ${when(until)}: a project made and deleted in between can’t be ruled out.`,
  });

/** Whatever only they could see after their last listing; unless somebody has said, with a reason, that there is nothing. */
const isUnaccounted =
  (period: Period) =>
  ({ listedAt, at, reason }: EndedAccount) =>
    reason === undefined && overlaps(period)({ from: listedAt, until: at });

const endedGap = ({ account, listedAt, at, successors = [] }: EndedAccount): Gap => ({
  reason: 'projects',
  from: listedAt,
  until: at,
  text: `The credentials ${account} did not list their projects from ${when(listedAt)} until ${when(at)}, when ${successors.join(' and ')} took their place: a project that only they saw can’t be ruled out.`,
  action: `where there was none, say so: restore-ledger retire --credentials ${account} --reason TEXT`,
});

/** The id, and the name where it is still known. */
export interface MissingProject extends Gap {
  projectId: string;
  projectName: string;
}

/** Projects that were listed once, or were to be read by the last run, and of which nothing is on record any more. */
export function missingProjects({ scope, projects, planned = [] }: ScopeFacts): MissingProject[] {
  const there = new Set(projects.flatMap(({ projectId, known }) => (known ? [projectId] : [])));
  const names = new Map(planned.map(({ projectId, projectName }) => [projectId, projectName]));
  const ids = new Set([...(scope?.projectIds ?? []), ...names.keys()]);
  return [...ids]
    .filter((projectId) => !there.has(projectId))
    .map((projectId) => ({
      ...{ projectId, projectName: names.get(projectId) ?? projectId, reason: 'record-differs' },
      text: 'The project was listed once, and the table has no record of it any more: somebody took it away.',
      action: 'run restore-ledger collect --full, which begins its record anew',
    }));
}
