// functions/api/openapi/schemas.ts describes what the API answers with, as JSON Schema (OpenAPI 3.1). Tests hold real answers
// against it; objects are closed, so a field that is not described here is found.

import { noCounts } from '../../ledger/model/run.ts';
import type { JOB_SUMMARY_FIELDS } from '../../ledger/model/table.ts';
import { DRILL_STATES } from '../../proof/drill-state.ts';
import { CLAIMS, GAP_REASONS } from '../../proof/gap.ts';
import { DELIVERIES, KINDS, STATUSES } from '../../restore/job.ts';
import { ACTOR_KINDS, GRADES, NO_REQUESTER } from '../../restore/requesters/requester.ts';
import { RULES, SEVERITIES } from '../../restore/rules/finding.ts';
import { COVERAGE_STATES } from '../../views/coverage.ts';
import { PROBLEMS } from '../http/problem.ts';

export type Schema = Readonly<Record<string, unknown>>;

export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const object = (properties: Record<string, Schema>, optional: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});
const list = (items: Schema): Schema => ({ type: 'array', items });
const map = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });
const described = (schema: Schema, description: string): Schema => ({ ...schema, description });

const string: Schema = { type: 'string' };
const flag: Schema = { type: 'boolean' };
const count: Schema = { type: 'integer', minimum: 0 };
const moment: Schema = { type: 'string', format: 'date-time' };
const objectId: Schema = { type: 'string', pattern: '^[a-f0-9]{24}$' };
const anything: Schema = {};
const cursor = described(string, 'Where the next page begins; absent on the last one.');
const kind: Schema = { type: 'string', enum: KINDS };
const status = described({ type: 'string', enum: STATUSES }, 'UNKNOWN: it has ended, and how is not known.');
const delivery = described({ type: 'string', enum: DELIVERIES }, "unknown: Atlas's word for it is in `atlas`.");
const tier: Schema = { type: 'string', enum: ['dedicated', 'free', 'flex', 'serverless'] };
const severity: Schema = { type: 'string', enum: SEVERITIES };
const runStatus: Schema = { type: 'string', enum: ['running', 'complete', 'incomplete', 'failed'] };
const seconds: Schema = { type: 'number', minimum: 0 };
const counted = (names: readonly string[]) => object(Object.fromEntries(names.map((name) => [name, count])));

const actor = object(
  {
    kind: described(
      { type: 'string', enum: ACTOR_KINDS },
      "`staff` is MongoDB's own, `delegated` an application that acts for someone.",
    ),
    id: described(string, 'Of the user or of the API key.'),
    name: described(string, 'User name, or public key.'),
    via: described(string, 'The application, where one acted for someone.'),
  },
  ['id', 'name', 'via'],
);
const foundRequester = object(
  {
    actor,
    grade: described(
      { type: 'string', enum: GRADES },
      'How sure: 90 points and more, 70, 30, 10. `weak` is a hint and no reason to act.',
    ),
    points: { type: 'integer', minimum: 0, maximum: 100 },
    eventId: described(string, 'Absent where several events of this one actor fit.'),
    eventType: described(string, "Atlas's `eventTypeName`."),
    secondsLater: described({ type: 'number' }, "From the job's second to the event's; -1 to 60."),
    countsAhead: described(
      { type: 'integer', minimum: 1 },
      "How many ids further on the same process of Atlas made the event's; absent where another process did.",
    ),
    rivals: described(count, 'Other events and jobs that came into question.'),
  },
  ['eventId', 'secondsLater', 'countsAhead'],
);
const missingRequester = object(
  {
    reason: described(
      { type: 'string', enum: NO_REQUESTER },
      "pending: too early to say. not-read: the project's events could not be read. none: none of them fits. ambiguous: several fit, by different actors.",
    ),
    detail: described(string, 'What came of reading the events: the code of an error.'),
    rivals: count,
  },
  ['detail', 'rivals'],
);
const finding = object({
  rule: { type: 'string', enum: RULES },
  severity,
  at: described(moment, 'When it was found.'),
  why: described(string, 'One sentence for people, with the values and limits that were compared.'),
});

const fieldProblem = {
  field: described(string, "In Atlas's words; the whole of its value is in `atlas`."),
  expected: string,
  got: described(string, 'What was there, in short.'),
};

const jobFields: Record<Exclude<(typeof JOB_SUMMARY_FIELDS)[number], 'fingerprint'>, Schema> = {
  projectId: objectId,
  projectName: string,
  clusterName: string,
  clusterId: string,
  jobId: described(objectId, 'The first 8 digits are the second of the request.'),
  kind,
  status,
  sourceStatus: described(string, "What `status` was derived from, in Atlas's words."),
  delivery,
  requestedAt: moment,
  finishedAt: moment,
  durationSeconds: count,
  expiresAt: described(moment, "When a download's URL stops working."),
  snapshotId: objectId,
  snapshotAt: moment,
  pointInTime: moment,
  targetProjectId: objectId,
  targetClusterName: string,
  errorMessage: string,
  deliveryUrlCount: described(count, 'Delivery URLs are secrets: they are counted, and not kept.'),
  problems: described(
    list(ref('FieldProblem')),
    "What Atlas said and this version can't understand: nothing may be concluded from these fields. Absent: nothing.",
  ),
  revision: { type: 'integer', minimum: 1 },
  firstSeenAt: moment,
  changedAt: moment,
  observedAt: moment,
  vanishedAt: described(moment, 'Since when Atlas no longer lists it.'),
  requester: described(
    ref('Requester'),
    'Who asked for it, with how sure that is; or why nobody is named. Absent: nobody has looked yet.',
  ),
  findings: described(list(ref('Finding')), 'What is noteworthy about it, each rule once. Absent: nothing.'),
};
const JOB_OPTIONAL = [
  ...['projectName', 'clusterId', 'finishedAt', 'durationSeconds', 'expiresAt', 'snapshotId', 'snapshotAt'],
  ...['pointInTime', 'targetProjectId', 'targetClusterName', 'errorMessage', 'problems', 'vanishedAt'],
  ...['requester', 'findings'],
];

const change = object(
  {
    revision: { type: 'integer', minimum: 1 },
    at: moment,
    runId: string,
    status,
    fields: described(
      map(object({ from: anything, to: anything }, ['from', 'to'])),
      'What changed; `findings` as lists of rules.',
    ),
    atlas: described(list(string), "Names of the fields that changed in Atlas's answer."),
    repaired: described(
      { type: 'boolean', enum: [true] },
      "Something else had changed the job, and Atlas's word was put back.",
    ),
    previous: described(string, "SHA-256 of the entry before, base64url; of the first, of the job's own ids."),
    state: described(string, 'Stands for all that the ledger held of the job after this entry.'),
  },
  ['atlas', 'repaired'],
);

const counts = counted(Object.keys(noCounts()));
const clusterFailure = object(
  {
    ...{ clusterName: string, what: string, code: string, message: string },
    projectId: described(string, 'Of a run, where it is about one project, such as one that is not visible.'),
    projectName: string,
  },
  ['clusterName', 'projectId', 'projectName'],
);
const part = object(
  {
    projectId: objectId,
    projectName: string,
    status: { type: 'string', enum: ['complete', 'incomplete', 'failed'] },
    startedAt: moment,
    finishedAt: moment,
    counts,
    failures: list(clusterFailure),
    clustersLeftOut: described(
      count,
      'Where the choice of clusters leaves out every cluster of the project: how many.',
    ),
  },
  ['clustersLeftOut'],
);
const runFields: Record<string, Schema> = {
  runId: objectId,
  trigger: { type: 'string', enum: ['schedule', 'request', 'command'] },
  scope: object({ projectId: objectId, clusterName: string }, ['projectId', 'clusterName']),
  full: flag,
  startedAt: moment,
  projects: described(count, 'Absent until the plan is made.'),
  status: runStatus,
  finishedAt: moment,
  counts,
  failures: list(clusterFailure),
};
const RUN_OPTIONAL = ['projects', 'finishedAt', 'counts'];

const failureFields = { code: string, message: string, since: moment };
const completedRestore = object(
  {
    jobId: objectId,
    requestedAt: moment,
    finishedAt: moment,
    durationSeconds: seconds,
    snapshotAt: moment,
  },
  ['durationSeconds', 'snapshotAt'],
);
const drill = object(
  {
    state: described(
      { type: 'string', enum: DRILL_STATES },
      'met: restored within the days. due: not yet, with time left. overdue: the time has passed. none: no restore is expected.',
    ),
    days: described({ type: 'number', minimum: 0 }, 'Within which a restore is expected.'),
    dueAt: moment,
    overdueAt: described(moment, 'When the collector first found it overdue.'),
    last: described(
      completedRestore,
      'The restore of its backups that was completed last. Downloads, and restores of a few collections, are none.',
    ),
    durationSeconds: described(seconds, 'How long it took: the measured recovery time.'),
    snapshotAgeSeconds: described(
      seconds,
      'How old its snapshot was when it was asked for: what would have been lost.',
    ),
  },
  ['days', 'dueAt', 'overdueAt', 'last', 'durationSeconds', 'snapshotAgeSeconds'],
);
const listRow = object(
  {
    state: { type: 'string', enum: COVERAGE_STATES },
    attemptedAt: moment,
    readAt: moment,
    fullReadAt: moment,
    jobs: count,
    open: count,
    answer: string,
    supersededAt: described(moment, 'Since when the cluster is of a tier that has no such list.'),
    error: object(failureFields),
    problems: described(
      list(object({ jobId: string, ...fieldProblem }, ['jobId'])),
      'What was listed without the id of a job, and so is not in the ledger.',
    ),
    problemCount: described(count, 'How many there were: `problems` shows ten at most.'),
    notUnderstood: described(
      count,
      'Jobs of which nobody can say whether they are completed restores: at least so many. Absent: none.',
    ),
    lastCompleted: completedRestore,
  },
  [
    'readAt',
    'fullReadAt',
    'answer',
    'supersededAt',
    'error',
    'problems',
    'problemCount',
    'notUnderstood',
    'lastCompleted',
  ],
);
const coverageRow = object(
  {
    projectId: objectId,
    projectName: string,
    clusterName: described(string, 'Absent: the row is about the project as a whole, which `what` says.'),
    what: described(string, '`project`, `dedicated clusters` and the like, or `audit events`.'),
    clusterId: string,
    tier,
    state: { type: 'string', enum: COVERAGE_STATES },
    since: described(moment, 'Since when it has been so.'),
    claim: described(
      { type: 'string', enum: CLAIMS },
      'What may be claimed of its restores as of `provenThrough`, by what was read: the jobs in the table are not counted for it.',
    ),
    provenThrough: described(moment, 'Every restore requested before is on record.'),
    fullReadingDueAt: described(moment, 'When the next reading to the end is due.'),
    attemptedAt: moment,
    readAt: described(moment, 'Up to date as of this moment; proof is a reading to the end, `provenThrough`.'),
    fullReadAt: moment,
    jobs: count,
    open: count,
    problems: count,
    lastCompletedAt: described(moment, 'When `drill.last` finished.'),
    drill: ref('Drill'),
    goneAt: moment,
    error: object({ what: string, ...failureFields }),
    lists: map(listRow),
    backupsOff: { type: 'boolean' },
    paused: { type: 'boolean' },
    gaps: list(
      object(
        {
          reason: { type: 'string', enum: GAP_REASONS },
          from: moment,
          until: moment,
          since: moment,
          text: string,
          action: described(string, 'What to do about it. Absent: nothing can be done any more.'),
        },
        ['from', 'until', 'since', 'action'],
      ),
    ),
  },
  [
    ...['clusterName', 'clusterId', 'tier', 'attemptedAt', 'readAt', 'fullReadAt', 'lastCompletedAt', 'goneAt'],
    ...[
      'error',
      'lists',
      'drill',
      'what',
      'since',
      'claim',
      'provenThrough',
      'fullReadingDueAt',
      'backupsOff',
      'paused',
    ],
  ],
);

const summary = object(
  {
    from: moment,
    to: described(moment, 'Not included.'),
    jobs: count,
    open: count,
    byStatus: counted(STATUSES),
    byKind: counted(KINDS),
    byDelivery: counted(DELIVERIES),
    byDay: list(object({ day: { type: 'string', format: 'date' }, jobs: count, byStatus: counted(STATUSES) })),
    durations: object({ completed: count, medianSeconds: seconds, p95Seconds: seconds, maxSeconds: seconds }, [
      ...['medianSeconds', 'p95Seconds', 'maxSeconds'],
    ]),
    findings: object({
      jobs: described(count, 'Restores of which something was found.'),
      bySeverity: described(counted(SEVERITIES), 'These, each by the worst of its findings.'),
      byRule: described(counted(RULES), 'Restores that have it; one can have several.'),
    }),
    truncated: described(
      flag,
      'There were more jobs than are read at once: those before `countedFrom` are not counted.',
    ),
    countedFrom: moment,
  },
  ['countedFrom'],
);

const atlasLink = object({ href: string, rel: string });

export const SCHEMAS: Record<string, Schema> = {
  Job: object(jobFields, JOB_OPTIONAL),
  JobWithHistory: object(
    {
      ...jobFields,
      atlas: described({ type: 'object' }, 'What Atlas sent, less links and less every secret.'),
      atlasOmitted: described(map(string), 'Fields too large to keep, with their digests.'),
      changes: list(ref('Change')),
    },
    [...JOB_OPTIONAL, 'atlasOmitted'],
  ),
  Change: change,
  Requester: { oneOf: [ref('FoundRequester'), ref('MissingRequester')] },
  FoundRequester: foundRequester,
  MissingRequester: missingRequester,
  Finding: finding,
  FieldProblem: object(fieldProblem),
  JobList: object({ jobs: list(ref('Job')), cursor }, ['cursor']),
  Run: object(runFields, RUN_OPTIONAL),
  RunList: object({ runs: list(ref('Run')), cursor }, ['cursor']),
  RunReport: object(
    {
      ...runFields,
      finishedProjects: count,
      parts: list(part),
      omitted: described(object({ parts: count, failures: count }), 'Left out because the answer would be too large.'),
    },
    [...RUN_OPTIONAL, 'omitted'],
  ),
  RunRequest: {
    ...object({ projectId: objectId, clusterName: { type: 'string', minLength: 1, maxLength: 64 }, full: flag }, [
      ...['projectId', 'clusterName', 'full'],
    ]),
    dependentRequired: { clusterName: ['projectId'] },
  },
  Drill: drill,
  CoverageList: object({ coverage: list(coverageRow), cursor }, ['cursor']),
  Summary: summary,
  Health: object({ status: { type: 'string', const: 'ok' } }),
  Problem: object(
    {
      type: { type: 'string', enum: Object.keys(PROBLEMS).map((name) => `/problems/${name}`) },
      title: string,
      status: { type: 'integer', minimum: 400, maximum: 599 },
      detail: string,
      field: described(string, 'The parameter, header, or field of the body that is wrong.'),
      requestId: string,
    },
    ['detail', 'field'],
  ),
  AtlasList: object(
    { results: list({ type: 'object' }), links: list(atlasLink), totalCount: count, status: { const: 200 } },
    ['totalCount', 'status'],
  ),
  AtlasJob: described({ type: 'object' }, "In Atlas's own schema."),
  AtlasError: object(
    {
      error: { type: 'integer' },
      errorCode: string,
      reason: string,
      detail: string,
      parameters: list({ type: 'object' }),
      badRequestDetail: object({ fields: list(object({ field: string, description: string })) }),
    },
    ['badRequestDetail'],
  ),
};
