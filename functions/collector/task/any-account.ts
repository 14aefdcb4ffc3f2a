// functions/collector/task/any-account.ts: the Atlas port over several sets of credentials that see the same project: what one of them
// may not read is read with the next.
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
import { AtlasError } from '../../atlas/model/errors.ts';
import type { SkewReading } from '../../atlas/model/skew-reading.ts';
import type { AtlasEvent } from '../../restore/requesters/event.ts';

/** By what is read: the index of the one that is tried first, since it was let in before. */
type Turns = Map<string, number>;

/** @param all the preferred first */
export function anyOf(all: readonly Atlas[]): Atlas {
  const [only] = all;
  return only && all.length === 1 ? only : new AnyAccount(all, new Map());
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
    return this.#firstOf(`${list} clusters`, (atlas) => atlas.clusters(projectId, list));
  }

  jobPages(list: JobList, options?: JobPagesOptions): AsyncIterable<JobPage> {
    return this.#pages(`${list.kind} jobs`, (atlas) => atlas.jobPages(list, options));
  }

  job(list: JobList, jobId: string) {
    return this.#firstOf(`${list.kind} jobs`, (atlas) => atlas.job(list, jobId));
  }

  events(query: EventsQuery): AsyncIterable<AtlasEvent[]> {
    return this.#pages('events', (atlas) => atlas.events(query));
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

  async #firstOf<T>(what: string, read: (atlas: Atlas) => Promise<T>): Promise<T> {
    const first = this.#turns.get(what) ?? 0;
    let refusal: unknown;
    for (let tried = 0; tried < this.#all.length; tried++) {
      const turn = (first + tried) % this.#all.length;
      try {
        const answer = await read(this.#all[turn] as Atlas);
        this.#turns.set(what, turn);
        return answer;
      } catch (error) {
        refusal ??= error;
        // What the preferred ones say tells most; where another one fails in another way, that is how it is.
        if (!isRefusal(error)) throw tried === 0 ? error : refusal;
      }
    }
    throw refusal;
  }

  /** Once a page has come, the others do. */
  async *#pages<T>(what: string, read: (atlas: Atlas) => AsyncIterable<T>): AsyncGenerator<T> {
    const { first, rest } = await this.#firstOf(what, async (atlas) => {
      const pages = read(atlas)[Symbol.asyncIterator]();
      return { first: await pages.next(), rest: pages };
    });
    try {
      for (let page = first; !page.done; page = await rest.next()) yield page.value;
    } finally {
      await rest.return?.();
    }
  }
}

/** Not let in: by role, organization, access list, or since the credentials are not valid any more. A plan is the same for all. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof AtlasError)) return false;
  const { code, errorCode = '' } = error;
  if (code === 'ATLAS_FORBIDDEN') return !/^(FEATURE_UNSUPPORTED|UNSUPPORTED_FOR_CURRENT_PLAN)$/.test(errorCode);
  return code === 'ATLAS_UNAUTHORIZED' || code === 'ATLAS_CREDENTIALS';
}
