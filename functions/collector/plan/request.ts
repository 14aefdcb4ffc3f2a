// functions/collector/plan/request.ts: the event that starts a run: the scheduler's, or a request's.
import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { defined } from '../../platform/defined.ts';
import { plannedRun } from '../../schema/run.ts';
import { objectId } from '../../schema/types.ts';
import type { PlanRequest } from './plan.ts';

const scheduled = z.object({
  trigger: z.literal('schedule'),
  /** `<aws.scheduler.scheduled-time>` */
  scheduledAt: z.string().check(z.refine((value) => !Number.isNaN(Date.parse(value)), 'expected a date and time')),
  /** `<aws.scheduler.execution-id>`: the same when the scheduler tries again. */
  executionId: z.string().check(z.minLength(1)),
});

// Unlike the body of POST /runs, an event may carry more.
const requested = z.object({ ...plannedRun.shape, trigger: z.literal('request'), runId: objectId() });

const event = z.discriminatedUnion('trigger', [scheduled, requested]);

/** @throws Error naming the field that is wrong */
export function planRequest(input: unknown): PlanRequest {
  const result = z.safeParse(event, input);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new Error(`invalid run event: ${issue?.path.join('.') || 'the event'}: ${issue?.message}`);
  }
  if (result.data.trigger === 'schedule') {
    const { scheduledAt, executionId } = result.data;
    return { trigger: 'schedule', runId: runIdFor(new Date(scheduledAt), executionId) };
  }
  const { runId, projectId, clusterName, full } = result.data;
  return { trigger: 'request', runId, scope: defined({ projectId, clusterName }), full: full ?? false };
}

/** The same moment and key always give the same id, so that a repeated event repeats its run instead of starting another. */
export function runIdFor(at: Date, key: string): string {
  const seconds = Math.floor(at.getTime() / 1000)
    .toString(16)
    .padStart(8, '0');
  return seconds + createHash('sha256').update(key).digest('hex').slice(0, 16);
}
