// functions/api/annotations/annotating.ts: a job found, annotated in the caller's name, and what kept it from that as a problem.
import type { Context } from 'hono';
import { AnnotationConflict, annotateJob, JobLetGo } from '../../ledger/annotations/annotate.ts';
import { AnnotationsFull } from '../../ledger/annotations/merge.ts';
import { type AnnotationPatch, AnnotationProblem } from '../../ledger/annotations/patch.ts';
import type { LedgerJob } from '../../ledger/model/ledger.ts';
import type { Annotator } from '../../restore/annotations.ts';
import { newObjectId } from '../../restore/object-id.ts';
import type { ApiEnv, ApiPorts } from '../http/ports.ts';
import { RequestProblem } from '../http/problem.ts';
import { type AskedJob, foundJob } from '../query/one-job.ts';
import { knownCaller } from './caller.ts';

export type AnnotatingPorts = Pick<ApiPorts, 'ledger' | 'now' | 'annotations' | 'objectives'>;

export interface Asked extends AskedJob {
  /** Called only once the job was found: of a job that isn't there, nothing is wrong with the body. */
  patch(job: LedgerJob): AnnotationPatch;
  isExpected(job: LedgerJob): boolean;
}

/** @throws RequestProblem 403, 404, 409, 412, 422, 501 */
export async function annotated(context: Context<ApiEnv>, asked: Asked, ports: AnnotatingPorts): Promise<LedgerJob> {
  const { ledger, now, annotations } = ports;
  if (!annotations) {
    throw new RequestProblem('annotations-not-available', {
      detail: 'this API takes no annotations: it needs to know its callers, by IAM or by jwtAnnotateScopes',
    });
  }
  const by = annotatorOf(context, annotations.user, 'an annotation needs to know who makes it');
  const stored = await foundJob(ledger, asked);
  const at = new Date(now());
  const signature = { by, at: at.toISOString(), runId: newObjectId(at) };
  try {
    const patch = asked.patch(stored);
    const { job } = await annotateJob(annotations.table, stored, patch, signature, asked.isExpected);
    // As a GET has it: an ETag is of its very bytes.
    return (await ledger.jobOf(job.projectId, job.jobId)) ?? job;
  } catch (error) {
    throw problemOf(error);
  }
}

/** @param user of this machine, where there is no API Gateway in front and nobody signs in @throws RequestProblem 403 */
export function annotatorOf(context: Context<ApiEnv>, user: Annotator | undefined, why: string): Annotator {
  const annotator = knownCaller(context, user);
  if (annotator) return annotator;
  throw new RequestProblem('caller-not-known', { detail: why });
}

function problemOf(error: unknown): unknown {
  if (error instanceof AnnotationProblem) {
    return new RequestProblem('invalid-body', { field: error.field, detail: error.message });
  }
  if (error instanceof AnnotationsFull) return new RequestProblem('annotations-full', { detail: error.message });
  if (error instanceof JobLetGo) return new RequestProblem('job-let-go', { detail: error.message });
  if (error instanceof AnnotationConflict) {
    return new RequestProblem('precondition-failed', { field: 'If-Match', detail: error.message });
  }
  return error;
}
