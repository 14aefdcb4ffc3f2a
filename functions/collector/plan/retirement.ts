// functions/collector/plan/retirement.ts: a person's decision to take a project, or a set of credentials, out of scope, or a project back.
// Pure; what is known of it is kept.

import type { KnownProject, Retirement, Scope } from '../../ledger/model/known-project.ts';
import { CLOCK_TOLERANCE_MS } from '../../ledger/model/merge-observation.ts';
import { defined } from '../../platform/defined.ts';
import { oldestOf, withEnded } from './accounts.ts';
import { withChanges } from './scope.ts';

/** Why it can't be done. */
export class RetirementError extends Error {
  override readonly name = 'RetirementError';
}

/** @throws RetirementError for a project that some credentials see, or that is retired, or by a clock that is behind the record */
export function retiredProject(
  stored: KnownProject | undefined,
  projectId: string,
  decision: Retirement,
): KnownProject {
  const known = knownOne(stored, projectId);
  if (known.retired) {
    throw new RetirementError(`project ${projectId} is retired since ${known.retired.at}: --undo takes that back`);
  }
  const seenBy = Object.entries(known.accounts).flatMap(([name, { lostAt }]) => (lostAt === undefined ? [name] : []));
  if (seenBy.length > 0) {
    const advice = 'take their role in it away, or exclude it (excludeProjects), to have it read no more';
    throw new RetirementError(`project ${projectId} is visible to ${seenBy.join(', ')}: ${advice}`);
  }
  if (Object.keys(known.accounts).length === 0 && known.notVisibleSince === undefined) {
    const advice = 'run restore-ledger collect, without --project, first';
    throw new RetirementError(`whether project ${projectId} is visible is not on record: ${advice}`);
  }
  const retired = { ...decision, at: momentAfter(timesOf(known), decision.at) };
  const { at, by, reason } = retired;
  return withChanges({ ...known, retired }, [{ at, what: 'retired', by, reason }]);
}

/** @throws RetirementError for a project that isn't retired, or by a clock that is behind the record */
export function reinstatedProject(
  stored: KnownProject | undefined,
  projectId: string,
  { at: now, by, reason }: Retirement,
): KnownProject {
  const { retired, ...known } = knownOne(stored, projectId);
  if (!retired) throw new RetirementError(`project ${projectId} is not retired: there is nothing to take back`);
  const at = momentAfter([...timesOf(known), retired.at], now);
  return withChanges(known, [{ at, what: 'reinstated', by, reason }]);
}

/**
 * Credentials that are used no more count no more. Of those that ended by themselves, it says that nothing was missed.
 * @throws RetirementError for credentials that the ledger does not know, or by a clock that is behind the record
 */
export function retiredCredentials(
  stored: Scope | undefined,
  account: string,
  { at: now, by, reason }: Retirement,
): Scope {
  const { accounts = {}, ended = [] } = stored ?? {};
  const known = Object.hasOwn(accounts, account) ? accounts[account] : undefined;
  const isOpen = (of: { account: string; reason?: string }) => of.account === account && of.reason === undefined;
  if (!stored || (!known && !ended.some(isOpen))) {
    const names = Object.keys(accounts).join(', ') || 'none';
    throw new RetirementError(`no credentials ${account} count: expected one of ${names}`);
  }
  const at = momentAfter(listingsOf(stored), now);
  const closed = ended.map((each) => (isOpen(each) ? { ...each, by, reason } : each));
  if (!known) return { ...stored, ended: closed };
  const { [account]: _, ...left } = accounts;
  const listedAt = known.listedAt ?? known.error?.since ?? at;
  // The time moves on only by what others have listed.
  const latest = defined({ listedAt: oldestOf(Object.values(left)) });
  return { ...stored, ...latest, accounts: left, ...withEnded(closed, [{ account, listedAt, at, by, reason }]) };
}

/** When projects were last listed. */
export const listingsOf = ({ accounts, listedAt }: Scope): string[] =>
  [listedAt, ...Object.values(accounts).map((account) => account.listedAt)].filter((at) => at !== undefined);

const timesOf = ({ firstSeenAt, notVisibleSince = firstSeenAt, accounts, changes }: KnownProject): string[] => [
  firstSeenAt,
  notVisibleSince,
  ...Object.values(accounts).flatMap(({ since, lostAt }) => lostAt ?? since),
  ...changes.map(({ at }) => at),
];

/**
 * A decision comes after all that is on record of what it is about, so that it reaches back over none of it.
 * @throws RetirementError for a clock that is behind
 */
export function momentAfter(times: readonly string[], now: string): string {
  const latest = [...times].sort().at(-1) ?? now;
  if (latest <= now) return now;
  if (Date.parse(latest) - Date.parse(now) <= CLOCK_TOLERANCE_MS) return latest;
  throw new RetirementError(
    `the clock of this machine says ${now}, and the ledger has something on record at ${latest}: set the clock, and do it again`,
  );
}

function knownOne(stored: KnownProject | undefined, projectId: string): KnownProject {
  if (stored) return stored;
  throw new RetirementError(
    `no run has ever listed a project ${projectId}: check the id, with restore-ledger retire --list`,
  );
}
