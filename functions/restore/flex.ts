// functions/restore/flex.ts reads a flex job (FACTS 1.2).
import { type Fields, Misfit } from './fields.ts';
import type { Delivery } from './job.ts';
import type { Reading } from './normalise.ts';
import { fromFlexStatus } from './status.ts';

const DELIVERY: Record<string, Delivery> = { RESTORE: 'automated', DOWNLOAD: 'download' };

export function readFlex(fields: Fields): Reading {
  const deliveryType = fields.text('deliveryType');
  const delivery = DELIVERY[deliveryType ?? ''];
  if (delivery === undefined) throw new Misfit('deliveryType', 'RESTORE, DOWNLOAD', deliveryType);
  const said = fields.text('status');
  if (said === undefined) throw new Misfit('status', 'a status', said);
  const { status, sourceStatus } = fromFlexStatus(said);
  return {
    status,
    sourceStatus,
    delivery,
    finishedAt: fields.time('restoreFinishedDate'),
    // `expirationDate` stands on every job, restores too, and ends nothing: only a download has something that expires.
    expiresAt: delivery === 'download' ? fields.time('expirationDate') : undefined,
    snapshotId: fields.objectId('snapshotId'),
    snapshotAt: fields.time('snapshotFinishedDate'),
    targetProjectId: fields.objectId('targetProjectId'),
    targetClusterName: fields.text('targetDeploymentItemName'),
  };
}
