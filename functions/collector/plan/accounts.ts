// functions/collector/plan/accounts.ts: the sets of credentials that the scope of the ledger goes by, and when all of them have listed
// their projects. Pure.
//
// Which credentials are the right ones is nowhere on record, so all that ever listed projects count, and a claim is as old as the
// oldest of their last listings. They end by a person's word, or where others see every project they saw, after they were not
// used for a day; and then what only they could have seen since their last listing is a gap with a name. Only who listed on
// its own and sees nothing that those do not see is a guest, as a laptop is: it neither counts nor has to list again.

import { CONTINUITY_MS, withInterval } from '../../ledger/model/coverage.ts';
import {
  ACCOUNT_KEPT_MS,
  type AccountScope,
  type EndedAccount,
  type KnownProject,
  type Scope,
} from '../../ledger/model/known-project.ts';
import { defined } from '../../platform/defined.ts';
import type { Listing } from './list-projects.ts';

const MAX_ENDED = 100;
/** A stored time that is further ahead was written by a clock that was wrong, in ms. */
const AHEAD_MS = 60_000;

export interface Listed {
  runId: string;
  /** Start of the run, before any project was listed. ISO 8601. */
  at: string;
  /** The same by the later of two clocks. ISO 8601. */
  latestAt: string;
  /** The present moment, ISO 8601: others may have listed since. */
  now: string;
  listings: readonly Listing[];
  /** All that are known, as this run leaves them. */
  known: readonly KnownProject[];
}

export function scopeAfter(stored: Scope | undefined, listed: Listed, runsEndedThrough?: string): Scope {
  const { listings, known, latestAt } = listed;
  const isHere = new Set(listings.map(({ account }) => account));
  const before = new Map(Object.entries(stored?.accounts ?? {}));
  const here = listings.map((listing): [string, AccountScope] => [
    listing.account,
    afterListing(before.get(listing.account), listing, listed),
  ]);
  const elsewhere = [...before].filter(([name]) => !isHere.has(name));
  const ended = elsewhere.filter(([name, account]) => isSucceeded(name, account, listed));
  const left = elsewhere.filter((each) => !ended.includes(each));
  const isGuest = isGuestOf(left, before, listed);
  const accounts = [...here.map(([name, account]) => [name, asGuest(account, isGuest)] as const), ...left];
  const listedAt = oldestOf(accounts.map(([, account]) => account));
  const isSeen = listings.some(({ projects }) => projects.length > 0);
  const latest = isSeen ? (listedAt ?? stored?.listedAt) : stored?.listedAt;
  const gone = ended.flatMap(([account, { listedAt, guest, error }]): EndedAccount[] =>
    guest ? [] : [{ account, listedAt: listedAt ?? error?.since ?? latestAt, at: latestAt, successors: [...isHere] }],
  );
  const ids = new Set([...(stored?.projectIds ?? []), ...known.map(({ projectId }) => projectId)]);
  return {
    revision: stored?.revision ?? 0,
    accounts: Object.fromEntries(accounts),
    ...withEnded(stored?.ended, gone),
    projectIds: [...ids].sort(),
    ...defined({ listedAt: latest, runsEndedThrough: runsEndedThrough ?? stored?.runsEndedThrough }),
  };
}

/** Credentials that count no more, with those that end now; of too many, the oldest become one. */
export function withEnded(before: readonly EndedAccount[] = [], more: readonly EndedAccount[]): Pick<Scope, 'ended'> {
  const all = [...before, ...more];
  const ended = all.slice(-MAX_ENDED);
  const [oldest] = ended;
  const dropped = all.slice(0, all.length - ended.length).filter(({ reason }) => reason === undefined);
  const [first] = dropped.map(({ listedAt }) => listedAt).sort();
  if (oldest && first !== undefined)
    ended[0] = { account: `${oldest.account} and others`, listedAt: first, at: oldest.at };
  return ended.length === 0 ? {} : { ended };
}

/** The oldest of the last listings of those that count. Nothing where one never listed its projects. */
export function oldestOf(accounts: readonly AccountScope[]): string | undefined {
  const times = accounts.flatMap(({ guest, listedAt = '' }) => (guest ? [] : [listedAt]));
  return times.sort()[0] || undefined;
}

function afterListing(
  before: AccountScope | undefined,
  { projects, error }: Listing,
  { runId, at, latestAt, now }: Pick<Listed, 'runId' | 'at' | 'latestAt' | 'now'>,
): AccountScope {
  const { since, unlisted, guest, error: earlier } = before ?? {};
  const listedAt = believed(before?.listedAt, now);
  const kept = { attemptedAt: at, runId, ...defined({ since, unlisted, guest: guest || undefined }) };
  if (error) {
    const failing = { ...error, since: earlier?.since ?? at };
    return { ...kept, ...defined({ listedAt }), projects: before?.projects ?? 0, error: failing };
  }
  // Where the last listing is not known any more, what is: the end of the last interval, the first listing, or the first attempt.
  const from = listedAt ?? unlisted?.at(-1)?.until ?? believed(since, now) ?? earlier?.since;
  const isHole = from !== undefined && Date.parse(latestAt) - Date.parse(from) > CONTINUITY_MS;
  return {
    ...kept,
    since: since ?? at,
    listedAt: listedAt !== undefined && listedAt > at ? listedAt : at,
    ...(isHole && !guest ? { unlisted: withInterval(unlisted, { from, until: latestAt }) } : {}),
    projects: projects.length,
  };
}

const believed = (at: string | undefined, now: string) =>
  at !== undefined && Date.parse(at) <= Date.parse(now) + AHEAD_MS ? at : undefined;

/** Not used for long, and these see all that it saw. */
function isSucceeded(
  name: string,
  { attemptedAt, listedAt }: AccountScope,
  { at, now, listings, known }: Listed,
): boolean {
  const lastAt = believed(attemptedAt ?? listedAt, now);
  if (lastAt !== undefined && Date.parse(at) - Date.parse(lastAt) <= ACCOUNT_KEPT_MS) return false;
  const able = listings.filter(({ error, projects }) => !error && projects.length > 0).map(({ account }) => account);
  if (able.length === 0) return false;
  return known.every((project) => !isInScopeOf(project, name) || able.some((other) => isInScopeOf(project, other)));
}

/** Of those that listed now, on their own: whether others, which count, see every project that they see. */
function isGuestOf(
  elsewhere: readonly (readonly [string, AccountScope])[],
  before: ReadonlyMap<string, AccountScope>,
  { listings, known }: Listed,
): boolean {
  const counting = elsewhere.flatMap(([name, { guest }]) => (guest ? [] : [name]));
  if (counting.length === 0) return false;
  const isCounted = ({ account }: Listing) => before.has(account) && !before.get(account)?.guest;
  if (listings.some(isCounted)) return false;
  return known.every(
    (project) =>
      !listings.some(({ account }) => isInScopeOf(project, account)) ||
      counting.some((name) => isInScopeOf(project, name)),
  );
}

function asGuest({ guest: _, ...account }: AccountScope, isGuest: boolean): AccountScope {
  return isGuest ? { ...account, guest: true } : account;
}

const isInScopeOf = ({ accounts, excludedSince }: KnownProject, name: string) =>
  excludedSince === undefined && Object.hasOwn(accounts, name) && accounts[name]?.lostAt === undefined;
