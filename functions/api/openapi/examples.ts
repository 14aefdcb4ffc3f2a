// functions/api/openapi/examples.ts: one example of each body that callers ask about first. All of it is made up.

const PROJECT = '620a2e60145026559559a757';
const RUN = '6b0c6a6614079063941f6e15';

const JOB = {
  projectId: PROJECT,
  projectName: 'Payments Production',
  clusterName: 'orders',
  clusterId: '648040a2cb4d4b35344bfbfa',
  jobId: '6b097e112253232203aef543',
  kind: 'dedicated',
  status: 'COMPLETED',
  sourceStatus: 'COMPLETED',
  delivery: 'automated',
  requestedAt: '2026-11-27T12:56:49.000Z',
  finishedAt: '2026-11-27T12:59:29.000Z',
  durationSeconds: 160,
  snapshotId: '6b07a0b0cb4d4b3534000001',
  snapshotAt: '2026-11-26T03:00:00.000Z',
  targetProjectId: '637fb578d31a99c3296f3fae',
  targetClusterName: 'staging',
  deliveryUrlCount: 0,
  revision: 2,
  firstSeenAt: '2026-11-27T13:00:02.201Z',
  changedAt: '2026-11-27T13:00:02.703Z',
  observedAt: '2026-11-27T13:00:02.201Z',
  requester: {
    actor: { kind: 'user', id: '61cf9980f623dbeab5b0414e', name: 'ana@example.com' },
    ...{ grade: 'exact', points: 100, eventType: 'CPS_RESTORE_REQUESTED_AUDIT', eventId: '6b097e112253232203aef547' },
    ...{ rivals: 0, secondsLater: 0, countsAhead: 4 },
  },
  findings: [
    {
      ...{ rule: 'cross-project', severity: 'warning', at: '2026-11-27T13:00:02.201Z' },
      why: 'The target cluster staging is in project Staging, while the backup is of project Payments Production.',
    },
  ],
};

/** By the name of the schema. */
export const EXAMPLES: Readonly<Record<string, unknown>> = {
  JobList: { jobs: [JOB] },
  RunRequest: { projectId: PROJECT, clusterName: 'orders', full: true },
  RunReport: {
    ...{ runId: RUN, trigger: 'request', scope: { projectId: PROJECT }, full: false, status: 'complete' },
    ...{ projects: 1, finishedProjects: 1 },
    ...{ startedAt: '2026-11-27T13:00:00.000Z', finishedAt: '2026-11-27T13:00:03.120Z' },
    counts: {
      ...{ clusters: 2, listsRead: 4, clustersFailed: 0, jobsSeen: 60, jobsNew: 1, jobsChanged: 0, jobsVanished: 0 },
      ...{ jobsBackfilled: 0, findings: 1, firstLists: 0, firstFindings: 0, firstOverdue: 0, problems: 0 },
      ...{ atlasRequests: 8, throttles: 0, waitedMs: 0, eventsFailed: 0 },
    },
    failures: [],
    parts: [],
  },
  ValidationRequest: {
    ValidationStatus: 'SUCCESSFUL',
    ValidationStatusMessage: 'Row counts and checksums are those of the source.',
  },
  AnnotationRequest: {
    ...{ purpose: 'drill', ticket: 'OPS-1234', environment: 'isolated staging' },
    checks: [{ name: 'orders', expected: '48210', got: '48210' }],
  },
  Problem: {
    ...{ type: '/problems/bad-parameter', title: 'Bad request', status: 400 },
    ...{ detail: 'expected a whole number from 1 to 200, got "0"', field: 'limit' },
    requestId: 'JKJaXmPLvHcESHA=',
  },
};
