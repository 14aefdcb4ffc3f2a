// bench/probe/probe.ts is the limit: the fewest round trips in which all restore jobs can be had, and nothing else. It checks no
// field, waits for no rate limit, tries nothing again and keeps no ledger; so it is no way to collect, only what to compare with.
//
// Rounds over K connections: 1 to sign in (once a process), 1 for the projects, 1 for their clusters, then max(D, N / K) for N
// lists' pages, with D = 2 where a list has several pages: page 1 says how many. Nothing waits for all of a round: a project's
// lists begin as soon as its clusters are known.
import { Wire, type WireOptions } from './wire.ts';

interface Listing {
  results: { id: string; name: string }[];
  totalCount?: number;
}

/** The newest of a list that are looked at where all but the news is known. */
const NEWEST = 20;
const PAGE = 500;
const VERSIONS = {
  projects: '2023-01-01',
  clusters: '2024-08-05',
  flexClusters: '2024-11-13',
  serverless: '2023-01-01',
};
type ClusterList = Exclude<keyof typeof VERSIONS, 'projects'>;

export class Probe {
  readonly #wire: Wire;
  /** Ids of each list, by its path. */
  #known = new Map<string, Set<string>>();
  #projects: string[] = [];

  constructor(options: WireOptions) {
    this.#wire = new Wire(options);
  }

  /** Everything, with nothing known. */
  async all(): Promise<string[]> {
    this.#known = new Map();
    this.#projects = [];
    await this.#discover(['clusters', 'flexClusters', 'serverless'], (list) => this.#readAll(list));
    return this.#ids();
  }

  /** What is new, from the top of each list; the clusters are asked for first, as there may be new ones. */
  async news(): Promise<string[]> {
    await this.#discover(['clusters', 'flexClusters'], (list) => this.#readNews(list));
    return this.#ids();
  }

  /** The same without waiting: known lists are read while new ones are looked for. */
  async newsAtOnce(): Promise<string[]> {
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
      ...[...known].map((list) => this.#readNews(list)),
    ]);
    return this.#ids();
  }

  close() {
    this.#wire.close();
  }

  #ids = () => [...this.#known.values()].flatMap((ids) => [...ids]);

  async #discover(lists: readonly ClusterList[], read: (list: string) => Promise<void> | undefined) {
    const { results } = await this.#wire.json<Listing>('/api/atlas/v2/groups?itemsPerPage=100', VERSIONS.projects);
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
        const { results } = await this.#wire.json<Listing>(`${project}/${list}?itemsPerPage=100`, VERSIONS[list]);
        if (list === 'clusters') {
          await Promise.all(results.map(({ name }) => read(`${project}/clusters/${name}/backup/restoreJobs`)));
        }
      }),
    );
  }

  #page = (list: string, pageNum: number, itemsPerPage: number) =>
    this.#wire.json<Listing>(`${list}?pageNum=${pageNum}&itemsPerPage=${itemsPerPage}`, '2023-01-01');

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
    // Pages that are read at once can miss a job where a new one shifts them.
    if (ids.size < totalCount) throw new Error(`${list} has ${totalCount} jobs, of which ${ids.size} came`);
    this.#known.set(list, ids);
  }

  async #readNews(list: string): Promise<void> {
    const known = this.#known.get(list);
    if (!known) return this.#readAll(list);
    const { results } = await this.#page(list, 1, NEWEST);
    const isReached = results.some(({ id }) => known.has(id)) || results.length < NEWEST;
    if (!isReached) return this.#readAll(list);
    for (const { id } of results) known.add(id);
  }
}
