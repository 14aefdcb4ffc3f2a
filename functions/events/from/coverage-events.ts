// functions/events/from/coverage-events.ts: the events of one write of a project's coverage: restore drills that became overdue, and
// elements of its lists that this version can't understand.

import { type ClusterCoverage, clusterNamed, type Problem, type ProjectCoverage } from '../../ledger/model/coverage.ts';
import { defined } from '../../platform/defined.ts';
import { lastRestore } from '../../proof/drill-state.ts';
import { problemText } from '../../restore/field-reader.ts';
import type { Finding } from '../../restore/rules/finding.ts';
import { KINDS, type Kind } from '../../schema/words.ts';
import { findingName } from '../../views/findings.ts';
import { counted, listed } from '../../views/text.ts';
import type { DrillOverdue, LedgerEvent, RestoreFinding } from '../model/event.ts';
import { type EventOf, enveloped } from './envelope.ts';
import { singleLine, utc } from './single-line.ts';

/** Of these, a message names the first. */
const MAX_NAMED = 5;
const MAX_ID_PART = 64;
const MAX_PROBLEM = 200;

/** @param before absent for the first coverage of a project */
export function coverageEvents(before: ProjectCoverage | undefined, after: ProjectCoverage): LedgerEvent[] {
  return [...drillsOverdue(before, after), ...problemsFound(before, after)];
}

function drillsOverdue(before: ProjectCoverage | undefined, after: ProjectCoverage): LedgerEvent[] {
  const { projectId, projectName, revision } = after;
  const overdue = Object.entries(after.clusters).flatMap(([name, { clusterName, lists, drill }]) => {
    const known = before && clusterNamed(before.clusters, name)?.drill;
    if (drill?.overdueAt === undefined) return [];
    if (known?.overdueAt !== undefined && known.dueAt === drill.dueAt) return [];
    const { days, dueAt, overdueAt } = drill;
    const lastCompletedAt = lastRestore({ lists })?.finishedAt;
    const { needs, proof } = drill;
    const about = { lastCompletedAt, needs: needs?.needs, lastProvenAt: proof?.finishedAt };
    return [{ overdueAt, cluster: { clusterName, days, dueAt, ...defined(about) } }];
  });
  const at = overdue
    .map(({ overdueAt }) => overdueAt)
    .sort()
    .at(-1);
  if (at === undefined) return [];
  const clusters = overdue.map(({ cluster }) => cluster);
  const event = enveloped<EventOf<DrillOverdue>>('Restore Drill Overdue', {
    id: `${projectId}:${revision}:drills`,
    severity: 'warning',
    at,
    message: drillMessage(projectName, clusters),
    projectId,
    projectName,
    clusters,
    ...(before === undefined ? { firstReading: true } : {}),
  });
  return [event];
}

function drillMessage(projectName: string, clusters: DrillOverdue['clusters']): string {
  const named = clusters.slice(0, MAX_NAMED).map(({ clusterName, days, dueAt, ...about }) => {
    return `${singleLine(clusterName)} (every ${counted(days, 'day')}, due ${day(dueAt)}, ${lastWords(about)})`;
  });
  const are = clusters.length === 1 ? 'is' : 'are';
  return `${singleLine(projectName)}: ${counted(clusters.length, 'cluster')} ${are} overdue for a restore drill.\n${listed(named, clusters.length)}.`;
}

function lastWords({
  lastCompletedAt,
  lastProvenAt,
  needs,
}: Omit<DrillOverdue['clusters'][number], 'clusterName' | 'days' | 'dueAt'>) {
  const last = lastCompletedAt === undefined ? 'no restore is known' : `last restored ${day(lastCompletedAt)}`;
  if (!needs) return last;
  return `${last}, ${lastProvenAt === undefined ? 'none is proven' : `last proven ${day(lastProvenAt)}`}`;
}

const day = (iso: string) => utc(iso).slice(0, 10);

function problemsFound(before: ProjectCoverage | undefined, after: ProjectCoverage): LedgerEvent[] {
  return Object.entries(after.clusters).flatMap(([name, cluster]) =>
    KINDS.flatMap((kind) => {
      const known = (before && clusterNamed(before.clusters, name))?.lists[kind]?.problems ?? [];
      const { problems = [], readAt, attemptedAt } = cluster.lists[kind] ?? {};
      const at = readAt ?? attemptedAt ?? cluster.seenAt;
      return problems.flatMap((problem, index) => {
        const isKnown = known.some((one) => isSame(one, problem));
        const which = problem.jobId ? singleLine(problem.jobId, MAX_ID_PART) : `${after.revision}.${kind}.${index + 1}`;
        return isKnown
          ? []
          : [problemEvent(after, cluster, { kind, problem, which, at, isFirst: before === undefined })];
      });
    }),
  );
}

/** A job by its id; one without, by what is wrong with it. */
const isSame = (a: Problem, b: Problem) =>
  a.jobId === b.jobId && a.field === b.field && (a.jobId !== undefined || a.got === b.got);

interface FoundProblem {
  kind: Kind;
  problem: Problem;
  /** In the id of the event. */
  which: string;
  at: string;
  /** The project had no coverage. */
  isFirst: boolean;
}

function problemEvent(
  { projectId, projectName }: ProjectCoverage,
  { clusterName }: ClusterCoverage,
  { kind, problem, which, at, isFirst }: FoundProblem,
): LedgerEvent {
  const { jobId } = problem;
  const why = `The ${kind} list has a job${jobId === undefined ? '' : ` ${singleLine(jobId)}`} that can't be understood: ${singleLine(problemText(problem), MAX_PROBLEM)}`;
  const finding: Finding = { rule: 'unknown-job-shape', severity: 'warning', at, why };
  return enveloped<EventOf<RestoreFinding>>('Restore Finding', {
    id: `${projectId}/${singleLine(clusterName, MAX_ID_PART)}:${which}:${finding.rule}`,
    severity: finding.severity,
    at,
    message: `${singleLine(projectName)}/${singleLine(clusterName)}: ${findingName(finding)}: ${why}.\nIt is not in the ledger; a newer version may understand it.`,
    finding,
    projectId,
    projectName,
    clusterName,
    ...(isFirst ? { firstReading: true } : {}),
  });
}
