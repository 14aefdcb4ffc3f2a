// functions/api/evidence/parameters.ts: the query parameters of GET /evidence.
import type { Context } from 'hono';
import { defined } from '../../platform/defined.ts';
import { FRAMEWORK_IDS } from '../../report/model/framework.ts';
import {
  BEGUN,
  EVIDENCE_FORMATS,
  type EvidenceFormat,
  type EvidenceRequest,
  hasBegun,
  isTooLong,
  MAX_PERIOD,
  MEDIA_TYPES,
  periodOf,
} from '../../report/model/request.ts';
import { isObjectId } from '../../restore/object-id.ts';
import { isTimeZone } from '../../restore/rules/working-hours.ts';
import { acceptable } from '../http/negotiate.ts';
import {
  described,
  flag,
  moment,
  oneOf,
  type Parameter,
  queryOf,
  type Read,
  readParameters,
  someOf,
  text,
  texts,
} from '../http/parameters.ts';
import type { ApiEnv } from '../http/ports.ts';
import { badParameter } from '../http/problem.ts';
import { CLUSTER } from '../query/job-filters.ts';
import { excluding, type NamesReader, placeAsked, projectIdsOf } from '../query/names.ts';

const MAX_PROJECTS = 100;

const PROJECT_IDS: Parameter<string[]> = {
  read: (value) => {
    const ids = [...new Set(value.split(','))];
    return ids.length <= MAX_PROJECTS && ids.every((id) => isObjectId(id)) ? ids : undefined;
  },
  expected: `ids of at most ${MAX_PROJECTS} projects, 24 hex digits in lower case each; several with commas, or given more than once`,
  schema: { type: 'array', maxItems: MAX_PROJECTS, items: { type: 'string', pattern: '^[a-f0-9]{24}$' } },
  several: true,
};

const TIME_ZONE: Parameter<string> = {
  read: (value) => (isTimeZone(value) ? value : undefined),
  expected: 'a name of the IANA time zone database, such as Europe/Berlin',
  schema: { type: 'string', minLength: 1, maxLength: 64 },
};

export const EVIDENCE_PARAMETERS = {
  since: described(moment, 'Requested at or after. Default: 90 days before `until`.'),
  until: described(moment, 'Requested before. Default: now.'),
  format: described(
    oneOf(EVIDENCE_FORMATS),
    'Instead of `Accept`. A deployed API has `pdf` made as a job, and only where the stack keeps evidence.',
  ),
  timeZone: described(TIME_ZONE, 'Times that people read are in this zone, too.'),
  project: described(texts('the id or the name of a project'), 'Of these projects alone, by their ids or their names.'),
  cluster: described(CLUSTER, 'Of this cluster alone, in `project` where the name is of several.'),
  projectId: described(PROJECT_IDS, 'As `project`, by ids alone.'),
  clusterName: described(
    text('the name of a cluster'),
    'Of clusters of this name alone, not looked up. Needs `projectId`.',
  ),
  framework: described(someOf(FRAMEWORK_IDS), 'By the controls of these, too.'),
  verify: described(flag, 'Recompute the histories of all jobs, too.'),
};

/** By preference, where nobody says which. */
const OFFERED = ['json', 'html', 'csv', 'pdf'] as const;

/** @param formats that are made here @throws RequestProblem 400, 406, 409 */
export async function evidenceRequest(
  context: Context<ApiEnv>,
  ledger: NamesReader,
  now: Date,
  formats: readonly EvidenceFormat[],
): Promise<EvidenceRequest> {
  const asked = readParameters(queryOf(context), EVIDENCE_PARAMETERS);
  if (asked.format !== undefined && !formats.includes(asked.format)) {
    const detail = `this API makes ${formats.join(', ')}; for ${asked.format}, let the stack keep reports (setting evidenceBucket), or run restore-ledger evidence --format ${asked.format} where the table can be read`;
    throw badParameter('format', detail);
  }
  const { since, until, timeZone, verify, framework: frameworks } = asked;
  const period = periodOf({ since, until }, now);
  if (period.since >= period.until) {
    throw badParameter(until === undefined ? 'since' : 'until', 'expected `until` after `since`');
  }
  if (!hasBegun(period, now)) throw badParameter('since', `expected ${BEGUN}`);
  if (isTooLong(period)) throw badParameter('since', `expected ${MAX_PERIOD}`);
  const format = asked.format ?? preferredFormat(context, formats);
  return defined({ period, format, timeZone, only: await onlyOf(asked, ledger), frameworks, verify });
}

async function onlyOf(
  { project, cluster, projectId, clusterName }: Pick<Read<typeof EVIDENCE_PARAMETERS>, Place>,
  ledger: NamesReader,
): Promise<EvidenceRequest['only']> {
  excluding('project', project, 'projectId', projectId);
  if (clusterName !== undefined && projectId === undefined)
    throw badParameter('clusterName', 'clusterName requires projectId, as names are unique only within a project');
  const given = project ?? projectId;
  if (cluster === undefined)
    return given && defined({ projectIds: await projectIdsOf(ledger, 'project', given), clusterName });
  if (given && given.length > 1) throw badParameter('cluster', 'expected one project at most with a cluster');
  const place = await placeAsked(ledger, defined({ project: given?.[0], cluster, clusterName }));
  return place.projectId === undefined
    ? undefined
    : defined({ projectIds: [place.projectId], clusterName: place.clusterName });
}

type Place = 'project' | 'cluster' | 'projectId' | 'clusterName';

function preferredFormat(context: Context<ApiEnv>, formats: readonly EvidenceFormat[]) {
  const offered = OFFERED.filter((format) => formats.includes(format));
  const type = acceptable(
    context,
    offered.map((format) => MEDIA_TYPES[format]),
  );
  return offered.find((format) => MEDIA_TYPES[format] === type) ?? 'json';
}

/** RFC 7240: with `respond-async`, in s how long an answer may take before it is 202: `wait`, or no time at all. */
export function asyncAfterSeconds(prefer: string | undefined): number | undefined {
  const preferences = (prefer ?? '').split(/[,;]/).map((one) => one.trim().toLowerCase());
  if (!preferences.includes('respond-async')) return undefined;
  const [wait] = preferences.flatMap((one) => /^wait\s*=\s*"?(\d{1,4})"?$/.exec(one)?.[1] ?? []);
  return wait === undefined ? 0 : Number(wait);
}
