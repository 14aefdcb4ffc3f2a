// functions/api/query/jobs-query.ts: what a request asks for by the filters of restore jobs, for lists, totals, and the page.

import type { JobsFilter, JobsQuery } from '../../ledger/model/ledger.ts';
import { defined } from '../../platform/defined.ts';
import { isOpen } from '../../restore/job.ts';
import { isObjectId } from '../../restore/object-id.ts';
import { STATUSES } from '../../schema/words.ts';
import { BOM, FORMAT } from '../http/negotiate.ts';
import {
  described,
  type Moment,
  oneOf,
  type Parameter,
  type Read,
  readParameters,
  text,
  wholeNumber,
} from '../http/parameters.ts';
import { badParameter } from '../http/problem.ts';
import { ID_FILTERS, JOB_FILTERS, type JobFilter } from './job-filters.ts';
import { type AskedNames, excluding } from './names.ts';
import { SORT, type Sort } from './sorted-jobs.ts';

const FILTERS = { ...JOB_FILTERS, ...ID_FILTERS };

export const LIMIT = wholeNumber(1, 200);
export const CURSOR = described(text('the cursor of the page before'), 'From the page before, of the same query.');

const ALL = 'all';
const LIMIT_OR_ALL: Parameter<number | typeof ALL> = {
  read: (value) => (value === ALL ? ALL : LIMIT.read(value)),
  expected: `${LIMIT.expected}, or all`,
  schema: { anyOf: [LIMIT.schema, { const: ALL }] },
  description: 'A page, or, as CSV or JSON lines, all in one answer.',
};

export const JOBS_PARAMETERS = {
  ...FILTERS,
  order: described(oneOf(['desc', 'asc']), 'By time of request: newest first, or oldest first.'),
  sort: SORT,
  limit: LIMIT_OR_ALL,
  cursor: CURSOR,
  before: described(
    text('the `previous` of a page'),
    'The page before, by `previous` of a page of the same query. Excludes `cursor`.',
  ),
  format: FORMAT,
  bom: BOM,
} satisfies Record<string, Parameter<unknown>>;

/** What says which jobs, and in which order. */
export type JobsFilterParameter = JobFilter | 'order' | 'sort';

/** What a request asks for, before names are looked up. */
export interface AskedJobs {
  query: JobsQuery;
  names: AskedNames;
  sort?: Sort;
  /** In one answer. */
  all: boolean;
}

/** @throws RequestProblem that names the parameter */
export function jobsQuery(sent: URLSearchParams, now: number): AskedJobs {
  const { sort, limit, order, cursor, before, format, bom: _, ...given } = readParameters(sent, JOBS_PARAMETERS);
  if (cursor !== undefined && before !== undefined) {
    throw badParameter('before', '`before` and `cursor` name different pages: give one of them');
  }
  if (sort !== undefined && order !== undefined) throw badParameter('order', '`sort` says the order, too');
  const all = limit === ALL;
  if (all && sort !== undefined)
    throw badParameter('sort', 'all restores in one answer come in the order of their requests');
  if (all && format === 'json') throw badParameter('limit', 'all needs `format` csv or ndjson');
  const { filter, ages, names } = filterOf(given, now);
  const paging = { order, cursor, before, limit: all ? undefined : limit };
  return defined({ query: defined({ ...filter, ages, ...paging }), names, sort, all });
}

/** What filters ask for, and what of it has to be looked up. @throws RequestProblem that names the parameter */
export function filterOf(
  given: Partial<Read<typeof FILTERS>>,
  now: number,
): { filter: JobsFilter; ages?: JobsQuery['ages']; names: AskedNames } {
  const { project, cluster, source, tag, targetProject, target, orgId, status, open, period, ...rest } = given;
  const { kind, delivery, destination, requester, grade, finding, purpose, ticket, validation, ...others } = rest;
  const { since, until, finishedSince, finishedUntil, targetCluster, ...ids } = others;
  if (ids.clusterName !== undefined && ids.projectId === undefined) {
    throw badParameter('clusterName', 'clusterName requires projectId, as names are unique only within a project');
  }
  excluding('project', project, 'projectId', ids.projectId);
  excluding('cluster', cluster, 'clusterName', ids.clusterName);
  excluding('targetProject', targetProject, 'targetProjectId', ids.targetProjectId);
  excluding('period', period, 'since', since ?? until);
  if (open !== undefined && status !== undefined) {
    throw badParameter('open', '`open` stands for statuses, so it excludes `status`');
  }
  const of = period?.(now);
  const at = (moment: Moment | undefined) => moment?.at(now);
  const requested = ordered('until', 'since', of?.from ?? at(since), of?.to ?? at(until));
  const finished = ordered('finishedUntil', 'finishedSince', at(finishedSince), at(finishedUntil));
  const ages = defined({
    since: since?.age,
    until: until?.age,
    finishedSince: finishedSince?.age,
    finishedUntil: finishedUntil?.age,
  });
  const byId = (text: string | undefined) => (isObjectId(text) ? text : undefined);
  const byName = (text: string | undefined) => (isObjectId(text) ? undefined : text);
  const filter: JobsFilter = defined({
    ...ids,
    projectId: ids.projectId ?? byId(project),
    targetProjectId: ids.targetProjectId ?? byId(targetProject),
    targetClusterName: targetCluster,
    statuses: open === undefined ? status : STATUSES.filter((one) => isOpen(one) === open),
    kinds: kind,
    deliveries: delivery,
    destinations: destination,
    requesters: requester,
    grades: grade,
    findings: finding,
    purposes: purpose,
    tickets: ticket,
    validations: validation,
    since: requested.from,
    until: requested.to,
    finishedSince: finished.from,
    finishedUntil: finished.to,
  });
  const names = defined({
    project: byName(project),
    cluster,
    targetProject: byName(targetProject),
    ...{ source, tag, target, orgId },
  });
  return { filter, names, ...(Object.keys(ages).length > 0 ? { ages } : {}) };
}

function ordered(name: string, other: string, from: string | undefined, to: string | undefined) {
  if (from === undefined || to === undefined || from < to) return { from, to };
  throw badParameter(name, `expected a time after \`${other}\``);
}
