// functions/views/pictures/over-time.ts: restores over time, counted by one dimension.
import { addJob, type CountedJob, type DayCounts, noDayCounts, sumOf, total } from '../../ledger/model/day-counts.ts';
import { isOpen } from '../../restore/job.ts';
import { DELIVERIES, KINDS, RULES, SEVERITIES, STATUSES, type Status } from '../../schema/words.ts';
import { type Span, spansOf, type Unit } from './spans.ts';
import type { Without } from './spans-without.ts';

export const TIME_DIMENSIONS = ['outcome', 'kind', 'delivery', 'severity', 'rule'] as const;
export type TimeDimension = (typeof TIME_DIMENSIONS)[number];

export const OUTCOMES = ['completed', 'open', 'off', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export function outcomeOf(status: string): Outcome {
  if (status === 'COMPLETED') return 'completed';
  if (status === 'FAILED') return 'failed';
  // Of a later version: nobody knows whether it ended well.
  return STATUSES.includes(status as Status) && isOpen(status as Status) ? 'open' : 'off';
}

export interface Column extends Span {
  /** By the values of the series, in their order. */
  counts: number[];
  /** Restores, however many series each is in. */
  restores: number;
  /** Of one without restores on record: whether there was none. @default nobody asked */
  without?: Without;
  /** True where it has restores, and nothing proves that they are all. */
  least?: boolean;
}

export interface OverTime {
  dimension: TimeDimension;
  unit: Unit;
  /** Values of the dimension, those of all columns. */
  series: string[];
  /** Oldest first. */
  columns: Column[];
  /** A restore can be in several series: the columns count findings. */
  overlapping: boolean;
}

/** With more, the rarest become `other`. */
const MAX_SERIES = 5;
export const OTHER = 'other';

const VALUES: Record<Exclude<TimeDimension, 'outcome'>, readonly string[]> = {
  kind: KINDS,
  delivery: DELIVERIES,
  severity: SEVERITIES,
  rule: RULES,
};

/** @param counts by day, such as `2026-11-29`; a day without is one without restores */
export function overTime(
  period: Span,
  counts: ReadonlyMap<string, DayCounts>,
  dimension: TimeDimension,
  unit: Unit,
): OverTime {
  const days = spansOf(period, 'day').map(({ since }) => since);
  const spans = spansOf(period, unit);
  const sums = spans.map(({ since, until }) =>
    sumOf(days.filter((day) => day >= since && day < until).flatMap((day) => counts.get(day.slice(0, 10)) ?? [])),
  );
  const counted = sums.map((sum) => countsOf(sum, dimension));
  const series = seriesOf(counted, dimension);
  const columns = spans.map((span, i) => {
    const of = counted[i] ?? {};
    const named = series.filter((value) => value !== OTHER);
    const rest = Object.entries(of).reduce((sum, [value, n]) => (named.includes(value) ? sum : sum + n), 0);
    const row = series.map((value) => (value === OTHER ? rest : (of[value] ?? 0)));
    return { ...span, counts: row, restores: total(sums[i]?.status ?? {}) };
  });
  return { dimension, unit, series, columns, overlapping: dimension === 'rule' };
}

function countsOf(sum: DayCounts, dimension: TimeDimension): Record<string, number> {
  if (dimension !== 'outcome') return sum[dimension];
  const outcomes: Record<string, number> = {};
  for (const [status, n] of Object.entries(sum.status))
    outcomes[outcomeOf(status)] = (outcomes[outcomeOf(status)] ?? 0) + n;
  return outcomes;
}

/** All outcomes, so that they always look the same; of others those there are. */
function seriesOf(counted: readonly Record<string, number>[], dimension: TimeDimension): string[] {
  if (dimension === 'outcome') return [...OUTCOMES];
  const totals = new Map<string, number>();
  for (const counts of counted)
    for (const [value, n] of Object.entries(counts)) totals.set(value, (totals.get(value) ?? 0) + n);
  const order = (value: string) => VALUES[dimension].indexOf(value) + 1 || VALUES[dimension].length + 1;
  const known = [...totals.keys()].sort((a, b) => order(a) - order(b));
  if (known.length <= MAX_SERIES) return known;
  const most = [...totals]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_SERIES - 1)
    .map(([value]) => value);
  return [...known.filter((value) => most.includes(value)), OTHER];
}

/** By day, such as `2026-11-29`. */
export function dayCountsOf(jobs: Iterable<CountedJob>): Map<string, DayCounts> {
  const counts = new Map<string, DayCounts>();
  for (const job of jobs) {
    const day = job.requestedAt.slice(0, 10);
    const of = counts.get(day) ?? noDayCounts();
    counts.set(day, of);
    addJob(of, job);
  }
  return counts;
}
