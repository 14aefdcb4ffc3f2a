// functions/restore/normalize/flex.ts: a flex job (docs/atlas.md#1-2).
import type { Delivery } from '../../schema/words.ts';
import type { Fields } from '../field-reader.ts';
import { fromFlexStatus } from '../status.ts';
import type { Asked, Reading } from './reading.ts';

const DELIVERY: ReadonlyMap<string, Delivery> = new Map([
  ['RESTORE', 'automated'],
  ['DOWNLOAD', 'download'],
]);

export function readFlex(fields: Fields, { requestedAt, readAt }: Asked): Reading {
  const delivery = fields.oneOf('deliveryType', DELIVERY) ?? 'unknown';
  const finishedAt = fields.past('restoreFinishedDate', requestedAt);
  const reported = { word: fields.text('status'), requestedAt, finishedAt };
  const { status, sourceStatus, expected } = fromFlexStatus(reported, readAt);
  if (expected !== undefined) fields.note('status', expected);
  return {
    status,
    sourceStatus,
    delivery,
    finishedAt,
    // `expirationDate` stands on every job, restores too, and ends nothing: only a download has something that expires.
    expiresAt: delivery === 'download' ? fields.time('expirationDate') : undefined,
    snapshotId: fields.objectId('snapshotId'),
    snapshotAt: fields.past('snapshotFinishedDate'),
    targetProjectId: fields.objectId('targetProjectId'),
    targetClusterName: fields.text('targetDeploymentItemName'),
  };
}
