// functions/api/query/summary.ts: the restores of a period, counted by how they ended, what they were and when.

import type * as z from 'zod/mini';
import {
  addJob,
  type Counter,
  type DayCounts,
  noDayCounts,
  percentileOf,
  sumOf,
  total,
} from '../../ledger/model/day-counts.ts';
import type { LedgerReader } from '../../ledger/repositories/ledger-reader.ts';
import { defined } from '../../platform/defined.ts';
import { MEDIAN_OF, P95_OF } from '../../platform/percentile.ts';
import { isOpen } from '../../restore/job.ts';
import type { summary as summarySchema } from '../../schema/summary.ts';
import { DELIVERIES, KINDS, RULES, SEVERITIES, STATUSES } from '../../schema/words.ts';
import type { Period } from '../http/period.ts';

export interface Summary extends z.infer<typeof summarySchema> {}

/** Jobs that one summary reads, the newest first, of days that were written to since they were counted. */
export const MAX_JOBS = 10_000;
const DAY_MS = 86_400_000;

/** Requests: those of `countDays`. */
export async function summarize(
  ledger: Pick<LedgerReader, 'dayCounts' | 'indexedJobs'>,
  period: Period,
  maxJobs = MAX_JOBS,
): Promise<Summary> {
  const { counts, countedFrom } = await countDays(ledger, period, maxJobs);
  return summaryOf(period, counts, countedFrom);
}

export interface CountedDays {
  /** By day, such as `2026-11-29`. */
  counts: Map<string, DayCounts>;
  /** Jobs that were requested earlier are not in `counts`. ISO 8601. */
  countedFrom?: string | undefined;
}

/** Requests: 1 batch read, and 1 for each 100 days; for days that were not counted yet 1 query a MB of the index, some 1,500 jobs. */
export async function countDays(
  ledger: Pick<LedgerReader, 'dayCounts' | 'indexedJobs'>,
  period: Period,
  maxJobs = MAX_JOBS,
): Promise<CountedDays> {
  const days = daysOf(period);
  const counts = await ledger.dayCounts(days);
  let left = maxJobs;
  for (const { first, end } of uncounted(days, counts).toReversed()) {
    if (left <= 0) return { counts: since(counts, end), countedFrom: `${end}T00:00:00.000Z` };
    for (const day of days) if (day >= first && day < end) counts.set(day, noDayCounts());
    for (let cursor: string | undefined; ; ) {
      const until = end < period.to ? end : period.to;
      const page = await ledger.indexedJobs(defined({ since: first, until, limit: left, cursor }));
      for (const job of page.items) {
        const of = counts.get(dayOf(job.requestedAt));
        if (of) addJob(of, job);
      }
      left -= page.items.length;
      cursor = page.cursor;
      if (cursor === undefined) break;
      const countedFrom = page.items.at(-1)?.requestedAt;
      if (left <= 0) return { counts: since(counts, countedFrom), countedFrom };
    }
  }
  return { counts };
}

/** @param counts by day @param countedFrom where jobs that were requested earlier are not in `counts` */
export function summaryOf({ from, to }: Period, counts: ReadonlyMap<string, DayCounts>, countedFrom?: string): Summary {
  const days = daysOf({ from, to }).map((day) => ({ day, counts: counts.get(day) ?? noDayCounts() }));
  const all = sumOf(days.map((day) => day.counts));
  const completed = total(all.seconds);
  const medianSeconds = completed < MEDIAN_OF ? undefined : percentileOf(all.seconds, 0.5);
  const p95Seconds = completed < P95_OF ? undefined : percentileOf(all.seconds, 0.95);
  const maxSeconds = percentileOf(all.seconds, 1);
  return defined({
    from,
    to,
    jobs: total(all.status),
    open: STATUSES.filter(isOpen).reduce((sum, status) => sum + (all.status[status] ?? 0), 0),
    byStatus: each(STATUSES, all.status),
    byKind: each(KINDS, all.kind),
    byDelivery: each(DELIVERIES, all.delivery),
    byDay: days.map(({ day, counts: { status } }) => ({
      day,
      jobs: total(status),
      byStatus: each(STATUSES, status),
    })),
    durations: { completed, ...defined({ medianSeconds, p95Seconds, maxSeconds }) },
    findings: {
      jobs: total(all.severity),
      bySeverity: each(SEVERITIES, all.severity),
      byRule: each(RULES, all.rule),
    },
    truncated: countedFrom !== undefined,
    countedFrom,
  });
}

const dayOf = (iso: string) => iso.slice(0, 10);

/** Oldest first, such as `2026-11-29`. */
export function daysOf({ from, to }: Period): string[] {
  const first = Math.floor(Date.parse(from) / DAY_MS);
  const count = Math.ceil(Date.parse(to) / DAY_MS) - first;
  return Array.from({ length: count }, (_, n) => dayOf(new Date((first + n) * DAY_MS).toISOString()));
}

/** The days that are in no counts, those that follow one another as one: from the first, up to the day after the last. */
function uncounted(days: readonly string[], counts: ReadonlyMap<string, DayCounts>): { first: string; end: string }[] {
  const ranges: { first: string; end: string }[] = [];
  for (const day of days.filter((one) => !counts.has(one))) {
    const end = dayOf(new Date(Date.parse(day) + DAY_MS).toISOString());
    const last = ranges.at(-1);
    if (last?.end === day) last.end = end;
    else ranges.push({ first: day, end });
  }
  return ranges;
}

/** Without the days before a moment. */
const since = (counts: ReadonlyMap<string, DayCounts>, moment = '') =>
  new Map([...counts].filter(([day]) => day >= dayOf(moment)));

const each = <Name extends string>(names: readonly Name[], counter: Counter) =>
  Object.fromEntries(names.map((name) => [name, counter[name] ?? 0])) as Record<Name, number>;
