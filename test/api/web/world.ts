// test/api/web/world.ts: an organization with a bit of everything the pages show.

import { announce, withdraw } from '../../../functions/ledger/announcing/announce.ts';
import type { ClusterCoverage, ListCoverage, ProjectCoverage } from '../../../functions/ledger/model/coverage.ts';
import type { Annotating, Ledger } from '../../../functions/ledger/model/ledger.ts';
import { noCounts } from '../../../functions/ledger/model/run.ts';
import type { Table } from '../../../functions/ledger/table/table-port.ts';
import type { RestoreJob } from '../../../functions/restore/job.ts';
import type { Requester } from '../../../functions/restore/requesters/requester.ts';
import { compileRules } from '../../../functions/restore/rules/compile-rules.ts';
import { evaluate, mergeFindings } from '../../../functions/restore/rules/evaluate.ts';
import { DEFAULT_RULES } from '../../../functions/restore/rules/rules.ts';
import type { Status } from '../../../functions/schema/words.ts';
import { DAY, HOUR, MINUTE } from '../../../local/atlas/base/time.ts';
import { completed, idAt, job } from '../../ledger/jobs.ts';

export const NOW = Date.parse('2026-11-23T12:00:00Z');
export const before = (ms: number) => new Date(NOW - ms).toISOString();

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

const EVENT = { eventType: 'TENANT_RESTORE_REQUESTED_AUDIT', eventId: 'e'.repeat(24), secondsLater: 0, rivals: 0 };
const DEDICATED = { ...EVENT, eventType: 'CPS_RESTORE_REQUESTED_AUDIT' };
const ana = { kind: 'user' as const, id: '1'.repeat(24), name: 'ana@example.com' };
const key = { kind: 'apiKey' as const, id: '2'.repeat(24), name: 'abcdefgh' };
const app = { kind: 'delegated' as const, name: 'ben@example.com', via: 'Backup Portal' };

/** Of the nth job: every grade and every reason there is. */
export const REQUESTERS: readonly (Requester | undefined)[] = [
  { reason: 'pending' },
  { actor: ana, grade: 'strong', points: 89, countsAhead: 4, ...DEDICATED },
  { actor: key, grade: 'strong', points: 80, countsAhead: 5, ...DEDICATED, secondsLater: 1, rivals: 1 },
  { actor: ana, grade: 'exact', points: 100, countsAhead: 4, ...EVENT },
  { actor: app, grade: 'likely', points: 30, ...DEDICATED, secondsLater: 2 },
  { reason: 'ambiguous', rivals: 3 },
  { actor: { kind: 'staff' }, grade: 'weak', points: 10, ...DEDICATED, secondsLater: 6, rivals: 2 },
  { reason: 'none' },
  { reason: 'not-read', detail: 'ATLAS_FORBIDDEN' },
  undefined,
];

const RULES = compileRules({ ...DEFAULT_RULES, protectedTargets: ['analytics/playground'], slowMinutes: 45 });
const projectNameOf = (id: string) => PROJECTS.find(({ projectId }) => projectId === id)?.projectName;
const withFindings: Annotating = {
  assess: (one) => {
    const context = { rules: RULES, at: one.changedAt, projectNameOf, principal: undefined };
    return mergeFindings(one.findings, evaluate(one, context));
  },
};

const LISTED = { attemptedAt: before(3 * MINUTE), readAt: before(3 * MINUTE), since: before(90 * DAY) };

const list = (parts: Partial<ListCoverage> = {}): ListCoverage => ({
  attemptedAt: before(3 * MINUTE),
  readAt: before(3 * MINUTE),
  fullReadAt: before(9 * HOUR),
  jobs: 12,
  open: 0,
  moving: 0,
  ...parts,
});

/** Of a snapshot that was six hours old. */
const restored = (ago: number, durationSeconds: number) => ({
  jobId: idAt(before(ago)),
  requestedAt: before(ago + durationSeconds * 1_000),
  finishedAt: before(ago),
  durationSeconds,
  snapshotAt: before(ago + durationSeconds * 1_000 + 6 * HOUR),
});

const cluster = (clusterName: string, parts: Partial<ClusterCoverage> = {}): ClusterCoverage => ({
  clusterName,
  clusterId: 'cccccccccccccccccccccccc',
  tier: 'dedicated',
  firstSeenAt: before(90 * DAY),
  seenAt: before(3 * MINUTE),
  lists: {
    dedicated: list({ lastCompleted: restored(26 * HOUR, 750) }),
    collection: list({ jobs: 2 }),
  },
  drill: { days: 90, dueAt: before(26 * HOUR - 90 * DAY) },
  ...parts,
});

const clusterWithoutDrill = (clusterName: string, parts: Partial<ClusterCoverage>) => {
  const { drill: _, ...rest } = cluster(clusterName, parts);
  return rest;
};

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
    discovery: { dedicated: LISTED, flex: LISTED, serverless: LISTED },
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
  const overdue = { days: 90, dueAt: before(12 * DAY), overdueAt: before(12 * DAY - HOUR) };
  const never = { days: 365, dueAt: before(30 * DAY), overdueAt: before(29 * DAY) };
  const attribution = {
    error: { ...error, message: 'GET events answered 403: the credentials lack Project Read Only' },
  };
  return [
    project(payments, [
      cluster('orders'),
      cluster('ledger-eu', {
        lists: { dedicated: list({ readAt: before(4 * HOUR), open: 1 }), collection: list() },
        drill: never,
      }),
      cluster('sessions', { lists: { dedicated: list({ readAt: before(2 * DAY), error }), collection: list() } }),
    ]),
    project(analytics, [
      cluster('events', {
        lists: {
          dedicated: list({ jobs: 1_204, problemCount: 3, lastCompleted: restored(102 * DAY, 4_210) }),
          collection: list({ lastCompleted: restored(2 * DAY, 20) }),
        },
        drill: overdue,
      }),
      cluster('warehouse', { lists: { dedicated: list({ readAt: before(3 * DAY) }), collection: list() } }),
      cluster('old-warehouse', { goneAt: before(2 * DAY) }),
    ]),
    {
      ...project(staging, [
        cluster('orders-test'),
        clusterWithoutDrill('playground', { tier: 'free', lists: {} }),
        cluster('brand-new', { lists: {}, drill: { days: 365, dueAt: before(-364 * DAY) } }),
      ]),
      attribution,
      discovery: {
        dedicated: LISTED,
        serverless: LISTED,
        flex: {
          attemptedAt: before(MINUTE),
          error: { ...error, code: 'ATLAS_UNAVAILABLE', message: 'GET flexClusters answered 503 four times' },
        },
      },
    },
  ];
}

/** Announced restores: one that is to come, one whose time is over, and one that was withdrawn. @returns their ids, in that order */
export async function announceSome(table: Table, text = 'OPS-1'): Promise<string[]> {
  const by = { kind: 'user', name: 'ana@laptop', selfDeclared: true } as const;
  const [{ projectId, projectName }, , staging] = PROJECTS;
  const what = {
    projectId,
    clusterName: 'orders',
    targetProjectId: staging.projectId,
    targetClusterName: 'orders-test',
    restores: 1,
  };
  const one = async (at: number, until: number, more: object = {}) => {
    const request = { ...what, until: before(until), purpose: 'drill', ticket: text, ...more };
    return (await announce(table, request, { by, at: before(at), projectName })).expected;
  };
  const coming = await one(HOUR, -DAY);
  const over = await one(3 * DAY, 2 * DAY, { requester: 'ana@example.com' });
  const { targetProjectId: _, targetClusterName: __, ...download } = what;
  const off = await withdraw(
    table,
    (await announce(table, { ...download, until: before(-2 * DAY) }, { by, at: before(HOUR), projectName })).expected,
    { by, at: before(MINUTE) },
  );
  return [coming, over, off].map(({ expectedRestoreId }) => expectedRestoreId);
}

/** Records jobs as a collector would: those that ended, first as running. */
export async function fill(
  ledger: Ledger,
  jobs: readonly RestoreJob[],
  projects: readonly ProjectCoverage[] = coverages(),
  requesters = REQUESTERS,
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
    jobsBackfilled: 1,
    jobsChanged: 1,
    findings: 3,
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
    await Promise.all(
      jobs.slice(i, i + 50).map((one, j) => record(ledger, one, i + j, requesters[(i + j) % requesters.length])),
    );
}

/** The first ones in steps: seen running, then ended, then who asked for them. */
async function record(ledger: Ledger, one: RestoreJob, n: number, requester: Requester | undefined) {
  const inSteps = n < 200;
  const at = (minutes: number) => ({
    runId: RUN,
    observedAt: new Date(Date.parse(one.requestedAt) + minutes * MINUTE).toISOString(),
  });
  const { finishedAt: _, durationSeconds: __, errorMessage: ___, expiresAt: ____, ...rest } = one;
  const running: RestoreJob = { ...rest, status: 'RUNNING', sourceStatus: 'IN_PROGRESS', deliveryUrlCount: 0 };
  const annotating = requester ? { ...withFindings, requester } : withFindings;
  const later = inSteps && requester && !('reason' in requester && requester.reason === 'pending');
  const first = later ? { ...withFindings, requester: { reason: 'pending' as const } } : annotating;
  if (inSteps) await ledger.record(running, at(1), false, first);
  if (!inSteps || one.status !== 'RUNNING') await ledger.record(one, at(60), inSteps, annotating);
  if (later) await ledger.annotate(one.projectId, one.jobId, at(61), () => ({ requester }));
}
