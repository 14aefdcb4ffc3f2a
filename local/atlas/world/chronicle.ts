// local/atlas/world/chronicle.ts: the simulated organization's past that cannot be computed: who did what on request, which
// clusters are gone; and the events that follow.
import { Random } from '../base/random.ts';
import { DAY } from '../base/time.ts';
import { BACKGROUND_MS, type Background } from '../events/background-events.ts';
import { type EventQuery, newestFirst } from '../events/event-log.ts';
import { asked } from '../events/export-events.ts';
import { Actors } from '../model/actors.ts';
import type { SimCluster } from '../model/cluster.ts';
import { type SimEvent, wholeSecond } from '../model/event.ts';
import type { SimProject } from '../model/project.ts';
import { MAX_HISTORY } from './history.ts';
import { type ProjectLog, sourcesOf } from './project-log.ts';

export interface ChronicleOptions {
  seed: number;
  /** When history ends, in ms since the epoch. */
  until: number;
  /** The 5 bytes of every process that answers requests, and of the others, in hex. */
  processes: readonly string[];
  background: readonly string[];
}

/** What the world knows of a project. */
export interface Subject {
  project: SimProject;
  /** Those that are there, deleted ones with their backups among them. */
  clusters: readonly SimCluster[];
  list: ProjectLog['list'];
}

const SEED = 17;

export class Chronicle {
  readonly actors: Actors;
  readonly #beginning: number;
  readonly #background: Background;
  /** Clusters that are there no more, by project id: the events of their jobs stay. */
  readonly #former = new Map<string, SimCluster[]>();
  /** When clusters were deleted, by id, in ms since the epoch. */
  readonly #ends = new Map<string, number>();
  /** By project id. */
  readonly #exports = new Map<string, SimEvent[]>();
  #exported = 0;

  constructor({ seed, until, processes, background }: ChronicleOptions) {
    this.actors = new Actors(seed);
    this.#beginning = until - MAX_HISTORY - DAY;
    this.#background = { seed, from: until - BACKGROUND_MS, actors: this.actors, processes, background };
  }

  deleted({ id, state }: SimCluster, now: number) {
    if (state === 'IDLE') this.#ends.set(id, now);
  }

  /** Nothing lists the cluster any more. */
  gone(cluster: SimCluster) {
    this.#former.set(cluster.projectId, [...(this.#former.get(cluster.projectId) ?? []), cluster]);
  }

  /** @param actor a name; drawn where it is left out */
  requestExport(cluster: SimCluster, now: number, actor: string | undefined): SimEvent {
    const { seed, processes } = this.#background;
    const random = new Random(seed, SEED, this.#exported++);
    const requester = actor === undefined ? this.actors.draw(random) : this.actors.named(actor);
    const event = asked(cluster, wholeSecond(now), now, requester, random, processes);
    this.#exports.set(cluster.projectId, [...(this.#exports.get(cluster.projectId) ?? []), event]);
    return event;
  }

  /** Newest first; what is shown after `now` is left out. */
  events({ project, clusters, list }: Subject, query: EventQuery, now: number): Generator<SimEvent> {
    const ever = [...clusters, ...(this.#former.get(project.id) ?? [])];
    const sources = sourcesOf({
      background: this.#background,
      project,
      clusters: ever.map((cluster) => ({ cluster, end: this.#endOf(cluster) })),
      list,
      exports: this.#exports.get(project.id) ?? [],
    });
    return newestFirst(query, { sources, beginning: this.#beginning, now });
  }

  /** Clusters that were deleted before the start have no snapshot events. */
  #endOf({ id, state, created }: SimCluster) {
    return this.#ends.get(id) ?? (state === 'IDLE' ? Number.POSITIVE_INFINITY : created);
  }
}
