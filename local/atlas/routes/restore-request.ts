// local/atlas/routes/restore-request.ts: the body of a POST that starts a restore.
import { refusals } from '../base/errors.ts';
import type { Delivery } from '../model/job.ts';
import type { Restore } from '../world/restores.ts';

export type RestoreRequest = Omit<Restore, 'projectId' | 'clusterName' | 'kind'>;

const DELIVERIES: readonly Delivery[] = ['automated', 'download', 'pointInTime'];

/** `deliveryType`, and a target for all but a download. @throws Refusal 400 */
export function dedicatedRestore(body: unknown): RestoreRequest {
  const fields = object(body);
  const type = required(fields, 'deliveryType');
  const delivery = DELIVERIES.find((known) => known === type);
  if (!delivery) throw refusals.invalidEnum('deliveryType', type);
  const { pointInTimeUTCSeconds: seconds } = fields;
  return {
    delivery,
    ...snapshot(fields),
    ...(delivery !== 'download' && target(fields, 'targetClusterName', 'targetGroupId')),
    ...(typeof seconds === 'number' && { pointInTimeSeconds: seconds }),
  };
}

/**
 * A target, in the words of the flex API or of the dedicated one; `deliveryType` is RESTORE unless it says DOWNLOAD.
 * @throws Refusal 400
 */
export function flexRestore(body: unknown): RestoreRequest {
  const fields = object(body);
  const dedicatedWords = 'targetClusterName' in fields;
  return {
    delivery: fields.deliveryType === 'DOWNLOAD' || fields.deliveryType === 'download' ? 'download' : 'automated',
    ...snapshot(fields),
    ...(dedicatedWords
      ? target(fields, 'targetClusterName', 'targetGroupId')
      : target(fields, 'targetDeploymentItemName', 'targetProjectId')),
  };
}

const target = (fields: Record<string, unknown>, clusterField: string, projectField: string) => ({
  targetClusterName: required(fields, clusterField),
  targetProjectId: required(fields, projectField),
});

const snapshot = (fields: Record<string, unknown>) =>
  'snapshotId' in fields ? { snapshotId: required(fields, 'snapshotId') } : {};

function object(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null) throw refusals.validation('The body must be a JSON object.');
  return body as Record<string, unknown>;
}

function required(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw refusals.missingAttribute(name);
  return value;
}
