// functions/restore/normalize/dedicated.ts: a dedicated job, or a serverless one, which has the same fields (docs/atlas.md#1-3, #1-4).
import type { Delivery } from '../../schema/words.ts';
import type { Fields } from '../field-reader.ts';
import { fromFlags } from '../status.ts';
import type { Asked, Reading } from './reading.ts';

const DELIVERY: ReadonlyMap<string, Delivery> = new Map([
  ['automated', 'automated'],
  ['download', 'download'],
  ['pointInTime', 'pointInTime'],
]);

export function readDedicated(fields: Fields, { deliveryUrlCount, requestedAt, readAt }: Asked): Reading {
  const delivery = fields.oneOf('deliveryType', DELIVERY) ?? 'unknown';
  const finishedAt = fields.past('finishedAt', requestedAt);
  const expiresAt = fields.time('expiresAt');
  const { status, sourceStatus } = fromFlags(
    {
      failed: fields.flag('failed'),
      cancelled: fields.flag('cancelled'),
      expired: fields.flag('expired'),
      requestedAt,
      finishedAt,
      expiresAt,
      // What can be fetched is to be fetched, whatever Atlas calls it.
      download: delivery === 'download' || (delivery === 'unknown' && deliveryUrlCount > 0),
      deliveryUrlCount,
    },
    readAt,
  );
  return {
    status,
    sourceStatus,
    delivery,
    finishedAt,
    expiresAt,
    snapshotId: fields.objectId('snapshotId'),
    snapshotAt: fields.past('timestamp'), // when the snapshot was taken, not when the job was made (docs/atlas.md#0-2)
    pointInTime: fields.epochSeconds('pointInTimeUTCSeconds') ?? fields.epochSeconds('oplogTs'),
    targetProjectId: fields.objectId('targetGroupId'),
    targetClusterName: fields.text('targetClusterName'),
  };
}
