// functions/api/query/jobs-query.ts: the query parameters of GET /restore-jobs, and of the page.

import type { JobsQuery } from '../../ledger/model/ledger.ts';
import { defined } from '../../platform/defined.ts';
import { isOpen } from '../../restore/job.ts';
import { DELIVERIES, KINDS, RULES, STATUSES } from '../../schema/words.ts';
import { BOM, FORMAT } from '../http/negotiate.ts';
import {
  described,
  flag,
  moment,
  objectId,
  oneOf,
  type Parameter,
  readParameters,
  someOf,
  text,
  wholeNumber,
} from '../http/parameters.ts';
import { badParameter } from '../http/problem.ts';

const ACCOUNT_ID: Parameter<string> = {
  read: (value) => (/^\d{12}$/.test(value) ? value : undefined),
  expected: 'the id of an AWS account, 12 digits',
  schema: { type: 'string', pattern: '^[0-9]{12}$' },
};
export const LIMIT = wholeNumber(1, 200);
export const CURSOR = described(text('the cursor of the page before'), 'From the page before, of the same query.');

/** `status` and `open` stand for `statuses`. A property of a query has its parameter, and a parameter its property. */
type JobsParameter = Exclude<keyof JobsQuery, 'statuses'> | 'status' | 'open' | 'format' | 'bom';

export const JOBS_PARAMETERS = {
  projectId: objectId,
  clusterName: described(text('the name of a cluster'), 'Needs `projectId`.'),
  status: described(someOf(STATUSES), 'Any of these.'),
  open: described(flag, 'true: PENDING, RUNNING, READY. false: the others. Excludes `status`.'),
  kind: oneOf(KINDS),
  delivery: oneOf(DELIVERIES),
  targetProjectId: objectId,
  snapshotId: objectId,
  finding: described(oneOf(RULES), 'Has this finding.'),
  accountId: described(
    ACCOUNT_ID,
    'Of a ledger in this AWS account, in a hub. A page may hold few jobs, or none, and go on.',
  ),
  since: described(moment, 'Requested at or after.'),
  until: described(moment, 'Requested before.'),
  order: oneOf(['desc', 'asc']),
  limit: LIMIT,
  cursor: CURSOR,
  format: FORMAT,
  bom: BOM,
} satisfies Record<JobsParameter, Parameter<unknown>>;

/** What says which jobs, and in which order. */
export type JobsFilterParameter = Exclude<JobsParameter, 'limit' | 'cursor' | 'format' | 'bom'>;

/** @throws RequestProblem that names the parameter */
export function jobsQuery(sent: URLSearchParams): JobsQuery {
  const { status, open, format: _, bom: __, ...query } = readParameters(sent, JOBS_PARAMETERS);
  if (query.clusterName !== undefined && query.projectId === undefined) {
    throw badParameter('clusterName', 'clusterName requires projectId, as names are unique only within a project');
  }
  if (query.since !== undefined && query.until !== undefined && query.since >= query.until) {
    throw badParameter('until', 'expected a time after `since`');
  }
  if (open === undefined) return defined({ ...query, statuses: status });
  if (status !== undefined) throw badParameter('open', '`open` stands for statuses, so it excludes `status`');
  return { ...query, statuses: STATUSES.filter((one) => isOpen(one) === open) };
}
