// functions/api/query/jobs-query.ts reads the query parameters of GET /restore-jobs. The page takes the same ones.
import type { JobsQuery } from '../../ledger/model/ledger.ts';
import { DELIVERIES, isOpen, KINDS, STATUSES } from '../../restore/job.ts';
import { RULES } from '../../restore/rules/finding.ts';
import { FORMAT } from '../http/negotiate.ts';
import { flag, moment, objectId, oneOf, readParameters, someOf, text, wholeNumber } from '../http/parameters.ts';
import { badParameter } from '../http/problem.ts';

export const LIMIT = wholeNumber(1, 200);
export const CURSOR = text(200, 'the cursor of the page before');

const PARAMETERS = {
  projectId: objectId,
  clusterName: text(200, 'the name of a cluster'),
  status: someOf(STATUSES),
  open: flag,
  kind: oneOf(KINDS),
  delivery: oneOf(DELIVERIES),
  targetProjectId: objectId,
  snapshotId: objectId,
  finding: oneOf(RULES),
  since: moment,
  until: moment,
  order: oneOf(['desc', 'asc']),
  limit: LIMIT,
  cursor: CURSOR,
  format: FORMAT,
};

/** @throws RequestProblem that names the parameter */
export function jobsQuery(sent: URLSearchParams): JobsQuery {
  const { status, open, format: _, ...query } = readParameters(sent, PARAMETERS);
  if (query.clusterName !== undefined && query.projectId === undefined) {
    throw badParameter('clusterName', 'clusterName needs projectId: names are unique in a project only');
  }
  if (query.since !== undefined && query.until !== undefined && query.since >= query.until) {
    throw badParameter('until', 'expected a time after `since`');
  }
  if (open === undefined) return { ...query, ...(status === undefined ? {} : { statuses: status }) };
  if (status !== undefined) throw badParameter('open', '`open` stands for statuses, so it excludes `status`');
  return { ...query, statuses: STATUSES.filter((one) => isOpen(one) === open) };
}
