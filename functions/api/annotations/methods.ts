// functions/api/annotations/methods.ts: PUT of a validation, and PATCH of an annotation. A file of its own, as whoever only reads needs nothing
// of it.
import type { Context } from 'hono';
import { annotationPatch, validationPatch } from '../../ledger/annotations/patch.ts';
import { isMatched, tagged } from '../http/etag.ts';
import { jsonBody } from '../http/json-body.ts';
import { acceptable } from '../http/negotiate.ts';
import { queryOf, readParameters } from '../http/parameters.ts';
import type { ApiEnv } from '../http/ports.ts';
import { JOB_PARAMETERS, whole } from '../query/one-job.ts';
import { type AnnotatingPorts, annotated } from './annotating.ts';

export const putValidation = (context: Context<ApiEnv>, ports: AnnotatingPorts) =>
  answered(context, ports, () => jsonBody(context.req, ['application/json'], 'accept'), validationPatch);

export const patchAnnotation = (context: Context<ApiEnv>, ports: AnnotatingPorts) =>
  answered(
    context,
    ports,
    () => jsonBody(context.req, ['application/merge-patch+json', 'application/json'], 'accept-patch'),
    annotationPatch,
  );

/** The job as it is now, whether something was new or not. */
async function answered(
  context: Context<ApiEnv>,
  ports: AnnotatingPorts,
  read: () => Promise<unknown>,
  patchOf: typeof annotationPatch,
): Promise<Response> {
  acceptable(context);
  const place = readParameters(queryOf(context), JOB_PARAMETERS);
  const jobId = context.req.param('id') ?? '';
  const body = await read();
  const condition = context.req.header('if-match');
  const job = await annotated(
    context,
    {
      ...{ jobId, ...place },
      patch: () => patchOf(body),
      isExpected: (stored) =>
        condition === undefined || isMatched(condition, tagged(whole(stored, ports.objectives)).etag),
    },
    ports,
  );
  const answer = tagged(whole(job, ports.objectives));
  return context.body(answer.body, 200, {
    'content-type': 'application/json; charset=utf-8',
    'content-location': `/restore-jobs/${jobId}`,
    etag: answer.etag,
  });
}
