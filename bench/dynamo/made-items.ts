// bench/dynamo/made-items.ts: the items of a ledger that has run for long: jobs with requesters and findings, coverage, runs.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { ClusterCoverage, ListCoverage, ProjectCoverage } from '../../functions/ledger/model/coverage.ts';
import type { Annotating } from '../../functions/ledger/model/ledger.ts';
import { mergeObservation } from '../../functions/ledger/model/merge-observation.ts';
import { noCounts } from '../../functions/ledger/model/run.ts';
import { TABLE } from '../../functions/ledger/model/table.ts';
import { jobItem } from '../../functions/ledger/table/job-item.ts';
import { coverageFeed, coverageKey, partKey, projectKey, runFeed, runKey } from '../../functions/ledger/table/keys.ts';
import type { RestoreJob } from '../../functions/restore/job.ts';
import { CLUSTERS_A_PROJECT, clusterNameOf, type Load, madeJob, projectIdOf } from './made-jobs.ts';

type Item = Record<string, AttributeValue>;

const RUN_EVERY_MS = 15 * 60_000;
/** Parts of a made-up run: projects that it covered. */
const PARTS = 4;
const OPTIONS = { removeUndefinedValues: true, convertClassInstanceToMap: true };

export const runIdOf = (nth: number, { untilMs }: Load) =>
  `${Math.floor((untilMs - (nth + 1) * RUN_EVERY_MS) / 1_000).toString(16)}be9c4a0002${nth.toString(16).padStart(6, '0')}`;

export function* madeItems(load: Load): Generator<Item> {
  for (let nth = 0; nth < load.jobs; nth++) yield asItem(storedJob(madeJob(nth, load), load));
  for (let first = 0; first < load.clusters; first += CLUSTERS_A_PROJECT) yield* projectItems(first, load);
  for (let nth = 0; nth < load.runs; nth++) yield* runItems(nth, load);
}

const asItem = (item: object): Item => marshall(item, OPTIONS);

/** First seen when it had ended. */
function storedJob(job: RestoreJob, load: Load) {
  const sighting = { runId: runIdOf(0, load), observedAt: new Date(load.untilMs).toISOString() };
  const decision = mergeObservation(undefined, job, sighting, annotationsOf(job));
  if (!('job' in decision)) throw new Error(`job ${job.jobId} would not be written`);
  return jobItem(decision.job);
}

export function annotationsOf({ jobId, status, requestedAt }: RestoreJob): Annotating {
  return {
    requester: {
      // One of 256.
      actor: { kind: 'apiKey', id: jobId.slice(-2).repeat(12), name: 'benchkey' },
      grade: 'strong',
      points: 89,
      eventId: jobId,
      eventType: 'CPS_RESTORE_REQUESTED_AUDIT',
      secondsLater: 0,
      countsAhead: 4,
      rivals: 0,
    },
    assess: () =>
      status === 'FAILED'
        ? [{ rule: 'failed', severity: 'critical', at: requestedAt, why: 'Atlas says that it failed.' }]
        : [],
  };
}

function* projectItems(first: number, load: Load): Generator<Item> {
  const projectId = projectIdOf(first / CLUSTERS_A_PROJECT);
  const last = Math.min(first + CLUSTERS_A_PROJECT, load.clusters);
  const names = Array.from({ length: last - first }, (_, nth) => clusterNameOf(first + nth));
  const at = new Date(load.untilMs).toISOString();
  const list = { attemptedAt: at, readAt: at };
  const coverage: ProjectCoverage = {
    projectId,
    projectName: `team-${first / CLUSTERS_A_PROJECT}`,
    revision: 1,
    runId: runIdOf(0, load),
    discovery: { dedicated: list, flex: list, serverless: list },
    clusters: Object.fromEntries(names.map((name) => [name, clusterCoverage(name, at, load)])),
    recorded: Math.ceil((load.jobs / load.clusters) * names.length),
  };
  yield asItem({ ...projectKey(projectId), ...coverageFeed(projectId) });
  yield asItem({ ...coverageKey(projectId), coverageRevision: 1, coverage });
}

function clusterCoverage(clusterName: string, at: string, { jobs, clusters }: Load): ClusterCoverage {
  const read = { attemptedAt: at, readAt: at, fullReadAt: at, settledThrough: at, open: 0, moving: 0 };
  const dedicated: ListCoverage = { ...read, jobs: Math.ceil(jobs / clusters), recent: {}, durations: [61, 320, 95] };
  const lists = { dedicated, collection: { ...read, jobs: 0, recent: {} } };
  return { clusterName, tier: 'dedicated', firstSeenAt: at, seenAt: at, lists };
}

function* runItems(nth: number, load: Load): Generator<Item> {
  const runId = runIdOf(nth, load);
  const startedAt = new Date(Number.parseInt(runId.slice(0, 8), 16) * 1_000).toISOString();
  const counts = { ...noCounts(), clusters: CLUSTERS_A_PROJECT, listsRead: 2 * CLUSTERS_A_PROJECT };
  const done = { status: 'complete', startedAt, finishedAt: startedAt, counts, failures: [], [TABLE.ttl]: 4e9 };
  const run = { runId, trigger: 'schedule', scope: {}, full: false, projects: PARTS, partsCounted: PARTS };
  yield asItem({ ...runKey(runId), ...runFeed(runId), ...run, ...done });
  for (let part = 0; part < PARTS; part++) {
    const projectId = projectIdOf(part);
    yield asItem({ ...partKey(runId, projectId), projectId, projectName: `team-${part}`, ...done });
  }
}
