// local/atlas/model/job.ts: simulated restore jobs.
import type { Kind } from '../../../functions/schema/words.ts';
import { objectId } from '../base/object-id.ts';
import type { Random } from '../base/random.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../base/time.ts';
import type { SimActor } from './actors.ts';
import { drawAhead, type Identity } from './api-process.ts';
import type { SimCluster } from './cluster.ts';

export type Delivery = 'automated' | 'download' | 'pointInTime';

/**
 * How a job ends. A `completed` download waits to be fetched and expires an hour later; `failedAndCancelled` is the one
 * download of that sort on record (docs/atlas.md#12-7).
 */
export type Outcome = 'completed' | 'failed' | 'cancelled' | 'expired' | 'failedAndCancelled';

export interface SimJob {
  readonly id: string;
  readonly kind: Kind;
  readonly projectId: string;
  readonly clusterName: string;
  readonly delivery: Delivery;
  readonly outcome: Outcome;
  /** ms since the epoch; the id holds its second. */
  readonly requestedAt: number;
  /** From the request to the end, or to the URL of a download, in ms. `Infinity`: it never ends. */
  readonly durationMs: number;
  /** The cluster's shards; 0 for a replica set. */
  readonly shards: number;
  readonly snapshotId: string;
  readonly snapshotAt: number;
  /** Absent where a download has no target. */
  readonly target?: { readonly projectId: string; readonly clusterName: string };
  /** The moment that a point-in-time restore goes back to, in one of the two ways to say it. */
  readonly pointInTime?: { readonly seconds: number } | { readonly oplogTs: number; readonly oplogInc: number };
  /** Seeds whatever else its body and its events show. */
  readonly traits: number;
  /** How far its process had counted on when the event of its request was written. */
  readonly ahead: number;
  /** Who asked for it. Absent: whoever its traits fall to. */
  readonly requester?: SimActor;
  /** The type of the event of its request; null: there is none. Absent: the usual one. */
  readonly eventType?: string | null;
}

/** What a job is asked to be; the rest is drawn. */
export interface JobPlan {
  kind: Kind;
  requestedAt: number;
  delivery: Delivery;
  outcome: Outcome;
  durationMs?: number | undefined;
  snapshotId?: string | undefined;
  /** In ms since the epoch. @default that of a day, as old as the cluster at most */
  snapshotAt?: number | undefined;
  target?: SimJob['target'];
  pointInTime?: SimJob['pointInTime'];
  /** Where its id comes from. @default drawn, unlike any other */
  identity?: Identity | undefined;
  requester?: SimActor | undefined;
  eventType?: string | null | undefined;
}

const OUTCOMES: Record<Kind, readonly Outcome[]> = {
  dedicated: ['completed', 'failed', 'cancelled', 'expired', 'failedAndCancelled'],
  serverless: ['completed', 'failed', 'cancelled', 'expired', 'failedAndCancelled'],
  flex: ['completed', 'failed'],
  collection: ['completed', 'failed', 'cancelled'],
};

// Shortest and longest run of a restore, in ms. Flex as recorded (docs/atlas.md#12-7), the others guessed.
const DURATIONS: Record<Kind, readonly [number, number]> = {
  dedicated: [4 * MINUTE, 30 * MINUTE],
  serverless: [2 * MINUTE, 15 * MINUTE],
  flex: [50 * SECOND, 4 * MINUTE],
  collection: [2 * MINUTE, 40 * MINUTE],
};

/** Nothing that is drawn takes longer. */
export const MAX_RESTORE_MS = Math.max(...Object.values(DURATIONS).flat());

/** @throws RangeError for an outcome or a delivery that jobs of that kind do not have. */
export function makeJob(cluster: SimCluster, plan: JobPlan, random: Random, processes: readonly string[]): SimJob {
  const { kind, requestedAt, delivery, outcome, requester, eventType } = plan;
  if (!OUTCOMES[kind].includes(outcome)) throw new RangeError(`a ${kind} restore job cannot end as ${outcome}`);
  if (kind === 'flex' && delivery === 'pointInTime')
    throw new RangeError('a flex cluster has no point-in-time restore');
  if (kind === 'collection' && delivery === 'download') throw new RangeError('a collection restore is no download');

  const counter = random.between(0, 2 ** 24 - 1);
  // Atlas takes a snapshot a day and keeps it for weeks, so jobs share snapshots. None is older than its cluster.
  const daily = Math.floor((requestedAt - random.between(1, 48) * HOUR) / DAY) * DAY + 3 * HOUR;
  const snapshotAt = plan.snapshotAt ?? Math.max(daily, cluster.created);
  const [shortest, longest] = DURATIONS[kind];
  const drawnMs = random.between(shortest / SECOND, longest / SECOND) * SECOND;
  const oplog = {
    oplogTs: Math.floor(Math.max(requestedAt - HOUR, cluster.created) / SECOND),
    oplogInc: random.between(1, 40),
  };
  const drawnMoment = random.next() < 0.5 ? { seconds: oplog.oplogTs } : oplog;
  const drawn = { process: random.pick(processes), counter };
  const { identity = drawn } = plan;
  const traits = random.between(0, 2 ** 32 - 1);
  return {
    id: objectId(requestedAt, identity.process, identity.counter),
    kind,
    projectId: cluster.projectId,
    clusterName: cluster.name,
    delivery,
    outcome,
    requestedAt,
    durationMs: plan.durationMs ?? drawnMs,
    shards: cluster.tier === 'sharded' ? 2 : 0,
    snapshotId: plan.snapshotId ?? objectId(snapshotAt, cluster.id.slice(8, 18), cluster.ordinal),
    snapshotAt,
    ...(hasTarget(kind, delivery) && {
      target: plan.target ?? { projectId: cluster.projectId, clusterName: cluster.name },
    }),
    ...(delivery === 'pointInTime' && { pointInTime: plan.pointInTime ?? drawnMoment }),
    traits,
    ahead: plan.identity?.ahead ?? drawAhead(random),
    ...(requester && { requester }),
    ...(eventType !== undefined && { eventType }),
  };
}

/** Dedicated downloads name no target; all others do (docs/atlas.md#1-2 to #1-5). */
const hasTarget = (kind: Kind, delivery: Delivery) => kind !== 'dedicated' || delivery !== 'download';
