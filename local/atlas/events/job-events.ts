// local/atlas/events/job-events.ts: events of a restore job: its request, its end and what happened around it
// (docs/atlas.md#12-3, #12-4). All follow from the job.
import type { Kind } from '../../../functions/schema/words.ts';
import { counterOf, objectId, processOf } from '../base/object-id.ts';
import { Random } from '../base/random.ts';
import { SECOND } from '../base/time.ts';
import type { Actors, SimActor } from '../model/actors.ts';
import type { SimCluster } from '../model/cluster.ts';
import { DEEDS, type EventMakers, firstShown, type SimEvent, wholeSecond } from '../model/event.ts';
import type { SimJob } from '../model/job.ts';
import { exportRequest } from './export-events.ts';

const seeds = { requester: 1, request: 2, ending: 3, around: 4 } as const;

/** Of 95 requests, 4 were written in the second after their job's. */
const NEXT_SECOND_SHARE = 4 / 95;
/** Of 77 completions, 7. */
const LATE_ENDING_SHARE = 7 / 77;
/** Share of dedicated restores with an export beside them. A guess, frequent enough to be tested. */
const EXPORT_SHARE = 1 / 30;
/** Share of restores with another action of the same actor through the same process. A guess. */
const DEED_SHARE = 1 / 5;
/** Nothing around a job is further from its request than this. */
export const AROUND_MS = 10 * SECOND;

/** Collection and serverless restores have no request type (docs/atlas.md#12-3). */
export function requestType({ kind, delivery, eventType }: SimJob): string | null {
  if (eventType !== undefined) return eventType;
  if (kind === 'dedicated') return 'CPS_RESTORE_REQUESTED_AUDIT';
  if (kind !== 'flex') return null;
  return delivery === 'download' ? 'TENANT_SNAPSHOT_DOWNLOAD_REQUESTED_AUDIT' : 'TENANT_RESTORE_REQUESTED_AUDIT';
}

/** Who asked for a job, whether or not an event says so. */
export const requesterOf = (job: SimJob, actors: Actors): SimActor =>
  job.requester ?? actors.draw(new Random(job.traits, seeds.requester));

/** Written by the process that made the job; no address on record. */
export function requestEvent(job: SimJob, actors: Actors): SimEvent | undefined {
  const type = requestType(job);
  if (type === null) return undefined;
  const random = new Random(job.traits, seeds.request);
  const isLate = random.next() < NEXT_SECOND_SHARE;
  const created = wholeSecond(job.requestedAt) + (isLate ? SECOND : 0);
  const actor = requesterOf(job, actors);
  return {
    id: objectId(created, processOf(job.id), counterOf(job.id) + job.ahead),
    projectId: job.projectId,
    type,
    created,
    visibleAt: firstShown(created, job.requestedAt, random),
    actor,
    fields: actor.fields,
  };
}

/** The request, and at times what makes its requester harder to identify. */
export function* eventsAround(job: SimJob, cluster: SimCluster, makers: EventMakers): Generator<SimEvent> {
  const request = requestEvent(job, makers.actors);
  if (!request) return;
  yield request;
  const random = new Random(job.traits, seeds.around);
  if (random.next() < DEED_SHARE) yield deed(job, request, random);
  if (job.kind === 'dedicated' && random.next() < EXPORT_SHARE) {
    yield* exportRequest(cluster, wholeSecond(job.requestedAt) + random.between(0, 3) * SECOND, random, makers);
  }
}

/** Something else by the same actor, with an address, as all but requests for restores have one. */
function deed(job: SimJob, { actor, projectId }: SimEvent, random: Random): SimEvent {
  const created = wholeSecond(job.requestedAt) + random.between(1, 4) * SECOND;
  return {
    id: objectId(created, processOf(job.id), counterOf(job.id) + random.between(20_000, 60_000)),
    projectId,
    type: random.pick(DEEDS),
    created,
    visibleAt: firstShown(created, created, random),
    ...(actor && { actor }),
    fields: { ...actor?.fields, remoteAddress: actor?.address },
  };
}

const ENDINGS: Record<Kind, (job: SimJob) => string | undefined> = {
  flex: ({ delivery, outcome }) => {
    if (delivery === 'download') return undefined;
    return outcome === 'completed' ? 'TENANT_RESTORE_COMPLETED_AUDIT' : 'TENANT_RESTORE_FAILED';
  },
  dedicated: ({ delivery, outcome }) => {
    const hasFailed = outcome === 'failed' || outcome === 'failedAndCancelled';
    if (delivery === 'download') return hasFailed ? 'CPS_SNAPSHOT_DOWNLOAD_REQUEST_FAILED' : undefined;
    if (hasFailed) return 'CPS_RESTORE_FAILED';
    return outcome === 'completed' ? 'CPS_RESTORE_SUCCESSFUL' : undefined;
  },
  collection: ({ outcome }) =>
    outcome === 'completed'
      ? 'CPS_COLLECTION_RESTORE_SUCCESSFUL'
      : `CPS_COLLECTION_RESTORE_${outcome === 'cancelled' ? 'CANCELED' : 'FAILED'}`,
  serverless: () => undefined,
};

/** What the end of a job can be called. */
export const ENDING_TYPES = [
  ...['TENANT_RESTORE_COMPLETED_AUDIT', 'TENANT_RESTORE_FAILED', 'CPS_SNAPSHOT_DOWNLOAD_REQUEST_FAILED'],
  ...['CPS_RESTORE_FAILED', 'CPS_RESTORE_SUCCESSFUL', 'CPS_COLLECTION_RESTORE_SUCCESSFUL'],
  ...['CPS_COLLECTION_RESTORE_CANCELED', 'CPS_COLLECTION_RESTORE_FAILED'],
];

/** Written by another process: nothing but the time ties it to its job. */
export function endingEvent(job: SimJob, cluster: SimCluster, { background }: EventMakers): SimEvent | undefined {
  const type = ENDINGS[job.kind](job);
  const endedAt = job.requestedAt + job.durationMs;
  if (type === undefined || endedAt === Number.POSITIVE_INFINITY) return undefined;
  const random = new Random(job.traits, seeds.ending);
  const created = wholeSecond(endedAt) + (random.next() < LATE_ENDING_SHARE ? SECOND : 0);
  const isFlex = job.kind === 'flex';
  return {
    id: objectId(created, random.pick(background), random.between(0, 2 ** 24 - 1)),
    projectId: job.projectId,
    type,
    created,
    visibleAt: firstShown(created, endedAt, random),
    fields: isFlex ? { isGlobalAdmin: false } : { clusterId: cluster.id, clusterName: cluster.name },
  };
}
