// bench/peers/mongodb-atlas-api-client.ts enters the npm package of that name. It has no list of restore jobs, and none of flex
// clusters: its users pass the rest of the path as the name of a cluster, which it sends as it is.
import connecting, { type AtlasClient, type AtlasClientConfig } from 'mongodb-atlas-api-client';
import type { ListConfig } from '../contenders/config.ts';
import { contend } from '../harness/contender.ts';
import { acceptOf, type Listing, PER_PAGE, untilShort } from './walk.ts';

/** Its types say `default`, its CommonJS module is the function itself. */
const connect = connecting as unknown as (config: AtlasClientConfig) => AtlasClient;

contend<ListConfig>(({ access: { url, apiKey } }) => {
  const config: AtlasClientConfig = { ...apiKey, baseUrl: `${url}/api/atlas/v2` };
  const page = (version: string) => (pageNum: number) => ({
    pageNum,
    itemsPerPage: PER_PAGE,
    httpOptions: { headers: { accept: acceptOf(version) }, timeout: 60_000 },
  });
  const [projectsPage, clustersPage, jobsPage] = [page('2023-01-01'), page('2024-08-05'), page('2023-01-01')];
  return {
    async pass() {
      const ids: string[] = [];
      const { project } = connect(config);
      for (const { id: projectId } of await untilShort(async (n) => asListing(await project.getAll(projectsPage(n))))) {
        const { cluster } = connect({ ...config, projectId });
        for (const { name } of await untilShort(async (n) => asListing(await cluster.getAll(clustersPage(n))))) {
          const path = `${name}/backup/restoreJobs`;
          const jobs = await untilShort(async (n) => asListing(await cluster.get(path, jobsPage(n))));
          ids.push(...jobs.map(({ id }) => id));
        }
      }
      return { ids };
    },
  };
});

function asListing(answer: unknown): Listing {
  const { results, errorCode } = answer as Partial<Listing> & { errorCode?: string };
  if (!results) throw new Error(`Atlas refused: ${errorCode ?? 'no list of results'}`);
  return { results };
}
