// functions/api/evidence/get-report.ts: GET /evidence: a report at once, or as a job where that takes longer than an answer may.
import type { Context } from 'hono';
import { defined } from '../../platform/defined.ts';
import { makeReport } from '../../report/make.ts';
import { TooManyEvidenceJobs } from '../../report/model/jobs.ts';
import { outcomeOf } from '../../report/model/outcome.ts';
import type { EvidenceRequest } from '../../report/model/request.ts';
import { knownCaller } from '../annotations/caller.ts';
import type { ApiEnv, EvidencePort } from '../http/ports.ts';
import { notFound, RequestProblem } from '../http/problem.ts';
import { reportHeaders, streamed, TooLong, whole } from './answer.ts';
import { jobAnswer, jobPath } from './job-view.ts';
import { asyncAfterSeconds, evidenceRequest } from './parameters.ts';
import { type EvidencePorts, formatsOf, LOOK_AGAIN, portOf } from './port.ts';

const LATER_HEADERS = { ...LOOK_AGAIN, vary: 'accept, prefer' };

/** @throws RequestProblem */
export async function getReport(context: Context<ApiEnv>, ports: EvidencePorts): Promise<Response> {
  const port = portOf(ports);
  const request = await evidenceRequest(context, ports.ledger, new Date(ports.now()), formatsOf(port));
  await checkProjects(request, ports);
  const asyncAfter = asyncAfterSeconds(context.req.header('prefer'));
  const ms = Math.min(
    port.limits?.ms ?? Number.POSITIVE_INFINITY,
    port.jobs && asyncAfter !== undefined ? asyncAfter * 1_000 : Number.POSITIVE_INFINITY,
    request.format === 'pdf' && !port.pdf ? 0 : Number.POSITIVE_INFINITY, // what makes jobs has the fonts
  );
  if (context.req.method === 'HEAD') return headAnswer(context, request, ms > 0);
  const answer = ms > 0 ? await answerWithin(ms, { context, request, ports, port }) : undefined;
  return answer ?? (await answerLater(context, request, port));
}

/** As of GET, as far as that is known without making a report or starting a job: no job has an address yet. */
const headAnswer = (context: Context<ApiEnv>, request: EvidenceRequest, mayBeAtOnce: boolean) =>
  mayBeAtOnce
    ? context.body(null, 200, reportHeaders(request))
    : context.body(null, 202, { 'content-type': 'application/json', ...LATER_HEADERS });

/** @throws RequestProblem 404 */
async function checkProjects({ only }: EvidenceRequest, { ledger }: EvidencePorts) {
  if (!only) return;
  const known = await ledger.projectNames(only.projectIds);
  const [unknown] = only.projectIds.filter((projectId) => !known.has(projectId));
  if (unknown !== undefined) throw notFound(`the ledger has no project ${unknown}`);
}

class CallerLeft extends Error {
  override readonly name = 'CallerLeft';
}

interface Answering {
  context: Context<ApiEnv>;
  request: EvidenceRequest;
  ports: EvidencePorts;
  port: EvidencePort;
}

/** Nothing where it takes longer, or is larger than an answer may be. */
async function answerWithin(ms: number, { context, request, ports, port }: Answering): Promise<Response | undefined> {
  const { ledger, log, now, objectives } = ports;
  const { ledgerName, limits, pdf } = port;
  const isEndless = ms === Number.POSITIVE_INFINITY;
  const stop = new AbortController();
  const timer = isEndless ? undefined : setTimeout(() => stop.abort(new TooLong(`it took more than ${ms} ms`)), ms);
  context.req.raw.signal?.addEventListener('abort', () => stop.abort(new CallerLeft('nobody waits for the report')));
  try {
    const madeAt = new Date(now()).toISOString();
    const about = defined({
      objectives,
      ...{ ledgerName, madeAt, pdf },
      signal: stop.signal,
      verifyByProject: true,
    });
    const made = await makeReport(request, { ledger, ...about });
    const dispose = () => made[Symbol.asyncDispose]();
    const headers = reportHeaders(request, outcomeOf(made.head));
    if (!limits) return context.body(streamed(made.parts(), dispose), 200, headers);
    await using _ = made;
    return context.body(await whole(made, limits.bytes), 200, headers);
  } catch (error) {
    if (error instanceof TooLong) return undefined;
    if (!(error instanceof CallerLeft)) throw error;
    log.info('caller left', { requestId: context.get('requestId'), request: 'GET /evidence' });
    return context.body(null, 408);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws RequestProblem 400, 429 */
async function answerLater(context: Context<ApiEnv>, request: EvidenceRequest, port: EvidencePort): Promise<Response> {
  if (!port.jobs) {
    const detail =
      'the report is longer than this API can answer at once: narrow since and until, or projectId; let the stack keep long ones (setting evidenceBucket); or run restore-ledger evidence --table';
    throw new RequestProblem('evidence-too-long', { field: 'since', detail });
  }
  try {
    const job = await port.jobs.start(request, knownCaller(context));
    const location = new URL(jobPath(job.id), context.req.url).href;
    // A browser shows how it stands; a program is told where to look.
    const isBrowser = context.req.header('sec-fetch-mode') === 'navigate';
    if (isBrowser) return context.redirect(location, 303);
    return context.json(jobAnswer(job), 202, { location, ...LATER_HEADERS });
  } catch (error) {
    if (!(error instanceof TooManyEvidenceJobs)) throw error;
    const headers = { 'retry-after': String(error.retryAfterSeconds) };
    throw new RequestProblem('too-many-evidence-jobs', { detail: error.message, headers });
  }
}
