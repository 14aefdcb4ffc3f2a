// local/atlas/events/export-events.ts: events of a snapshot and its export, whose request looks like that of a restore and
// has no job (docs/atlas.md#12-4).
import { objectId } from '../base/object-id.ts';
import type { Random } from '../base/random.ts';
import { MINUTE, SECOND, timestamp } from '../base/time.ts';
import type { SimActor } from '../model/actors.ts';
import type { SimCluster } from '../model/cluster.ts';
import { type EventMakers, firstShown, type SimEvent } from '../model/event.ts';

const COUNTERS = 2 ** 24;

/** A snapshot, and 2 to 3 s later the request that it be exported. */
export function* exportRequest(
  cluster: SimCluster,
  created: number,
  random: Random,
  { actors, processes, background }: EventMakers,
): Generator<SimEvent> {
  yield snapshotTaken(cluster, created - random.between(2, 3) * SECOND, random, background, 'ON_DEMAND');
  yield asked(cluster, created, created, actors.draw(random), random, processes);
}

/** @param happened in ms since the epoch */
export function asked(
  { projectId }: SimCluster,
  created: number,
  happened: number,
  actor: SimActor,
  random: Random,
  processes: readonly string[],
): SimEvent {
  return {
    id: objectId(created, random.pick(processes), random.between(0, COUNTERS - 1)),
    projectId,
    type: 'CPS_RESTORE_REQUESTED_AUDIT',
    created,
    visibleAt: firstShown(created, happened, random),
    actor,
    fields: actor.fields,
  };
}

export function snapshotTaken(
  cluster: SimCluster,
  created: number,
  random: Random,
  background: readonly string[],
  frequencyType: 'DAILY' | 'ON_DEMAND',
): SimEvent {
  const scheduled = created - random.between(120, 300) * SECOND;
  return {
    ...ofCluster(cluster, 'CPS_SNAPSHOT_SUCCESSFUL', created, random, background),
    fields: { ...snapshotFields(cluster, scheduled, created), frequencyType },
  };
}

/** When the export is done, a while after it was asked for. */
export function exportDone(cluster: SimCluster, askedAt: number, random: Random, background: readonly string[]) {
  const created = askedAt + random.between(10 * 60, 20 * 60) * SECOND;
  return {
    ...ofCluster(cluster, 'CPS_EXPORT_SUCCESSFUL', created, random, background),
    fields: snapshotFields(cluster, askedAt - 3 * MINUTE, askedAt),
  };
}

/** Something that Atlas did for a cluster by itself. */
export function ofCluster(
  { projectId }: SimCluster,
  type: string,
  created: number,
  random: Random,
  background: readonly string[],
): SimEvent {
  return {
    id: objectId(created, random.pick(background), random.between(0, COUNTERS - 1)),
    projectId,
    type,
    created,
    visibleAt: firstShown(created, created, random),
    fields: { isGlobalAdmin: false },
  };
}

const snapshotFields = ({ id, name }: SimCluster, scheduled: number, completed: number) => ({
  clusterId: id,
  clusterName: name,
  snapshotCompletionDate: timestamp(completed),
  snapshotScheduledCreationDate: timestamp(scheduled),
});
