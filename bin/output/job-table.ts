// bin/output/job-table.ts: restore jobs on a terminal: a row each.

import type { RestoreJob } from '../../functions/restore/job.ts';
import { isObjectId } from '../../functions/restore/object-id.ts';
import { isFound } from '../../functions/restore/requesters/requester.ts';
import type { Finding } from '../../functions/restore/rules/finding.ts';
import type { Status } from '../../functions/schema/words.ts';
import { worstOf } from '../../functions/views/findings.ts';
import { actorName } from '../../functions/views/requester-text.ts';
import { destinationWords } from '../../functions/views/target.ts';
import { utc } from '../../functions/views/text.ts';
import type { Style } from '../process/terminal.ts';
import type { ReadableLedger, ShownJob } from '../remote/ledger-port.ts';
import { severityStyle } from './event-lines.ts';
import { gradeOf, shortRequester } from './requester-text.ts';
import { type Column, spanCell } from './tables.ts';

/** Names of projects by id: Atlas names a restore's target project by its id alone. */
export type ProjectNames = ReadonlyMap<string, string>;

const STYLES: Record<Status, Style> = {
  PENDING: 'cyan',
  RUNNING: 'cyan',
  READY: 'yellow',
  COMPLETED: 'green',
  FAILED: 'red',
  CANCELLED: 'magenta',
  EXPIRED: 'dim',
  UNKNOWN: 'yellow',
};
export const styleOf = (status: Status): Style => STYLES[status];

type Target = Pick<RestoreJob, 'projectId' | 'targetProjectId'>;

/** Of the other projects that jobs went to. */
export async function namesFor(
  jobs: readonly Target[],
  ledger: Pick<ReadableLedger, 'projectNames'>,
): Promise<ProjectNames> {
  const targets = jobs.flatMap(({ projectId, targetProjectId = projectId }) =>
    targetProjectId === projectId || !isObjectId(targetProjectId) ? [] : [targetProjectId],
  );
  return targets.length === 0 ? new Map() : ledger.projectNames([...new Set(targets)]);
}

export const jobColumns = (names: ProjectNames) =>
  ({
    requested: { title: 'requested (UTC)', cell: ({ requestedAt }) => utc(requestedAt), style: () => 'dim' },
    project: { title: 'project', cell: ({ projectName, projectId }) => projectName ?? projectId, least: 12, goes: 4 },
    cluster: { title: 'cluster', cell: ({ clusterName }) => clusterName, least: 10 },
    kind: { title: 'kind', cell: ({ kind }) => kind, goes: 2 },
    status: {
      title: 'status',
      cell: ({ status, vanishedAt }) => (vanishedAt ? `${status}, vanished` : status),
      style: ({ status }) => styleOf(status),
    },
    delivery: { title: 'delivery', cell: ({ delivery }) => delivery, goes: 3 },
    target: { title: 'target', cell: (job) => destinationWords(job, names), least: 12, goes: 1 },
    took: { title: 'took', cell: ({ durationSeconds }) => spanCell(durationSeconds), align: 'right' },
    asked: {
      title: 'requested by',
      cell: ({ requester }) => (isFound(requester) ? actorName(requester.actor) : ''),
      least: 10,
      goes: 5,
    },
    // Beside the name, so that it is never cut; and never gone before it.
    grade: { title: 'grade', cell: ({ requester }) => gradeOf(requester), style: () => 'dim', goes: 6 },
    findings: {
      title: 'findings',
      cell: ({ findings = [] }) => findings.map(({ rule }) => rule).join(' '),
      style: ({ findings = [] }) => styleOfWorst(findings),
      least: 10,
    },
    id: { title: 'id', cell: ({ jobId }) => jobId, style: () => 'dim' },
  }) satisfies Record<string, Column<ShownJob>>;

/** From where to where, and who asked: what a narrow terminal has no columns for. */
export const journeyOf =
  (names: ProjectNames) =>
  (job: ShownJob): string => {
    const { projectName, projectId, clusterName, requester } = job;
    const journey = `${projectName ?? projectId}/${clusterName} → ${destinationWords(job, names)}`;
    return isFound(requester) ? `${journey}, by ${shortRequester(requester)}` : journey;
  };

function styleOfWorst(findings: readonly Finding[]): Style | undefined {
  const worst = worstOf(findings);
  return worst && severityStyle(worst);
}
