// functions/ledger/model/day-counts.ts: the restore jobs of a day, counted by what lists and charts ask for.
import type { RestoreJob } from '../../restore/job.ts';
import type { Finding } from '../../restore/rules/finding.ts';
import { isUnderstood } from '../../restore/understood.ts';
import { SEVERITIES } from '../../schema/words.ts';

/** What a job is counted by: its own fields; the worst of its findings, and each of them; and how long it took, if it completed. */
export const DIMENSIONS = ['status', 'kind', 'delivery', 'severity', 'rule', 'seconds'] as const;

/** Jobs by value. */
export type Counter = Record<string, number>;
/** Every job has one value of `status`, `kind` and `delivery`. */
export type DayCounts = Record<(typeof DIMENSIONS)[number], Counter>;

/** What is counted of a job. */
export interface CountedJob
  extends Pick<RestoreJob, 'status' | 'kind' | 'delivery' | 'requestedAt' | 'durationSeconds' | 'problems'> {
  findings?: readonly Pick<Finding, 'rule' | 'severity'>[] | undefined;
}

/** What is known of the jobs of all days but the newest. */
export interface OlderJobs {
  /** They were requested before this day, such as `2026-11-10`. */
  before: string;
  /** How many of them are open. */
  open: number;
  /** The newest of them, newest first, each with its project, and the one that its data went to: all, where there are fewer than 51. */
  newest: string[];
}

export function noDayCounts(): DayCounts {
  return { status: {}, kind: {}, delivery: {}, severity: {}, rule: {}, seconds: {} };
}

export function addJob(counts: DayCounts, job: CountedJob): void {
  const { status, kind, delivery, findings = [], durationSeconds } = job;
  add(counts.status, status);
  add(counts.kind, kind);
  add(counts.delivery, delivery);
  const worst = SEVERITIES.findLast((severity) => findings.some((finding) => finding.severity === severity));
  if (worst) add(counts.severity, worst);
  for (const { rule } of findings) add(counts.rule, rule);
  const isTimed = status === 'COMPLETED' && isUnderstood(job, 'status', 'finishedAt');
  if (isTimed && durationSeconds !== undefined) add(counts.seconds, String(durationSeconds));
}

export function sumOf(days: Iterable<DayCounts>): DayCounts {
  const sum = noDayCounts();
  for (const day of days)
    for (const dimension of DIMENSIONS)
      for (const [value, count] of Object.entries(day[dimension])) add(sum[dimension], value, count);
  return sum;
}

export const total = (counter: Counter) => Object.values(counter).reduce((sum, count) => sum + count, 0);

/** The least value that at least this share of them doesn't exceed, by nearest rank. @param share 0.5 is the median */
export function percentileOf(counter: Counter, share: number): number | undefined {
  const values = Object.entries(counter).map(([value, count]) => ({ value: Number(value), count }));
  const rank = Math.max(1, Math.ceil(share * total(counter)));
  let seen = 0;
  for (const { value, count } of values.sort((a, b) => a.value - b.value)) {
    seen += count;
    if (seen >= rank) return value;
  }
  return undefined;
}

/** Of one day: so many take 2 KB, and a year of days some requests. */
const MAX_DURATIONS = 256;
const KEPT_BITS = 7;

/** Fit for an item: of more than 256 different durations, those of 128 seconds and more are rounded down, by less than 1.6 %. */
export function compact(counts: DayCounts): DayCounts {
  if (Object.keys(counts.seconds).length <= MAX_DURATIONS) return counts;
  const seconds: Counter = {};
  for (const [value, count] of Object.entries(counts.seconds)) add(seconds, String(rounded(Number(value))), count);
  return { ...counts, seconds };
}

function rounded(seconds: number): number {
  const unit = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, seconds))) + 1 - KEPT_BITS);
  return Math.floor(seconds / unit) * unit;
}

function add(counter: Counter, value: string, count = 1) {
  counter[value] = (Object.hasOwn(counter, value) ? (counter[value] ?? 0) : 0) + count;
}
