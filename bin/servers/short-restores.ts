// bin/servers/short-restores.ts: restores that `npm start` requests from its simulator, short enough to be watched to their end.
import type { AtlasSimulator } from '../../local/atlas/server.ts';
import type { Restore } from '../../local/atlas/world/restores.ts';

const RESTORES: readonly Pick<Required<Restore>, 'delivery' | 'outcome' | 'durationMs'>[] = [
  { delivery: 'automated', outcome: 'completed', durationMs: 8_000 },
  { delivery: 'download', outcome: 'completed', durationMs: 6_000 },
  { delivery: 'automated', outcome: 'failed', durationMs: 12_000 },
  { delivery: 'pointInTime', outcome: 'completed', durationMs: 15_000 },
  { delivery: 'automated', outcome: 'cancelled', durationMs: 10_000 },
];

/** Restores to one cluster after the other, in ways that its tier allows. */
export function restoreStarter({ world }: AtlasSimulator): () => void {
  const places = world.projects.flatMap(({ id }) => world.clusters(id)).filter(({ tier }) => tier !== 'free');
  let turn = 0;
  return () => {
    const place = places[(turn * 4) % places.length];
    const restore = RESTORES[turn % RESTORES.length];
    turn += 1;
    if (!place || !restore) return;
    const kind = place.tier === 'flex' ? 'flex' : 'dedicated';
    const allowed = kind === 'dedicated' || (restore.delivery !== 'pointInTime' && restore.outcome !== 'cancelled');
    const { projectId, name: clusterName } = place;
    world.startRestore({ ...(allowed ? restore : RESTORES[0]), kind, projectId, clusterName });
  };
}
