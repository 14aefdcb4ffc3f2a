// functions/api/routes/restore-jobs.ts: GET /restore-jobs, a list, and GET /restore-jobs/:id, one with its history.
import type { Hono } from 'hono';
import type { JobSummary } from '../../ledger/model/ledger.ts';
import { DEFAULT_LIMIT } from '../../ledger/repositories/queries.ts';
import { NO_OBJECTIVES } from '../../restore/objectives/objective.ts';
import { JOB_COLUMNS, jobCells } from '../../views/csv/job-csv.ts';
import { withMeasures } from '../../views/measures.ts';
import { taggedJson } from '../http/etag.ts';
import { listAnswer } from '../http/list.ts';
import { acceptable } from '../http/negotiate.ts';
import { queryOf, readParameters } from '../http/parameters.ts';
import type { ApiEnv, ApiPorts } from '../http/ports.ts';
import { resource } from '../http/resource.ts';
import { jobsQuery } from '../query/jobs-query.ts';
import { foundJob, JOB_PARAMETERS, shown, whole } from '../query/one-job.ts';

/** Requests: of the list, those of ledger/queries.ts; of one job those of `foundJob`. */
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
      const jobId = context.req.param('id') ?? '';
      return taggedJson(context, whole(await foundJob(ledger, { jobId, projectId }), objectives));
    },
  });
}
