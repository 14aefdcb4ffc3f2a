// functions/proof/project.ts: what may be claimed of a project: whether all of its clusters are known, and whether it was read at all.
import type { ClusterList } from '../atlas/model/atlas.ts';
import {
  CONTINUITY_MS,
  type DiscoveryCoverage,
  type Interval,
  type ProjectCoverage,
} from '../ledger/model/coverage.ts';
import type { KnownProject, ProjectFacts } from '../ledger/model/known-project.ts';
import { defined } from '../platform/defined.ts';
import { isObjectId, requestedAt } from '../restore/object-id.ts';
import type { Gap } from './gap.ts';
import { ownerGaps } from './hub.ts';
import { failedSince, isFresh, type ProjectScope, type ProofState, VISIBLE_AGAIN } from './list.ts';
import { type Asking, believed, earlier, later, overlaps, when } from './period.ts';

/** The list of a project's clusters. */
export interface DiscoveryProof {
  list: ClusterList;
  state: ProofState;
  readAt?: string;
  gaps: Gap[];
}

export interface ProjectProof {
  state: ProofState;
  clusterLists: DiscoveryProof[];
  /** Of the project as a whole; those of its cluster lists are with them. */
  gaps: Gap[];
}

export const CLUSTER_LISTS = ['dedicated', 'flex', 'serverless'] as const satisfies readonly ClusterList[];

export function scopeOf(known: KnownProject | undefined): ProjectScope {
  const { notVisibleSince, retired, excludedSince } = known ?? {};
  // Nobody can retire it before it was lost: until then it was in scope.
  const outOfScopeSince =
    retired === undefined ? excludedSince : earlier(later(retired.at, notVisibleSince), excludedSince);
  return { notVisibleSince, outOfScopeSince };
}

/** Out of scope before the period began, by a person's decision or by the settings: named in the report, and no gap. */
export const isInScope = (known: KnownProject | undefined, { period }: Asking) => {
  const { outOfScopeSince } = scopeOf(known);
  return outOfScopeSince === undefined || outOfScopeSince > period.since;
};

/** Whether there can be restores of it in the period at all: an id is made with its project. */
export const isProjectOfPeriod = ({ projectId }: ProjectFacts, { period }: Asking) =>
  !isObjectId(projectId) || requestedAt(projectId) < period.until;

export function proveProject(facts: ProjectFacts, asking: Asking): ProjectProof {
  const { coverage, known } = facts;
  const scope = scopeOf(known);
  if (!coverage)
    return { state: 'gap', clusterLists: [], gaps: [neverRead(facts, scope), ...ownerGaps(facts, asking)] };
  const clusterLists = CLUSTER_LISTS.map((list) => proveDiscovery(list, coverage.discovery[list], scope, asking));
  const gaps = [
    ...beforeFirstReading(facts, coverage, asking),
    ...letGo(coverage, asking),
    ...unwatched(coverage, asking),
    ...unseen(known, asking),
    ...ownerGaps(facts, asking),
  ];
  const all = [...gaps, ...clusterLists.flatMap((proof) => proof.gaps)];
  const isDue = all.length > 0 && all.every(({ reason }) => reason === 'full-reading-due');
  return { state: all.length === 0 ? 'covered' : isDue ? 'due' : 'gap', clusterLists, gaps };
}

function neverRead({ known }: ProjectFacts, { notVisibleSince }: ProjectScope): Gap {
  const since = known?.firstSeenAt;
  const planned = since === undefined ? '' : `, though a run has had it in its plan since ${when(since)}`;
  const text = `The project was never read${planned}: no restore of it can be ruled out.`;
  return notVisibleSince === undefined
    ? defined({ reason: 'never-read' as const, since, text, action: 'run restore-ledger collect' })
    : defined({ reason: 'not-visible' as const, since, text, action: VISIBLE_AGAIN });
}

function proveDiscovery(
  list: ClusterList,
  coverage: DiscoveryCoverage | undefined,
  { notVisibleSince, outOfScopeSince }: ProjectScope,
  { period, now }: Asking,
): DiscoveryProof {
  const readAt = believed(coverage?.readAt, now);
  const end = earlier(period.until, outOfScopeSince);
  if (readAt !== undefined && readAt >= end) return { list, state: 'covered', readAt, gaps: [] };
  const proof = (state: ProofState, gap: Loose<Gap>): DiscoveryProof => {
    const until = readAt !== undefined && end < period.until ? end : undefined;
    return defined({ list, state, readAt, gaps: [defined({ from: readAt, until, ...gap })] });
  };
  const because = failedSince(coverage?.error);
  const about = { since: coverage?.error?.since, action: 'run restore-ledger collect' };
  if (readAt === undefined) {
    const text = `The list of ${list} clusters was never read: there may be clusters that nobody knows of.${because}`;
    return proof('gap', { reason: 'clusters', ...about, text });
  }
  if (notVisibleSince !== undefined) {
    const text = `Clusters made after ${when(readAt)} are not known: no credentials see the project since ${when(notVisibleSince)}.`;
    return proof('gap', { reason: 'not-visible', since: notVisibleSince, text, action: VISIBLE_AGAIN });
  }
  const text = `The list of ${list} clusters was last read at ${when(readAt)}: restores of clusters made after that can't be ruled out.${because}`;
  return !because && isFresh(readAt, now)
    ? proof('due', { reason: 'full-reading-due', ...about, text })
    : proof('gap', { reason: 'clusters', ...about, text });
}

type Loose<T> = { [K in keyof T]: undefined extends T[K] ? T[K] | undefined : T[K] };

/** Of the time before the first reading the ledger has what Atlas still listed then. Of a project that was new then, all. */
function beforeFirstReading(
  { projectId }: ProjectFacts,
  { discovery }: ProjectCoverage,
  { period, now }: Asking,
): Gap[] {
  const firsts = CLUSTER_LISTS.map((list) => believed(discovery[list]?.since, now));
  const first = firsts.reduce<string | undefined>(
    (a, b) => (a === undefined || b === undefined ? undefined : later(a, b)),
    firsts[0],
  );
  const made = isObjectId(projectId) ? requestedAt(projectId) : undefined;
  const isNew = made !== undefined && first !== undefined && Date.parse(first) - Date.parse(made) <= CONTINUITY_MS;
  const from = made === undefined ? period.since : later(period.since, made);
  if (first !== undefined && (first <= from || (isNew && made >= period.since))) return [];
  const text =
    first === undefined
      ? 'When the clusters of the project were first read is not on record: clusters deleted before that can’t be ruled out.'
      : `The project was first read at ${when(first)}: of the time before, the ledger has what Atlas still listed then, and clusters deleted before that can’t be ruled out.`;
  return [defined({ reason: 'before-first-reading' as const, from, until: first, text })];
}

/** What was let go can't be counted among the restores of the period any more, nor what Atlas has shown of that time since. */
function letGo({ letGo: gone }: ProjectCoverage, { period }: Asking): Gap[] {
  if (gone === undefined || gone.before <= period.since) return [];
  const { before, jobs, days, at } = gone;
  const text = `Restores requested before ${when(before)} are not kept: by the policy of ${days} days, last applied at ${when(at)}, ${jobs} restore jobs of the project have been let go so far.`;
  return [{ reason: 'let-go', from: period.since, until: earlier(period.until, before), since: gone.since, text }];
}

/** Long intervals in which nobody looked which clusters there are. */
function unwatched({ discovery }: ProjectCoverage, { period }: Asking): Gap[] {
  const intervals = CLUSTER_LISTS.flatMap((list) => discovery[list]?.unread ?? [])
    .filter(overlaps(period))
    .sort((a, b) => (a.from < b.from ? -1 : 1));
  const merged: Interval[] = [];
  for (const interval of intervals) {
    const last = merged.at(-1);
    if (last && interval.from <= last.until) last.until = later(last.until, interval.until);
    else merged.push({ ...interval });
  }
  return merged.map(({ from, until }) => ({
    reason: 'clusters',
    from,
    until,
    text: `The lists of clusters were not read between ${when(from)} and ${when(until)}: a cluster made and deleted in between can’t be ruled out.`,
  }));
}

/** Intervals in which nobody could look, however short: what is on record as unseen is never claimed. */
function unseen(known: KnownProject | undefined, { period }: Asking): Gap[] {
  return (known?.unseen ?? []).filter(overlaps(period)).map(({ from, until }): Gap => {
    if (Date.parse(from) === 0) {
      const text = `The record of the project was lost, and begun anew at ${when(until)}: whether it was visible all the time before is not known.`;
      return { reason: 'record-differs', from: period.since, until, text };
    }
    const text = `The project was out of sight, or out of scope, between ${when(from)} and ${when(until)}: a cluster made and deleted in between can’t be ruled out.`;
    return { reason: 'not-visible', from, until, text };
  });
}
