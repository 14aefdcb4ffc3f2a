// bin/remote/evidence.ts: the evidence report of an API, at once or as a job that is waited for.
import { setTimeout as sleep } from 'node:timers/promises';
import { fieldsOf } from '../../functions/platform/json.ts';
import type { Progress } from '../../functions/proof/verify/verify-all.ts';
import { EVIDENCE_INTEGRITY } from '../../functions/schema/words.ts';
import { type ApiClient, openElsewhere, type Query } from './client.ts';
import { ApiError } from './errors.ts';

/** An answer that takes longer is waited for as a job. API Gateway gives up after 30 s. */
const PREFER = 'respond-async, wait=20';
const LOOK_MS = 2_000;

export interface RemoteReport {
  /** What it comes to, in a line. */
  summary: string;
  isBroken: boolean;
  parts: AsyncIterable<string>;
}

interface Said {
  summary: unknown;
  integrity: unknown;
}

interface Asking {
  client: ApiClient;
  query: Query;
  accept: string;
  progress: Progress;
  signal: AbortSignal;
}

/** @throws ApiError, and the signal's reason */
export async function remoteReport({ client, query, accept, progress, signal }: Asking): Promise<RemoteReport> {
  const answer = await client.open('/evidence', query, { accept, prefer: PREFER }, signal);
  if (answer.status === 200) {
    const { headers } = answer;
    const said = { summary: headers.get('x-evidence-summary'), integrity: headers.get('x-evidence-integrity') };
    return reportOf(answer, said, signal);
  }
  const job = await ended(client, idOf(await answer.json()), { progress, signal });
  const path = `/evidence/${job.id}/report`;
  const made = await client.open(path, {}, { accept }, signal);
  return reportOf(made.status === 303 ? await redirected(made, signal) : made, job, signal);
}

const reportOf = (answer: Response, { summary, integrity }: Said, signal: AbortSignal): RemoteReport => ({
  summary: String(summary ?? 'a report'),
  isBroken: EVIDENCE_INTEGRITY.find((one) => one === integrity) === 'broken',
  parts: textOf(answer, signal),
});

/** Waits for the end. @throws ApiError where no report was made */
async function ended(client: ApiClient, id: string, { progress, signal }: Pick<Asking, 'progress' | 'signal'>) {
  for (;;) {
    const job = fieldsOf(await client.get(`/evidence/${id}`));
    if (job.state === 'done') return { id, summary: job.summary, integrity: job.integrity };
    if (job.state !== 'running')
      throw new ApiError(`no report was made: ${String(job.reason ?? 'the API does not say why')}`);
    progress.show(String(job.progress ?? 'the report is being made'));
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** It becomes a part of a path. */
function idOf(answer: unknown): string {
  const { id } = fieldsOf(answer);
  if (typeof id === 'string' && /^[\w-]{1,100}$/.test(id)) return id;
  throw new ApiError(
    "GET /evidence was answered with something else than a job: is this the address of a restore ledger's API?",
  );
}

/** The address is a key to the report: no message names it. */
async function redirected(answer: Response, signal: AbortSignal): Promise<Response> {
  const location = answer.headers.get('location') ?? '';
  const url = URL.canParse(location) ? new URL(location) : undefined;
  const isSafe = url?.protocol === 'https:' || url?.hostname === '127.0.0.1';
  if (!url || !isSafe)
    throw new ApiError('the report is at no https address: is this the address of a restore ledger?');
  const made = await openElsewhere(`the report at ${url.host}`, url, signal);
  if (made.status !== 200) throw new ApiError(`the report at ${url.host} was answered with ${made.status}`);
  return made;
}

async function* textOf({ body }: Response, signal: AbortSignal): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  try {
    for await (const chunk of body ?? []) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (error) {
    signal.throwIfAborted();
    throw new ApiError('the report was cut off before its end', { cause: error, transient: true });
  }
}
