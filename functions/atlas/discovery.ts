// functions/atlas/discovery.ts finds what there is to read: projects, and their clusters by tier.
import type { Cluster, ClusterList, Project } from './atlas.ts';
import type { Caller } from './caller.ts';
import { CLUSTER_LISTS, clustersPath, PROJECTS, projectsPath } from './endpoints.ts';
import { AtlasError } from './errors.ts';
import { pages } from './pages.ts';

/** Not 500: on very large accounts such pages took over 30 s (FACTS 8, mongodb-mcp-server#1355). */
const PROJECTS_PER_PAGE = 100;
/** A project holds 25 clusters unless Atlas raised its limit (FACTS 2): one page. */
const CLUSTERS_PER_PAGE = 100;
/** While another cluster of the project changes its tier the whole list can fail, for a moment (FACTS 2.1). */
const TIER_CHANGE_WAIT_MS = 5_000;

/** Every project that the credentials can see, once each. */
export async function* listProjects(caller: Caller, timeLeftMs: () => number): AsyncGenerator<Project> {
  const seen = new Set<string>();
  const path = projectsPath();
  const read = async (pageNum: number) => {
    const query = { pageNum, itemsPerPage: PROJECTS_PER_PAGE, includeCount: true };
    return (await caller.get({ endpoint: PROJECTS, path, query, scope: '' }, timeLeftMs)).body;
  };
  for await (const { items } of pages(read, asProject, { what: `GET ${path}`, itemsPerPage: PROJECTS_PER_PAGE })) {
    for (const project of items) {
      if (!seen.has(project.id)) yield project;
      seen.add(project.id);
    }
  }
}

/** One list of a project's clusters, once each. */
export async function listClusters(
  caller: Caller,
  projectId: string,
  list: ClusterList,
  timeLeftMs: () => number,
): Promise<Cluster[]> {
  try {
    return await readClusters(caller, projectId, list, timeLeftMs);
  } catch (error) {
    const changing = error instanceof AtlasError && error.errorCode === 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API';
    if (!changing || list !== 'dedicated' || timeLeftMs() <= TIER_CHANGE_WAIT_MS) throw error;
    await caller.sleep(TIER_CHANGE_WAIT_MS);
    return readClusters(caller, projectId, list, timeLeftMs);
  }
}

async function readClusters(caller: Caller, projectId: string, list: ClusterList, timeLeftMs: () => number) {
  const endpoint = CLUSTER_LISTS[list];
  const path = clustersPath(projectId, list);
  const read = async (pageNum: number) => {
    const query = {
      pageNum,
      itemsPerPage: CLUSTERS_PER_PAGE,
      includeCount: true,
      // A deleted cluster's restore jobs may be listed for as long as its backups are kept.
      ...(list === 'dedicated' ? { includeDeletedWithRetainedBackups: true } : {}),
    };
    return (await caller.get({ endpoint, path, query, scope: projectId }, timeLeftMs)).body;
  };
  const parse = (element: unknown) => asCluster(element, list);
  const clusters = new Map<string, Cluster>();
  for await (const { items } of pages(read, parse, { what: `GET ${path}`, itemsPerPage: CLUSTERS_PER_PAGE })) {
    // Names can be used again after a deletion, ids can't: both may be in the list.
    for (const cluster of items) clusters.set(`${cluster.name} ${cluster.id ?? ''}`, cluster);
  }
  return [...clusters.values()];
}

function asProject(element: unknown): Project {
  const { id, name, orgId } = fields(element, 'project');
  if (typeof id !== 'string' || id === '') throw malformed('project', 'id');
  // Kept without a name: the id is what its clusters are asked by.
  return { id, name: typeof name === 'string' ? name : id, ...(typeof orgId === 'string' ? { orgId } : {}) };
}

function asCluster(element: unknown, list: ClusterList): Cluster {
  const cluster = fields(element, 'cluster');
  const { name, id, stateName } = cluster;
  if (typeof name !== 'string' || name === '') throw malformed('cluster', 'name');
  return {
    name,
    ...(typeof id === 'string' ? { id } : {}),
    tier: list === 'dedicated' && isFree(cluster) ? 'free' : list,
    ...(typeof stateName === 'string' ? { state: stateName } : {}),
  };
}

/** A free cluster (M0) is in the dedicated list, backup links and all, but has no backups (FACTS 2.1). */
function isFree({ replicationSpecs }: Record<string, unknown>): boolean {
  const objects = (list: unknown) =>
    (Array.isArray(list) ? list : []).map((each: unknown) => (each ?? {}) as Record<string, unknown>);
  return objects(replicationSpecs)
    .flatMap(({ regionConfigs }) => objects(regionConfigs))
    .some(({ providerName, electableSpecs }) => {
      const { instanceSize } = (electableSpecs ?? {}) as Record<string, unknown>;
      return providerName === 'TENANT' && instanceSize === 'M0';
    });
}

function fields(element: unknown, what: string) {
  if (element === null || typeof element !== 'object') throw malformed(what, 'fields');
  return element as Record<string, unknown>;
}

const malformed = (what: string, field: string) =>
  new AtlasError('ATLAS_BAD_ANSWER', `A list of ${what}s holds a ${what} without ${field}: the list is not used`);
