// test/collector/doubts/altered.ts: one cluster, read by a client whose answers are changed on their way.
import { expect } from 'vitest';
import type { Atlas, Cluster, ClusterList, JobList, JobPage } from '../../../functions/atlas/model/atlas.ts';
import { HOUR, MINUTE } from '../../../local/atlas/base/time.ts';
import type { System } from '../system.ts';

export const ONE = { projects: 1, clusters: 1, jobs: 8 };
export const refOf = (system: System) => {
  const projectId = system.atlas.world.projects[0]?.id ?? '';
  return { projectId, clusterName: 'Cluster0', kind: 'dedicated' as const };
};
export const coverageOf = (system: System) => system.ledger.coverage(refOf(system).projectId);
export const listOf = async (system: System) => (await coverageOf(system))?.clusters.Cluster0?.lists.dedicated;
/** A restore that has ended. */
export const restored = (system: System, ref = refOf(system)) => {
  const job = system.atlas.world.startRestore({ ...ref, durationMs: MINUTE });
  system.clock.advance(HOUR);
  return job;
};

export interface Altered {
  pages?(page: JobPage, list: JobList): JobPage;
  clusters?(clusters: Cluster[], list: ClusterList): Cluster[];
}

/** The client, with what it answers changed on the way. */
export function altered(client: Atlas, { pages = (page) => page, clusters = (found) => found }: Altered): Atlas {
  const atlas: Atlas = {
    projects: () => client.projects(),
    async clusters(projectId, list) {
      const found = await client.clusters(projectId, list);
      return { ...found, clusters: clusters(found.clusters, list) };
    },
    job: (list, id) => client.job(list, id),
    async *jobPages(list, options) {
      for await (const page of client.jobPages(list, options)) yield pages(page, list);
    },
    within: () => atlas,
    events: (query) => client.events(query),
    principal: undefined,
    get clockSkewMs() {
      return client.clockSkewMs;
    },
    get skewReading() {
      return client.skewReading;
    },
    usage: client.usage,
  };
  return atlas;
}

export const runWith = (system: System, alter: Altered, request = {}) =>
  system.run(request, { accounts: [{ name: 'test', atlas: altered(system.client, alter) }] });
export const idOf = (job: JobPage['jobs'][number]) => ('atlas' in job ? String(job.atlas.id) : '');
export const without = (id: string) => ({
  pages: (page: JobPage) => ({ ...page, jobs: page.jobs.filter((job) => idOf(job) !== id) }),
});
/** Of the dedicated list only. */
export const pagesOfBackups = (pages: (page: JobPage) => JobPage) => ({
  pages: (page: JobPage, { kind }: JobList) => (kind === 'dedicated' ? pages(page) : page),
});

/** Each job of the world is in the table. */
export async function expectNothingMissing(system: System) {
  const recorded = await system.recorded();
  expect([...system.listed().keys()].filter((id) => !recorded.has(id))).toEqual([]);
}
