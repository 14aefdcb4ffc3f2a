// functions/events/from/coverage-events.ts makes the events of one write of a project's coverage: restore drills that became
// overdue, and elements of its lists that are no jobs as far as this version can tell.
import { type ClusterCoverage, clusterNamed, type Problem, type ProjectCoverage } from '../../ledger/model/coverage.ts';
import { lastRestore } from '../../proof/drill-state.ts';
import { problemText } from '../../restore/field-reader.ts';
import { KINDS, type Kind } from '../../restore/job.ts';
import type { Finding } from '../../restore/rules/finding.ts';
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

type OverdueCluster = DrillOverdue['clusters'][number];

function drillsOverdue(before: ProjectCoverage | undefined, after: ProjectCoverage): LedgerEvent[] {
  const overdue = Object.entries(after.clusters).filter(([name, cluster]) =>
    becameOverdue(before && clusterNamed(before.clusters, name), cluster),
  );
  const at = overdue
    .flatMap(([, { drill }]) => drill?.overdueAt ?? [])
    .sort()
    .at(-1);
  if (at === undefined) return [];
  const { projectId, projectName, revision } = after;
  const clusters = overdue.flatMap(([, cluster]) => overdueCluster(cluster));
  const event = enveloped<EventOf<DrillOverdue>>('Restore Drill Overdue', {
    id: `${projectId}:${revision}:drills`,
    severity: 'warning',
    at,
    message: drillMessage(projectName, clusters),
    projectId,
    projectName,
    clusters,
  });
  return [event];
}

function becameOverdue(before: ClusterCoverage | undefined, { drill }: ClusterCoverage): boolean {
  if (drill?.overdueAt === undefined) return false;
  return before?.drill?.overdueAt === undefined || before.drill.dueAt !== drill.dueAt;
}

function overdueCluster(cluster: ClusterCoverage): OverdueCluster[] {
  const { clusterName, drill } = cluster;
  if (!drill) return [];
  const { days, dueAt } = drill;
  const lastCompletedAt = lastRestore(cluster)?.finishedAt;
  return [{ clusterName, days, dueAt, ...(lastCompletedAt === undefined ? {} : { lastCompletedAt }) }];
}

function drillMessage(projectName: string, clusters: readonly OverdueCluster[]): string {
  const named = clusters.slice(0, MAX_NAMED).map(({ clusterName, days, dueAt, lastCompletedAt }) => {
    const last = lastCompletedAt === undefined ? 'no restore is known' : `last restored ${day(lastCompletedAt)}`;
    return `${singleLine(clusterName)} (every ${counted(days, 'day')}, due ${day(dueAt)}, ${last})`;
  });
  const are = clusters.length === 1 ? 'is' : 'are';
  return `${singleLine(projectName)}: ${counted(clusters.length, 'cluster')} ${are} overdue for a restore drill.\n${listed(named, clusters.length)}.`;
}

const day = (iso: string) => utc(iso).slice(0, 10);

function problemsFound(before: ProjectCoverage | undefined, after: ProjectCoverage): LedgerEvent[] {
  return Object.entries(after.clusters).flatMap(([name, cluster]) =>
    KINDS.flatMap((kind) => {
      const known = (before && clusterNamed(before.clusters, name))?.lists[kind]?.problems ?? [];
      const { problems = [], readAt, attemptedAt } = cluster.lists[kind] ?? {};
      return problems.flatMap((problem, index) =>
        known.some((one) => isSame(one, problem))
          ? []
          : [problemEvent(after, cluster, { kind, problem, index, at: readAt ?? attemptedAt ?? cluster.seenAt })],
      );
    }),
  );
}

/** A job by its id; one without, by what is wrong with it. */
const isSame = (a: Problem, b: Problem) =>
  a.jobId === b.jobId && a.field === b.field && (a.jobId !== undefined || a.got === b.got);

interface FoundProblem {
  kind: Kind;
  problem: Problem;
  index: number;
  at: string;
}

function problemEvent(
  { projectId, projectName, revision }: ProjectCoverage,
  { clusterName }: ClusterCoverage,
  { kind, problem, index, at }: FoundProblem,
): LedgerEvent {
  const { jobId } = problem;
  const which = jobId === undefined ? `${revision}.${kind}.${index + 1}` : singleLine(jobId, MAX_ID_PART);
  const why = `The ${kind} list has a job${jobId === undefined ? '' : ` ${singleLine(jobId)}`} that can't be understood: ${singleLine(problemText(problem), MAX_PROBLEM)}`;
  const finding: Finding = { rule: 'unknown-job-shape', severity: 'warning', at, why };
  return enveloped<EventOf<RestoreFinding>>('Restore Finding', {
    id: `${projectId}/${singleLine(clusterName, MAX_ID_PART)}:${which}:${finding.rule}`,
    severity: finding.severity,
    at,
    message: `${singleLine(projectName)}/${singleLine(clusterName)}: ${finding.rule} (${finding.severity}): ${why}.\nIt is not in the ledger; a newer version may understand it.`,
    finding,
    projectId,
    projectName,
    clusterName,
  });
}
