// functions/restore/collection.ts reads a collection-level job (FACTS 1.5).
import { type Fields, Misfit } from './fields.ts';
import type { Reading } from './normalise.ts';
import { fromCollectionState } from './status.ts';

export function readCollection(fields: Fields): Reading {
  const state = fields.text('state');
  if (state === undefined) throw new Misfit('state', 'a state', state);
  const pointInTime = fields.epochSeconds('pointInTimeUtcSeconds') ?? fields.epochSeconds('oplogTs');
  const { status, sourceStatus } = fromCollectionState(state);
  return {
    status,
    sourceStatus,
    // It has no delivery type: it always writes into a cluster, from a snapshot or from a moment.
    delivery: pointInTime === undefined ? 'automated' : 'pointInTime',
    finishedAt: fields.time('finishedAt'),
    snapshotId: fields.objectId('snapshotId'),
    pointInTime,
    targetProjectId: fields.objectId('targetGroupId'),
    targetClusterName: fields.text('targetClusterName'),
    errorMessage: fields.text('errorMessage'),
  };
}
