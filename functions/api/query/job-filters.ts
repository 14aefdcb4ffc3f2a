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
    'today, yesterday, this- or last- with week, month, quarter or year, or a number of days, today included, from 1d to 365d',
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
  cluster: described(CLUSTER, 'Of this cluster, in `project` where the name is of several.'),
  source: described(texts('a pattern such as prod-* or prod-*/orders'), `What was restored. ${PATTERN}`),
  tag: described(
    TAG,
    'Of clusters that have any of these tags in Atlas now, or, of those that are gone, had them last: key, equals sign, and a pattern of the value. `tagsNotKnown` of the answer says where that is not known. A tag that no cluster has is refused.',
  ),
  status: described(someOf(STATUSES), 'Any of these.'),
  open: described(flag, 'true: PENDING, RUNNING, READY. false: the others. Excludes `status`.'),
  kind: described(someOf(KINDS), 'Any of these.'),
  delivery: described(someOf(DELIVERIES), 'Any of these.'),
  destination: described(
    someOf(DESTINATIONS),
    'Any of these: the same cluster, another one of the same project, another project (elsewhere), a download; unknown where Atlas does not say.',
  ),
  targetProject: described(PROJECT, 'Into this project, by its id or its name.'),
  targetCluster: described(CLUSTER, 'Into a cluster of this name.'),
  target: described(texts('a pattern such as staging-* or staging-*/orders'), `Where the data went. ${PATTERN}`),
  snapshotId: described(objectId, 'Of this snapshot.'),
  requester: described(
    texts('a name or an id, or a pattern such as *@example.com'),
    'Requested by whoever has this name or id (of an API key: its public key), in any grade. Without case; * stands for any text.',
  ),
  grade: described(
    someOf([...GRADES, ...NO_REQUESTER]),
    'How sure it is who requested it, or why nobody is named: any of these.',
  ),
  finding: described(someOf(RULES), 'Has a finding of any of these rules.'),
  purpose: described(texts(`a purpose such as ${PURPOSES.join(', ')}`), 'Annotated with this purpose.'),
  ticket: described(texts('the id of a ticket'), 'Annotated with this ticket.'),
  validation: described(someOf(VALIDATION_STATUSES), 'The restored data was checked, with any of these results.'),
  announced: described(flag, 'true: somebody announced it. false: nobody did, as far as is known.'),
  expectedRestoreId: described(objectId, 'Came for this announced restore.'),
  orgId: described(objectId, 'Of projects that are, or were, of this Atlas organization.'),
  accountId: described(ACCOUNT_ID, 'Of a ledger in this AWS account, in a hub.'),
  organizationId: described(ORGANIZATION_ID, 'Of ledgers in this AWS organization, in a hub.'),
  period: described(
    PERIOD,
    'Requested in these days of UTC: a number of days, today included (7d), today, yesterday, this- or last-week, -month, -quarter, -year. Excludes `since` and `until`.',
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
