// functions/restore/dedicated.ts reads a dedicated job, and a serverless one, which has the same fields (FACTS 1.3, 1.4).
import { type Fields, Misfit } from './fields.ts';
import { DELIVERIES, type Delivery } from './job.ts';
import type { Reading } from './normalise.ts';
import { fromFlags } from './status.ts';

export function readDedicated(fields: Fields, deliveryUrlCount: number, readAt: Date): Reading {
  const delivery = deliveryOf(fields.text('deliveryType'));
  const finishedAt = fields.time('finishedAt');
  const expiresAt = fields.time('expiresAt');
  const { status, sourceStatus } = fromFlags(
    {
      failed: fields.flag('failed'),
      cancelled: fields.flag('cancelled'),
      expired: fields.flag('expired'),
      finishedAt,
      expiresAt,
      download: delivery === 'download',
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
    snapshotAt: fields.time('timestamp'), // when the snapshot was taken, not when the job was made (FACTS 0.2)
    pointInTime: fields.epochSeconds('pointInTimeUTCSeconds') ?? fields.epochSeconds('oplogTs'),
    targetProjectId: fields.objectId('targetGroupId'),
    targetClusterName: fields.text('targetClusterName'),
  };
}

function deliveryOf(deliveryType: string | undefined): Delivery {
  const delivery = DELIVERIES.find((known) => known === deliveryType);
  if (delivery === undefined) throw new Misfit('deliveryType', DELIVERIES.join(', '), deliveryType);
  return delivery;
}
