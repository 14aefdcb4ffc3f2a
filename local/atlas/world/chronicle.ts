// local/atlas/world/chronicle.ts: the events of a simulated organization's projects.
import type { Clock } from '../../../functions/platform/clock.ts';
import { secondsOf } from '../base/object-id.ts';
import { Random } from '../base/random.ts';
import { DAY, SECOND } from '../base/time.ts';
import { BACKGROUND_MS, type Background } from '../events/background-events.ts';
import { type EventQuery, newestFirst } from '../events/event-log.ts';
import { asked } from '../events/export-events.ts';
import { type EventMakers, type SimEvent, wholeSecond } from '../model/event.ts';
import { MAX_HISTORY } from './history.ts';
import type { ClusterRef, Organization } from './organization.ts';
import { sourcesOf } from './project-log.ts';
import type { Restores } from './restores.ts';

export interface ChronicleOptions extends EventMakers {
  seed: number;
  /** When history ends, in ms since the epoch. */
  until: number;
  organization: Organization;
  restores: Restores;
  clock: Clock;
}

/** A request that looks like a restore's, and leaves no job (docs/atlas.md#12-4). */
export interface ExportRequest extends ClusterRef {
  /** @default drawn */
  actor?: string;
}

const SEED = 17;

export class Chronicle {
  readonly #organization: Organization;
  readonly #restores: Restores;
  readonly #clock: Clock;
  readonly #beginning: number;
  readonly #background: Background;
  /** By project id. */
  readonly #exports = new Map<string, SimEvent[]>();
  #exported = 0;

  constructor({ seed, until, organization, restores, clock, ...makers }: ChronicleOptions) {
    this.#organization = organization;
    this.#restores = restores;
    this.#clock = clock;
    this.#beginning = until - MAX_HISTORY - DAY;
    this.#background = { seed, from: until - BACKGROUND_MS, ...makers };
  }

  /**
   * The events of a project, newest first, each computed when it is reached.
   * @param now what is shown later is left out, in ms since the epoch. @default clock.now()
   * @throws RangeError for an unknown project
   */
  events(projectId: string, query: EventQuery = {}, now = this.#clock.now()): Generator<SimEvent> {
    this.#restores.catchUp();
    const sources = sourcesOf({
      background: this.#background,
      project: this.#organization.existingProject(projectId),
      clusters: this.#organization.clustersEver(projectId),
      list: (cluster, kind) => this.#restores.listOf(cluster, kind),
      exports: this.#exports.get(projectId) ?? [],
    });
    return newestFirst(query, { sources, beginning: this.#beginning, now });
  }

  /** @param now as in `events` */
  event(projectId: string, id: string, now = this.#clock.now()): SimEvent | undefined {
    const second = secondsOf(id) * SECOND;
    for (const event of this.events(projectId, { from: second, to: second }, now)) if (event.id === id) return event;
    return undefined;
  }

  /** Asks for an export now. */
  requestExport({ actor, ...ref }: ExportRequest): SimEvent {
    this.#restores.catchUp();
    const cluster = this.#organization.existingCluster(ref);
    const [now, { seed, actors, processes }] = [this.#clock.now(), this.#background];
    const random = new Random(seed, SEED, this.#exported++);
    const requester = actor === undefined ? actors.draw(random) : actors.named(actor);
    const event = asked(cluster, wholeSecond(now), now, requester, random, processes);
    this.#exports.set(ref.projectId, [...(this.#exports.get(ref.projectId) ?? []), event]);
    return event;
  }
}
