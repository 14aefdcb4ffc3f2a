// functions/api/web/parts/job-filter.ts: the filters of the jobs page, which are those of GET /restore-jobs, and links to them.
import type { JobsQuery } from '../../../ledger/model/ledger.ts';
import { capitalized } from '../../../platform/text.ts';
import type { Format } from '../../http/negotiate.ts';
import { RequestProblem } from '../../http/problem.ts';
import { type JobsFilterParameter, jobsQuery } from '../../query/jobs-query.ts';

export type Filter = JobsFilterParameter;

export const FILTER_LABELS: Readonly<Record<Filter, string>> = {
  open: 'State',
  status: 'Status',
  projectId: 'Project',
  clusterName: 'Cluster',
  kind: 'Kind',
  delivery: 'Delivery',
  targetProjectId: 'To project',
  snapshotId: 'Snapshot',
  finding: 'Finding',
  accountId: 'AWS account',
  since: 'Since',
  until: 'Before',
  order: 'Order',
};

/** `limit` and `cursor` go along, but aren't filters. */
export const FILTERS = Object.keys(FILTER_LABELS) as Filter[];
const ALL: readonly string[] = [...FILTERS, 'limit', 'cursor'];

/** Jobs a page, unless the address says otherwise. */
export const JOBS_A_PAGE = 50;

export interface Asked {
  /** What was given, without what is empty or unknown. */
  parameters: URLSearchParams;
  /** True where the address could be shorter: a form sends its empty fields too. */
  untidy: boolean;
  filtered: boolean;
  /** Absent where a parameter is wrong. */
  query?: JobsQuery;
  problem?: { filter: string | undefined; text: string };
}

export function readAsked(given: URLSearchParams): Asked {
  const kept = [...given].filter(([key, value]) => ALL.includes(key) && value.trim() !== '' && !isDefault(key, value));
  const parameters = new URLSearchParams(kept.map(([key, value]): [string, string] => [key, value.trim()]));
  const about = {
    parameters,
    untidy: kept.length < [...given].length,
    filtered: FILTERS.some((filter) => parameters.has(filter)),
  };
  try {
    return { ...about, query: { limit: JOBS_A_PAGE, ...jobsQuery(parameters) } };
  } catch (error) {
    if (error instanceof RequestProblem) return { ...about, problem: problemOf(error, parameters) };
    throw error;
  }
}

const isDefault = (key: string, value: string) => key === 'order' && value === 'desc';

function problemOf({ problem: { field }, message }: RequestProblem, parameters: URLSearchParams) {
  if (field === 'clusterName' && !parameters.has('projectId')) {
    return { filter: field, text: 'Choose the project too: names of clusters are unique in their project only.' };
  }
  if (field === 'open' && parameters.has('status')) {
    return { filter: field, text: 'Choose single statuses or this, not both.' };
  }
  return { filter: field, text: `${capitalized(message)}.` };
}

/** Of the jobs page. */
export function jobsHref(parameters: URLSearchParams | Partial<Record<Filter | 'cursor', string>>): string {
  const query = new URLSearchParams(parameters as Record<string, string>).toString();
  return query === '' ? '/' : `/?${query}`;
}

/** With other values; undefined: without the parameter. */
export function withParameters(
  parameters: URLSearchParams,
  values: Partial<Record<Filter | 'cursor' | 'limit' | 'format' | 'bom', string | undefined>>,
): URLSearchParams {
  const changed = new URLSearchParams(parameters);
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) changed.delete(key);
    else changed.set(key, value);
  }
  return changed;
}

/** From the newest again, without one of the values of a filter. */
export function withoutValue(parameters: URLSearchParams, key: string, value: string): URLSearchParams {
  return new URLSearchParams([...parameters].filter(([k, v]) => k !== 'cursor' && !(k === key && v === value)));
}

/** The same jobs from the API: no more and no fewer than the page shows. */
export const dataHref = (parameters: URLSearchParams, format: Format): string =>
  `/restore-jobs?${withParameters(parameters, {
    limit: parameters.get('limit') ?? String(JOBS_A_PAGE),
    format,
    bom: format === 'csv' ? 'true' : undefined, // people open it in Excel
  })}`;
