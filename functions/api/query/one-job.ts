// functions/api/query/one-job.ts: one job, as requests name it and as answers show it.
import type { JobSummary, LedgerJob } from '../../ledger/model/ledger.ts';
import type { LedgerReader } from '../../ledger/repositories/ledger-reader.ts';
import { isObjectId } from '../../restore/object-id.ts';
import { NO_OBJECTIVES, type Objectives } from '../../restore/objectives/objective.ts';
import { redactJob } from '../../restore/redact/redact.ts';
import { withMeasures } from '../../views/measures.ts';
import { described, objectId } from '../http/parameters.ts';
import { notFound } from '../http/problem.ts';
import { PROJECT } from './job-filters.ts';
import { type AskedPlace, type NamesReader, placeAsked } from './names.ts';

/** Of one job. */
export const JOB_PARAMETERS = {
  project: described(PROJECT, 'Its project, by its id, which saves a read, or its name.'),
  projectId: described(objectId, 'As `project`, by the id alone.'),
};
export interface AskedJob extends Pick<AskedPlace, keyof typeof JOB_PARAMETERS> {
  jobId: string;
}

/**
 * Requests: 1 query and 1 read; with its project 1 read, which is never behind, and those of a name.
 * @throws RequestProblem 404; 400 or 409 for the project
 */
export async function foundJob(
  ledger: Pick<LedgerReader, 'job' | 'jobOf'> & NamesReader,
  { jobId, ...asked }: AskedJob,
): Promise<LedgerJob> {
  if (!isObjectId(jobId)) throw notFound('a restore job is named by 24 hex digits in lower case');
  const { projectId } = await placeAsked(ledger, asked);
  const job = projectId === undefined ? await ledger.job(jobId) : await ledger.jobOf(projectId, jobId);
  if (!job && projectId !== undefined)
    throw notFound(
      `the ledger has no restore job ${jobId} of project ${projectId}; it may have it without \`project\``,
    );
  if (!job) throw notFound(`the ledger has no restore job ${jobId}; GET /coverage says what was read, and when`);
  return job;
}

export const shown = <Job extends JobSummary>({ fingerprint: _, ...job }: Job) => job;

/** Secrets were taken out before the job was stored. They are looked for again, for what an older version may have left. */
export const whole = (job: LedgerJob, objectives: Objectives = NO_OBJECTIVES) =>
  withMeasures(shown({ ...job, atlas: redactJob(job.atlas).atlas }), objectives);
