// functions/events/from/run-events.ts: the event of a run that ended: the only one about jobs that have none of their own.

import type { ClusterFailure, PartStatus, Run, RunCounts } from '../../ledger/model/run.ts';
import { sentence } from '../../platform/text.ts';
import type { Severity } from '../../schema/words.ts';
import { counted, listed } from '../../views/text.ts';
import type { LedgerEvent, RunFinished } from '../model/event.ts';
import { type EventOf, enveloped } from './envelope.ts';
import { singleLine } from './single-line.ts';

const SEVERITY: Record<PartStatus, Severity> = { complete: 'info', incomplete: 'warning', failed: 'critical' };
/** Of these, a message names the first. */
const MAX_NAMED = 3;
const MAX_REASON = 160;

/** @param before absent where it isn't known; then a run that has ended counts as one that just did */
export function runEvents(before: Run | undefined, after: Run): LedgerEvent[] {
  const { runId, status, startedAt, finishedAt = startedAt } = after;
  if (status === 'running' || (before && before.status !== 'running')) return [];
  const type = status === 'complete' ? 'Collector Run Completed' : 'Collector Run Incomplete';
  const event = enveloped<EventOf<RunFinished>>(type, {
    id: `${runId}:finished`,
    severity: severityOf(after),
    at: finishedAt,
    message: runMessage(after),
    run: after,
  });
  return [event];
}

/** Findings without events, or messages, of their own are worth a look all the same. */
function severityOf({ status, counts }: Run): Severity {
  const { jobsBackfilled = 0, findings = 0, firstFindings = 0, firstOverdue = 0 } = counts ?? {};
  const needsAttention = (jobsBackfilled > 0 && findings > 0) || firstFindings > 0 || firstOverdue > 0;
  return status === 'complete' && needsAttention ? 'warning' : SEVERITY[status === 'running' ? 'complete' : status];
}

function runMessage(run: Run): string {
  const { runId, status, counts, failures } = run;
  const ended =
    status === 'complete' ? 'completed' : status === 'failed' ? 'failed: nothing could be read' : 'incomplete';
  const quiet = [backfilled(counts), firstReadings(counts)].filter((words) => words !== undefined);
  return [
    `Collector run ${singleLine(runId)} ${ended}. ${countsOf(run)}`,
    ...(quiet.length > 0 ? [quiet.join(' ')] : []),
    ...(failures.length > 0 ? [failuresOf(failures)] : []),
  ].join('\n');
}

const backfilled = ({ jobsBackfilled = 0 }: Partial<RunCounts> = {}) =>
  jobsBackfilled === 0
    ? undefined
    : `Recorded without an event each: ${counted(jobsBackfilled, 'restore')} that had ended long before.`;

/** A count that a run of an earlier version lacks is 0. */
function firstReadings({ firstLists = 0, firstFindings = 0, firstOverdue = 0 }: Partial<RunCounts> = {}) {
  if (firstFindings === 0 && firstOverdue === 0) return undefined;
  const found = [
    ...(firstFindings > 0 ? [counted(firstFindings, 'finding')] : []),
    ...(firstOverdue > 0 ? [`${counted(firstOverdue, 'cluster')} overdue for a restore drill`] : []),
  ];
  return `Read for the first time, so without a message each unless critical: ${counted(firstLists, 'list')}, ${found.join(', ')}.`;
}

function countsOf({ projects = 0, counts }: Run): string {
  if (!counts) return `${counted(projects, 'project')}.`;
  const { clusters, clustersFailed, jobsSeen, jobsNew, jobsChanged, problems, findings } = counts;
  const words = [
    counted(projects, 'project'),
    counted(clusters, 'cluster'),
    ...(clustersFailed > 0 ? [`${clustersFailed} not read`] : []),
    `${counted(jobsSeen, 'restore job')} seen`,
    `${jobsNew} new`,
    `${jobsChanged} changed`,
    ...(findings > 0 ? [counted(findings, 'finding')] : []),
    ...(problems > 0 ? [`${problems} not understood`] : []),
  ];
  return `${words.join(', ')}.`;
}

function failuresOf(failures: readonly ClusterFailure[]): string {
  const named = failures.slice(0, MAX_NAMED).map(({ clusterName, what, code, message }) => {
    const where = clusterName === undefined ? singleLine(what) : `${singleLine(clusterName)}, ${singleLine(what)}`;
    return `${where}: ${singleLine(code)}: ${singleLine(message, MAX_REASON)}`;
  });
  return sentence(listed(named, failures.length, '; '));
}
