// functions/views/coverage.ts: the rows of the coverage: one a cluster, and one for each thing about a project that hides restores.

import type * as z from 'zod/mini';
import type { ClusterCoverage, Failure, ListCoverage, ProjectCoverage } from '../ledger/model/coverage.ts';
import type { ProjectFacts } from '../ledger/model/known-project.ts';
import { defined } from '../platform/defined.ts';
import { type ClusterProof, proveCluster } from '../proof/cluster.ts';
import { drillState } from '../proof/drill-state.ts';
import type { Gap } from '../proof/gap.ts';
import type { NamedGap } from '../proof/ledger.ts';
import { FRESH_MS, VISIBLE_AGAIN } from '../proof/list.ts';
import { type Asking, believed } from '../proof/period.ts';
import { proveProject, scopeOf } from '../proof/project.ts';
import { daysAfter } from '../restore/rules/drill.ts';
import type { coverageOfList, coverageRow } from '../schema/coverage.ts';
import { type ClaimState, COVERAGE_STATES, type CoverageState, KINDS } from '../schema/words.ts';

const rank = (state: CoverageState) => COVERAGE_STATES.indexOf(state);
export const needsAttention = (state: CoverageState) => rank(state) < rank('read');
export const worstFirst = (a: Pick<CoverageRow, 'state'>, b: Pick<CoverageRow, 'state'>) =>
  rank(a.state) - rank(b.state);

export interface CoverageRow extends z.infer<typeof coverageRow> {}
export type DrillRow = NonNullable<CoverageRow['drill']>;
export type ListRow = z.infer<typeof coverageOfList>;

export const COVERAGE_COLUMNS = [
  ...['projectId', 'projectName', 'clusterName', 'what', 'clusterId', 'tier', 'state', 'since', 'claim'],
  ...['provenThrough', 'fullReadingDueAt', 'attemptedAt', 'readAt', 'fullReadAt'],
  ...['jobs', 'open', 'problems', 'drillState', 'drillDays', 'drillDueAt'],
  ...['lastCompletedAt', 'lastDurationSeconds', 'snapshotAgeSeconds', 'goneAt', 'backupsOff', 'paused'],
  ...['errorWhat', 'errorCode', 'errorMessage', 'errorSince', 'gaps'],
];

export const coverageCells = ({ error, drill, lists: _, gaps, ...row }: CoverageRow): Record<string, unknown> => ({
  ...row,
  drillState: drill?.state,
  drillDays: drill?.days,
  drillDueAt: drill?.dueAt,
  lastDurationSeconds: drill?.durationSeconds,
  snapshotAgeSeconds: drill?.snapshotAgeSeconds,
  errorWhat: error?.what,
  errorCode: error?.code,
  errorMessage: error?.message,
  errorSince: error?.since,
  gaps: gaps.map(({ text }) => text).join(' '),
});

export interface CoverageContext {
  /** In ms since the epoch. */
  now: number;
  /** Without a reading for so long a cluster is late, in ms. @default 26 hours: nothing is known of a schedule */
  lateAfterMs?: number | undefined;
}

/** @param archived clusters that are gone for so long that they are kept elsewhere */
export function coverageRows(
  project: ProjectFacts,
  context: CoverageContext,
  archived: readonly ClusterCoverage[] = [],
): CoverageRow[] {
  const clusters = [...Object.values(project.coverage?.clusters ?? {}), ...archived];
  const byName = clusters.sort((a, b) => compare(a.clusterName, b.clusterName));
  return [...projectRows(project, context), ...byName.map((cluster) => clusterRow(project, cluster, context))];
}

/** As of now: what was requested before this very moment is proven by a later reading only, which is no gap yet. */
const asOf = ({ now }: CoverageContext): Asking => {
  const iso = new Date(now).toISOString();
  return { period: { since: new Date(0).toISOString(), until: iso }, now: iso };
};

const NOTHING_READ = { jobs: 0, open: 0, problems: 0 };
/** A full reading is made once a day. */
const FULL_EVERY_DAYS = 1;

function projectRows(facts: ProjectFacts, context: CoverageContext): CoverageRow[] {
  const { projectId, projectName, coverage, known } = facts;
  const about = { projectId, projectName, what: 'project', ...NOTHING_READ };
  const { notVisibleSince, outOfScopeSince } = scopeOf(known);
  const lists = coverage ? [...failingLists(facts, context), ...unreadEvents(coverage)] : [];
  if (outOfScopeSince !== undefined) {
    return [{ ...about, state: 'out-of-scope', since: outOfScopeSince, gaps: [] }, ...lists];
  }
  if (notVisibleSince === undefined && coverage) return lists;
  const since = notVisibleSince ?? known?.firstSeenAt;
  const state = notVisibleSince === undefined ? 'never' : 'not-visible';
  const gaps = coverage ? [notVisibleGap(since ?? '')] : proveProject(facts, asOf(context)).gaps;
  return [{ ...about, state, ...defined({ since }), claim: 'incomplete', gaps }, ...lists];
}

const notVisibleGap = (since: string): Gap => ({
  reason: 'not-visible',
  since,
  text: `No credentials see the project since ${since}: restores of it can't be ruled out.`,
  action: VISIBLE_AGAIN,
});

/** Its lists of clusters that hide restores. */
function failingLists({ projectId, projectName, coverage }: ProjectFacts, context: CoverageContext): CoverageRow[] {
  const { clusterLists } = proveProject(defined({ projectId, projectName, coverage }), asOf(context));
  return clusterLists.flatMap((proof): CoverageRow[] => {
    const { attemptedAt, readAt, error } = coverage?.discovery[proof.list] ?? {};
    const gaps = proof.gaps.filter(isNoWait);
    const what = `${proof.list} clusters`;
    const state = error ? 'failing' : readAt === undefined ? 'never' : 'stale';
    const times = defined({ attemptedAt, readAt, ...failureOf(what, error) });
    return gaps.length === 0
      ? []
      : [{ projectId, projectName, what, ...NOTHING_READ, claim: 'incomplete', gaps, state, ...times }];
  });
}

/** Restores are known all the same, so this hides none; who requested them is not. */
function unreadEvents({ projectId, projectName, attribution }: ProjectCoverage): CoverageRow[] {
  if (!attribution?.error) return [];
  const what = 'audit events';
  const failure = failureOf(what, attribution.error);
  return [{ projectId, projectName, what, ...NOTHING_READ, gaps: [], state: 'failing', ...failure }];
}

const failureOf = (what: string, error: Failure | undefined) =>
  error && { since: error.since, error: { what, ...error } };

const isNoWait = ({ reason }: Gap) => reason !== 'full-reading-due';

function clusterRow(facts: ProjectFacts, cluster: ClusterCoverage, context: CoverageContext): CoverageRow {
  const { projectId, projectName, known } = facts;
  const { clusterName, clusterId, tier, goneAt, backupsOff, paused } = cluster;
  const now = new Date(context.now).toISOString();
  const scope = scopeOf(known);
  const proof = proveCluster(cluster, scope, asOf(context));
  const stateOf = (list: ListCoverage) => listState(list, cluster, scope.notVisibleSince, context);
  const lists = KINDS.flatMap((kind) => {
    const list = cluster.lists[kind];
    return list ? [{ kind, list }] : [];
  });
  const open = lists.filter(({ list }) => !isClosed(list));
  const sum = (of: (list: ListCoverage) => number) => lists.reduce((total, { list }) => total + of(list), 0);
  const earliest = (name: 'readAt' | 'fullReadAt') =>
    open.map(({ list }) => believed(list[name], now) ?? '').sort()[0] || undefined;
  const failing = open.find(({ list }) => list.error);
  const drill = drillRow(cluster, scope.notVisibleSince, context);
  const gaps = proof.gaps.filter(isNoWait);
  const state = clusterState(cluster, proof, stateOf);
  const { coveredTo } = proof;
  const since: Partial<Record<CoverageState, string | undefined>> = {
    gone: goneAt,
    failing: failing?.list.error?.since,
    'not-visible': scope.notVisibleSince,
  };
  return defined({
    ...{ projectId, projectName, clusterName, clusterId, tier },
    state: scope.outOfScopeSince === undefined ? state : 'out-of-scope',
    since: since[state],
    claim: proof.state === 'none' ? undefined : claimNow(coveredTo, gaps),
    provenThrough: coveredTo,
    fullReadingDueAt:
      coveredTo === undefined || goneAt !== undefined ? undefined : daysAfter(coveredTo, FULL_EVERY_DAYS),
    // Of all of them: absent where one has none.
    readAt: earliest('readAt'),
    fullReadAt: earliest('fullReadAt'),
    attemptedAt: lists
      .map(({ list }) => list.attemptedAt)
      .sort()
      .at(-1),
    jobs: sum(({ jobs }) => jobs),
    open: sum(({ open }) => open),
    problems: sum(({ problemCount = 0 }) => problemCount),
    lastCompletedAt: drill.last?.finishedAt,
    ...{ drill, goneAt, backupsOff, paused },
    error: failing && failureOf(`${failing.kind} restore jobs`, failing.list.error)?.error,
    lists: Object.fromEntries(lists.map(({ kind, list }) => [kind, { state: stateOf(list), ...shown(list) }])),
    gaps,
  });
}

const claimNow = (coveredTo: string | undefined, gaps: readonly Gap[]): ClaimState =>
  gaps.length > 0 ? 'incomplete' : coveredTo === undefined ? 'not known' : 'complete';

/** Nothing can be added to it any more. */
const isClosed = ({ answer, supersededAt, fullReadAt = '' }: ListCoverage) =>
  answer !== undefined || (supersededAt !== undefined && fullReadAt >= supersededAt);

function drillRow(
  cluster: ClusterCoverage,
  notVisibleSince: string | undefined,
  { now, lateAfterMs = FRESH_MS }: CoverageContext,
): DrillRow {
  const drill = drillState(cluster, new Date(now), Math.max(FRESH_MS, lateAfterMs));
  if (drill.state !== 'overdue') return drill;
  // Nobody can see whether it was restored since.
  if (notVisibleSince !== undefined) return { ...drill, state: 'not-covered' };
  return { ...drill, ...defined({ overdueAt: cluster.drill?.overdueAt }) };
}

function clusterState(
  { goneAt, lists }: ClusterCoverage,
  proof: ClusterProof,
  stateOf: (list: ListCoverage) => CoverageState,
): CoverageState {
  if (goneAt !== undefined) return 'gone';
  const states = proof.lists.map(({ kind }) => (lists[kind] ? stateOf(lists[kind]) : 'never'));
  const worst = COVERAGE_STATES.find((state) => states.includes(state)) ?? 'none';
  return worst === 'absent' ? 'none' : worst;
}

/** The state of a list as it is now. */
function listState(
  list: ListCoverage,
  { goneAt }: Pick<ClusterCoverage, 'goneAt'>,
  notVisibleSince: string | undefined,
  { now, lateAfterMs = FRESH_MS }: CoverageContext,
): CoverageState {
  if (goneAt !== undefined || (isClosed(list) && list.answer === undefined)) return 'gone';
  if (notVisibleSince !== undefined) return 'not-visible';
  if (list.error) return 'failing';
  if (list.answer !== undefined) return 'absent';
  const readAt = believed(list.readAt, new Date(now).toISOString());
  if (readAt === undefined) return 'never';
  const age = now - Date.parse(readAt);
  return age > Math.max(FRESH_MS, lateAfterMs) ? 'stale' : age > lateAfterMs ? 'late' : 'read';
}

/** Without what is the collector's own. */
function shown(list: ListCoverage): Omit<ListRow, 'state'> {
  const { recent: _, resume: __, moving: ___, settledThrough: ____, durations: _____, ...kept } = list;
  const { notInPlan: ______, notThere: _______, deniedSince: ________, attemptedBy: _________, ...row } = kept;
  return row;
}

/** `Payments/Cluster0: The list of ... was never read.` */
export const gapLine = ({ projectName, clusterName, text }: NamedGap) => {
  const where = [projectName, clusterName].filter((part) => part !== undefined).join('/');
  return where === '' ? text : `${where}: ${text}`;
};

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
