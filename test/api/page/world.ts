// test/api/page/world.ts fills a ledger with an organization that has a bit of everything the pages show.
import type { ClusterCoverage, ListCoverage, ProjectCoverage } from '../../../functions/ledger/coverage.ts';
import type { Ledger } from '../../../functions/ledger/ledger.ts';
import { noCounts } from '../../../functions/ledger/run.ts';
import type { RestoreJob, Status } from '../../../functions/restore/job.ts';
import { completed, idAt, job } from '../../ledger/jobs.ts';

export const NOW = Date.parse('2026-11-23T12:00:00Z');
export const before = (ms: number) => new Date(NOW - ms).toISOString();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Young enough to be kept. */
const RUN = idAt(before(4 * MINUTE), 'run');

export const PROJECTS = [
  {
    projectId: 'aaaaaaaaaaaaaaaaaaaaaaaa',
    projectName: 'payments-prod',
    clusters: ['orders', 'ledger-eu', 'sessions'],
  },
  { projectId: 'bbbbbbbbbbbbbbbbbbbbbbbb', projectName: 'analytics', clusters: ['events', 'warehouse'] },
  { projectId: 'cccccccccccccccccccccccc', projectName: 'staging', clusters: ['orders-test', 'playground'] },
] as const;

/** From the newest to the oldest, over the last 60 days; the first ones show what is rare. */
export function jobsOf(count: number): RestoreJob[] {
  return Array.from({ length: count }, (_, i) => {
    const every = count < 100 ? 11 * HOUR : (58 * DAY) / count;
    const requested = NOW - (5 * MINUTE + i * every + (i % 7) * MINUTE);
    const { projectId, projectName, clusters } = PROJECTS[(i * 7) % 5 > 2 ? 1 : 0] ?? PROJECTS[0];
    const jobId = idAt(new Date(requested).toISOString(), i);
    const begun = job({
      jobId,
      projectId,
      projectName,
      clusterName: clusters[(i * 3) % clusters.length] ?? 'orders',
      targetProjectId: projectId,
      targetClusterName: 'restore-check',
      snapshotAt: new Date(requested - (3 + (i % 20)) * HOUR).toISOString(),
      ...variety(i),
    });
    return ended(begun, i, requested);
  });
}

function variety(i: number): Partial<RestoreJob> {
  if (i % 9 === 2) return { delivery: 'download', targetProjectId: undefined, targetClusterName: undefined } as object;
  if (i % 6 === 4) return { delivery: 'pointInTime', pointInTime: before(3 * DAY), snapshotAt: undefined } as object;
  if (i % 11 === 3) return { targetProjectId: PROJECTS[2].projectId, targetClusterName: 'orders-test' };
  if (i % 13 === 5) return { kind: 'flex', clusterName: 'playground', targetClusterName: 'playground' };
  return {};
}

function ended(begun: RestoreJob, i: number, requested: number): RestoreJob {
  if (i === 0) return begun;
  const done = completed(begun, new Date(requested + (90 + ((i * 397) % 3_000)) * 1000).toISOString());
  if (i % 9 === 2) {
    const status: Status = i < 3 ? 'READY' : 'EXPIRED';
    return { ...begun, status, sourceStatus: 'deliveryUrl', expiresAt: before(-6 * HOUR), deliveryUrlCount: 2 };
  }
  if (i % 17 === 4)
    return { ...done, status: 'FAILED', sourceStatus: 'failed', errorMessage: 'not enough disk on the target cluster' };
  if (i % 29 === 11) return { ...begun, status: 'CANCELLED', sourceStatus: 'cancelled' };
  return done;
}

const list = (parts: Partial<ListCoverage> = {}): ListCoverage => ({
  attemptedAt: before(3 * MINUTE),
  readAt: before(3 * MINUTE),
  fullReadAt: before(9 * HOUR),
  jobs: 12,
  open: 0,
  moving: 0,
  ...parts,
});

const cluster = (clusterName: string, parts: Partial<ClusterCoverage> = {}): ClusterCoverage => ({
  clusterName,
  clusterId: 'cccccccccccccccccccccccc',
  tier: 'dedicated',
  firstSeenAt: before(90 * DAY),
  seenAt: before(3 * MINUTE),
  lists: {
    dedicated: { ...list(), lastCompletedAt: before(26 * HOUR) } as ListCoverage,
    collection: list({ jobs: 2 }),
  },
  ...parts,
});

/** @param healthy false: with clusters that fail, are stale, late, new, gone */
export function coverages(healthy = false): ProjectCoverage[] {
  const [payments, analytics, staging] = PROJECTS;
  const project = (
    { projectId, projectName }: { projectId: string; projectName: string },
    clusters: ClusterCoverage[],
  ) => ({
    projectId,
    projectName,
    revision: 0,
    runId: RUN,
    discovery: { dedicated: { attemptedAt: before(3 * MINUTE), readAt: before(3 * MINUTE) } },
    clusters: Object.fromEntries(clusters.map((one) => [one.clusterName, one])),
  });
  if (healthy)
    return PROJECTS.map((one) =>
      project(
        one,
        one.clusters.map((name) => cluster(name)),
      ),
    );
  const error = {
    code: 'ATLAS_REFUSED',
    message: 'GET restoreJobs of sessions answered 403: the credentials lack the role Project Backup Manager',
    since: before(2 * DAY),
  };
  return [
    project(payments, [
      cluster('orders'),
      cluster('ledger-eu', { lists: { dedicated: list({ readAt: before(4 * HOUR), open: 1 }) } }),
      cluster('sessions', { lists: { dedicated: list({ readAt: before(2 * DAY), error }), collection: list() } }),
    ]),
    project(analytics, [
      cluster('events', { lists: { dedicated: list({ jobs: 1_204, problemCount: 3 }) } }),
      cluster('warehouse', { lists: { dedicated: list({ readAt: before(3 * DAY) }) } }),
      cluster('old-warehouse', { goneAt: before(2 * DAY) }),
    ]),
    {
      ...project(staging, [
        cluster('orders-test'),
        cluster('playground', { tier: 'free', lists: {} }),
        cluster('brand-new', { lists: {} }),
      ]),
      discovery: {
        flex: {
          attemptedAt: before(MINUTE),
          error: { ...error, code: 'ATLAS_UNAVAILABLE', message: 'GET flexClusters answered 503 four times' },
        },
      },
    },
  ];
}

/** Records jobs as a collector would: those that ended, first as running. */
export async function fill(
  ledger: Ledger,
  jobs: readonly RestoreJob[],
  projects: readonly ProjectCoverage[] = coverages(),
) {
  for (const one of projects)
    await ledger.saveCoverage(one.projectId, (stored) => ({ ...one, revision: stored?.revision ?? 0 }));
  const counts = {
    ...noCounts(),
    clusters: 8,
    listsRead: 11,
    clustersFailed: 2,
    jobsSeen: 40,
    jobsNew: 2,
    jobsChanged: 1,
  };
  await ledger.startRun({
    runId: RUN,
    trigger: 'schedule',
    scope: {},
    full: false,
    startedAt: before(4 * MINUTE),
    status: 'running',
    failures: [],
  });
  await ledger.planRun(RUN, 1, []);
  const part = {
    projectId: PROJECTS[0].projectId,
    projectName: 'payments-prod',
    startedAt: before(4 * MINUTE),
    finishedAt: before(3 * MINUTE),
    failures: [],
  };
  await ledger.finishPart(RUN, { ...part, status: 'incomplete', counts });
  for (let i = 0; i < jobs.length; i += 50)
    await Promise.all(jobs.slice(i, i + 50).map((one, j) => record(ledger, one, i + j < 200)));
}

async function record(ledger: Ledger, one: RestoreJob, inSteps: boolean) {
  const at = (minutes: number) => ({
    runId: RUN,
    observedAt: new Date(Date.parse(one.requestedAt) + minutes * MINUTE).toISOString(),
  });
  const { finishedAt: _, durationSeconds: __, errorMessage: ___, expiresAt: ____, ...rest } = one;
  const running: RestoreJob = { ...rest, status: 'RUNNING', sourceStatus: 'IN_PROGRESS', deliveryUrlCount: 0 };
  if (inSteps) await ledger.record(running, at(1));
  if (!inSteps || one.status !== 'RUNNING') await ledger.record(one, at(60), inSteps);
}
