// local/atlas/bodies/flex-job.ts: a restore job in the flex API: no links, no flags, a status (docs/atlas.md#1-2).
import type { Scene } from '../base/scene.ts';
import { HOUR, timestamp } from '../base/time.ts';
import type { SimJob } from '../model/job.ts';
import { type Stage, stateAt, wasDelivered } from '../model/timeline.ts';
import { downloadUrl } from './download.ts';

/** On every recorded job, restores too; passing it changes nothing. */
const EXPIRES_AFTER_MS = 6 * HOUR;

const STATUSES: Partial<Record<Stage, string>> = {
  pending: 'PENDING',
  queued: 'QUEUED',
  running: 'RUNNING',
  completed: 'COMPLETED',
  failed: 'FAILED',
};

export function flexJob(job: SimJob, scene: Scene) {
  const state = stateAt(job, scene.now);
  return {
    deliveryType: job.delivery === 'download' ? 'DOWNLOAD' : 'RESTORE',
    expirationDate: timestamp(job.requestedAt + EXPIRES_AFTER_MS),
    id: job.id,
    instanceName: job.clusterName,
    projectId: job.projectId,
    ...(state.endedAt !== undefined && { restoreFinishedDate: timestamp(state.endedAt) }),
    restoreScheduledDate: timestamp(job.requestedAt),
    snapshotFinishedDate: timestamp(job.snapshotAt),
    snapshotId: job.snapshotId,
    ...(wasDelivered(job, state) && { snapshotUrl: downloadUrl(job, scene) }),
    status: STATUSES[state.stage],
    targetDeploymentItemName: job.target?.clusterName,
    targetProjectId: job.target?.projectId,
  };
}
