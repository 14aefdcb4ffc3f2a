// functions/api/query/job-filters.ts: the filters of restore jobs: one definition for the API, the page, and, in kebab case, the flags of the command line.

import { parseTagPattern } from '../../restore/tags/cluster-pattern.ts';
import {
  DELIVERIES,
  DESTINATIONS,
  GRADES,
  KINDS,
  NO_REQUESTER,
  PURPOSES,
  RULES,
  STATUSES,
  VALIDATION_STATUSES,
} from '../../schema/words.ts';
import {
  described,
  flag,
  momentOrAge,
  objectId,
  type Parameter,
  someOf,
  text,
  texts,
  trimmed,
} from '../http/parameters.ts';
import { namedPeriod, type Period } from '../http/period.ts';

const ACCOUNT_ID: Parameter<string> = {
  read: (value) => (/^\d{12}$/.test(value) ? value : undefined),
  expected: 'the id of an AWS account, 12 digits',
  schema: { type: 'string', pattern: '^[0-9]{12}$' },
};
const ORGANIZATION_ID: Parameter<string> = {
  read: (value) => (/^o-[a-z0-9]{10,32}$/.test(value) ? value : undefined),
  expected: 'the id of an AWS organization, such as o-exampleorgid',
  schema: { type: 'string', pattern: '^o-[a-z0-9]{10,32}$' },
};

/** Days of UTC, by a word or a number. */
export const PERIOD: Parameter<(now: number) => Period> = {
  read: (value) => {
    const of = (now: number) => namedPeriod(value, now);
    return of(0) === undefined ? undefined : (now) => of(now) ?? { from: '', to: '' };
  },
  expected:
    'a number of days from 1d to 365d, today, yesterday, this-week, last-month or the like (week, month, quarter, year)',
  schema: {
    type: 'string',
    pattern: '^(today|yesterday|(this|last)-(week|month|quarter|year)|([1-9]\\d?|[12]\\d\\d|3[0-5]\\d|36[0-5])d)$',
  },
};

export const PROJECT = trimmed(text('the id or the name of a project'));
export const CLUSTER = trimmed(text('the name of a cluster'));
const PATTERN =
  'A pattern for the name of the project or of the cluster, or project/cluster: * stands for any text, ? for one character.';

/** A key without wildcards, an equals sign, and something of a value. */
const TAG_FORM = String.raw`^[^=*?]*[^=*?\s][^=*?]*=.*\S`;
const tagPatterns = texts('a tag such as env=prod, or a pattern of its value such as env=prod*');
/** Key and value of a tag, the value being a pattern. */
export const TAG: Parameter<string[]> = {
  ...tagPatterns,
  read: (value) => {
    const all = tagPatterns.read(value);
    return all?.every((each) => parseTagPattern(each) !== undefined) ? all : undefined;
  },
  schema: { ...tagPatterns.schema, items: { type: 'string', pattern: TAG_FORM, maxLength: 200 } },
};

/** All are joined by AND; several values of one by OR. */
export const JOB_FILTERS = {
  project: described(PROJECT, 'Of this project, by its id or its name.'),
  cluster: described(CLUSTER, 'Of the cluster of this name; needs `project` where several have it.'),
  source: described(texts('a pattern such as prod-* or prod-*/orders'), `What was restored. ${PATTERN}`),
  tag: described(
    TAG,
    'Of clusters with any of these tags, such as env=prod, or env=prod* for a pattern of the value: as Atlas has them now, or as clusters that are gone had them last. The answer says where tags are not known. A tag that no cluster has is refused.',
  ),
  status: described(someOf(STATUSES), 'Any of these.'),
  open: described(flag, 'true: PENDING, RUNNING or READY; false: any other status. Not with `status`.'),
  kind: described(someOf(KINDS), 'Any of these.'),
  delivery: described(someOf(DELIVERIES), 'Any of these.'),
  destination: described(
    someOf(DESTINATIONS),
    'Where the data went: itself (the same cluster), project (another cluster of its project), elsewhere (another project), download, or unknown, where Atlas does not say.',
  ),
  targetProject: described(PROJECT, 'Into this project, by its id or its name.'),
  targetCluster: described(CLUSTER, 'Into a cluster of this name.'),
  target: described(texts('a pattern such as staging-* or staging-*/orders'), `Where the data went. ${PATTERN}`),
  snapshotId: described(objectId, 'Of this snapshot.'),
  requester: described(
    texts('a name or an id, or a pattern such as *@example.com'),
    'Requested by this user name, public key or id, in any grade. Case does not matter; * stands for any text.',
  ),
  grade: described(
    someOf([...GRADES, ...NO_REQUESTER]),
    `How sure the requester is (${GRADES.join(', ')}), or why nobody is named (${NO_REQUESTER.join(', ')}).`,
  ),
  finding: described(someOf(RULES), 'Has a finding of any of these rules.'),
  purpose: described(texts(`a purpose such as ${PURPOSES.join(', ')}`), 'Annotated with this purpose.'),
  ticket: described(texts('the id of a ticket'), 'Annotated with this ticket.'),
  validation: described(someOf(VALIDATION_STATUSES), 'The restored data was checked, with any of these results.'),
  announced: described(flag, 'true: somebody announced it. false: nobody did, as far as is known.'),
  expectedRestoreId: described(objectId, 'Matched to this announced restore.'),
  orgId: described(objectId, 'Of projects that are, or were, of this Atlas organization.'),
  accountId: described(ACCOUNT_ID, 'Of a ledger in this AWS account, in a hub.'),
  organizationId: described(ORGANIZATION_ID, 'Of ledgers in this AWS organization, in a hub.'),
  period: described(
    PERIOD,
    'Requested on these days, in UTC: 7d (seven days, today included), today, yesterday, this-month, last-month; also week, quarter and year. Not with `since` or `until`.',
  ),
  since: described(momentOrAge, 'Requested at or after: a day, a moment, or an age such as 7d.'),
  until: described(momentOrAge, 'Requested before.'),
  finishedSince: described(momentOrAge, 'Finished at or after.'),
  finishedUntil: described(momentOrAge, 'Finished before.'),
} satisfies Record<string, Parameter<unknown>>;

/** By ids and exact names alone, which cost no look-up: what links of the page and answers use. */
export const ID_FILTERS = {
  projectId: described(objectId, 'As `project`, by the id alone, which saves reads.'),
  clusterName: described(text('the name of a cluster'), 'As `cluster`, not looked up. Needs `projectId`.'),
  targetProjectId: described(objectId, 'As `targetProject`, by the id alone.'),
} satisfies Record<string, Parameter<unknown>>;

export type JobFilter = keyof typeof JOB_FILTERS | keyof typeof ID_FILTERS;
