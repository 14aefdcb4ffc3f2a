// bench/contenders/client.ts: the project's Atlas client without the collector, for the probe's lists.
import { AtlasClient } from '../../functions/atlas/client.ts';
import type { Atlas, Cluster } from '../../functions/atlas/model/atlas.ts';
import { type AtlasConfig, credentialsOf } from '../atlas/access.ts';
import { contend } from '../harness/contender.ts';

contend<AtlasConfig>((config) => {
  const client = new AtlasClient({ credentials: credentialsOf(config) });
  let ids: string[] = [];
  return {
    async pass() {
      ids = await everyJob(client);
    },
    ids: () => ids,
    close: () => client.close(),
  };
});

async function everyJob(atlas: Atlas): Promise<string[]> {
  const ids: string[] = [];
  const readJobs = async (projectId: string, { name, tier }: Cluster) => {
    if (tier !== 'dedicated') return;
    for await (const { jobs } of atlas.jobPages({ kind: 'dedicated', projectId, clusterName: name })) {
      for (const job of jobs) if ('atlas' in job) ids.push(String(job.atlas.id));
    }
  };
  const readProject = async (projectId: string) => {
    const lists = (['dedicated', 'flex', 'serverless'] as const).map(async (list) => {
      const { clusters } = await atlas.clusters(projectId, list);
      await Promise.all(clusters.map((cluster) => readJobs(projectId, cluster)));
    });
    await Promise.all(lists);
  };
  const projects: Promise<void>[] = [];
  for await (const page of atlas.projects()) projects.push(...page.projects.map(({ id }) => readProject(id)));
  await Promise.all(projects);
  return ids;
}
