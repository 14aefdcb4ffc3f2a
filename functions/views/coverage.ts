// functions/views/coverage.ts is what is shown of the coverage, by the API, the page and the command line alike: a row a cluster,
// and one for each thing about a project that hides restores. What may be claimed comes from functions/proof/.
import type * as z from 'zod/mini';
import type { ClusterCoverage, ListCoverage, ProjectCoverage } from '../ledger/model/coverage.ts';
import type { ProjectFacts } from '../ledger/model/known-project.ts';
import { type ClusterProof, proveCluster } from '../proof/cluster.ts';
import { drillState } from '../proof/drill-state.ts';
import type { ClaimState, Gap } from '../proof/gap.ts';
import type { NamedGap } from '../proof/ledger.ts';
import { FRESH_MS } from '../proof/list.ts';
import { type Asking, believed } from '../proof/period.ts';
import { CLUSTER_LISTS, proveProject, scopeOf } from '../proof/project.ts';
import { KINDS } from '../restore/job.ts';
import type { coverageOfList, coverageRow } from '../schema/coverage.ts';
import { COVERAGE_STATES, type CoverageState } from '../schema/words.ts';

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

const nothingRead = { jobs: 0, open: 0, problems: 0 };

function projectRows(facts: ProjectFacts, context: CoverageContext): CoverageRow[] {
  const { projectId, projectName, coverage, known } = facts;
  const about = { projectId, projectName, ...nothingRead };
  const { notVisibleSince, outOfScopeSince } = scopeOf(known);
  const rows: CoverageRow[] = [];
  if (outOfScopeSince !== undefined) {
    rows.push({ ...about, what: 'project', state: 'out-of-scope', since: outOfScopeSince, gaps: [] });
  } else if (notVisibleSince !== undefined || !coverage) {
    const { gaps } = proveProject(facts, asOf(context));
    const state = notVisibleSince === undefined ? 'never' : 'not-visible';
    const since = notVisibleSince ?? known?.firstSeenAt;
    const own = gaps.length > 0 && !coverage ? gaps : [notVisibleGap(notVisibleSince ?? '')];
    rows.push({ ...about, what: 'project', state, ...(since ? { since } : {}), claim: 'incomplete', gaps: own });
  }
  return [...rows, ...(coverage ? [...failingLists(coverage, context), ...unreadEvents(coverage)] : [])];
}

const notVisibleGap = (since: string): Gap => ({
  reason: 'not-visible',
  since,
  text: `No credentials see the project since ${since}: restores of it can't be ruled out.`,
  action: 'give the credentials a role in the project again, exclude it by the settings, or run restore-ledger retire',
});

function failingLists(project: ProjectCoverage, context: CoverageContext): CoverageRow[] {
  const { projectId, projectName, discovery } = project;
  const proof = proveProject({ projectId, projectName, coverage: project }, asOf(context));
  return CLUSTER_LISTS.flatMap((list): CoverageRow[] => {
    const { attemptedAt, readAt, error } = discovery[list] ?? {};
    const gaps = proof.clusterLists.find((of) => of.list === list)?.gaps.filter(isNoWait) ?? [];
    if (gaps.length === 0) return [];
    const what = `${list} clusters`;
    return [
      {
        ...{ projectId, projectName, what, ...nothingRead, claim: 'incomplete', gaps },
        state: error ? 'failing' : readAt === undefined ? 'never' : 'stale',
        ...(attemptedAt === undefined ? {} : { attemptedAt }),
        ...(readAt === undefined ? {} : { readAt }),
        ...(error ? { since: error.since, error: { what, ...error } } : {}),
      },
    ];
  });
}

/** Restores are known all the same, so this hides none; who asked for them is not. */
function unreadEvents({ projectId, projectName, attribution }: ProjectCoverage): CoverageRow[] {
  const error = attribution?.error;
  if (!error) return [];
  const what = 'audit events';
  const about = { projectId, projectName, what, ...nothingRead, gaps: [] };
  return [{ ...about, state: 'failing', since: error.since, error: { what, ...error } }];
}

const isNoWait = ({ reason }: Gap) => reason !== 'full-reading-due';

function clusterRow(facts: ProjectFacts, cluster: ClusterCoverage, context: CoverageContext): CoverageRow {
  const { projectId, projectName, known } = facts;
  const { clusterName, clusterId, tier, goneAt, backupsOff, paused } = cluster;
  const now = new Date(context.now).toISOString();
  const scope = scopeOf(known);
  const proof = proveCluster(cluster, scope, asOf(context));
  const lists = KINDS.flatMap((kind) => {
    const list = cluster.lists[kind];
    return list ? [{ kind, list }] : [];
  });
  const all = lists.map(({ list }) => list);
  const expected = all.filter((list) => !isClosed(list));
  const sum = (of: (list: ListCoverage) => number) => all.reduce((total, list) => total + of(list), 0);
  const [failing] = lists.filter(({ list }) => list.error && !isClosed(list));
  const drill = drillRow(cluster, scope.notVisibleSince, context);
  const gaps = proof.gaps.filter(isNoWait);
  const state = stateOfCluster(cluster, proof, scope.notVisibleSince, context);
  return {
    projectId,
    projectName,
    clusterName,
    ...(clusterId === undefined ? {} : { clusterId }),
    tier,
    state: scope.outOfScopeSince === undefined ? state : 'out-of-scope',
    ...sinceOf(state, { goneAt, failing: failing?.list, notVisibleSince: scope.notVisibleSince }),
    ...(proof.state === 'none' ? {} : { claim: claimNow(proof, gaps) }),
    ...(proof.coveredTo === undefined ? {} : { provenThrough: proof.coveredTo, ...dueAfter(cluster, proof.coveredTo) }),
    ...earliest('readAt', expected, now),
    ...earliest('fullReadAt', expected, now),
    ...latest(all),
    jobs: sum(({ jobs }) => jobs),
    open: sum(({ open }) => open),
    problems: sum(({ problemCount = 0 }) => problemCount),
    ...(drill.last ? { lastCompletedAt: drill.last.finishedAt } : {}),
    drill,
    ...(goneAt === undefined ? {} : { goneAt }),
    ...(backupsOff ? { backupsOff } : {}),
    ...(paused ? { paused } : {}),
    ...(failing?.list.error ? { error: { what: `${failing.kind} restore jobs`, ...failing.list.error } } : {}),
    lists: Object.fromEntries(
      lists.map(({ kind, list }) => [kind, listRow(list, cluster, scope.notVisibleSince, context)]),
    ),
    gaps,
  };
}

const NOT_COVERED = 'not-covered' as const;

const claimNow = ({ coveredTo }: ClusterProof, gaps: readonly Gap[]): ClaimState =>
  gaps.length > 0 ? 'incomplete' : coveredTo === undefined ? 'not known' : 'complete';

/** A full reading is made once a day. */
const FULL_EVERY_MS = 86_400_000;
const dueAfter = ({ goneAt }: ClusterCoverage, coveredTo: string) =>
  goneAt === undefined ? { fullReadingDueAt: new Date(Date.parse(coveredTo) + FULL_EVERY_MS).toISOString() } : {};

/** Nothing can be added to it any more. */
const isClosed = ({ answer, supersededAt, fullReadAt = '' }: ListCoverage) =>
  answer !== undefined || (supersededAt !== undefined && fullReadAt >= supersededAt);

function drillRow(
  cluster: ClusterCoverage,
  notVisibleSince: string | undefined,
  { now, lateAfterMs = FRESH_MS }: CoverageContext,
): DrillRow {
  const found = drillState(cluster, new Date(now), Math.max(FRESH_MS, lateAfterMs));
  // Nobody can see whether it was restored since.
  const drill = notVisibleSince !== undefined && found.state === 'overdue' ? { ...found, state: NOT_COVERED } : found;
  const overdueAt = drill.state === 'overdue' ? cluster.drill?.overdueAt : undefined;
  return { ...drill, ...(overdueAt === undefined ? {} : { overdueAt }) };
}

function sinceOf(
  state: CoverageState,
  of: { goneAt: string | undefined; failing: ListCoverage | undefined; notVisibleSince: string | undefined },
): Pick<CoverageRow, 'since'> {
  const since =
    state === 'gone'
      ? of.goneAt
      : state === 'failing'
        ? of.failing?.error?.since
        : state === 'not-visible'
          ? of.notVisibleSince
          : undefined;
  return since === undefined ? {} : { since };
}

function stateOfCluster(
  cluster: ClusterCoverage,
  { lists: proofs }: ClusterProof,
  notVisibleSince: string | undefined,
  context: CoverageContext,
): CoverageState {
  if (cluster.goneAt !== undefined) return 'gone';
  const states = proofs.map(({ kind }): CoverageState => {
    const list = cluster.lists[kind];
    return list ? listState(list, cluster, notVisibleSince, context) : 'never';
  });
  const worst = COVERAGE_STATES.find((state) => states.includes(state)) ?? 'none';
  return worst === 'absent' ? 'none' : worst;
}

/** The one judgement of a list as it is now. */
function listState(
  list: ListCoverage,
  { goneAt }: Pick<ClusterCoverage, 'goneAt'>,
  notVisibleSince: string | undefined,
  { now, lateAfterMs = FRESH_MS }: CoverageContext,
): CoverageState {
  if (goneAt !== undefined) return 'gone';
  if (isClosed(list) && list.answer === undefined) return 'gone';
  if (notVisibleSince !== undefined) return 'not-visible';
  if (list.error) return 'failing';
  if (list.answer !== undefined) return 'absent';
  const readAt = believed(list.readAt, new Date(now).toISOString());
  if (readAt === undefined) return 'never';
  const age = now - Date.parse(readAt);
  return age > Math.max(FRESH_MS, lateAfterMs) ? 'stale' : age > lateAfterMs ? 'late' : 'read';
}

/** Of all of them: absent where one has none. */
function earliest(name: 'readAt' | 'fullReadAt', lists: readonly ListCoverage[], now: string) {
  const [first] = lists.map((list) => believed(list[name], now) ?? '').sort();
  return first ? { [name]: first } : {};
}

function latest(lists: readonly ListCoverage[]): Pick<CoverageRow, 'attemptedAt'> {
  const last = lists
    .map(({ attemptedAt }) => attemptedAt)
    .sort()
    .at(-1);
  return last ? { attemptedAt: last } : {};
}

function listRow(
  list: ListCoverage,
  cluster: ClusterCoverage,
  notVisibleSince: string | undefined,
  context: CoverageContext,
): ListRow {
  const { recent: _, resume: __, moving: ___, settledThrough: ____, durations: _____, ...kept } = list;
  const { notInPlan: ______, notThere: _______, deniedSince: ________, attemptedBy: _________, ...shown } = kept;
  return { state: listState(list, cluster, notVisibleSince, context), ...shown };
}

/** `Payments/Cluster0: The list of ... was never read.` */
export const gapLine = ({ projectName, clusterName, text }: NamedGap) => {
  const where = [projectName, clusterName].filter((part) => part !== undefined).join('/');
  return where === '' ? text : `${where}: ${text}`;
};

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
