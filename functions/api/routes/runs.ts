// functions/api/routes/runs.ts: GET and POST /runs, and GET /runs/:id.
import type { Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Run } from '../../ledger/model/run.ts';
import { DEFAULT_LIMIT } from '../../ledger/repositories/queries.ts';
import { defined } from '../../platform/defined.ts';
import { taggedJson } from '../http/etag.ts';
import { listAnswer } from '../http/list.ts';
import { acceptable, BOM, FORMAT } from '../http/negotiate.ts';
import { queryOf, readParameters } from '../http/parameters.ts';
import type { ApiEnv, ApiPorts } from '../http/ports.ts';
import { notFound, RequestProblem } from '../http/problem.ts';
import { resource } from '../http/resource.ts';
import { CURSOR, LIMIT } from '../query/jobs-query.ts';
import { RUN_COLUMNS, runCells, runReport } from '../runs/run-report.ts';

export const RUN_PARAMETERS = { limit: LIMIT, cursor: CURSOR, format: FORMAT, bom: BOM };

/** A request is some hundred bytes. */
const MAX_REQUEST_BYTES = 10_000;

/**
 * Requests: of the list 1 query a month; of one run 1 query a MB of its parts. Starting one takes 1 write and 1
 * query, with an `Idempotency-Key` 2 queries more; waiting for it, 1 query each time that it is looked at: at most 16.
 */
export function runRoutes(app: Hono<ApiEnv>, ports: ApiPorts) {
  const { ledger } = ports;
  app.use('/runs', bodyLimit({ maxSize: MAX_REQUEST_BYTES, onError: tooLarge }));

  resource(app, '/runs', {
    GET: (context) => {
      const { limit = DEFAULT_LIMIT, cursor } = readParameters(queryOf(context), RUN_PARAMETERS);
      const read = (max: number) => ledger.runs(defined({ limit: max, cursor }));
      const rows = (run: Run) => [run];
      return listAnswer(context, { name: 'runs', columns: RUN_COLUMNS, rows, cells: runCells, read }, limit);
    },

    POST: async (context) => (await import('../runs/post-run.ts')).postRun(context, ports),
  });

  resource(app, '/runs/:id', {
    GET: async (context) => {
      acceptable(context);
      readParameters(queryOf(context), {});
      const id = context.req.param('id') ?? '';
      const report = await ledger.run(id);
      if (!report)
        throw notFound('the ledger has no such run: a run is named by 24 hex digits, and kept for some months');
      return taggedJson(context, runReport(report));
    },
  });
}

function tooLarge(_: Context): never {
  throw new RequestProblem('body-too-large', { detail: `the body may have ${MAX_REQUEST_BYTES} bytes` });
}
