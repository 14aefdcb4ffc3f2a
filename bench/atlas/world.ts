// bench/atlas/world.ts makes a world of a given size for the bench: dedicated clusters, 25 a project as Atlas allows, each with
// exactly so many backup restore jobs, all settled. Built from the simulator's own world, whose clock is wound on job by job.
import type { Clock } from '../../functions/platform/clock.ts';
import { World } from '../../local/atlas/world/world.ts';
import { answerOf } from '../harness/answer.ts';

export interface WorldSize {
  clusters: number;
  /** Restore jobs of each. */
  jobs: number;
}

/** Atlas's limit unless it is raised (docs/atlas.md#2). */
export const CLUSTERS_A_PROJECT = 25;

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
/** The newest job of the past is this old: settled, and any download expired. */
const QUIET_MS = DAY;
const MAX_GAP_MS = 8 * HOUR;
const MAX_PAST_MS = 600 * DAY;
/** As many of each as in the simulator's own histories. */
const EPISODES = [
  { delivery: 'automated', outcome: 'completed' },
  { delivery: 'download', outcome: 'completed' },
  { delivery: 'pointInTime', outcome: 'completed' },
  { delivery: 'automated', outcome: 'failed' },
  { delivery: 'automated', outcome: 'completed' },
  { delivery: 'download', outcome: 'cancelled' },
] as const;
/** Of the clusters, one in so many has news. */
const NEWS_SHARE = 10;

export interface ListRef {
  projectId: string;
  clusterName: string;
  kind: 'dedicated';
}

export class BenchWorld {
  readonly world: World;
  readonly clock: Clock;
  readonly #refs: ListRef[] = [];
  readonly #news: { ref: ListRef; id: string }[] = [];
  #nowMs: number;

  constructor({ clusters, jobs }: WorldSize, endsAt = Date.now()) {
    const gapMs = Math.max(2 * SECOND, Math.min(MAX_GAP_MS, MAX_PAST_MS / jobs));
    const begin = endsAt - QUIET_MS - gapMs * jobs;
    this.#nowMs = begin - DAY;
    this.clock = { now: () => this.#nowMs, sleep: () => Promise.reject(new Error('this clock does not run')) };
    const projects = Math.ceil(clusters / CLUSTERS_A_PROJECT);
    this.world = new World({ projects, clusters: 0, jobs: 0, clock: this.clock, historyUntil: endsAt });
    this.#addClusters(clusters);
    for (let nth = 0; nth < jobs; nth++) {
      this.#nowMs = begin + nth * gapMs;
      for (const [at, ref] of this.#refs.entries()) {
        const episode = EPISODES[(nth + at) % EPISODES.length];
        this.world.startRestore({ ...ref, ...episode, durationMs: Math.min(gapMs, 10 * 60 * SECOND) / 2 });
      }
    }
    this.#nowMs = endsAt;
  }

  /** Starts a restore in some clusters and lets it end. @returns the lists that have changed */
  addNews(): ListRef[] {
    const changed = this.#refs.filter((_, at) => at % NEWS_SHARE === 0);
    // By the machine's clock, so that a collector, which goes by that too, takes it for new.
    this.#nowMs = Math.max(this.#nowMs + SECOND, Date.now());
    for (const ref of changed) {
      const { id } = this.world.startRestore({ ...ref, durationMs: SECOND / 2 });
      this.#news.push({ ref, id });
    }
    this.#nowMs += SECOND;
    return changed;
  }

  /** As before any news. @returns the lists that have changed */
  removeNews(): ListRef[] {
    const taken = this.#news.splice(0);
    for (const { ref, id } of taken) this.world.removeJob(ref, id);
    return taken.map(({ ref }) => ref);
  }

  /** The answer to: which jobs are there? */
  answer() {
    return answerOf(
      this.#refs.flatMap(({ projectId, clusterName, kind }) =>
        this.world.jobs(projectId, clusterName, kind).map(({ id }) => id),
      ),
    );
  }

  #addClusters(count: number) {
    const { projects } = this.world;
    for (let nth = 0; nth < count; nth++) {
      const projectId = projects[Math.floor(nth / CLUSTERS_A_PROJECT)]?.id ?? '';
      const clusterName = `orders-${nth}`;
      this.world.addCluster({ projectId, clusterName, tier: 'replicaSet' });
      this.#refs.push({ projectId, clusterName, kind: 'dedicated' });
    }
  }
}
