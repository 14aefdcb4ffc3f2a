// functions/api/routes/restore-jobs.ts: GET /restore-jobs, a list, and GET /restore-jobs/:id, one with its history.
import type { Context, Hono } from 'hono';
import type { JobSummary } from '../../ledger/model/ledger.ts';
import { DEFAULT_LIMIT, MAX_LIMIT } from '../../ledger/repositories/queries.ts';
import { defined } from '../../platform/defined.ts';
import { NO_OBJECTIVES } from '../../restore/objectives/objective.ts';
import { JOB_COLUMNS, jobCells } from '../../views/csv/job-csv.ts';
import { withMeasures } from '../../views/measures.ts';
import { taggedJson } from '../http/etag.ts';
import { listAnswer } from '../http/list.ts';
import { acceptable } from '../http/negotiate.ts';
import { queryOf, readParameters } from '../http/parameters.ts';
import type { ApiEnv, ApiPorts } from '../http/ports.ts';
import { resource } from '../http/resource.ts';
import { wholeListAnswer } from '../http/whole-list.ts';
import { jobsQuery } from '../query/jobs-query.ts';
import { withNames } from '../query/names.ts';
import { foundJob, JOB_PARAMETERS, shown, whole } from '../query/one-job.ts';
import { sortedJobs } from '../query/sorted-jobs.ts';
import { notKnownOf, tagsHeader } from '../query/tagged-clusters.ts';

/** Requests: of the list, those of ledger/queries.ts and, for names, of query/names.ts; of one job those of `foundJob`. */
export function restoreJobRoutes(
  app: Hono<ApiEnv>,
  { ledger, log, now, objectives = NO_OBJECTIVES }: Pick<ApiPorts, 'ledger' | 'log' | 'now' | 'objectives'>,
) {
  resource(app, '/restore-jobs', { GET: listed });

  async function listed(context: Context<ApiEnv>) {
    const { query: asked, names, sort, all } = jobsQuery(queryOf(context), now());
    const { limit = DEFAULT_LIMIT, cursor, ...query } = await withNames(ledger, asked, names);
    const rows = (job: JobSummary) => [withMeasures(shown(job), objectives)];
    const { tagsNotKnown } = notKnownOf(query);
    const listing = {
      ...{ name: 'jobs', columns: JOB_COLUMNS, rows, cells: jobCells },
      beside: () => ({ tagsNotKnown }),
      headers: () => tagsHeader(tagsNotKnown),
    };
    if (all) {
      const read = (at: string | undefined) => ledger.jobs(defined({ ...query, limit: MAX_LIMIT, cursor: at }));
      return wholeListAnswer(context, { ...listing, read }, { cursor, now, log });
    }
    const read = (max: number) => {
      const page = defined({ ...query, limit: max, cursor });
      return sort ? sortedJobs(ledger, page, sort) : ledger.jobs(page);
    };
    return listAnswer(context, { ...listing, read }, limit);
  }

  resource(app, '/restore-jobs/:id', {
    GET: async (context) => {
      acceptable(context);
      const place = readParameters(queryOf(context), JOB_PARAMETERS);
      const jobId = context.req.param('id') ?? '';
      return taggedJson(context, whole(await foundJob(ledger, { jobId, ...place }), objectives));
    },
  });
}
