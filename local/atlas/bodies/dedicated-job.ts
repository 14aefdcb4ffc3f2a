// local/atlas/bodies/dedicated-job.ts: a restore job in the dedicated API (docs/atlas.md#1-3).
import { Random } from '../base/random.ts';
import { groupPath, relatedLink, type Scene, selfLink } from '../base/scene.ts';
import { timestamp } from '../base/time.ts';
import type { SimJob } from '../model/job.ts';
import { DOWNLOAD_LIFE_MS, stateAt, wasDelivered } from '../model/timeline.ts';
import { downloadUrl, privateDownload } from './download.ts';

export function dedicatedJob(job: SimJob, scene: Scene) {
  const state = stateAt(job, scene.now);
  const delivered = wasDelivered(job, state);
  return {
    ...(delivered && job.shards > 0 && { components: components(job, scene) }),
    ...snapshotRestore(job, scene, 'clusters'),
    ...(delivered && { privateDownloadDeliveryUrls: [privateDownload(job, scene)] }),
    ...(job.target && { targetDeploymentItemName: `atlas-${new Random(job.traits).lower(6)}` }),
  };
}

/** The fields that dedicated and serverless jobs share. */
export function snapshotRestore(job: SimJob, scene: Scene, collection: 'clusters' | 'serverless') {
  const state = stateAt(job, scene.now);
  const { stage, endedAt } = state;
  const delivered = wasDelivered(job, state);
  const stopped = stage === 'failed' || (stage === 'completed' && job.delivery !== 'download');
  return {
    cancelled: stage === 'cancelled' || (stage === 'failed' && job.outcome === 'failedAndCancelled'),
    deliveryType: job.delivery,
    deliveryUrl: delivered ? deliveryUrls(job, scene) : [],
    desiredTimestamp: desiredTimestamp(job),
    expired: stage === 'expired',
    ...(delivered && endedAt !== undefined && { expiresAt: timestamp(endedAt + DOWNLOAD_LIFE_MS) }),
    failed: stage === 'failed',
    ...(stopped && endedAt !== undefined && { finishedAt: timestamp(endedAt) }),
    id: job.id,
    links: links(job, scene, collection),
    ...pointInTime(job),
    snapshotId: job.snapshotId,
    ...(job.target && { targetClusterName: job.target.clusterName, targetGroupId: job.target.projectId }),
    timestamp: timestamp(job.snapshotAt),
  };
}

/** One for the cluster, or one for each of its shards. */
const deliveryUrls = (job: SimJob, scene: Scene) =>
  Array.from({ length: Math.max(1, job.shards) }, (_, part) => downloadUrl(job, scene, part));

const components = (job: SimJob, scene: Scene) =>
  Array.from({ length: job.shards }, (_, part) => ({
    downloadUrl: downloadUrl(job, scene, part),
    privateDownloadDeliveryUrls: [privateDownload(job, scene, part)],
    replicaSetName: `atlas-${new Random(job.traits).lower(6)}-shard-${part}`,
  }));

/** Null throughout on record, with an undocumented `time`. Filled where the job names a place in the oplog: a guess. */
function desiredTimestamp({ pointInTime }: SimJob) {
  if (!pointInTime || !('oplogTs' in pointInTime)) return { increment: null, time: null, date: null };
  const { oplogTs, oplogInc } = pointInTime;
  return { increment: oplogInc, time: oplogTs, date: timestamp(oplogTs * 1000) };
}

function pointInTime({ pointInTime }: SimJob) {
  if (!pointInTime) return {};
  return 'seconds' in pointInTime ? { pointInTimeUTCSeconds: pointInTime.seconds } : pointInTime;
}

function links(
  { projectId, clusterName, id, snapshotId }: SimJob,
  scene: Scene,
  collection: 'clusters' | 'serverless',
) {
  const cluster = `${groupPath(projectId)}/${collection}/${clusterName}`;
  return [
    selfLink(scene, `${cluster}/backup/restoreJobs/${id}`),
    relatedLink(scene, 'snapshot', `${cluster}/backup/snapshots/${snapshotId}`),
    relatedLink(scene, 'cluster', cluster),
    relatedLink(scene, 'group', groupPath(projectId)),
  ];
}
