// functions/api/web/parts/job-filter.ts: the filters of the jobs page, which are those of GET /restore-jobs, and links to them.
import { capitalized } from '../../../platform/text.ts';
import type { Grouping } from '../../../schema/words.ts';
import { restoresHref } from '../../../views/paths.ts';
import type { Format } from '../../http/negotiate.ts';
import { type Candidate, RequestProblem } from '../../http/problem.ts';
import { JOB_FILTERS } from '../../query/job-filters.ts';
import { type AskedJobs, type JobsFilterParameter, jobsQuery } from '../../query/jobs-query.ts';

export type Filter = JobsFilterParameter;

export const FILTER_LABELS: Readonly<Record<Filter, string>> = {
  open: 'State',
  status: 'Status',
  project: 'Project',
  projectId: 'Project',
  cluster: 'Cluster',
  clusterName: 'Cluster',
  source: 'From',
  tag: 'Tag',
  kind: 'Kind',
  delivery: 'Delivery',
  destination: 'Goes to',
  targetProject: 'To project',
  targetProjectId: 'To project',
  targetCluster: 'To cluster',
  target: 'To',
  snapshotId: 'Snapshot',
  requester: 'Requested by',
  grade: 'Certainty',
  finding: 'Finding',
  purpose: 'Purpose',
  ticket: 'Ticket',
  validation: 'Validation',
  announced: 'Announcement',
  expectedRestoreId: 'Announced as',
  orgId: 'Atlas organization',
  accountId: 'AWS account',
  organizationId: 'AWS organization',
  period: 'Period',
  since: 'Since',
  until: 'Before',
  finishedSince: 'Finished since',
  finishedUntil: 'Finished before',
  order: 'Order',
  sort: 'Order',
};

/** `limit`, `cursor` and `before` go along, but aren't filters. */
export const FILTERS = Object.keys(FILTER_LABELS) as Filter[];
const PAGING = ['limit', 'cursor', 'before'] as const;
type Paging = (typeof PAGING)[number];
const ALL: readonly string[] = [...FILTERS, ...PAGING];

/** Jobs a page, unless the address says otherwise. */
export const JOBS_A_PAGE = 50;
export const PAGE_SIZES = ['20', '50', '100', '200'] as const;

export interface Asked {
  /** What was given, without what is empty or unknown. */
  parameters: URLSearchParams;
  /** True where the address could be shorter: a form sends its empty fields too. */
  untidy: boolean;
  filtered: boolean;
  /** Absent where a parameter is wrong. */
  asked?: AskedJobs;
  problem?: FilterProblem;
}

export interface FilterProblem {
  filter: string | undefined;
  text: string;
  /** What an ambiguous name may stand for. */
  candidates?: readonly Candidate[] | undefined;
}

export function readAsked(given: URLSearchParams, now: number): Asked {
  const kept = [...given].filter(([key, value]) => ALL.includes(key) && value.trim() !== '' && !isDefault(key, value));
  const parameters = new URLSearchParams(kept.map(([key, value]): [string, string] => [key, value.trim()]));
  const about = {
    parameters,
    untidy: kept.length < [...given].length,
    filtered: FILTERS.some((filter) => parameters.has(filter)),
  };
  try {
    return { ...about, asked: jobsQuery(parameters, now) };
  } catch (error) {
    if (error instanceof RequestProblem) return { ...about, problem: problemOf(error, parameters) };
    throw error;
  }
}

const isDefault = (key: string, value: string) =>
  (key === 'order' && value === 'desc') || (key === 'limit' && value === String(JOBS_A_PAGE));

/** All values of a filter, one by one. */
export const valuesOf = (parameters: URLSearchParams, filter: Filter): string[] =>
  parameters.getAll(filter).flatMap((value) => (hasCommas(filter) ? value.split(',') : value));

/** Words may come joined by commas; texts, which can hold some, don't. */
const hasCommas = (filter: Filter) => {
  const of = Object.entries(JOB_FILTERS).find(([name]) => name === filter)?.[1];
  return of !== undefined && 'several' in of && of.several === true && of.separator === undefined;
};

export function problemOf(
  { problem: { field, candidates }, message }: RequestProblem,
  parameters: URLSearchParams,
): FilterProblem {
  if (field === 'clusterName' && !parameters.has('projectId')) {
    return { filter: field, text: 'Choose the project too: names of clusters are unique in their project only.' };
  }
  if (field === 'open' && parameters.has('status')) {
    return { filter: field, text: 'Choose single statuses or this, not both.' };
  }
  return { filter: field, text: `${capitalized(message)}.`, candidates };
}

/** Of the jobs page. */
export const jobsHref = (parameters: URLSearchParams | Partial<Record<Filter | Paging, string>>): string =>
  restoresHref(parameters as Record<string, string>);

/** Of the restores that parameters of the list ask for. What is of a list alone goes. */
export function totalsHref(parameters: URLSearchParams, groupBy: Grouping): string {
  const query = new URLSearchParams(parameters);
  for (const ofLists of ['order', 'sort', 'limit', 'cursor', 'before']) query.delete(ofLists);
  query.set('groupBy', groupBy);
  return `/totals?${query}`;
}

/** With other values; undefined: without the parameter. */
export function withParameters(
  parameters: URLSearchParams,
  values: Partial<Record<Filter | Paging | 'format' | 'bom', string | undefined>>,
): URLSearchParams {
  const changed = new URLSearchParams(parameters);
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) changed.delete(key);
    else changed.set(key, value);
  }
  return changed;
}

/** From the first page again. */
export const fromStart = (parameters: URLSearchParams): URLSearchParams =>
  withParameters(parameters, { cursor: undefined, before: undefined });

/** From the first page again, without one of the values of a filter. */
export function withoutValue(parameters: URLSearchParams, filter: Filter, value: string): URLSearchParams {
  const left = valuesOf(parameters, filter).filter((each) => each !== value);
  const changed = fromStart(parameters);
  changed.delete(filter);
  for (const each of left) changed.append(filter, each);
  return changed;
}

/** The same jobs from the API: no more and no fewer than the page shows. */
export const dataHref = (parameters: URLSearchParams, format: Format): string =>
  `/restore-jobs?${withParameters(parameters, {
    limit: parameters.get('limit') ?? String(JOBS_A_PAGE),
    format,
    bom: format === 'csv' ? 'true' : undefined, // people open it in Excel
  })}`;

/** All jobs that fit, in the order of their requests. */
export const wholeHref = (parameters: URLSearchParams, format: Exclude<Format, 'json'>): string =>
  `/restore-jobs?${withParameters(fromStart(parameters), {
    sort: undefined,
    limit: 'all',
    format,
    bom: format === 'csv' ? 'true' : undefined,
  })}`;
