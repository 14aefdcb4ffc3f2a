// local/atlas/model/burst.ts: restores of several clusters of a project requested at nearly the same time.
import { KINDS, type Kind } from '../../../functions/schema/words.ts';
import { Random } from '../base/random.ts';
import { SECOND } from '../base/time.ts';
import { type Identity, nextIdentity } from './api-process.ts';
import { CLUSTERS_A_PROJECT, type SimCluster } from './cluster.ts';

/** One job's place in a burst. */
export interface Place {
  /** When the burst begins: a share of the time that one job of the history has for itself. */
  moment: number;
  /** This one's delay, in whole seconds as ms. */
  laterMs: number;
  identity: Identity;
}

export interface BurstOptions {
  seed: number;
  /** Share of jobs that come in a burst, 0 to 1. */
  crowding: number;
  processes: readonly string[];
}

/** Neighbouring clusters of a project in a burst: three of them flex, the others dedicated. */
const GROUP = 9;
/** From one to the next, in seconds. */
const DELAYS = [0, 0, 0, 0, 1, 1, 2, 3, 8, 40];
/** The last of a group comes no later than this. */
export const MAX_DELAY_MS = GROUP * 40 * SECOND;

const SEED = 13;

/** The place of a cluster's job of that kind; undefined where it comes alone. The n-th jobs of a group come together. */
export function burstOf(options: BurstOptions, cluster: SimCluster, kind: Kind, index: number): Place | undefined {
  const { seed, crowding, processes } = options;
  if (crowding <= 0) return undefined;
  const project = Math.floor(cluster.ordinal / CLUSTERS_A_PROJECT);
  const ordinal = cluster.ordinal % CLUSTERS_A_PROJECT;
  const random = new Random(seed, SEED, project, Math.floor(ordinal / GROUP), KINDS.indexOf(kind), index);
  if (random.next() >= crowding) return undefined;
  const moment = random.next();
  const identities: Identity[] = [];
  let laterMs = 0;
  for (let left = placeOf(ordinal % GROUP, kind); left >= 0; left--) {
    const fresh = { process: random.pick(processes), counter: random.between(0, 2 ** 24 - 1) };
    identities.push(nextIdentity(identities, fresh, random));
    laterMs += random.pick(DELAYS) * SECOND;
  }
  return { moment, laterMs, identity: identities.at(-1) as Identity };
}

/** Counted among those of its tier: every third cluster is flex, from the second on. */
const placeOf = (ordinal: number, kind: Kind) =>
  kind === 'flex' ? Math.floor(ordinal / 3) : ordinal - Math.floor((ordinal + 1) / 3);
