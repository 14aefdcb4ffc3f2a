// local/atlas/events/background-events.ts: events of a project beside restores: snapshots, exports, changes by people and
// keys. Each is computed from its place in time.
import { objectId } from '../base/object-id.ts';
import { Random } from '../base/random.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../base/time.ts';
import type { SimCluster } from '../model/cluster.ts';
import { DEEDS, type EventMakers, firstShown, HAPPENINGS, type SimEvent } from '../model/event.ts';
import type { SimProject } from '../model/project.ts';
import { asked, exportDone, ofCluster, snapshotTaken } from './export-events.ts';

/** How far back before the world's start all this goes. */
export const BACKGROUND_MS = 30 * DAY;

export interface Background extends EventMakers {
  seed: number;
  /** Nothing happened before, in ms since the epoch. */
  from: number;
}

export const SNAPSHOT_TYPES = [
  ...['TENANT_SNAPSHOT_STARTED_AUDIT', 'TENANT_SNAPSHOT_COMPLETED_AUDIT'],
  ...['CPS_SNAPSHOT_SUCCESSFUL', 'CPS_RESTORE_REQUESTED_AUDIT', 'CPS_EXPORT_SUCCESSFUL'],
];

export const PROJECT_TYPES: readonly string[] = [...DEEDS, ...HAPPENINGS];

const seeds = { snapshot: 14, project: 15 } as const;

/** One daily snapshot of a dedicated cluster in this many is exported. */
const EXPORTED_ONE_IN = 5;
/** From a snapshot's day on, everything about it is over by then. */
const SNAPSHOT_SPAN_MS = DAY;
const SLOT_MS = 30 * MINUTE;
const MAX_IN_SLOT = 3;

/** Taken once a day between three and four, as restore jobs say of their snapshots. */
export function* snapshotEvents(
  background: Background,
  cluster: SimCluster,
  from: number,
  to: number,
): Generator<SimEvent> {
  const tier = cluster.pastTier ?? cluster.tier;
  if (tier === 'free' || tier === 'serverless') return;
  const first = Math.max(from, background.from, cluster.created);
  for (let day = Math.floor((first - SNAPSHOT_SPAN_MS) / DAY); day * DAY <= to; day++) {
    const random = new Random(background.seed, seeds.snapshot, cluster.ordinal, day);
    const at = day * DAY + 3 * HOUR + random.between(0, HOUR / SECOND - 1) * SECOND;
    if (at < first - SNAPSHOT_SPAN_MS || at < background.from || at < cluster.created) continue;
    yield* tier === 'flex' ? flexSnapshot(background, cluster, at, random) : snapshot(background, cluster, at, random);
  }
}

function* flexSnapshot({ background }: Background, cluster: SimCluster, at: number, random: Random) {
  yield ofCluster(cluster, 'TENANT_SNAPSHOT_STARTED_AUDIT', at, random, background);
  const doneAt = at + random.between(60, 420) * SECOND;
  yield ofCluster(cluster, 'TENANT_SNAPSHOT_COMPLETED_AUDIT', doneAt, random, background);
}

function* snapshot({ background, actors, processes }: Background, cluster: SimCluster, at: number, random: Random) {
  yield snapshotTaken(cluster, at, random, background, 'DAILY');
  if (random.between(1, EXPORTED_ONE_IN) > 1) return;
  const requestedAt = at + random.between(2, 3) * SECOND;
  yield asked(cluster, requestedAt, requestedAt, actors.draw(random), random, processes);
  yield exportDone(cluster, requestedAt, random, background);
}

/** Up to three events in every half hour. */
export function* projectEvents(
  background: Background,
  project: SimProject,
  from: number,
  to: number,
): Generator<SimEvent> {
  const first = Math.max(from, background.from);
  for (let slot = Math.floor(first / SLOT_MS); slot * SLOT_MS <= to; slot++) {
    const random = new Random(background.seed, seeds.project, project.ordinal, slot);
    for (let left = random.between(0, MAX_IN_SLOT); left > 0; left--) {
      yield projectEvent(background, project, slot * SLOT_MS, random);
    }
  }
}

function projectEvent(
  { actors, processes, background }: Background,
  project: SimProject,
  slot: number,
  random: Random,
) {
  const created = slot + random.between(0, SLOT_MS / SECOND - 1) * SECOND;
  const isDeed = random.next() < 0.6;
  const actor = isDeed ? actors.draw(random) : undefined;
  const type: string = random.pick<string>(isDeed ? DEEDS : HAPPENINGS);
  const process = random.pick(isDeed ? processes : background);
  return {
    id: objectId(created, process, random.between(0, 2 ** 24 - 1)),
    projectId: project.id,
    type,
    created,
    visibleAt: firstShown(created, created, random),
    ...(actor && { actor }),
    fields: actor ? { ...actor.fields, remoteAddress: actor.address } : { isGlobalAdmin: false },
  } satisfies SimEvent;
}
