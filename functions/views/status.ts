// functions/views/status.ts: how a restore stands: its status inside a sentence, and the time it took.
import type { RestoreJob } from '../restore/job.ts';
import { span } from '../restore/text.ts';
import type { Status } from '../schema/words.ts';

/** `restore FAILED`, but `restore ended with an unknown outcome`; a status of a later version as it is. */
export const statusWords = (status: Status): string =>
  status === 'UNKNOWN' ? 'ended with an unknown outcome' : status;

/** Nothing where Atlas did not say, or it is not a matter of time. */
export function took(
  { durationSeconds, status, requestedAt }: Pick<RestoreJob, 'durationSeconds' | 'status' | 'requestedAt'>,
  now: number,
): { time: string; soFar: boolean } | undefined {
  if (durationSeconds !== undefined) return { time: span(durationSeconds), soFar: false };
  const seconds = (now - Date.parse(requestedAt)) / 1000;
  const isUnderWay = (status === 'PENDING' || status === 'RUNNING') && !Number.isNaN(seconds);
  return isUnderWay ? { time: span(seconds), soFar: true } : undefined;
}
