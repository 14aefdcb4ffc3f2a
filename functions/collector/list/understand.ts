// functions/collector/list/understand.ts: an element of a list as a restore job, or why it isn't one of this list.
import type { JobPage } from '../../atlas/model/atlas.ts';
import { defined } from '../../platform/defined.ts';
import { FieldError } from '../../restore/field-reader.ts';
import type { RestoreJob } from '../../restore/job.ts';
import { normalize } from '../../restore/normalize/normalize.ts';
import { isObjectId } from '../../restore/object-id.ts';
import type { RedactedJob } from '../../restore/redact/redact.ts';
import { type Reading, raiseDoubt } from './reading.ts';

/** Named in one reading; all are counted. */
const MAX_PROBLEMS = 10;

/** Undefined for what can't be understood, which is a named problem, and for a job of another list, which is a doubt. */
export function understand(reading: Reading, element: JobPage['jobs'][number]): RestoreJob | undefined {
  const { list, source } = reading.task;
  try {
    if ('notAJob' in element) throw new FieldError('results[]', 'an object', element.notAJob);
    const job = normalize(list.kind, element, source, new Date(reading.requestedAt));
    const other = otherSource(element, job);
    if (other === undefined) return job;
    // The job is in that list too, which is read as well.
    raiseDoubt(reading, `job ${job.jobId} on it is of ${other}`);
    reading.watermark.missed(job.jobId);
    return undefined;
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    noteProblem(reading, idOf(element), error);
    return undefined;
  }
}

function noteProblem({ watermark, counts, problems }: Reading, id: string | undefined, error: FieldError) {
  // It may have changed all the same, and may be understood next time.
  watermark.missed(isObjectId(id) ? id : undefined);
  counts.problems += 1;
  const { field, expected, got } = error;
  if (problems.length < MAX_PROBLEMS) problems.push({ ...defined({ jobId: id?.slice(0, 64) }), field, expected, got });
}

/** The cluster, or project, that a job says it is of, where that isn't the requested one: only flex jobs say so (docs/atlas.md#1-2). */
function otherSource({ atlas }: RedactedJob, { kind, projectId, clusterName }: RestoreJob): string | undefined {
  if (kind !== 'flex') return undefined;
  const { instanceName, projectId: project } = atlas;
  if (typeof project === 'string' && project !== projectId) return `project ${project.slice(0, 24)}`;
  return typeof instanceName === 'string' && instanceName !== clusterName ? instanceName.slice(0, 64) : undefined;
}

function idOf(element: JobPage['jobs'][number]): string | undefined {
  const id = 'atlas' in element ? element.atlas.id : undefined;
  return typeof id === 'string' ? id : undefined;
}
