// bench/atlas/world.ts: a simulated organization of a given size: dedicated clusters, 25 a project, each with the same number of
// settled backup restore jobs.
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
/** Age of the newest job: it is settled, and any download expired. */
const QUIET_MS = DAY;
const MAX_GAP_MS = 8 * HOUR;
const MAX_PAST_MS = 600 * DAY;
const EPISODES = [
  { delivery: 'automated', outcome: 'completed' },
  { delivery: 'download', outcome: 'completed' },
  { delivery: 'pointInTime', outcome: 'completed' },
  { delivery: 'automated', outcome: 'failed' },
  { delivery: 'automated', outcome: 'completed' },
  { delivery: 'download', outcome: 'cancelled' },
] as const;
/** One of this many clusters gets a new restore. */
const CHANGED_SHARE = 10;

export interface ListRef {
  projectId: string;
  clusterName: string;
  kind: 'dedicated';
}

export class BenchWorld {
  readonly world: World;
  readonly clock: Clock;
  readonly #refs: ListRef[] = [];
  readonly #added: { ref: ListRef; id: string }[] = [];
  #nowMs: number;

  constructor({ clusters, jobs }: WorldSize, endsAt = Date.now()) {
    const gapMs = Math.max(2 * SECOND, Math.min(MAX_GAP_MS, MAX_PAST_MS / jobs));
    const begin = endsAt - QUIET_MS - gapMs * jobs;
    this.#nowMs = begin - DAY;
    this.clock = { now: () => this.#nowMs, sleep: () => Promise.reject(new Error('this clock is set by hand')) };
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
  addRestores(): ListRef[] {
    const changed = this.#refs.filter((_, at) => at % CHANGED_SHARE === 0);
    // By the machine's clock, which a collector goes by too.
    this.#nowMs = Math.max(this.#nowMs + SECOND, Date.now());
    for (const ref of changed) {
      const { id } = this.world.startRestore({ ...ref, durationMs: SECOND / 2 });
      this.#added.push({ ref, id });
    }
    this.#nowMs += SECOND;
    return changed;
  }

  /** @returns the lists that have changed */
  removeRestores(): ListRef[] {
    const taken = this.#added.splice(0);
    for (const { ref, id } of taken) this.world.removeJob(ref, id);
    return taken.map(({ ref }) => ref);
  }

  /** Every job there is. */
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
