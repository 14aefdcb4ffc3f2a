// functions/ledger/model/known-project.ts: the durable record of scope: which credentials could see which projects, and when.

import type { Verdicts } from '../../restore/drills/judged.ts';
import type { Interval, ProjectCoverage } from './coverage.ts';

/** Who ended a project's being in scope, and why. */
export interface Retirement {
  /** ISO 8601. */
  at: string;
  /** The person, as the system names them: `ada@laptop`, or the caller's ARN. */
  by: string;
  reason: string;
}

/** One change of what is known of a project's being in scope. */
export interface ScopeChange {
  /** ISO 8601. */
  at: string;
  what: 'visible' | 'not-visible' | 'excluded' | 'included' | 'retired' | 'reinstated';
  /** The run that saw it; absent where a person did it. */
  runId?: string;
  /** The name of the credentials, if the change is about one set of them. */
  account?: string;
  by?: string;
  reason?: string;
}

/** Written before the project is first read, so that one that never was read is known all the same. Times are ISO 8601. */
export interface KnownProject {
  projectId: string;
  projectName: string;
  orgId?: string;
  /** Names, and Atlas organizations, that it had before. Oldest first, at most the last `MAX_FORMER`. */
  formerNames?: Former[];
  formerOrgs?: Former[];
  /** Counts the writes; a write is refused unless it names the one it read. */
  revision: number;
  /** When a run first listed it. */
  firstSeenAt: string;
  /** When its coverage was first written: from then on it has one, unless someone took it away. */
  coveredSince?: string;
  /** By the name of the credentials: since when they see it, and since when they no longer do. */
  accounts: Record<string, { since: string; lostAt?: string }>;
  /** Since when no credentials see it. Absent while some do, and where the settings exclude it. */
  notVisibleSince?: string;
  /** With `notVisibleSince`: when those that saw it last listed their projects before. */
  lastSeenAt?: string;
  /** Intervals in which no credentials saw it, or it was out of scope, that are over. Oldest first, at most the last 100. */
  unseen?: Interval[];
  /** Since when the settings exclude it. */
  excludedSince?: string;
  /** Taken out of scope by a person. It ends when the project is visible again. */
  retired?: Retirement;
  /** Oldest first, at most the last `MAX_SCOPE_CHANGES`. */
  changes: ScopeChange[];
}

export const MAX_SCOPE_CHANGES = 50;

/** What was so until a listing showed otherwise. Times are ISO 8601. */
export interface Former {
  was: string;
  /** When a listing showed it last. */
  seenAt: string;
  /** When one showed another. */
  until: string;
}

export const MAX_FORMER = 100;

export const withFormer = (all: readonly Former[] = [], one: Former): Former[] => [...all, one].slice(-MAX_FORMER);

/**
 * What was so at a moment. Undefined where it changed between two listings, and nobody knows when; before the first listing, what that
 * showed. @param now what is so since the last change @param at ISO 8601
 */
export function asOf(former: readonly Former[] = [], now: string | undefined, at: string): string | undefined {
  const next = former.find(({ until }) => at < until);
  if (!next) return now;
  return at <= next.seenAt ? next.was : undefined;
}

/** What a set of credentials last listed. */
export interface AccountScope {
  /** Start of the first listing that was read to its end. */
  since?: string;
  /** Start of the last listing that was read to its end. */
  listedAt?: string;
  /** Start of the last attempt. */
  attemptedAt?: string;
  /** Intervals of more than `CONTINUITY_MS` between two of its listings. Oldest first, at most the last 100. */
  unlisted?: Interval[];
  /**
   * It was asked on its own, and every project that it sees is seen by credentials that count: these stay in charge of the scope, and
   * nothing is claimed by its listings.
   */
  guest?: true;
  /** How many projects it had. */
  projects: number;
  runId: string;
  /** Every attempt since `since` has failed. */
  error?: { code: string; message: string; since: string };
}

/** Credentials that counted once, and count no more. Whatever only they could see after their last listing is not known. */
export interface EndedAccount {
  account: string;
  /** Start of its last listing, or of its first attempt where it never had one. */
  listedAt: string;
  /** When it ended. ISO 8601. */
  at: string;
  /** Credentials that see every project it saw, after it was not used for `ACCOUNT_KEPT_MS`. */
  successors?: string[];
  /** The person who ended it, or who says that nothing was missed by its end; and why. */
  by?: string;
  reason?: string;
}

/** Of the whole ledger: one item. */
export interface Scope {
  /** Counts the writes; a write is refused unless it names the one it read. */
  revision: number;
  /** The oldest of the last listings of all credentials that count. It moves on only where a run saw some project. */
  listedAt?: string;
  /** By their names: all credentials that ever tried to list their projects, until they end. */
  accounts: Record<string, AccountScope>;
  /** Oldest first, at most the last 100. */
  ended?: EndedAccount[];
  /** The ids of all projects that were ever listed, in their order: what must be in the table. */
  projectIds?: string[];
  /** No run that began before this moment is running. */
  runsEndedThrough?: string;
  /** In a hub: the ledgers that it holds the records of, and those it should. */
  spokes?: Spoke[];
}

/**
 * How long a set of credentials counts as in use after it last listed its projects, in ms: a daily schedule, and two hours for a
 * run that is late. Until then a run with other credentials, as from a laptop, does not make its projects not visible.
 */
export const ACCOUNT_KEPT_MS = 26 * 3_600_000;

/** What the ledger has on record of a project. */
export interface ProjectFacts {
  projectId: string;
  projectName: string;
  /** Absent: no run has recorded it as in scope, as in a ledger that was filled by hand. */
  known?: KnownProject | undefined;
  /** Absent: it was never read. */
  coverage?: ProjectCoverage | undefined;
  /** Of its clusters, by name. Absent: they were not read. */
  verdicts?: VerdictsByCluster | undefined;
  /** In a hub. */
  owner?: Owner | undefined;
}

/** Those that were not read have no entry. */
export type VerdictsByCluster = ReadonlyMap<string, Verdicts>;

/** A ledger that sends its records to a hub. */
export interface Spoke {
  /** As of `spokeName`. */
  spoke: string;
  /** The AWS account, as EventBridge says. */
  accountId: string;
  /** Start of its last run over everything that has ended. Absent: none was ever heard of. */
  ranAt?: string;
  /** The longest time between two scheduled runs, as its stack says. Absent: not known. */
  everyMinutes?: number;
}

/** How the jobs of a project that the hub holds compare with what its coverage says was recorded. */
export interface Confirmation {
  /** Of the coverage. */
  revision: number;
  /** The digest of the ids that were recorded, as of that revision. */
  ids?: string;
  /** Jobs in the hub's table. */
  jobs: number;
  isAllThere: boolean;
  /** Jobs that are open here. Absent: not counted. */
  open?: number;
  /** Of these, how many more than the spoke has, or than can be open by what it has settled. */
  unsettled: number;
  /** The sum of the revisions of these jobs. Absent: not counted. */
  revisions?: number;
  /** How many revisions fewer than the coverage counts. Absent: none. */
  revisionsMissing?: number;
  at: string;
}

/** Whether it still holds of a later coverage: of the same jobs with no more revisions, of which none was open. */
export const isOf = (
  { ids, open, revision, revisions = 0 }: Confirmation,
  coverage: Pick<ProjectCoverage, 'recordedIds' | 'revision' | 'revisions'>,
): boolean =>
  ids !== undefined &&
  ids === coverage.recordedIds &&
  (revision === coverage.revision || (open === 0 && revisions >= (coverage.revisions?.total ?? 0)));

/** Whether the hub held all that its spoke had, as far as that can be counted. */
export const isComplete = ({ isAllThere, unsettled, revisionsMissing = 0 }: Confirmation): boolean =>
  isAllThere && unsettled === 0 && revisionsMissing === 0;

/** Whose a project is: of the first spoke that sent a record of it. */
export interface Owner {
  accountId: string;
  organizationId?: string;
  spoke: string;
  since: string;
  confirmation?: Confirmation;
  /** When another spoke last sent a record of it, which was dropped, by the other's name. */
  contested?: Record<string, string>;
  /** Jobs of which another history arrived than the one that is kept, with the time: the first `MAX_REFUSED`. */
  refused?: Record<string, string>;
  /** When the spoke's last run began, and how often it runs. */
  heard?: Pick<Spoke, 'ranAt' | 'everyMinutes'>;
}

export const MAX_REFUSED = 20;

/** Several ledgers in one AWS account are told apart by region and stack. */
export const spokeName = (accountId: string, region: string, ledger: string) => `${accountId}/${region}/${ledger}`;
