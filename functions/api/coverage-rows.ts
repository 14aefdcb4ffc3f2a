// functions/api/coverage-rows.ts shows what was read of every cluster, and when: one row a cluster.
import type { ClusterCoverage, Failure, ListCoverage, ProjectCoverage } from '../ledger/coverage.ts';
import { type DrillState, drillState } from '../ledger/drill-state.ts';
import { KINDS, type Kind } from '../restore/job.ts';

/**
 * read: everything that could have changed. failing: the last attempt at something failed. never: not once. none: nothing to
 * read, as the tier has no backups or Atlas has no such list. gone: the cluster is no longer there; its jobs stay.
 */
export const COVERAGE_STATES = ['read', 'failing', 'never', 'none', 'gone'] as const;
export type CoverageState = (typeof COVERAGE_STATES)[number];

export interface CoverageRow {
  projectId: string;
  projectName: string;
  /** Absent: a list of clusters that could not be read, so that there may be clusters nobody knows of. */
  clusterName?: string;
  clusterId?: string;
  tier?: ClusterCoverage['tier'];
  state: CoverageState;
  attemptedAt?: string;
  /** Since when nothing can be missing: of several lists, the one read the longest ago. */
  readAt?: string;
  fullReadAt?: string;
  jobs: number;
  open: number;
  /** Jobs that were listed but not understood. */
  problems: number;
  /** When the last restore of its backups that was completed finished; that of a few collections is none. */
  lastCompletedAt?: string;
  /** Absent where `clusterName` is. */
  drill?: DrillRow;
  goneAt?: string;
  error?: Failure & { what: string };
  lists?: Partial<Record<Kind, ListRow>>;
}

export interface DrillRow extends DrillState {
  /** When the collector first found it overdue. */
  overdueAt?: string;
}

/** Without what only the collector needs. */
export type ListRow = Omit<ListCoverage, 'recent' | 'resume' | 'moving' | 'settledThrough' | 'durations'>;

export const COVERAGE_COLUMNS = [
  ...['projectId', 'projectName', 'clusterName', 'clusterId', 'tier', 'state', 'attemptedAt', 'readAt', 'fullReadAt'],
  ...['jobs', 'open', 'problems', 'drillState', 'drillDays', 'drillDueAt'],
  ...['lastCompletedAt', 'lastDurationSeconds', 'snapshotAgeSeconds', 'goneAt'],
  ...['errorWhat', 'errorCode', 'errorMessage', 'errorSince'],
];

export const coverageCells = ({ error, drill, lists: _, ...row }: CoverageRow): Record<string, unknown> => ({
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
});

/**
 * @param now in ms since the epoch: drills are met, due or overdue as of then
 * @param archived clusters that are gone for so long that they are kept elsewhere
 */
export function coverageRows(
  project: ProjectCoverage,
  now: number,
  archived: readonly ClusterCoverage[] = [],
): CoverageRow[] {
  const clusters = [...Object.values(project.clusters), ...archived];
  const byName = clusters.sort((a, b) => compare(a.clusterName, b.clusterName));
  return [...failingDiscovery(project), ...byName.map((cluster) => clusterRow(project, cluster, now))];
}

const failingDiscovery = ({ projectId, projectName, discovery }: ProjectCoverage): CoverageRow[] =>
  Object.entries(discovery).flatMap(([list, { attemptedAt, readAt, error }]) => {
    if (!error) return [];
    const about = { projectId, projectName, state: 'failing' as const, attemptedAt, jobs: 0, open: 0, problems: 0 };
    return [{ ...about, ...(readAt === undefined ? {} : { readAt }), error: { what: `${list} clusters`, ...error } }];
  });

function clusterRow({ projectId, projectName }: ProjectCoverage, cluster: ClusterCoverage, now: number): CoverageRow {
  const { clusterName, clusterId, tier, goneAt } = cluster;
  const lists = KINDS.flatMap((kind) => {
    const list: ListCoverage | undefined = cluster.lists[kind];
    return list ? [{ kind, list }] : [];
  });
  const all = lists.map(({ list }) => list);
  const expected = all.filter(({ answer }) => answer === undefined);
  const sum = (of: (list: ListCoverage) => number) => all.reduce((total, list) => total + of(list), 0);
  const [failing] = lists.filter(({ list }) => list.error);
  const drill = drillRow(cluster, now);
  return {
    projectId,
    projectName,
    clusterName,
    ...(clusterId === undefined ? {} : { clusterId }),
    tier,
    state: stateOf(cluster, expected),
    ...earliest('readAt', expected),
    ...earliest('fullReadAt', expected),
    ...latest('attemptedAt', all),
    jobs: sum(({ jobs }) => jobs),
    open: sum(({ open }) => open),
    problems: sum(({ problemCount = 0 }) => problemCount),
    ...(drill.last ? { lastCompletedAt: drill.last.finishedAt } : {}),
    drill,
    ...(goneAt === undefined ? {} : { goneAt }),
    ...(failing?.list.error ? { error: { what: `${failing.kind} restore jobs`, ...failing.list.error } } : {}),
    lists: Object.fromEntries(lists.map(({ kind, list }) => [kind, listRow(list)])),
  };
}

function drillRow(cluster: ClusterCoverage, now: number): DrillRow {
  const drill = drillState(cluster, new Date(now));
  const overdueAt = drill.state === 'overdue' ? cluster.drill?.overdueAt : undefined;
  return { ...drill, ...(overdueAt === undefined ? {} : { overdueAt }) };
}

function stateOf({ tier, goneAt, lists }: ClusterCoverage, expected: readonly ListCoverage[]): CoverageState {
  if (goneAt !== undefined) return 'gone';
  if (expected.some(({ error }) => error)) return 'failing';
  if (expected.some(({ readAt }) => readAt === undefined)) return 'never';
  if (expected.length > 0) return 'read';
  return tier === 'free' || Object.keys(lists).length > 0 ? 'none' : 'never';
}

type Moment = 'readAt' | 'fullReadAt' | 'attemptedAt';
type Moments = Partial<Record<Moment, string>>;

/** Of all of them: absent where one has none. */
function earliest(name: Moment, lists: readonly ListCoverage[]): Moments {
  const moments = lists.map((list) => list[name] ?? '').sort();
  return moments[0] ? { [name]: moments[0] } : {};
}

function latest(name: Moment, lists: readonly ListCoverage[]): Moments {
  const moment = lists
    .map((list) => list[name] ?? '')
    .sort()
    .at(-1);
  return moment ? { [name]: moment } : {};
}

function listRow(list: ListCoverage): ListRow {
  const { recent: _, resume: __, moving: ___, settledThrough: ____, durations: _____, ...shown } = list;
  return shown;
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
