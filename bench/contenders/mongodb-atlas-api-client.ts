// bench/contenders/mongodb-atlas-api-client.ts: the npm package of that name, used as its documentation shows: one request after the
// other, 100 items a page. It has no call for restore jobs, so the rest of their path goes along with the name of the cluster.
import connecting, { type AtlasClient, type AtlasClientConfig } from 'mongodb-atlas-api-client';
import type { AtlasConfig } from '../atlas/access.ts';
import { contend } from '../harness/contender.ts';

/** Its types say `default`, its CommonJS module is the function itself. */
const connect = connecting as unknown as (config: AtlasClientConfig) => AtlasClient;
const PAGE = 100;

contend<AtlasConfig>(({ access: { url, apiKey } }) => {
  const config: AtlasClientConfig = { ...apiKey, baseUrl: `${url}/api/atlas/v2` };
  let ids: string[] = [];
  return {
    async pass() {
      ids = [];
      const { project } = connect(config);
      for (const { id: projectId } of await everyPage('2023-01-01', (page) => project.getAll(page))) {
        const { cluster } = connect({ ...config, projectId });
        for (const { name } of await everyPage('2024-08-05', (page) => cluster.getAll(page))) {
          const jobs = await everyPage('2023-01-01', (page) => cluster.get(`${name}/backup/restoreJobs`, page));
          ids.push(...jobs.map(({ id }) => id));
        }
      }
    },
    ids: () => ids,
  };
});

interface Page {
  pageNum: number;
  itemsPerPage: number;
  httpOptions: { headers: { accept: string }; timeout: number };
}
type Item = { id: string; name: string };

/** @param version of the media type @throws Error where Atlas answers without results */
async function everyPage(version: string, get: (page: Page) => Promise<unknown>): Promise<Item[]> {
  const httpOptions = { headers: { accept: `application/vnd.atlas.${version}+json` }, timeout: 60_000 };
  const all: Item[] = [];
  for (let pageNum = 1; ; pageNum++) {
    const { results, errorCode } = (await get({ pageNum, itemsPerPage: PAGE, httpOptions })) as {
      results?: Item[];
      errorCode?: string;
    };
    if (!results) throw new Error(`Atlas answered ${errorCode ?? 'without results'}`);
    all.push(...results);
    if (results.length < PAGE) return all;
  }
}
