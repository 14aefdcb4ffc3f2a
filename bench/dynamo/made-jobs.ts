// bench/dynamo/made-jobs.ts: synthetic restore jobs in Atlas's shape, the same for the same numbers, spread evenly over the months.
import type { RestoreJob } from '../../functions/restore/job.ts';
import { normalize } from '../../functions/restore/normalize/normalize.ts';
import { redactJob } from '../../functions/restore/redact/redact.ts';

export interface Load {
  /** In all, over all clusters in turn. */
  jobs: number;
  clusters: number;
  /** The newest job was requested a minute before this moment, in ms since the epoch. */
  untilMs: number;
  /** Finished runs, a quarter of an hour apart. */
  runs: number;
}

/** Atlas's limit unless it is raised (docs/atlas.md#2). */
export const CLUSTERS_A_PROJECT = 25;
/** How far back the jobs reach. */
export const PERIOD_DAYS = 600;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const PROCESS = 'be9c4a0001';

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

export const projectIdOf = (nth: number) => hex(0x65000000, 8) + PROCESS + hex(nth, 6);
export const clusterNameOf = (nth: number) => `orders-${nth}`;
export const projectOfCluster = (nth: number) => Math.floor(nth / CLUSTERS_A_PROJECT);

/** @param nth 0 is the newest */
export function jobIdOf(nth: number, { jobs, untilMs }: Load): string {
  const at = untilMs - MINUTE_MS - (nth * PERIOD_DAYS * DAY_MS) / jobs;
  return hex(Math.floor(at / 1_000), 8) + PROCESS + hex(jobs - nth, 6);
}

/** The cluster of a job. */
export const clusterOf = (nth: number, { clusters }: Load) => nth % clusters;

/** Of a hundred jobs: how they end. */
const FAILED = 4;
const CANCELLED = 2;
const DOWNLOADED = 12;
const TO_A_POINT = 20;

export function madeJob(nth: number, load: Load): RestoreJob {
  const cluster = clusterOf(nth, load);
  const projectId = projectIdOf(projectOfCluster(cluster));
  const source = { projectId, projectName: `team-${projectOfCluster(cluster)}`, clusterName: clusterNameOf(cluster) };
  const readAt = new Date(load.untilMs);
  return normalize(
    'dedicated',
    redactJob(atlasJob(nth, load, projectId)),
    { ...source, clusterId: hex(cluster, 24) },
    readAt,
  );
}

function atlasJob(nth: number, load: Load, projectId: string): Record<string, unknown> {
  const id = jobIdOf(nth, load);
  const requestedMs = Number.parseInt(id.slice(0, 8), 16) * 1_000;
  const kind = (nth * 37) % 100;
  const [failed, cancelled] = [kind < FAILED, kind >= FAILED && kind < FAILED + CANCELLED];
  const download = !failed && !cancelled && kind < DOWNLOADED;
  const toAPoint = !download && kind < TO_A_POINT;
  const finishedAt = iso(requestedMs + 60_000 + ((nth * 397) % 3_000) * 1_000);
  const settled = requestedMs + 2 * 3_600_000 < load.untilMs;
  return {
    id,
    cancelled,
    failed,
    expired: download && settled,
    deliveryType: download ? 'download' : toAPoint ? 'pointInTime' : 'automated',
    deliveryUrl: [],
    desiredTimestamp: { increment: null, time: null, date: null },
    ...(settled && !cancelled && !download ? { finishedAt } : {}),
    ...(download ? { expiresAt: finishedAt } : {}),
    ...(toAPoint ? { pointInTimeUTCSeconds: Math.floor(requestedMs / 1_000) - 3_600 } : {}),
    snapshotId: hex(0x64000000 + nth, 24),
    timestamp: iso(requestedMs - 6 * 3_600_000),
    ...(download
      ? {}
      : { targetClusterName: `${clusterNameOf(clusterOf(nth, load))}-check`, targetGroupId: projectId }),
    targetDeploymentItemName: `atlas-${hex(nth, 6)}`,
  };
}

const iso = (ms: number) => new Date(ms).toISOString();
