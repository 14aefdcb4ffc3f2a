// bench/peers/walk.ts reads all restore jobs of all clusters the way scripts do: one request after the other, 100 a page as Atlas
// gives them unasked, until a page is not full. The lists are the same that the collector and the probe read.

/** GETs a path below the host and parses the answer. */
export type Get = (target: string, version: string) => Promise<unknown>;

export interface Listing {
  results: { id: string; name: string }[];
}

export const PER_PAGE = 100;

const CLUSTER_LISTS = { clusters: '2024-08-05', flexClusters: '2024-11-13', serverless: '2023-01-01' } as const;
const PREFIX = '/api/atlas/v2/groups';

export async function walk(get: Get): Promise<string[]> {
  const ids: string[] = [];
  for (const project of await allPages(get, PREFIX, '2023-01-01')) {
    const path = `${PREFIX}/${project.id}`;
    for (const [list, version] of Object.entries(CLUSTER_LISTS)) {
      const clusters = await allPages(get, `${path}/${list}`, version);
      if (list !== 'clusters') continue;
      for (const { name } of clusters) {
        const jobs = await allPages(get, `${path}/clusters/${name}/backup/restoreJobs`, '2023-01-01');
        ids.push(...jobs.map(({ id }) => id));
      }
    }
  }
  return ids;
}

const allPages = (get: Get, path: string, version: string) =>
  untilShort(async (pageNum) => (await get(`${path}?pageNum=${pageNum}&itemsPerPage=${PER_PAGE}`, version)) as Listing);

export async function untilShort(page: (pageNum: number) => Promise<Listing>): Promise<Listing['results']> {
  const all: Listing['results'] = [];
  for (let pageNum = 1; ; pageNum++) {
    const { results } = await page(pageNum);
    all.push(...results);
    if (results.length < PER_PAGE) return all;
  }
}

export const acceptOf = (version: string) => `application/vnd.atlas.${version}+json`;
