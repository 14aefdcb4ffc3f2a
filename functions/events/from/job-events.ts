// functions/events/from/job-events.ts: the events of one change of a job: the change itself, and what was found with it.

import { isBackfilled, MAX_EVENT_AGE_HOURS } from '../../ledger/model/backfill.ts';
import type { Change, JobSummary, LedgerJob } from '../../ledger/model/ledger.ts';
import { JOB_SUMMARY_FIELDS } from '../../ledger/model/table.ts';
import { type Item, pick } from '../../ledger/table/job-item.ts';
import { defined } from '../../platform/defined.ts';
import type { Finding } from '../../restore/rules/finding.ts';
import { STATUSES, type Status } from '../../schema/words.ts';
import type { EventJob, JobStateChange, LedgerEvent, RestoreFinding } from '../model/event.ts';
import { type EventOf, enveloped } from './envelope.ts';
import { changeMessage, findingMessage } from './job-text.ts';

export interface EventOptions {
  /** How long after its end a restore that is seen for the first time has events, in hours. @default 24 */
  maxEventAgeHours?: number;
}

/**
 * The change first, then each finding that it added, in their order. None for a backfilled one.
 * @param job as it is after the change
 */
export function jobEvents(
  job: LedgerJob | JobSummary,
  change: Change,
  { maxEventAgeHours = MAX_EVENT_AGE_HOURS }: EventOptions = {},
): LedgerEvent[] {
  if (isBackfilled(job, change, maxEventAgeHours)) return [];
  return [stateChange(job, change), ...findingsAdded(job, change).map((finding) => findingEvent(job, change, finding))];
}

function stateChange(job: JobSummary, change: Change): LedgerEvent {
  const { revision, at, status: newStatus } = change;
  return enveloped<EventOf<JobStateChange>>('Restore Job State Change', {
    id: `${job.jobId}:${revision}`,
    severity: 'info',
    at,
    message: changeMessage(job, change),
    job: published(job),
    revision,
    ...defined({ oldStatus: oldStatusOf(change) }),
    newStatus,
    change,
  });
}

function oldStatusOf({ revision, status, fields }: Change): Status | undefined {
  if (revision === 1) return undefined;
  return fields.status ? STATUSES.find((known) => known === fields.status?.from) : status;
}

/** Those of a change that a later one took back are not known any more, beyond their names in the change. */
export function findingsAdded({ findings = [] }: JobSummary, { fields }: Change): Finding[] {
  const before = listOf(fields.findings?.from);
  const added = listOf(fields.findings?.to).filter((rule) => !before.includes(rule));
  return findings.filter(({ rule, severity }) => added.includes(rule) || added.includes(`${rule}:${severity}`));
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function findingEvent(job: JobSummary, { revision, at, firstReading }: Change, finding: Finding): LedgerEvent {
  const { jobId, projectId, projectName = projectId, clusterName } = job;
  return enveloped<EventOf<RestoreFinding>>('Restore Finding', {
    id: `${jobId}:${revision}:${finding.rule}`,
    severity: finding.severity,
    at,
    message: findingMessage(job, finding),
    finding,
    projectId,
    projectName,
    clusterName,
    job: published(job),
    ...defined({ firstReading }),
  });
}

/** As lists show it. */
const published = (job: JobSummary): EventJob =>
  pick(
    job as unknown as Item,
    JOB_SUMMARY_FIELDS.filter((name) => name !== 'fingerprint'),
  );
