// local/atlas/model/event.ts: simulated events: their types, and when lists begin to show them.
import type { Random } from '../base/random.ts';
import { SECOND } from '../base/time.ts';
import type { Actors, SimActor } from './actors.ts';

export interface SimEvent {
  readonly id: string;
  readonly projectId: string;
  /** Atlas's `eventTypeName`. */
  readonly type: string;
  /** ms since the epoch, a whole second. */
  readonly created: number;
  /** From when on lists show it: up to 3 s later, in ms since the epoch. */
  readonly visibleAt: number;
  /** Absent: Atlas itself. */
  readonly actor?: SimActor;
  /** Whatever else it shows. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What events are made with. */
export interface EventMakers {
  actors: Actors;
  /** The 5 bytes of every process that answers requests, in hex. */
  processes: readonly string[];
  /** Those of processes that carry out; the two hardly mix. */
  background: readonly string[];
}

/** In the order of docs/atlas.md#12-3: those about backups, as the specification has them, and some of those recorded beside them. */
const BACKUP_TYPES = [
  ...['CPS_RESTORE_REQUESTED_AUDIT', 'CPS_RESTORE_AUTH_AUDIT', 'CPS_RESTORE_SUCCESSFUL', 'CPS_RESTORE_FAILED'],
  ...['CPS_SNAPSHOT_DOWNLOAD_REQUEST_FAILED', 'CPS_COLLECTION_RESTORE_SUCCESSFUL', 'CPS_COLLECTION_RESTORE_FAILED'],
  ...['CPS_COLLECTION_RESTORE_PARTIAL_SUCCESS', 'CPS_COLLECTION_RESTORE_CANCELED'],
  ...['TENANT_RESTORE_REQUESTED_AUDIT', 'TENANT_RESTORE_COMPLETED_AUDIT', 'TENANT_SNAPSHOT_DOWNLOAD_REQUESTED_AUDIT'],
  ...['TENANT_RESTORE_FAILED', 'TENANT_SNAPSHOT_STARTED_AUDIT', 'TENANT_SNAPSHOT_COMPLETED_AUDIT'],
  ...['TENANT_SNAPSHOT_DELETED_AUDIT', 'TENANT_SNAPSHOT_FAILED', 'CPS_SNAPSHOT_STARTED', 'CPS_SNAPSHOT_SUCCESSFUL'],
  ...['CPS_SNAPSHOT_FAILED', 'CPS_SNAPSHOT_DELETED_AUDIT', 'CPS_EXPORT_SUCCESSFUL', 'CPS_EXPORT_FAILED'],
  ...['CPS_AUTO_EXPORT_FAILED', 'BUCKET_CREATED_AUDIT', 'BUCKET_DELETED_AUDIT', 'FTS_INDEXES_RESTORED'],
  'FTS_INDEXES_RESTORE_FAILED',
];

/** What people and keys do beside restoring. */
export const DEEDS = [
  ...['MONGODB_USER_ADDED', 'MONGODB_USER_DELETED', 'MONGODB_USER_UPDATED', 'API_KEY_ROLES_CHANGED'],
  ...['ALERT_ACKNOWLEDGED_AUDIT', 'ALERT_CONFIG_CHANGED_AUDIT', 'CPS_SNAPSHOT_DELETED_AUDIT'],
  ...['BUCKET_CREATED_AUDIT', 'BUCKET_DELETED_AUDIT'],
] as const;

/** What Atlas does by itself. */
export const HAPPENINGS = [
  'CLUSTER_UPDATE_STARTED',
  'CLUSTER_UPDATE_COMPLETED',
  'PROJECT_SCHEDULED_MAINTENANCE',
] as const;

/** Every type that a filter may name. */
export const EVENT_TYPES: ReadonlySet<string> = new Set([...BACKUP_TYPES, ...DEEDS, ...HAPPENINGS]);

/** Share of events that are shown at once. */
const AT_ONCE_SHARE = 0.25;
/** The newest event of a list was up to 3 s old (docs/atlas.md#12-1). */
export const LATEST_VISIBLE_MS = 3 * SECOND;

/**
 * When an event is shown first.
 * @param happened in ms since the epoch; `created` is that second or a later one
 */
export function firstShown(created: number, happened: number, random: Random): number {
  const [atOnce, delay] = [random.next() < AT_ONCE_SHARE, random.between(1, LATEST_VISIBLE_MS)];
  return Math.max(happened, atOnce ? created : created + delay);
}

export const wholeSecond = (ms: number) => Math.floor(ms / SECOND) * SECOND;
