// bench/big/api.ts: what one call of each route of the API reads of the table.
import { Readable } from 'node:stream';
import type { Hono } from 'hono';
import { apiApp } from '../../functions/api/app.ts';
import type { ApiEnv } from '../../functions/api/http/ports.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import type { Table } from '../../functions/ledger/table/table-port.ts';
import { defined } from '../../functions/platform/defined.ts';
import { silentLog } from '../../functions/platform/log.ts';
import type { EvidenceJob, EvidenceJobs } from '../../functions/report/model/jobs.ts';
import type { EvidenceRequest } from '../../functions/report/model/request.ts';
import type { Load } from '../dynamo/made-jobs.ts';
import { CountingTable, type Reads } from './counting-table.ts';
import type { BigRequest } from './request.ts';
import { MADE_REPORT, requestsOf } from './requests.ts';

export interface Answered extends Reads {
  request: BigRequest;
  /** Items that the answer shows or counts. */
  about: number;
  answerBytes: number;
  wallMs: number;
}

/** `GET /restore-jobs/:id` and so on: what can be asked, from the app itself. */
const routesOf = (app: Hono<ApiEnv>): string[] => [
  ...new Set(
    app.routes.flatMap(({ method, path }) =>
      method === 'GET' || `${method} ${path}` === 'POST /runs' ? [`${method} ${path}`] : [],
    ),
  ),
];

/** @param isTimed each request once more before, without the count, for its time @throws Error for a route that is not requested */
export async function readAll(table: Table, load: Load, { isTimed = false } = {}): Promise<Answered[]> {
  const counting = new CountingTable(table);
  const [counted, plain] = [appOn(counting, load), appOn(table, load)];
  const routes = routesOf(counted);
  const requests = requestsOf(
    load,
    routes.flatMap((route) => (/\.\w+$/.test(route) && !route.endsWith('.json') ? [route.slice('GET '.length)] : [])),
  );
  const missing = routes.filter((route) => !requests.some((request) => request.route === route));
  if (missing.length > 0) throw new Error(`bench/big/requests.ts has no request to ${missing.join(', ')}`);
  const answers: Answered[] = [];
  for (const request of requests) {
    const [first, next] = await readOne(request);
    answers.push(first);
    if (next !== undefined) answers.push((await readOne({ ...request, target: next }))[0]);
  }
  return answers;

  /** With where the next page is. */
  async function readOne(request: BigRequest): Promise<[Answered, string | undefined]> {
    const began = performance.now();
    if (isTimed) await answered(plain, request);
    const wallMs = performance.now() - began;
    counting.taken();
    const answer = await answered(counted, request);
    const reads = counting.taken();
    const { about = listedIn(answer) } = request;
    return [{ request, about, ...reads, answerBytes: answer.bytes, wallMs }, answer.next];
  }
}

/** The whole API, at the moment up to which the ledger was filled. */
export function appOn(table: Table, { untilMs }: Load) {
  const now = () => untilMs;
  const evidence = { ledgerName: 'made', jobs: madeJobs(new Date(untilMs).toISOString()) };
  const ledger = ledgerReader({ table, now });
  return apiApp({ ledger, runs: { start: async () => {} }, evidence, log: silentLog, now });
}

/** Reports that take longer are made elsewhere. */
function madeJobs(at: string): EvidenceJobs {
  const request: EvidenceRequest = { period: { since: at, until: at, ended: true }, format: 'csv' };
  const job: EvidenceJob = { id: MADE_REPORT, state: 'done', requestedAt: at, request };
  const parts = () => Readable.from(['record']);
  return { start: async () => job, job: async () => job, report: async () => ({ parts: parts() }) };
}

/** @throws Error unless it succeeds */
async function answered(app: Hono<ApiEnv>, { route, target, accept, status }: BigRequest) {
  const [method = ''] = route.split(' ');
  const response = await app.fetch(new Request(`http://127.0.0.1${target}`, { method, headers: defined({ accept }) }));
  const { body, bytes } = await bodyOf(response);
  if (status === undefined ? !response.ok : response.status !== status)
    throw new Error(`${method} ${target} answered ${response.status}: ${body.slice(0, 300)}`);
  return { body, bytes, type: response.headers.get('content-type') ?? '', next: nextOf(response, body) };
}

/** In bytes. A report of a million restores has more than the 512 MB that a text can have, and nobody looks into it. */
const MAX_BODY = 256 * 1_048_576;

/** @returns no text of a longer one */
async function bodyOf(response: Response): Promise<{ body: string; bytes: number }> {
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY) chunks.push(chunk);
    else chunks = [];
  }
  return { body: Buffer.concat(chunks).toString(), bytes };
}

/** Path and query, from the header or the page. */
function nextOf({ headers }: Response, body: string): string | undefined {
  const link = /<http:\/\/[^/]*([^>]*)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
  return link ?? / rel="next" href="([^"]*)"/.exec(body)?.[1]?.replaceAll('&amp;', '&');
}

const LISTS = ['jobs', 'runs', 'parts', 'coverage', 'results'];

/** Lines, or what the list of a JSON document holds; one without a list is an item itself. */
function listedIn({ body, type }: { body: string; type: string }): number {
  if (!/\bjson\b/.test(type)) return body.split('\n').length - 1;
  const document: Record<string, unknown> = JSON.parse(body);
  const list = LISTS.map((name) => document[name]).find(Array.isArray);
  return list?.length ?? 1;
}
