// test/deploy/world.ts: the simulator's content, to compare with the table's.
import { KINDS, type Kind } from '../../functions/schema/words.ts';
import { kindsOf } from '../../local/atlas/model/cluster.ts';
import type { World } from '../../local/atlas/world/world.ts';

/** Every job that Atlas would list, oldest first. */
export function allJobIds(world: World): string[] {
  return world.projects
    .flatMap(({ id }) =>
      world
        .clusters(id)
        .flatMap(({ name, tier }) =>
          KINDS.filter((kind) => kindsOf(tier).includes(kind)).flatMap((kind) =>
            world.jobs(id, name, kind).map((job) => job.id),
          ),
        ),
    )
    .sort();
}

/** A dedicated cluster. */
export function firstCluster(world: World): { projectId: string; clusterName: string; kind: Kind } {
  for (const { id: projectId } of world.projects) {
    const cluster = world
      .clusters(projectId)
      .find(({ tier, state }) => kindsOf(tier).includes('dedicated') && state === 'IDLE');
    if (cluster) return { projectId, clusterName: cluster.name, kind: 'dedicated' };
  }
  throw new Error('no dedicated cluster in the world');
}
