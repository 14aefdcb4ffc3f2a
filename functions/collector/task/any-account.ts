// functions/collector/task/any-account.ts: the Atlas port over several sets of credentials that see the same project.
import { together } from '../../atlas/http/clock-skew.ts';
import type {
  Atlas,
  AtlasUsage,
  ClusterList,
  EventsQuery,
  JobList,
  JobPage,
  JobPagesOptions,
  Waits,
} from '../../atlas/model/atlas.ts';
import type { SkewReading } from '../../atlas/model/skew-reading.ts';
import type { AtlasEvent } from '../../restore/requesters/event.ts';
import { Turns } from './turns.ts';

/** @param all the preferred first */
export function anyOf(all: readonly Atlas[]): Atlas {
  const [only] = all;
  return only && all.length === 1 ? only : new AnyAccount(all, new Turns());
}

class AnyAccount implements Atlas {
  readonly #all: readonly Atlas[];
  readonly #turns: Turns;

  constructor(all: readonly Atlas[], turns: Turns) {
    this.#all = all;
    this.#turns = turns;
  }

  /** Those of one, then those of the next: a project may come several times. */
  async *projects() {
    for (const atlas of this.#all) yield* atlas.projects();
  }

  clusters(projectId: string, list: ClusterList) {
    return this.#turns.firstOf(this.#all, `${list} clusters`, (atlas) => atlas.clusters(projectId, list));
  }

  jobPages(list: JobList, options?: JobPagesOptions): AsyncIterable<JobPage> {
    return this.#turns.pages(this.#all, `${list.kind} jobs`, (atlas) => atlas.jobPages(list, options));
  }

  job(list: JobList, jobId: string) {
    return this.#turns.firstOf(this.#all, `${list.kind} jobs`, (atlas) => atlas.job(list, jobId));
  }

  events(query: EventsQuery): AsyncIterable<AtlasEvent[]> {
    return this.#turns.pages(this.#all, 'events', (atlas) => atlas.events(query));
  }

  get principal(): string | undefined {
    return this.#all.find(({ principal }) => principal !== undefined)?.principal;
  }

  get clockSkewMs(): number | undefined {
    return this.#all.find(({ clockSkewMs }) => clockSkewMs !== undefined)?.clockSkewMs;
  }

  get skewReading(): SkewReading | undefined {
    return together(this.#all.map(({ skewReading }) => skewReading));
  }

  within(timeLeftMs: () => number, waits?: Waits): Atlas {
    return new AnyAccount(
      this.#all.map((atlas) => atlas.within(timeLeftMs, waits)),
      this.#turns,
    );
  }

  get usage(): AtlasUsage {
    const sum = { requests: 0, tokenRequests: 0, throttles: 0, waitedMs: 0 };
    for (const { usage } of this.#all) {
      for (const name of Object.keys(sum) as (keyof AtlasUsage)[]) sum[name] += usage[name];
    }
    return sum;
  }
}
