// functions/restore/normalize/normalize.ts: one normalised job from an answer of any of Atlas's kinds.

import { defined } from '../../platform/defined.ts';
import type { Kind } from '../../schema/words.ts';
import { FieldError, Fields } from '../field-reader.ts';
import type { RestoreJob, Source } from '../job.ts';
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
 * @param readAt when the answer was requested; it decides what is over by now, though nobody said so
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
  const { finishedAt } = reading;
  const { projectId, projectName, clusterName, clusterId } = source;
  // Absent rather than undefined, so that a stored job and a fresh one compare equal.
  return defined({
    ...{ projectId, projectName, clusterName, clusterId, jobId, kind, requestedAt, deliveryUrlCount, atlas },
    ...reading,
    durationSeconds: finishedAt === undefined ? undefined : secondsBetween(secondOf(jobId), finishedAt),
    problems: fields.problems.length > 0 ? fields.problems : undefined,
  });
}

const ID = '24 hex digits in lower case';

/** The id that a job is recorded by, however it is spelt: the same bytes are the same job. Undefined where it has none. */
export function jobIdOf({ id }: RedactedJob['atlas']): string | undefined {
  const spelt = typeof id === 'string' ? id.toLowerCase() : undefined;
  return isObjectId(spelt) ? spelt : undefined;
}

/** Two clocks made these: a finish before the request is 0, not negative. */
const secondsBetween = (from: number, to: string) => Math.max(0, Math.round(Date.parse(to) / 1000 - from));
