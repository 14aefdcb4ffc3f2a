// bench/probe/probe.ts: the fewest round trips in which all restore jobs can be read. Nothing is checked, retried or recorded, so it
// is what to compare with, not a way to collect.
import type { AtlasConfig } from '../atlas/access.ts';
import type { Contender } from '../harness/contender.ts';
import { Session, type Transport } from './session.ts';

interface Listing {
  results: { id: string; name: string }[];
  totalCount?: number;
}

/** Jobs that are read of a known list. */
const NEWEST = 20;
const PAGE = 500;
const VERSIONS = {
  projects: '2023-01-01',
  clusters: '2024-08-05',
  flexClusters: '2024-11-13',
  serverless: '2023-01-01',
};
type ClusterList = Exclude<keyof typeof VERSIONS, 'projects'>;

/**
 * Rounds over K connections: 1 to sign in (once a process), 1 for the projects, 1 for their clusters, then max(D, N / K) for the
 * pages of N lists, with D = 2 where page 1 says that there are more. No round waits for all of the one before.
 */
export class Probe {
  readonly #session: Session;
  /** Ids of each list, by its path. */
  #known = new Map<string, Set<string>>();
  #projects: string[] = [];

  constructor(session: Session) {
    this.#session = session;
  }

  /** Everything, with nothing known. */
  async all(): Promise<string[]> {
    this.#known = new Map();
    this.#projects = [];
    await this.#discover(['clusters', 'flexClusters', 'serverless'], (list) => this.#readAll(list));
    return this.#ids();
  }

  /** What is new, from the top of each list, once the clusters are listed. */
  async changes(): Promise<string[]> {
    await this.#discover(['clusters', 'flexClusters'], (list) => this.#readNewest(list));
    return this.#ids();
  }

  /** The same without waiting: known lists are read while the clusters are listed. */
  async changesAtOnce(): Promise<string[]> {
    const known = new Set(this.#known.keys());
    const projects = new Set(this.#projects);
    const found = (list: string) => (known.has(list) ? undefined : this.#readAll(list));
    await Promise.all([
      this.#discover([], () => undefined).then(() =>
        Promise.all(
          this.#projects
            .filter((id) => !projects.has(id))
            .map((id) => this.#clusters(id, ['clusters', 'flexClusters'], found)),
        ),
      ),
      ...[...projects].map((id) => this.#clusters(id, ['clusters', 'flexClusters'], found)),
      ...[...known].map((list) => this.#readNewest(list)),
    ]);
    return this.#ids();
  }

  #ids = () => [...this.#known.values()].flatMap((ids) => [...ids]);

  async #discover(lists: readonly ClusterList[], read: (list: string) => Promise<void> | undefined) {
    const { results } = await this.#session.json<Listing>('/api/atlas/v2/groups?itemsPerPage=100', VERSIONS.projects);
    this.#projects = results.map(({ id }) => id);
    await Promise.all(this.#projects.map((id) => this.#clusters(id, lists, read)));
  }

  async #clusters(
    projectId: string,
    lists: readonly ClusterList[],
    read: (list: string) => Promise<void> | undefined,
  ): Promise<void> {
    const project = `/api/atlas/v2/groups/${projectId}`;
    await Promise.all(
      lists.map(async (list) => {
        const { results } = await this.#session.json<Listing>(`${project}/${list}?itemsPerPage=100`, VERSIONS[list]);
        if (list === 'clusters') {
          await Promise.all(results.map(({ name }) => read(`${project}/clusters/${name}/backup/restoreJobs`)));
        }
      }),
    );
  }

  #page = (list: string, pageNum: number, itemsPerPage: number) =>
    this.#session.json<Listing>(`${list}?pageNum=${pageNum}&itemsPerPage=${itemsPerPage}`, '2023-01-01');

  async #readAll(list: string): Promise<void> {
    const ids = new Set<string>();
    const take = ({ results }: Listing) => {
      for (const { id } of results) ids.add(id);
    };
    const first = await this.#page(list, 1, PAGE);
    take(first);
    const { totalCount = 0 } = first;
    const others = Math.ceil(totalCount / PAGE) - 1;
    if (others > 0) {
      const pages = Array.from({ length: others }, (_, nth) => this.#page(list, nth + 2, PAGE));
      for (const page of await Promise.all(pages)) take(page);
    }
    // Pages that are read at once can miss a job when a new one shifts them.
    if (ids.size < totalCount) throw new Error(`${list} has ${totalCount} jobs, but ${ids.size} were listed`);
    this.#known.set(list, ids);
  }

  async #readNewest(list: string): Promise<void> {
    const known = this.#known.get(list);
    if (!known) return this.#readAll(list);
    const { results } = await this.#page(list, 1, NEWEST);
    const isReached = results.some(({ id }) => known.has(id)) || results.length < NEWEST;
    if (!isReached) return this.#readAll(list);
    for (const { id } of results) known.add(id);
  }
}

/** As a contender. */
export function probing(config: AtlasConfig, transport: Transport): Contender {
  const probe = new Probe(new Session(config, transport));
  const passes: Record<string, () => Promise<string[]>> = {
    cold: () => probe.all(),
    warm: () => probe.all(),
    changed: () => probe.changes(),
    'changed at once': () => probe.changesAtOnce(),
  };
  let ids: string[] = [];
  return {
    async pass(name) {
      const read = passes[name];
      if (!read) throw new Error(`the probe has no pass ${name}`);
      ids = await read();
    },
    ids: () => ids,
    close: async () => transport.close(),
  };
}
