// bench/big/made-ledger.ts: a ledger of any size, filled through its own port: jobs, coverage, scope and runs that fit each other.
import { countCoverage } from '../../functions/collector/evaluate/count-coverage.ts';
import { NEWEST } from '../../functions/collector/list/prefetch.ts';
import { type ClusterCoverage, LISTS_OF, type ListCoverage } from '../../functions/ledger/model/coverage.ts';
import { NO_IDS, toggled } from '../../functions/ledger/model/id-set.ts';
import type { JobSummary, Ledger } from '../../functions/ledger/model/ledger.ts';
import { noCounts, type PlannedProject } from '../../functions/ledger/model/run.ts';
import { defined } from '../../functions/platform/defined.ts';
import { destinationOf } from '../../functions/restore/destination.ts';
import type { DrillNeeds } from '../../functions/restore/drills/judged.ts';
import { isOpen, type RestoreJob } from '../../functions/restore/job.ts';
import { daysAfter } from '../../functions/restore/rules/drill.ts';
import { annotationsOf, runIdOf } from '../dynamo/made-items.ts';
import {
  CLUSTERS_A_PROJECT,
  clusterNameOf,
  clusterOf,
  type Load,
  madeJob,
  PERIOD_DAYS,
  projectIdOf,
  projectOfCluster,
} from '../dynamo/made-jobs.ts';

/** The newest runs, whose parts are there. The others had nothing to read. */
const RUNS_WITH_PARTS = 3;
const DRILL_DAYS = 90;
/** Of so many clusters, the first needs more of a drill than its restores show. */
const UNPROVEN_EVERY = 10;
const MAX_DURATIONS = 50;
const ACCOUNT = 'default';
/** Of all projects. */
export const ORG_ID = '0'.repeat(23).concat('1');

/** Of a project's clusters, by their place in it. */
export const FLEX_PLACE = 24;
export const SERVERLESS_PLACE = 23;
/** Of ten jobs of a dedicated cluster, the last is one of collections; of twenty, one goes to another project. */
const COLLECTION_OF_TEN = 9;
const ELSEWHERE_OF_TWENTY = 3;

export const projectsOf = ({ clusters }: Load) => Math.ceil(clusters / CLUSTERS_A_PROJECT);

export const tierOf = (cluster: number): 'dedicated' | 'flex' | 'serverless' => {
  const place = cluster % CLUSTERS_A_PROJECT;
  return place === FLEX_PLACE ? 'flex' : place === SERVERLESS_PLACE ? 'serverless' : 'dedicated';
};

/** The same for the same numbers. @param nth 0 is the newest */
export function jobOf(nth: number, load: Load): RestoreJob {
  const job = madeJob(nth, load);
  const cluster = clusterOf(nth, load);
  const ofCluster = Math.floor(nth / load.clusters);
  const tier = tierOf(cluster);
  const kind = tier === 'dedicated' && ofCluster % 10 === COLLECTION_OF_TEN ? 'collection' : tier;
  // Of each cluster at another time, so that there are some in every month.
  if ((ofCluster + cluster) % 20 !== ELSEWHERE_OF_TWENTY || destinationOf(job).place !== 'project')
    return { ...job, kind };
  return { ...job, kind, targetProjectId: projectIdOf((projectOfCluster(cluster) + 1) % projectsOf(load)) };
}

/** @param onProject after each, with how many are done */
export async function fill(ledger: Ledger, load: Load, onProject: (done: number) => void = () => {}): Promise<void> {
  const planned: PlannedProject[] = [];
  for (let nth = 0; nth < projectsOf(load); nth++) {
    planned.push(await fillProject(ledger, nth, load));
    onProject(nth + 1);
  }
  const at = new Date(load.untilMs).toISOString();
  const account = { since: sinceOf(load), listedAt: at, attemptedAt: at, projects: planned.length };
  await ledger.saveScope(() => ({
    revision: 0,
    listedAt: at,
    accounts: { [ACCOUNT]: { ...account, runId: runIdOf(0, load) } },
    projectIds: planned.map(({ projectId }) => projectId),
  }));
  for (let nth = load.runs - 1; nth >= 0; nth--) await fillRun(ledger, nth, nth < RUNS_WITH_PARTS ? planned : [], load);
  await ledger.markDaysAgain();
  await ledger.countDays(() => false);
  await countCoverage(ledger, { now: () => load.untilMs });
}

/** When the clusters were first seen. */
const sinceOf = ({ untilMs }: Load) => daysAfter(untilMs, -PERIOD_DAYS);

/** A whole project at once, whose writes share a commit. */
async function fillProject(ledger: Ledger, nth: number, load: Load): Promise<PlannedProject> {
  const [projectId, projectName] = [projectIdOf(nth), `team-${nth}`];
  const at = new Date(load.untilMs).toISOString();
  const sighting = { runId: runIdOf(0, load), observedAt: at };
  const first = nth * CLUSTERS_A_PROJECT;
  const last = Math.min(first + CLUSTERS_A_PROJECT, load.clusters);
  const recorded: Promise<JobSummary>[] = [];
  for (let cluster = first; cluster < last; cluster++) {
    for (let job = cluster; job < load.jobs; job += load.clusters) {
      const made = jobOf(job, load);
      recorded.push(ledger.record(made, sighting, false, annotationsOf(made)).then((done) => done.job));
    }
  }
  const jobs = await Promise.all(recorded);
  const seen = { since: sinceOf(load) };
  await ledger.saveKnownProject(projectId, () => ({
    ...{ projectId, projectName, orgId: ORG_ID, revision: 0, firstSeenAt: seen.since, accounts: { [ACCOUNT]: seen } },
    changes: [{ at: seen.since, what: 'visible', runId: sighting.runId, account: ACCOUNT }],
  }));
  const list = { attemptedAt: at, readAt: at, since: seen.since };
  const clusters = Array.from({ length: last - first }, (_, place) => clusterCoverage(first + place, jobs, load));
  await ledger.saveCoverage(projectId, () => ({
    ...{ projectId, projectName, revision: 0, runId: sighting.runId },
    discovery: { dedicated: list, flex: list, serverless: list },
    clusters: Object.fromEntries(clusters.map((cluster) => [cluster.clusterName, cluster])),
    recorded: jobs.length,
    recordedIds: toggled(
      NO_IDS,
      jobs.map(({ jobId }) => jobId),
    ),
  }));
  return { projectId, projectName };
}

function clusterCoverage(cluster: number, ofProject: readonly JobSummary[], load: Load): ClusterCoverage {
  const clusterName = clusterNameOf(cluster);
  const jobs = ofProject.filter((job) => job.clusterName === clusterName);
  const tier = tierOf(cluster);
  const lists = LISTS_OF[tier].map((kind) => [
    kind,
    listCoverage(
      jobs.filter((job) => job.kind === kind),
      load,
    ),
  ]);
  const [newest] = jobs.filter(isCompleted);
  const at = new Date(load.untilMs).toISOString();
  // Nobody has given a verdict.
  const needs: DrillNeeds | undefined =
    cluster % UNPROVEN_EVERY === 0 ? { line: '*/* = verdict', needs: ['verdict'] } : undefined;
  const dueAt = daysAfter((needs ? undefined : newest?.finishedAt) ?? sinceOf(load), DRILL_DAYS);
  return {
    ...defined({ clusterName, clusterId: jobs[0]?.clusterId, tier, firstSeenAt: sinceOf(load), seenAt: at }),
    lists: Object.fromEntries(lists),
    drill: { days: DRILL_DAYS, dueAt, ...defined({ needs }) },
  };
}

/** @param jobs newest first */
function listCoverage(jobs: readonly JobSummary[], { untilMs }: Load): ListCoverage {
  const at = new Date(untilMs).toISOString();
  const completed = jobs.filter(isCompleted);
  const open = jobs.filter(({ status }) => isOpen(status));
  return {
    ...{ attemptedAt: at, readAt: at, fullReadAt: at, jobs: jobs.length, open: open.length, moving: open.length },
    settledThrough: open.at(-1)?.requestedAt ?? at,
    recent: Object.fromEntries(jobs.slice(0, NEWEST).map(({ jobId, fingerprint }) => [jobId, fingerprint])),
    durations: completed.slice(0, MAX_DURATIONS).map(({ durationSeconds = 0 }) => durationSeconds),
    ...defined({ lastCompleted: completed[0] && completedRestore(completed[0]) }),
  };
}

const isCompleted = ({ status, delivery, kind }: JobSummary) =>
  status === 'COMPLETED' && delivery !== 'download' && kind !== 'collection';

const completedRestore = ({ jobId, requestedAt, finishedAt = '', durationSeconds, snapshotAt }: JobSummary) => ({
  ...{ jobId, requestedAt, finishedAt },
  ...defined({ durationSeconds, snapshotAt }),
});

async function fillRun(ledger: Ledger, nth: number, planned: readonly PlannedProject[], load: Load) {
  const runId = runIdOf(nth, load);
  const startedAt = new Date(Number.parseInt(runId.slice(0, 8), 16) * 1_000).toISOString();
  const run = { runId, trigger: 'schedule', scope: {}, full: nth === 0, startedAt, status: 'running' } as const;
  await ledger.startRun({ ...run, failures: [] });
  await ledger.recordPlan(runId, planned);
  await ledger.planRun(runId, planned.length, []);
  const counts = { ...noCounts(), clusters: CLUSTERS_A_PROJECT, listsRead: 2 * CLUSTERS_A_PROJECT };
  const part = { status: 'complete', startedAt, finishedAt: startedAt, counts, failures: [] } as const;
  await Promise.all(planned.map((project) => ledger.finishPart(runId, { ...project, ...part, failures: [] })));
}
