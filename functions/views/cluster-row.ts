// functions/views/cluster-row.ts: the row of the coverage of a cluster, as it is now.
import type * as z from 'zod/mini';
import type { ClusterCoverage, Failure, ListCoverage } from '../ledger/model/coverage.ts';
import type { ProjectFacts } from '../ledger/model/known-project.ts';
import { defined } from '../platform/defined.ts';
import { type ClusterProof, proveCluster } from '../proof/cluster.ts';
import { drillState, lastRestore } from '../proof/drill-state.ts';
import { evidenceOf } from '../proof/evidence-grade.ts';
import type { Gap } from '../proof/gap.ts';
import { hubGaps } from '../proof/hub.ts';
import { FRESH_MS } from '../proof/list.ts';
import { type Asking, believed } from '../proof/period.ts';
import { scopeOf } from '../proof/project.ts';
import type { Verdicts } from '../restore/drills/judged.ts';
import { ageOf, type Measures, measuresOfCompleted } from '../restore/objectives/measure.ts';
import { NO_OBJECTIVES, type Objectives } from '../restore/objectives/objective.ts';
import { daysAfter } from '../restore/rules/drill.ts';
import type { coverageOfList, coverageRow } from '../schema/coverage.ts';
import { type ClaimState, COVERAGE_STATES, type CoverageState, KINDS } from '../schema/words.ts';

type Row = z.infer<typeof coverageRow>;
type DrillRow = NonNullable<Row['drill']>;

export interface CoverageContext {
  /** In ms since the epoch. */
  now: number;
  /** Without a reading for so long a cluster is late, in ms. @default 26 hours: nothing is known of a schedule */
  lateAfterMs?: number | undefined;
  /** @default none */
  objectives?: Objectives | undefined;
}

/** As of now: what was requested before this very moment is proven by a later reading only, which is no gap yet. */
export const asOf = ({ now }: CoverageContext): Asking => {
  const iso = new Date(now).toISOString();
  return { period: { since: new Date(0).toISOString(), until: iso }, now: iso };
};

/** In a hub: whose it is. */
export const originOf = ({ owner }: ProjectFacts) =>
  owner ? defined({ accountId: owner.accountId, organizationId: owner.organizationId }) : {};

/** A full reading is made once a day. */
const FULL_EVERY_DAYS = 1;

export const failureOf = (what: string, error: Failure | undefined) =>
  error && { since: error.since, error: { what, ...error } };

export const isNoWait = ({ reason }: Gap) => reason !== 'full-reading-due';

export function clusterRow(facts: ProjectFacts, cluster: ClusterCoverage, context: CoverageContext): Row {
  const { projectId, projectName, known } = facts;
  const { clusterName, clusterId, tier, tags, goneAt, backupsOff, paused } = cluster;
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
  const verdicts = facts.verdicts?.get(clusterName);
  const drill = {
    ...drillRow(cluster, verdicts, scope.notVisibleSince, context),
    ...lastMeasures(projectName, cluster, context.objectives),
  };
  const gaps = [...proof.gaps.filter(isNoWait), ...hubGaps(facts, asOf(context))];
  const state = clusterState(cluster, proof, stateOf);
  const { coveredTo } = proof;
  const since: Partial<Record<CoverageState, string | undefined>> = {
    gone: goneAt,
    failing: failing?.list.error?.since,
    'not-visible': scope.notVisibleSince,
  };
  return defined({
    ...{ projectId, projectName, clusterName, clusterId, tier, tags },
    ...originOf(facts),
    state: scope.outOfScopeSince === undefined ? state : 'out-of-scope',
    since: since[state],
    claim: proof.state === 'none' ? undefined : claimNow(coveredTo, gaps),
    provenThrough: coveredTo,
    letGoBefore: facts.coverage?.letGo?.before,
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
    ...{ drill, evidence: evidenceRow(facts, cluster, scope.notVisibleSince, context), goneAt, backupsOff, paused },
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

/** Of the last completed restore. Without one, it is not known whether an objective could be met. */
function lastMeasures(projectName: string, cluster: ClusterCoverage, objectives = NO_OBJECTIVES): Measures {
  if (cluster.goneAt !== undefined || cluster.deleted || cluster.tier === 'free') return {};
  const { durationSeconds, requestedAt = '', dataAt } = lastRestore(cluster) ?? {};
  const measured = { durationSeconds, dataAgeSeconds: ageOf(requestedAt, dataAt) };
  return measuresOfCompleted(measured, objectives.of(projectName, cluster.clusterName));
}

function drillRow(
  cluster: ClusterCoverage,
  verdicts: Verdicts | undefined,
  notVisibleSince: string | undefined,
  { now, lateAfterMs = FRESH_MS }: CoverageContext,
): DrillRow {
  const drill = drillState(cluster, new Date(now), { verdicts, freshMs: Math.max(FRESH_MS, lateAfterMs) });
  if (drill.state !== 'overdue') return drill;
  // Nobody can see whether it was restored since.
  if (notVisibleSince !== undefined) return { ...drill, state: 'not-covered' };
  return { ...drill, ...defined({ overdueAt: cluster.drill?.overdueAt }) };
}

function evidenceRow(
  { projectName, verdicts: all }: ProjectFacts,
  cluster: ClusterCoverage,
  notVisibleSince: string | undefined,
  { now, lateAfterMs = FRESH_MS, objectives = NO_OBJECTIVES }: CoverageContext,
): Row['evidence'] {
  const { clusterName } = cluster;
  const verdicts = all?.get(clusterName);
  const [objective, freshMs] = [objectives.of(projectName, clusterName), Math.max(FRESH_MS, lateAfterMs)];
  const isVisible = notVisibleSince === undefined;
  return evidenceOf(cluster, new Date(now), { verdicts, objective, freshMs, isVisible });
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
function shown(list: ListCoverage): Omit<z.infer<typeof coverageOfList>, 'state'> {
  const { recent: _, resume: __, moving: ___, settledThrough: ____, durations: _____, ...kept } = list;
  const {
    notInPlan: ______,
    notThere: _______,
    deniedSince: ________,
    attemptedBy: _________,
    letGoUntil: __________,
    ...row
  } = kept;
  return row;
}
