// functions/collector/task/task.ts: the task of a collector, as the queue carries it. Anyone with access to the queue may write one.
import * as z from 'zod/mini';
import { tryJson } from '../../platform/json.ts';
import { clusterFailure, runCounts } from '../../schema/run.ts';
import { amount, flag, list, objectId, optional, text } from '../../schema/types.ts';

const time = z.string().check(z.refine((value) => !Number.isNaN(Date.parse(value)), 'expected a date and time'));

const task = z.object({
  runId: objectId(),
  projectId: objectId(),
  projectName: text(),
  orgId: optional(text()),
  /** Names of the secrets whose credentials see the project, the preferred first: what one may not read is read with the next. */
  accounts: list(text()),
  /** Only this cluster. */
  clusterName: optional(text()),
  /** Read every list to its end. */
  full: optional(flag()),
  /** What is done, where an earlier message ran out of time. */
  progress: optional(
    z.object({
      /** When the first message began; lists attempted since are done. */
      startedAt: time,
      /** How many messages it has taken so far. */
      messages: amount(),
      counts: runCounts,
      failures: list(clusterFailure),
    }),
  ),
  /** Set where this is no part of a run, but a follow-up of open jobs: the moment it was due. */
  followAt: optional(time),
});

export interface CollectTask extends z.infer<typeof task> {}

/** @throws Error naming the field that is wrong */
export function parseTask(body: string): CollectTask {
  const input = tryJson(body);
  if (input === undefined) throw new Error('invalid task: not JSON');
  const result = z.safeParse(task, input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(['invalid task', issue?.path.join('.'), issue?.message].filter(Boolean).join(': '));
}
