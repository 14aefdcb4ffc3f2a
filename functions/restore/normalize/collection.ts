// functions/restore/normalize/collection.ts: a collection-level job (docs/atlas.md#1-5).
import type { Delivery } from '../../schema/words.ts';
import type { Fields } from '../field-reader.ts';
import { fromCollectionState } from '../status.ts';
import type { Asked, Reading } from './reading.ts';

/** Sentences, not names: longer ones are cut. */
const MAX_MESSAGE = 10_000;

export function readCollection(fields: Fields, { requestedAt, readAt }: Asked): Reading {
  const pointInTime = fields.epochSeconds('pointInTimeUtcSeconds') ?? fields.epochSeconds('oplogTs');
  const finishedAt = fields.past('finishedAt', requestedAt);
  const reported = { word: fields.text('state'), requestedAt, finishedAt };
  const { status, sourceStatus, expected } = fromCollectionState(reported, readAt);
  if (expected !== undefined) fields.note('state', expected);
  return {
    status,
    sourceStatus,
    delivery: deliveryOf(fields, pointInTime),
    finishedAt,
    snapshotId: fields.objectId('snapshotId'),
    pointInTime,
    targetProjectId: fields.objectId('targetGroupId'),
    targetClusterName: fields.text('targetClusterName'),
    errorMessage: fields.text('errorMessage', MAX_MESSAGE),
  };
}

/** It has no delivery type: it always writes into a cluster, from a snapshot or from a moment. */
function deliveryOf(fields: Fields, pointInTime: string | undefined): Delivery {
  if (pointInTime !== undefined) return 'pointInTime';
  return fields.isOdd('pointInTimeUtcSeconds') || fields.isOdd('oplogTs') ? 'unknown' : 'automated';
}
