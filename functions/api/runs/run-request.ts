// functions/api/runs/run-request.ts: body, Idempotency-Key and Prefer of POST /runs.
import type { HonoRequest } from 'hono';
import * as z from 'zod/mini';
import type { RunScope } from '../../ledger/model/run.ts';
import { defined } from '../../platform/defined.ts';
import { runRequest as runRequestSchema } from '../../schema/run.ts';
import { idempotencyKey } from '../http/idempotency-key.ts';
import { jsonBody, ofBody } from '../http/json-body.ts';
import { RequestProblem } from '../http/problem.ts';
import { type NamesReader, placeAsked } from '../query/names.ts';

export interface AskedRun {
  scope: RunScope;
  full: boolean;
  idempotencyKey?: string;
}

/** API Gateway gives up after 30 s. */
const MAX_WAIT_SECONDS = 25;

/** Names are looked up in `ledger`. @throws RequestProblem 400, 409, 415, 422 */
export async function runRequest(request: HonoRequest, ledger: NamesReader): Promise<AskedRun> {
  const key = idempotencyKey(request.header('idempotency-key'));
  const { full = false, ...asked } = await bodyOf(request);
  const { projectId, clusterName } = await ofBody(() => placeAsked(ledger, asked));
  return defined({ scope: defined({ projectId, clusterName }), full, idempotencyKey: key });
}

/** `Prefer: wait=10`; longer than we may, is as long as we may. What can't be read is no preference (RFC 7240). */
export function waitSeconds(prefer: string | undefined): number | undefined {
  const seconds = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:$|[,;])/i.exec(prefer ?? '')?.[1];
  return seconds === undefined ? undefined : Math.min(MAX_WAIT_SECONDS, Number(seconds));
}

async function bodyOf(request: HonoRequest): Promise<z.infer<typeof runRequestSchema>> {
  if ((await request.text()).trim() === '') return {}; // may be left out; Hono keeps the text for who reads it again
  const body = await jsonBody(request, ['application/json'], 'accept-post');
  const result = z.safeParse(runRequestSchema, body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.');
  const detail =
    issue?.code === 'unrecognized_keys'
      ? `there are: ${Object.keys(runRequestSchema.shape).join(', ')}`
      : issue?.message;
  throw new RequestProblem(
    'invalid-body',
    defined({ field: field?.slice(0, 100) || undefined, detail: `expected: ${detail}` }),
  );
}
