// functions/api/routes/restore-jobs.ts: GET /restore-jobs, a list, and GET /restore-jobs/:id, one with its history.
import type { Hono } from 'hono';
import type { JobSummary, LedgerJob } from '../../ledger/model/ledger.ts';
import { DEFAULT_LIMIT } from '../../ledger/repositories/queries.ts';
import { isObjectId } from '../../restore/object-id.ts';
import { NO_OBJECTIVES } from '../../restore/objectives/objective.ts';
import { redactJob } from '../../restore/redact/redact.ts';
import { JOB_COLUMNS, jobCells } from '../../views/job-csv.ts';
import { withMeasures } from '../../views/measures.ts';
import { taggedJson } from '../http/etag.ts';
import { listAnswer } from '../http/list.ts';
import { acceptable } from '../http/negotiate.ts';
import { described, objectId, queryOf, readParameters } from '../http/parameters.ts';
import type { ApiEnv, ApiPorts } from '../http/ports.ts';
import { notFound } from '../http/problem.ts';
import { resource } from '../http/resource.ts';
import { jobsQuery } from '../query/jobs-query.ts';

/** Of one job. */
export const JOB_PARAMETERS = { projectId: described(objectId, 'Saves a read where it is known.') };

const shown = <Job extends JobSummary>({ fingerprint: _, ...job }: Job) => job;

/** Requests: of the list, those of ledger/queries.ts; of one job 1 query and 1 read, or with `projectId` 1 read, which is never behind. */
export function restoreJobRoutes(
  app: Hono<ApiEnv>,
  { ledger, objectives = NO_OBJECTIVES }: Pick<ApiPorts, 'ledger' | 'objectives'>,
) {
  resource(app, '/restore-jobs', {
    GET: (context) => {
      const { limit = DEFAULT_LIMIT, ...query } = jobsQuery(queryOf(context));
      const read = (max: number) => ledger.jobs({ ...query, limit: max });
      const rows = (job: JobSummary) => [withMeasures(shown(job), objectives)];
      return listAnswer(context, { name: 'jobs', columns: JOB_COLUMNS, rows, cells: jobCells, read }, limit);
    },
  });

  resource(app, '/restore-jobs/:id', {
    GET: async (context) => {
      acceptable(context);
      const { projectId } = readParameters(queryOf(context), JOB_PARAMETERS);
      const id = context.req.param('id') ?? '';
      if (!isObjectId(id)) throw notFound('a restore job is named by 24 hex digits in lower case');
      const job = projectId === undefined ? await ledger.job(id) : await ledger.jobOf(projectId, id);
      if (!job) throw notFound(`the ledger has no restore job ${id}; GET /coverage says what was read, and when`);
      return taggedJson(context, withMeasures(whole(job), objectives));
    },
  });
}

/** Secrets were taken out before the job was stored. They are looked for again, for what an older version may have left. */
const whole = (job: LedgerJob) => shown({ ...job, atlas: redactJob(job.atlas).atlas });
