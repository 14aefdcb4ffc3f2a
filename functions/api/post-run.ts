// functions/api/post-run.ts answers POST /runs. A file of its own, since whoever only reads needs nothing of it, nor of zod.
import type { Context } from 'hono';
import { acceptable } from './negotiate.ts';
import { readParameters } from './parameters.ts';
import type { ApiEnv, ApiPorts } from './ports.ts';
import { runReport } from './run-report.ts';
import { runRequest, waitSeconds } from './run-request.ts';
import { finished, startedRun } from './start-run.ts';

export async function postRun(context: Context<ApiEnv>, ports: ApiPorts): Promise<Response> {
  acceptable(context);
  readParameters(new URL(context.req.url).searchParams, {});
  const wait = waitSeconds(context.req.header('prefer'));
  const run = await startedRun(await runRequest(context.req), ports);
  const report = wait === undefined ? undefined : await finished(run.runId, wait * 1_000, ports);
  const done = report?.run ?? run;
  const headers = {
    location: new URL(`/runs/${run.runId}`, context.req.url).href,
    ...(wait === undefined ? {} : { 'preference-applied': `wait=${wait}` }),
  };
  const body = runReport(report ?? { run, parts: [] });
  return context.json(body, done.status === 'running' ? 202 : 200, headers);
}
