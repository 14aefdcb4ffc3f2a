// functions/restore/normalize/normalize.ts: one normalised job from an answer of any of Atlas's kinds.

import { FieldError, Fields } from '../field-reader.ts';
import type { Kind, RestoreJob, Source } from '../job.ts';
import { isObjectId, requestedAt as requestedAtOf, secondOf } from '../object-id.ts';
import type { RedactedJob } from '../redact/redact.ts';
import { readCollection } from './collection.ts';
import { readDedicated } from './dedicated.ts';
import { readFlex } from './flex.ts';
import type { Asked, Reading } from './reading.ts';

const READERS: Record<Kind, (fields: Fields, asked: Asked) => Reading> = {
  dedicated: readDedicated,
  serverless: readDedicated,
  flex: readFlex,
  collection: readCollection,
};

/**
 * Every job with an id becomes one: fields that can't be understood are named in `problems`, and stay in `atlas` as unknown ones do.
 * @param readAt when the answer was asked for; it decides what is over by now, though nobody said so
 * @throws FieldError without a valid id: 24 hex digits. Capitals are a problem, but the same id
 */
export function normalize(
  kind: Kind,
  { atlas, deliveryUrlCount }: RedactedJob,
  source: Source,
  readAt: Date,
): RestoreJob {
  const jobId = jobIdOf(atlas);
  if (jobId === undefined) throw new FieldError('id', ID, atlas.id);
  const requestedAt = requestedAtOf(jobId);
  const fields = new Fields(atlas, readAt);
  if (jobId !== atlas.id) fields.note('id', ID);
  const reading = READERS[kind](fields, { deliveryUrlCount, requestedAt, readAt });
  const { status, sourceStatus, delivery, finishedAt } = reading;
  const job: RestoreJob = {
    projectId: source.projectId,
    clusterName: source.clusterName,
    jobId,
    kind,
    status,
    sourceStatus,
    delivery,
    requestedAt,
    deliveryUrlCount,
    atlas,
  };
  if (source.projectName !== undefined) job.projectName = source.projectName;
  if (source.clusterId !== undefined) job.clusterId = source.clusterId;
  // Absent rather than undefined, so that a stored job and a fresh one compare equal.
  if (finishedAt !== undefined) {
    job.finishedAt = finishedAt;
    job.durationSeconds = secondsBetween(secondOf(jobId), finishedAt);
  }
  if (reading.expiresAt !== undefined) job.expiresAt = reading.expiresAt;
  if (reading.snapshotId !== undefined) job.snapshotId = reading.snapshotId;
  if (reading.snapshotAt !== undefined) job.snapshotAt = reading.snapshotAt;
  if (reading.pointInTime !== undefined) job.pointInTime = reading.pointInTime;
  if (reading.targetProjectId !== undefined) job.targetProjectId = reading.targetProjectId;
  if (reading.targetClusterName !== undefined) job.targetClusterName = reading.targetClusterName;
  if (reading.errorMessage !== undefined) job.errorMessage = reading.errorMessage;
  if (fields.problems.length > 0) job.problems = fields.problems;
  return job;
}

const ID = '24 hex digits in lower case';

/** The id that a job is recorded by, however it is spelt: the same bytes are the same job. Undefined where it has none. */
export function jobIdOf({ id }: RedactedJob['atlas']): string | undefined {
  const spelt = typeof id === 'string' ? id.toLowerCase() : undefined;
  return isObjectId(spelt) ? spelt : undefined;
}

/** Two clocks made these: a finish before the request is 0, not negative. */
const secondsBetween = (from: number, to: string) => Math.max(0, Math.round(Date.parse(to) / 1000 - from));
