// functions/api/web/pictures/trends-asked.ts: what an address of the trends asks for: a period, a dimension, and filters of restores.
import type { JobsQuery } from '../../../ledger/model/ledger.ts';
import { TIME_DIMENSIONS, type TimeDimension } from '../../../views/pictures/over-time.ts';
import { lastDays, type Span } from '../../../views/pictures/spans.ts';
import { namedPeriod } from '../../http/period.ts';
import type { AskedNames } from '../../query/names.ts';
import { readAsked } from '../parts/job-filter.ts';

/** In days. */
export const PERIODS = [7, 30, 90, 365] as const;
const DEFAULT_DAYS = 30;
const MAX_DAYS = 366;
const DAY_MS = 86_400_000;

export interface Trends {
  /** Of the list of restores, but for the time of the request. */
  filters: URLSearchParams;
  query: Omit<JobsQuery, 'limit' | 'cursor' | 'before' | 'order' | 'ages' | 'since' | 'until'>;
  /** Of projects and clusters, to be looked up. */
  names: AskedNames;
  /** Whole days, UTC. */
  period: Span;
  /** The last so many days; absent where the period is given by its ends. */
  days?: number;
  by: TimeDimension;
}

/** @returns what is wrong, as a sentence */
export function readTrends(given: URLSearchParams, now: number): Trends | string {
  const rest = new URLSearchParams(given);
  const [by, asPeriod] = [given.get('by') ?? 'outcome', given.get('period')];
  for (const own of ['by', 'period', 'cursor', 'before', 'limit', 'order', 'sort']) rest.delete(own);
  if (!isDimension(by)) return `by: expected one of ${TIME_DIMENSIONS.join(', ')}.`;
  const { parameters, asked, problem } = readAsked(rest, now);
  if (!asked)
    return problem?.filter === undefined ? 'A filter is wrong.' : `${problem.filter}: ${uncapitalized(problem.text)}`;
  const { names } = asked;
  const { limit: _, cursor: __, before: ___, order: ____, ages: _____, since, until, ...query } = asked.query;
  const filters = new URLSearchParams([...parameters].filter(([key]) => key !== 'since' && key !== 'until'));
  if (since !== undefined || until !== undefined) {
    if (asPeriod !== null) return 'period excludes since and until.';
    const period = daysBetween(since, until, now);
    return typeof period === 'string' ? period : { filters, query, names, period, by };
  }
  const named = asPeriod === null || /^\d/.test(asPeriod) ? undefined : namedPeriod(asPeriod, now);
  if (named) return { filters, query, names, period: { since: named.from, until: named.to }, by };
  const days = asPeriod === null ? DEFAULT_DAYS : Number(/^(\d{1,3})d$/.exec(asPeriod)?.[1]);
  if (!(days >= 1 && days <= MAX_DAYS))
    return `period: expected days from 1d to ${MAX_DAYS}d, or words such as last-month.`;
  return { filters, query, names, period: lastDays(days, now), days, by };
}

const uncapitalized = (text: string) => text.slice(0, 1).toLowerCase() + text.slice(1);

const isDimension = (by: string): by is TimeDimension => TIME_DIMENSIONS.some((each) => each === by);

/** The whole days that hold both ends: days are what is counted. */
function daysBetween(since: string | undefined, until: string | undefined, now: number): Span | string {
  const end = until === undefined ? Date.parse(lastDays(1, now).until) : Math.ceil(Date.parse(until) / DAY_MS) * DAY_MS;
  const start = since === undefined ? end - DEFAULT_DAYS * DAY_MS : Math.floor(Date.parse(since) / DAY_MS) * DAY_MS;
  const days = (end - start) / DAY_MS;
  if (days < 1) return 'since: expected a time before today’s end.';
  if (days > MAX_DAYS) return `since: expected at most ${MAX_DAYS} days before until.`;
  return { since: new Date(start).toISOString(), until: new Date(end).toISOString() };
}

/** The same, but for one thing. */
export function trendsHref(
  { filters, by, days, period }: Trends,
  change: { by?: TimeDimension; days?: number; without?: readonly [key: string, value: string] },
): string {
  const query = new URLSearchParams(
    [...filters].filter(([key, value]) => !(key === change.without?.[0] && value === change.without[1])),
  );
  const [asDays, dimension] = [change.days ?? days, change.by ?? by];
  if (asDays === undefined) {
    query.set('since', period.since.slice(0, 10));
    query.set('until', period.until.slice(0, 10));
  } else if (asDays !== DEFAULT_DAYS) query.set('period', `${asDays}d`);
  if (dimension !== 'outcome') query.set('by', dimension);
  const text = String(query);
  return `/trends${text && `?${text}`}`;
}
