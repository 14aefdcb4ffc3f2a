// functions/collector/task/task-message.ts reads a task back from a queue message, which anyone with access to the queue may have written.
import * as z from 'zod/mini';
import type { CollectTask } from './task.ts';

const objectId = z.string().check(z.regex(/^[a-f0-9]{24}$/));
const time = z.string().check(z.refine((value) => !Number.isNaN(Date.parse(value)), 'expected a date and time'));
const count = z.number().check(z.gte(0));

const counts = z.object({
  clusters: count,
  listsRead: count,
  clustersFailed: count,
  jobsSeen: count,
  jobsNew: count,
  jobsChanged: count,
  jobsVanished: count,
  jobsOld: z._default(count, 0), // of a later version than the others
  findings: z._default(count, 0),
  problems: count,
  atlasRequests: count,
  throttles: count,
  waitedMs: count,
  eventsFailed: z._default(count, 0),
});

const failure = z.object({
  clusterName: z.optional(z.string()),
  what: z.string(),
  code: z.string(),
  message: z.string(),
});

const task = z.object({
  runId: objectId,
  projectId: objectId,
  projectName: z.string(),
  orgId: z.optional(z.string()),
  accounts: z.array(z.string()),
  clusterName: z.optional(z.string()),
  full: z.optional(z.boolean()),
  progress: z.optional(z.object({ startedAt: time, messages: count, counts, failures: z.array(failure) })),
  followAt: z.optional(time),
});

/** @throws Error naming the field that is wrong */
export function parseTask(body: string): CollectTask {
  let input: unknown;
  try {
    input = JSON.parse(body);
  } catch {
    throw new Error('the message is not JSON');
  }
  const result = z.safeParse(task, input);
  // JSON has no undefined, so what is absent is absent.
  if (result.success) return result.data as CollectTask;
  const [issue] = result.error.issues;
  throw new Error(`the message is no task: ${issue?.path.join('.') || 'its top'}: ${issue?.message}`);
}
