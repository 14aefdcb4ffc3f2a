// bench/contenders/client.ts enters the project's Atlas client alone: the same lists in the same order as the probe's, without
// the collector, so that what each of the two costs can be told apart.

import { AtlasClient } from '../../functions/atlas/client.ts';
import type { Atlas, Cluster } from '../../functions/atlas/model/atlas.ts';
import { contend } from '../harness/contender.ts';
import type { ListConfig } from './config.ts';
import { sourceOf } from './credentials.ts';

contend<ListConfig>(({ access, scheme, connections }) => {
  const client = new AtlasClient({ credentials: sourceOf(access, scheme), connections });
  return {
    pass: async () => ({ ids: await everything(client) }),
    close: () => client.close(),
  };
});

async function everything(atlas: Atlas): Promise<string[]> {
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
