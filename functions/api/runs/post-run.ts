// functions/api/runs/post-run.ts: POST /runs. A file of its own, since whoever only reads needs nothing of it, nor of zod.
import type { Context } from 'hono';
import { acceptable } from '../http/negotiate.ts';
import { queryOf, readParameters } from '../http/parameters.ts';
import type { ApiEnv, ApiPorts } from '../http/ports.ts';
import { runReport } from './run-report.ts';
import { runRequest, waitSeconds } from './run-request.ts';
import { finished, startedRun } from './start-run.ts';

export async function postRun(context: Context<ApiEnv>, ports: ApiPorts): Promise<Response> {
  acceptable(context);
  readParameters(queryOf(context), {});
  const wait = waitSeconds(context.req.header('prefer'));
  const started = await startedRun(await runRequest(context.req, ports.ledger), ports);
  const report = wait === undefined ? started : await finished(started, wait * 1_000, ports);
  const headers = {
    location: new URL(`/runs/${report.run.runId}`, context.req.url).href,
    ...(wait !== undefined && { 'preference-applied': `wait=${wait}` }),
  };
  return context.json(runReport(report), report.run.status === 'running' ? 202 : 200, headers);
}
