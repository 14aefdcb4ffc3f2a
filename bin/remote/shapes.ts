// bin/remote/shapes.ts is what an API's answers must look like to be shown. Fields that we don't know are let through.
import * as z from 'zod/mini';
import type { Run, RunPart } from '../../functions/ledger/model/run.ts';
import { DRILL_STATES } from '../../functions/proof/drill-state.ts';
import { CLAIMS } from '../../functions/proof/gap.ts';
import { DELIVERIES, KINDS, STATUSES } from '../../functions/restore/job.ts';
import { SEVERITIES } from '../../functions/restore/rules/finding.ts';
import { COVERAGE_STATES, type CoverageRow } from '../../functions/views/coverage.ts';
import { ApiError } from './errors.ts';
import type { ShownJob, WholeJob } from './ledger-port.ts';

const text = z.optional(z.string());
const count = z.number();
const objectId = z.string().check(z.regex(/^[0-9a-f]{24}$/));
const moment = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/));

/** Rules, grades and reasons of a later version are shown by their names. */
const requester = z.union([
  z.looseObject({
    ...{ actor: z.looseObject({ kind: z.string(), id: text, name: text, via: text }), grade: z.string() },
    ...{ points: count, eventId: text, eventType: z.string(), rivals: count },
    ...{ secondsLater: z.optional(count), countsAhead: z.optional(count) },
  }),
  z.looseObject({ reason: z.string(), detail: text, rivals: z.optional(count) }),
]);
const finding = z.looseObject({
  ...{ rule: z.string(), severity: z.enum(SEVERITIES) },
  ...{ at: moment, why: z.string() },
});

const job = z.looseObject({
  jobId: objectId,
  projectId: objectId,
  projectName: text,
  clusterName: z.string(),
  kind: z.enum(KINDS),
  status: z.enum(STATUSES),
  sourceStatus: z.string(),
  delivery: z.enum(DELIVERIES),
  requestedAt: moment,
  finishedAt: z.optional(moment),
  durationSeconds: z.optional(count),
  expiresAt: z.optional(moment),
  snapshotId: text,
  snapshotAt: z.optional(moment),
  pointInTime: z.optional(moment),
  targetProjectId: text,
  targetClusterName: text,
  errorMessage: text,
  deliveryUrlCount: count,
  problems: z.optional(z.array(z.looseObject({ field: z.string(), expected: z.string(), got: z.string() }))),
  revision: count,
  firstSeenAt: moment,
  changedAt: moment,
  vanishedAt: z.optional(moment),
  requester: z.optional(requester),
  findings: z.optional(z.array(finding)),
});

const change = z.looseObject({
  revision: count,
  at: moment,
  status: z.enum(STATUSES),
  fields: z.record(z.string(), z.looseObject({})),
  atlas: z.optional(z.array(z.string())),
});

const counts = z.looseObject({
  ...{ clusters: count, clustersFailed: count, jobsSeen: count, jobsNew: count, jobsChanged: count },
  ...{
    jobsVanished: count,
    problems: count,
    atlasRequests: count,
    throttles: count,
    waitedMs: count,
    listsRead: count,
  },
  ...{ jobsOld: z.optional(count), findings: z.optional(count), eventsFailed: z.optional(count) }, // of later versions
});
const failure = z.looseObject({ clusterName: text, what: z.string(), message: z.string() });
const runFields = {
  runId: objectId,
  trigger: z.string(),
  scope: z.looseObject({ projectId: text, clusterName: text }),
  full: z.boolean(),
  startedAt: moment,
  projects: z.optional(count),
  finishedAt: z.optional(moment),
  status: z.enum(['running', 'complete', 'incomplete', 'failed']),
  counts: z.optional(counts),
  failures: z.array(failure),
};
const part = z.looseObject({
  ...{ projectId: z.string(), projectName: z.string(), counts, failures: z.array(failure) },
  status: z.enum(['complete', 'incomplete', 'failed']),
});

const list = z.looseObject({
  state: z.enum(COVERAGE_STATES),
  jobs: count,
  open: count,
  readAt: text,
  fullReadAt: text,
  answer: text,
  error: z.optional(z.looseObject({ message: z.string(), since: z.string() })),
  problems: z.optional(
    z.array(z.looseObject({ jobId: text, field: z.string(), expected: z.string(), got: z.string() })),
  ),
  problemCount: z.optional(count),
});
const drill = z.looseObject({
  state: z.enum(DRILL_STATES),
  days: z.optional(count),
  dueAt: z.optional(moment),
  overdueAt: z.optional(moment),
  durationSeconds: z.optional(count),
  snapshotAgeSeconds: z.optional(count),
  last: z.optional(
    z.looseObject({
      ...{ jobId: objectId, requestedAt: moment, finishedAt: moment },
      ...{ durationSeconds: z.optional(count), snapshotAt: z.optional(moment) },
    }),
  ),
});
const gap = z.looseObject({ reason: z.string(), text: z.string(), action: text });
const coverageRow = z.looseObject({
  projectId: objectId,
  projectName: z.string(),
  clusterName: text,
  what: text,
  tier: z.optional(z.enum(['dedicated', 'free', 'flex', 'serverless'])),
  state: z.enum(COVERAGE_STATES),
  since: text,
  claim: z.optional(z.enum(CLAIMS)),
  provenThrough: text,
  jobs: count,
  open: count,
  problems: count,
  goneAt: text,
  error: z.optional(z.looseObject({ what: z.string(), message: z.string(), since: z.string() })),
  lists: z.optional(z.record(z.string(), list)),
  drill: z.optional(drill),
  gaps: z.array(gap),
});

/** What is shown of a run while it goes on, and told of it at its end. */
export interface RunReport extends Run {
  finishedProjects: number;
  parts: Pick<RunPart, 'projectId' | 'projectName' | 'status' | 'counts' | 'failures'>[];
}

const page = (name: string, item: z.ZodMiniType) =>
  z.looseObject({ [name]: z.array(item), cursor: z.optional(z.string()) });

/** What each answer is: its shape, and the type that it then has. */
export const ANSWERS = {
  job: of<WholeJob>(z.extend(job, { atlas: z.looseObject({}), changes: z.array(change).check(z.minLength(1)) })),
  jobs: of<{ jobs: ShownJob[]; cursor?: string }>(page('jobs', job)),
  runs: of<{ runs: Run[]; cursor?: string }>(page('runs', z.looseObject(runFields))),
  run: of<RunReport>(z.looseObject({ ...runFields, finishedProjects: count, parts: z.array(part) })),
  coverage: of<{ coverage: CoverageRow[]; cursor?: string }>(page('coverage', coverageRow)),
};

interface Answer<T> {
  shape: z.ZodMiniType;
  /** Never there. */
  type?: T;
}

function of<T>(shape: z.ZodMiniType): Answer<T> {
  return { shape };
}

/** The very value, so that it is shown as it was sent. @param what `GET /runs` @throws ApiError */
export function understood<T>(what: string, { shape }: Answer<T>, value: unknown): T {
  const result = z.safeParse(shape, value);
  if (result.success) return value as T;
  const [{ path, message } = { path: [], message: 'another shape' }] = result.error.issues;
  throw new ApiError(
    `${what} was answered with something that is not understood, at ${path.join('.') || 'its top'}: ${message}; is it a restore ledger's API, and no newer than this program?`,
  );
}
