// local/atlas/world/history.ts: the jobs of a cluster from before the start of the world. Each is computed from its place in
// the list, so a million cost nothing until they are read.
import { KINDS, type Kind } from '../../../functions/schema/words.ts';
import { secondsOf } from '../base/object-id.ts';
import { Random } from '../base/random.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../base/time.ts';
import { burstOf, MAX_DELAY_MS, type Place } from '../model/burst.ts';
import { kindsOf, plannedName, type SimCluster } from '../model/cluster.ts';
import { type Delivery, type JobPlan, makeJob, type Outcome, type SimJob } from '../model/job.ts';
import type { SimProject } from '../model/project.ts';

/** What every history of a world shares. */
export interface Past {
  seed: number;
  /** Jobs a cluster. */
  jobs: number;
  /** The last moment of history, in ms since the epoch. */
  until: number;
  /** The projects that the world began with: targets of restores into another project. */
  projects: readonly SimProject[];
  /** The 5 bytes of every API process, in hex: ids of one process share them (docs/atlas.md#12-4). */
  processes: readonly string[];
  /** Share of jobs that come together with those of neighbouring clusters, 0 to 1. */
  crowding: number;
}

/** One list of past jobs, newest first. */
export interface History {
  readonly count: number;
  /** @param index 0 is the newest. */
  at(index: number): SimJob;
  /** Where the job with that id is; -1 for an id that is not of this history. */
  indexOf(id: string): number;
  /** Those requested in that time, both ends included, in ms since the epoch; newest first. */
  between(from: number, to: number): Generator<SimJob>;
}

type Episode = readonly [Delivery, Outcome, 'elsewhere'?];

// One turn of each kind shows every outcome that it has; clusters start it at different places.
const EPISODES: Record<Kind, readonly Episode[]> = {
  dedicated: [
    ['automated', 'completed'],
    ['download', 'completed'],
    ['pointInTime', 'completed'],
    ['automated', 'failed'],
    ['automated', 'completed', 'elsewhere'],
    ['download', 'failedAndCancelled'],
    ['automated', 'completed'],
    ['download', 'cancelled'],
    ['pointInTime', 'failed'],
    ['automated', 'expired'],
  ],
  serverless: [
    ['automated', 'completed'],
    ['download', 'completed'],
    ['pointInTime', 'completed', 'elsewhere'],
    ['automated', 'failed'],
    ['download', 'cancelled'],
  ],
  flex: [
    ['automated', 'completed'],
    ['download', 'completed'],
    ['automated', 'completed', 'elsewhere'],
    ['automated', 'failed'],
    ['automated', 'completed'],
  ],
  collection: [
    ['automated', 'completed'],
    ['pointInTime', 'completed', 'elsewhere'],
    ['automated', 'failed'],
    ['automated', 'cancelled'],
    ['automated', 'completed'],
  ],
};

const MAX_GAP = 8 * HOUR;
/** Clusters are at least two years old by the earliest start of a world, so their histories fit in that. */
export const MAX_HISTORY = 720 * DAY;
/** One job of a dedicated cluster in this many is a collection restore. */
const COLLECTION_SHARE = 5;
/** Jobs of a history that leaves less time between them come alone: in a burst, they could pass each other. */
const MIN_CROWDED_GAP = 10 * MAX_DELAY_MS;
/** When a busy cluster's restore began, before the world did, in ms: long enough for a download to be ready. */
const BUSY_SINCE: Record<Delivery, number> = {
  automated: 45 * SECOND,
  download: 45 * MINUTE,
  pointInTime: 45 * SECOND,
};

/** The jobs of one kind that a cluster had before the world was started. */
export function history(past: Past, cluster: SimCluster, kind: Kind): History {
  const { seed, until, processes } = past;
  const count = historyCount(cluster, kind, past.jobs);
  const gap = Math.min(MAX_GAP, MAX_HISTORY / count);
  const isBusy = cluster.isBusy && kind !== 'collection';

  const draws = (index: number) => new Random(seed, cluster.ordinal, KINDS.indexOf(kind), index);
  const episode = (index: number) =>
    index === 0 && isBusy
      ? busyEpisode(cluster)
      : (EPISODES[kind][(index + cluster.ordinal) % EPISODES[kind].length] as Episode);
  // One job in every gap, and never near its edges: ages descend strictly, whatever is drawn.
  const ageMs = (index: number, draw: number) => {
    const age = gap * (index + 0.1 + 0.8 * draw);
    return index === 0 && isBusy ? Math.min(age, BUSY_SINCE[episode(index)[0]]) : age;
  };
  const wholeSecond = (ms: number) => Math.floor(ms / SECOND) * SECOND;
  const burst = (index: number) =>
    gap < MIN_CROWDED_GAP || (index === 0 && isBusy) ? undefined : burstOf(past, cluster, kind, index);
  const moment = (index: number, draw: number, place: Place | undefined) =>
    wholeSecond(until - ageMs(index, place?.moment ?? draw)) + (place?.laterMs ?? 0);

  const requestedAt = (index: number) => moment(index, draws(index).next(), burst(index));

  function at(index: number): SimJob {
    const random = draws(index);
    const [delivery, outcome, where] = episode(index);
    const place = burst(index);
    const requested = moment(index, random.next(), place);
    const plan: JobPlan = { kind, delivery, outcome, requestedAt: requested, identity: place?.identity };
    if (where === 'elsewhere') {
      const project = random.pick(past.projects);
      plan.target = { projectId: project.id, clusterName: plannedName(seed, project, 0) };
    }
    return makeJob(cluster, plan, random, processes);
  }

  function indexOf(id: string) {
    const near = Math.floor((until - secondsOf(id) * SECOND) / gap);
    for (const index of [near, near - 1, near + 1]) {
      const known = index >= 0 && index < count && requestedAt(index) === secondsOf(id) * SECOND;
      if (known && at(index).id === id) return index;
    }
    return -1;
  }

  function* between(from: number, to: number) {
    const place = (ms: number) => Math.max(0, Math.floor((until - ms) / gap));
    for (let index = Math.max(0, place(to) - 1); index < count && index <= place(from) + 1; index++) {
      const requested = requestedAt(index);
      if (requested >= from && requested <= to) yield at(index);
    }
  }

  return { count, at, indexOf, between };
}

const busyEpisode = ({ tier }: SimCluster): Episode => [tier === 'sharded' ? 'download' : 'automated', 'completed'];

function historyCount({ pastTier }: SimCluster, kind: Kind, jobs: number) {
  if (!pastTier || !kindsOf(pastTier).includes(kind)) return 0;
  const collections = Math.floor(jobs / COLLECTION_SHARE);
  if (kind === 'collection') return collections;
  return kind === 'dedicated' ? jobs - collections : jobs;
}
