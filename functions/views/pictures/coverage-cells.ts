// functions/views/pictures/coverage-cells.ts: what may be claimed of the restores of a cluster day by day.
//
// A day is proven only by the same proof that a report of that day alone would have: everything else is a state of its own.
import type { ClusterCoverage } from '../../ledger/model/coverage.ts';
import type { ProjectFacts } from '../../ledger/model/known-project.ts';
import { isOfPeriod, proveCluster } from '../../proof/cluster.ts';
import type { Gap } from '../../proof/gap.ts';
import { hubGaps } from '../../proof/hub.ts';
import type { Asking } from '../../proof/period.ts';
import { isInScope, isProjectOfPeriod, proveProject, scopeOf } from '../../proof/project.ts';
import { isObjectId, requestedAt } from '../../restore/object-id.ts';
import type { Span } from './spans.ts';

/**
 * Worst first. hole: restores of that time can't be ruled out. before: the ledger has what Atlas still listed when the project was
 * first read. let-go: restores were let go by the retention. due: nothing is missing as far as was read, and the reading to the end that
 * proves it is still to come. proven: every restore requested then is on record. none: nothing to read. absent: there was no such cluster, or
 * the time has not come.
 */
export const CELL_STATES = ['hole', 'before', 'let-go', 'due', 'proven', 'none', 'absent'] as const;
export type CellState = (typeof CELL_STATES)[number];

export interface CoverageCell extends Span {
  state: CellState;
  /** Of a hole: the first of the gaps. It may hold what Atlas answered. */
  why?: string;
}

/** Of one cluster, or of what is known of the clusters of a project. */
export interface CoverageLine {
  projectId: string;
  projectName: string;
  /** Absent: whether the project's clusters are known. */
  clusterName?: string;
  cells: CoverageCell[];
}

/** Gaps of a project that are of its clusters' restores, too: the others are about clusters that nobody knows of. */
const OF_ITS_CLUSTERS: ReadonlySet<Gap['reason']> = new Set(['before-first-reading', 'let-go']);

/** @param now in ms since the epoch @param beyond gaps of the project that are known otherwise: by counting its jobs, for instance */
export function clusterLine(
  facts: ProjectFacts,
  cluster: ClusterCoverage,
  spans: readonly Span[],
  now: number,
  beyond: readonly Gap[] = [],
): CoverageLine {
  const { projectId, projectName, known } = facts;
  const cells = spans.map((span) =>
    cellOf(span, now, (asking) => {
      if (!isOfPeriod(believable(cluster), asking.period)) return 'absent';
      if (!isInScope(known, asking)) return 'none';
      const proof = proveCluster(cluster, scopeOf(known), asking);
      const ofProject = proveProject(facts, asking).gaps.filter(({ reason }) => OF_ITS_CLUSTERS.has(reason));
      return proof.state === 'none' ? 'none' : [...proof.gaps, ...hubGaps(facts, asking), ...ofProject, ...beyond];
    }),
  );
  return { projectId, projectName, clusterName: cluster.clusterName, cells };
}

/** @param now in ms since the epoch */
export function projectLine(facts: ProjectFacts, spans: readonly Span[], now: number): CoverageLine {
  const { projectId, projectName, known } = facts;
  const cells = spans.map((span) =>
    cellOf(span, now, (asking) => {
      const isAhead = isObjectId(projectId) && requestedAt(projectId) > asking.now;
      if (!isAhead && !isProjectOfPeriod(facts, asking)) return 'absent';
      if (!isInScope(known, asking)) return 'none';
      const { clusterLists, gaps } = proveProject(facts, asking);
      return [...gaps, ...clusterLists.flatMap((list) => list.gaps)];
    }),
  );
  return { projectId, projectName, cells };
}

/** An id that was made after the cluster was seen says nothing of when that was: no day before is taken for one without it. */
export function believable({ clusterId, ...cluster }: ClusterCoverage): ClusterCoverage {
  return isObjectId(clusterId) && requestedAt(clusterId) <= cluster.seenAt ? { ...cluster, clusterId } : cluster;
}

function cellOf(span: Span, now: number, gapsIn: (asking: Asking) => CellState | readonly Gap[]): CoverageCell {
  const moment = new Date(now).toISOString();
  if (span.since >= moment) return { ...span, state: 'absent' };
  // Of a day that has not ended, as far as it has come.
  const until = span.until < moment ? span.until : moment;
  const gaps = gapsIn({ period: { since: span.since, until }, now: moment });
  if (typeof gaps === 'string') return { ...span, state: gaps };
  const state = stateOf(gaps);
  const [worst] = gaps.filter(({ reason }) => reason !== 'full-reading-due');
  return worst ? { ...span, state, why: worst.text } : { ...span, state };
}

function stateOf(gaps: readonly Gap[]): CellState {
  const reasons = new Set(gaps.map(({ reason }) => reason));
  reasons.delete('full-reading-due');
  if (reasons.size === 0) return gaps.length === 0 ? 'proven' : 'due';
  if (reasons.size === 1 && reasons.has('before-first-reading')) return 'before';
  return [...reasons].every((reason) => OF_ITS_CLUSTERS.has(reason)) ? 'let-go' : 'hole';
}

/** How many of each state. */
export function cellCounts(cells: readonly CoverageCell[]): Record<CellState, number> {
  const counts = Object.fromEntries(CELL_STATES.map((state) => [state, 0])) as Record<CellState, number>;
  for (const { state } of cells) counts[state] += 1;
  return counts;
}

/** Cells that follow one another in the same state, as one. */
export function cellRuns(cells: readonly CoverageCell[]): (CoverageCell & { first: number; length: number })[] {
  const runs: (CoverageCell & { first: number; length: number })[] = [];
  cells.forEach((cell, first) => {
    const last = runs.at(-1);
    if (last?.state === cell.state) {
      last.until = cell.until;
      last.length += 1;
    } else runs.push({ ...cell, first, length: 1 });
  });
  return runs;
}
