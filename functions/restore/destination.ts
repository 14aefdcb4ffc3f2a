// functions/restore/destination.ts: where the data of a restore goes.

import { defined } from '../platform/defined.ts';
import type { Delivery, DestinationPlace } from '../schema/words.ts';
import type { RestoreJob } from './job.ts';
import { isUnderstood, type Understandable } from './understood.ts';

export type Place = DestinationPlace;

export interface Destination {
  place: Place;
  /** As Atlas names it, which it may where the place is unknown too. A download has none. */
  clusterName?: string;
  /** Of another project. */
  projectId?: string;
}

export type Placed = Understandable &
  Pick<RestoreJob, 'projectId' | 'clusterName'> &
  Partial<Pick<RestoreJob, 'targetProjectId' | 'targetClusterName'>>;

const WRITING: ReadonlySet<string> = new Set<Delivery>(['automated', 'pointInTime']);
/** A collection-level job has no delivery type: it always writes into a cluster. */
export const isWriting = ({ kind, delivery }: Pick<RestoreJob, 'kind' | 'delivery'>) =>
  kind === 'collection' || WRITING.has(delivery);

/** Atlas names a target even for downloads of serverless instances, to which nothing is written. */
export function destinationOf(job: Placed): Destination {
  const { projectId, clusterName, delivery, targetProjectId = projectId, targetClusterName } = job;
  if (delivery === 'download') return { place: 'download' };
  const isElsewhere = targetProjectId !== projectId;
  const target = defined({ clusterName: targetClusterName, projectId: isElsewhere ? targetProjectId : undefined });
  if (!isWriting(job) || !isUnderstood(job, 'targetProjectId', 'targetClusterName')) {
    return { place: 'unknown', ...target };
  }
  if (isElsewhere) return { place: 'elsewhere', ...target };
  if (targetClusterName === undefined) return { place: 'unknown' };
  return { place: targetClusterName === clusterName ? 'itself' : 'project', ...target };
}
