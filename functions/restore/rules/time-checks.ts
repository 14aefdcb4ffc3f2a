// functions/restore/rules/time-checks.ts: the rules on when a restore was requested, and how long it takes.

import { percentile } from '../../platform/percentile.ts';
import { printable, span } from '../text.ts';
import type { Check, TimeContext, TimedJob, Verdict } from './check.ts';

/** Fewer restores than this say nothing about what is usual. */
const MIN_DURATIONS = 10;

export const outsideHours: Check = ({ requestedAt }, { rules: { hours } }) => {
  if (hours === undefined) return undefined;
  const { inside, local } = hours.read(requestedAt);
  if (inside) return undefined;
  const why = `It was requested on ${local.text} (${hours.timeZone}), outside the working hours ${printable(hours.texts.join(', '), 200)}.`;
  return { severity: 'warning', why };
};

/** Not for downloads: they write nothing into a cluster, and their time compares with nothing. */
export function slow(job: TimedJob, context: TimeContext): Verdict | undefined {
  const seconds = job.status === 'RUNNING' || job.status === 'COMPLETED' ? secondsTaken(job, context) : undefined;
  if (seconds === undefined || job.delivery === 'download') return undefined;
  const broken = [...fixedLimit(context), ...usualLimit(context)].filter((limit) => seconds > limit.seconds);
  if (broken.length === 0) return undefined;
  const verb = job.status === 'RUNNING' ? 'has been running for' : 'took';
  const limits = broken.map(({ text }) => text).join(' and ');
  return { severity: 'info', why: `The restore ${verb} ${span(seconds)}, longer than ${limits}.` };
}

/**
 * A job that has ended was stuck if it took that long, so that the verdict stays once it moves again. A download that waits
 * to be fetched is not stuck, nor was one that has ended: its time is that of whoever fetches it.
 */
export function stuck(job: TimedJob, context: TimeContext): Verdict | undefined {
  const { stuckMinutes } = context.rules;
  const waits = job.status === 'PENDING' || job.status === 'RUNNING';
  if (stuckMinutes === 0 || (job.delivery === 'download' && !waits)) return undefined;
  const seconds = secondsTaken(job, context);
  if (seconds === undefined || seconds <= stuckMinutes * 60) return undefined;
  const verb = waits ? `has been ${job.status === 'PENDING' ? 'waiting' : 'running'} for` : 'took';
  const limit = `longer than the ${span(stuckMinutes * 60)} after which it counts as stuck`;
  return { severity: 'warning', why: `The restore ${verb} ${span(seconds)}, ${limit}.` };
}

/** So far, or in all. One that Atlas no longer lists has not run on since, as far as anyone can tell. */
function secondsTaken({ status, requestedAt, durationSeconds, vanishedAt }: TimedJob, { at }: TimeContext) {
  if (status !== 'PENDING' && status !== 'RUNNING') return durationSeconds;
  return Math.floor((Date.parse(vanishedAt ?? at) - Date.parse(requestedAt)) / 1_000);
}

interface Limit {
  seconds: number;
  text: string;
}

const fixedLimit = ({ rules: { slowMinutes } }: TimeContext): Limit[] =>
  slowMinutes === 0 ? [] : [{ seconds: slowMinutes * 60, text: `the limit of ${span(slowMinutes * 60)}` }];

function usualLimit({ rules: { slowFactor }, pastDurations = [] }: TimeContext): Limit[] {
  if (slowFactor === 0 || pastDurations.length < MIN_DURATIONS) return [];
  const usual = percentile(pastDurations, 0.95) ?? 0;
  if (usual === 0) return [];
  const text = `${slowFactor} times ${span(usual)}, which 95 % of this cluster's last ${pastDurations.length} restores kept within`;
  return [{ seconds: usual * slowFactor, text }];
}
