// functions/api/evidence/get-job.ts: GET /evidence/:id and GET /evidence/:id/report: a report that takes longer.
import type { Context } from 'hono';
import type { EvidenceJob } from '../../report/model/jobs.ts';
import { acceptable } from '../http/negotiate.ts';
import { queryOf, readParameters } from '../http/parameters.ts';
import type { ApiEnv, EvidencePort } from '../http/ports.ts';
import { notFound } from '../http/problem.ts';
import { PAGE_HEADERS } from '../web/html/layout.ts';
import { reportHeaders, streamed } from './answer.ts';
import { jobAnswer, jobPage, jobPath } from './job-view.ts';
import { type EvidencePorts, LOOK_AGAIN, portOf } from './port.ts';

/** For programs, or for people. @throws RequestProblem */
export async function getJob(context: Context<ApiEnv>, ports: EvidencePorts): Promise<Response> {
  const type = acceptable(context, ['application/json', 'text/html']);
  const job = await jobOf(context, portOf(ports));
  const again = job.state === 'running' ? LOOK_AGAIN : {};
  if (type === 'application/json') return context.json(jobAnswer(job), 200, { ...again, vary: 'accept' });
  const refresh = job.state === 'running' ? { refresh: LOOK_AGAIN['retry-after'] } : {};
  return context.html(await jobPage(job, ports.now()), 200, { ...PAGE_HEADERS, ...refresh, vary: 'accept' });
}

/** @throws RequestProblem */
export async function getReportOfJob(context: Context<ApiEnv>, ports: EvidencePorts): Promise<Response> {
  const port = portOf(ports);
  const job = await jobOf(context, port);
  const method = context.req.method === 'HEAD' ? 'HEAD' : 'GET';
  const source = await port.jobs?.report(job.id, method);
  if (!source) throw notFound(`there is no report: it is ${job.state}; GET ${jobPath(job.id)} says more`);
  if ('location' in source) return context.body(null, 303, { location: source.location });
  const headers = reportHeaders(job.request, job.outcome);
  if (method === 'HEAD') return context.body(null, 200, headers);
  return context.body(
    streamed(source.parts, async () => {}),
    200,
    headers,
  );
}

async function jobOf(context: Context<ApiEnv>, { jobs }: EvidencePort): Promise<EvidenceJob> {
  readParameters(queryOf(context), {});
  const job = await jobs?.job(context.req.param('id') ?? '');
  if (!job) throw notFound('there is no such report, or it is not kept any more: ask for it again with GET /evidence');
  return job;
}
