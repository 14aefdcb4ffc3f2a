// bin/commands/evidence/judge-coverage.ts judges what coverage proves of a period: that every restore is in the ledger, or
// from when on none can be ruled out. Pure.
import type {
  ClusterCoverage,
  DiscoveryCoverage,
  ListCoverage,
  Problem,
  ProjectCoverage,
} from '../../../functions/ledger/coverage.ts';
import { problemText } from '../../../functions/restore/fields.ts';
import { KINDS, type Kind } from '../../../functions/restore/job.ts';
import { isObjectId, requestedAt } from '../../../functions/restore/object-id.ts';
import { utc } from '../times.ts';
import type { ClusterProof, DiscoveryProof, Gap, ListProof, Period, ProofState } from './report.ts';

export interface Judging {
  period: Period;
  /** ISO 8601. */
  madeAt: string;
}

/** A read as old as this says nothing of the present any more. A collector reads every few minutes, or hours. In ms. */
export const RECENT_MS = 24 * 3_600_000;

/** Whether there can be restores of it in the period at all. */
export function isOfPeriod({ clusterId, goneAt }: ClusterCoverage, { since, until }: Period): boolean {
  if (goneAt !== undefined && goneAt <= since) return false;
  // An id is made with its cluster.
  return !isObjectId(clusterId) || requestedAt(clusterId) < until;
}

export function proveCluster(cluster: ClusterCoverage, judging: Judging): ClusterProof {
  const lists = KINDS.flatMap((kind) => {
    const list = cluster.lists[kind];
    return list ? [proveList(kind, list, cluster, judging)] : [];
  });
  if (lists.length === 0) return unread(cluster);
  const expected = lists.filter(({ state }) => state !== 'none');
  const coveredTo = expected
    .map(({ readAt, fullReadAt }) => (fullReadAt === undefined ? '' : (readAt ?? '')))
    .sort()[0];
  return {
    state: stateOf(lists.map(({ state }) => state)),
    ...(coveredTo ? { coveredTo } : {}),
    lists,
    gaps: lists.flatMap(({ gaps }) => gaps),
  };
}

function unread({ tier }: ClusterCoverage): ClusterProof {
  if (tier === 'free') return { state: 'none', lists: [], gaps: [] };
  const gap: Gap = { reason: 'never-read', text: 'Its restore jobs were never read: no restore can be ruled out.' };
  return { state: 'gap', lists: [], gaps: [gap] };
}

/** The worst of several. */
export function stateOf(states: readonly ProofState[]): ProofState {
  return (['gap', 'current', 'covered'] as const).find((state) => states.includes(state)) ?? 'none';
}

function proveList(kind: Kind, list: ListCoverage, { goneAt }: ClusterCoverage, judging: Judging): ListProof {
  const { readAt, fullReadAt, answer } = list;
  const gaps = [...readingGaps(kind, list, goneAt, judging), ...notUnderstood(kind, list, judging.period)];
  const never = answer !== undefined && readAt === undefined;
  return {
    kind,
    state: gaps.length > 0 ? 'gap' : never ? 'none' : isRead(list, judging.period, goneAt) ? 'covered' : 'current',
    ...(readAt === undefined ? {} : { readAt }),
    ...(fullReadAt === undefined ? {} : { fullReadAt }),
    ...(answer === undefined ? {} : { answer }),
    gaps,
  };
}

/** The moment that a list must have been read at, or after. */
const endOf = ({ until }: Period, goneAt: string | undefined) =>
  goneAt !== undefined && goneAt < until ? goneAt : until;

const isRead = ({ readAt, fullReadAt }: ListCoverage, period: Period, goneAt: string | undefined) =>
  fullReadAt !== undefined && readAt !== undefined && readAt >= endOf(period, goneAt);

function readingGaps(kind: Kind, list: ListCoverage, goneAt: string | undefined, { period, madeAt }: Judging): Gap[] {
  const { readAt, fullReadAt, answer, error, attemptedAt } = list;
  const what = `${kind} restores`;
  const because = error ? ` Every attempt since ${when(error.since)} has failed: ${sentence(error.message)}` : '';
  if (answer !== undefined && readAt === undefined) return [];
  if (readAt === undefined || fullReadAt === undefined) {
    const never = `The list of ${what} was never read to its end: none can be ruled out.${because}`;
    return [{ reason: error ? 'failing' : 'never-read', text: never }];
  }
  if (isRead(list, period, goneAt)) return [];
  const lostAt = answer === undefined ? goneAt : earlier(attemptedAt, goneAt);
  if (lostAt !== undefined) return lostAt <= readAt ? [] : [lost(what, readAt, lostAt, answer)];
  const isRecent = !period.ended && !error && Date.parse(madeAt) - Date.parse(readAt) <= RECENT_MS;
  if (isRecent) return [];
  const text = `${capital(what)} requested after ${when(readAt)} can't be ruled out.${because}`;
  return [{ reason: error ? 'failing' : 'not-read', from: readAt, text }];
}

function lost(what: string, from: string, until: string, answer: string | undefined): Gap {
  const why =
    answer === undefined
      ? 'then the cluster was no longer there'
      : `then Atlas answered that there is no such list (${answer})`;
  const text = `${capital(what)} requested between ${when(from)} and ${when(until)} can't be ruled out: ${why}.`;
  return { reason: 'gone', from, until, text };
}

/** Those that are known to have been requested outside the period are none of it. */
function notUnderstood(
  kind: Kind,
  { problems = [], problemCount = problems.length }: ListCoverage,
  period: Period,
): Gap[] {
  const outside = problems.filter((problem) => isOutside(problem, period)).length;
  const count = problemCount - outside;
  if (count <= 0) return [];
  const samples = problems.filter((problem) => !isOutside(problem, period)).slice(0, 3);
  const named = samples.map((problem) => `${problem.jobId ?? 'one without an id'} (${problemText(problem)})`);
  const jobs = count === 1 ? 'restore job that is' : 'restore jobs that are';
  const text = `Atlas lists ${count} ${kind} ${jobs} of a shape this version can't read, and not in this report: ${named.join('; ')}.`;
  return [{ reason: 'not-understood', text }];
}

function isOutside({ jobId }: Problem, { since, until }: Period): boolean {
  if (!isObjectId(jobId)) return false;
  const at = requestedAt(jobId);
  return at < since || at >= until;
}

export function proveDiscovery({ discovery }: Pick<ProjectCoverage, 'discovery'>, judging: Judging): DiscoveryProof[] {
  return Object.entries(discovery).flatMap(([list, coverage]) =>
    coverage && !coverage.off ? [proveClusters(list, coverage, judging)] : [],
  );
}

function proveClusters(
  list: string,
  { readAt, error }: DiscoveryCoverage,
  { period, madeAt }: Judging,
): DiscoveryProof {
  if (readAt !== undefined && readAt >= period.until) return { list, state: 'covered', readAt, gaps: [] };
  const because = error ? ` Every attempt since ${when(error.since)} has failed: ${sentence(error.message)}` : '';
  if (readAt === undefined) {
    const text = `The list of ${list} clusters was never read: there may be clusters that nobody knows of.${because}`;
    return { list, state: 'gap', gaps: [{ reason: 'clusters', text }] };
  }
  const isRecent = !period.ended && !error && Date.parse(madeAt) - Date.parse(readAt) <= RECENT_MS;
  if (isRecent) return { list, state: 'current', readAt, gaps: [] };
  const text = `The list of ${list} clusters was last read at ${when(readAt)}: restores of clusters made after that can't be ruled out.${because}`;
  return { list, state: 'gap', readAt, gaps: [{ reason: 'clusters', from: readAt, text }] };
}

const when = (iso: string) => `${utc(iso)} UTC`;
const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const earlier = (a: string, b: string | undefined) => (b !== undefined && b < a ? b : a);
