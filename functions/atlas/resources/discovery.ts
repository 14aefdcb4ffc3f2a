// functions/atlas/resources/discovery.ts: the projects, and their clusters by tier.

import { isoDateTime } from '../../platform/calendar.ts';
import { defined } from '../../platform/defined.ts';
import { fieldsOf, isObject } from '../../platform/json.ts';
import { tagsIn } from '../../restore/tags/tag.ts';
import type { Cluster, ClusterList, ClustersFound, Project, ProjectsFound } from '../model/atlas.ts';
import { type ElementProblem, elementProblem } from '../model/element-problem.ts';
import { AtlasError } from '../model/errors.ts';
import { CLUSTER_LISTS, clustersPath, PROJECTS, projectsPath } from '../request/endpoints.ts';
import type { AtlasHttp } from '../request/request.ts';
import { pages } from './paging.ts';
import { assertWhole } from './whole.ts';

/** Not 500: on very large accounts such pages took over 30 s (docs/atlas.md#8-1355). */
const PROJECTS_PER_PAGE = 100;
/** A project holds 25 clusters unless Atlas raised its limit (docs/atlas.md#2): one page. */
const CLUSTERS_PER_PAGE = 100;
/** While another cluster of the project changes its tier the whole list can fail, for a moment (docs/atlas.md#2-1). */
const TIER_CHANGE_WAIT_MS = 5_000;

/** An element read: what it is, what is wrong with it, or both, where it can be used in part. */
type Read<T> = { found: T; problem?: ElementProblem } | { problem: ElementProblem };

/** Every project that the credentials can see, once each, page by page. @throws AtlasError also for a list that isn't whole */
export async function* listProjects(http: AtlasHttp): AsyncGenerator<ProjectsFound> {
  const seen = new Set<string>();
  const path = projectsPath();
  const what = `GET ${path}`;
  const read = async (pageNum: number) => {
    const query = { pageNum, itemsPerPage: PROJECTS_PER_PAGE, includeCount: true };
    return (await http.get({ endpoint: PROJECTS, path, query, scope: '' })).body;
  };
  for await (const page of pages(read, asProject, { what, itemsPerPage: PROJECTS_PER_PAGE })) {
    const { found, problems } = sorted(page.items);
    const projects = found.filter(({ id }) => !seen.has(id) && seen.add(id));
    if (projects.length > 0 || problems.length > 0) yield { projects, problems };
    assertWhole(what, page);
  }
}

/** One list of a project's clusters, once each. @throws AtlasError also for a list that isn't whole */
export async function listClusters(http: AtlasHttp, projectId: string, list: ClusterList): Promise<ClustersFound> {
  try {
    return await readClusters(http, projectId, list);
  } catch (error) {
    const changing = error instanceof AtlasError && error.errorCode === 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API';
    if (!changing || list !== 'dedicated' || http.context.timeLeftMs() <= TIER_CHANGE_WAIT_MS) throw error;
    await http.sleep(TIER_CHANGE_WAIT_MS, `GET ${clustersPath(projectId, list)}`);
    return readClusters(http, projectId, list);
  }
}

async function readClusters(http: AtlasHttp, projectId: string, list: ClusterList): Promise<ClustersFound> {
  const endpoint = CLUSTER_LISTS[list];
  const path = clustersPath(projectId, list);
  const what = `GET ${path}`;
  const read = async (pageNum: number) => {
    const query = {
      pageNum,
      itemsPerPage: CLUSTERS_PER_PAGE,
      includeCount: true,
      // A deleted cluster's restore jobs may be listed for as long as its backups are kept.
      includeDeletedWithRetainedBackups: list === 'dedicated' || undefined,
    };
    return (await http.get({ endpoint, path, query: defined(query), scope: projectId })).body;
  };
  const parse = (element: unknown) => asCluster(element, list);
  const clusters = new Map<string, Cluster>();
  const problems: ElementProblem[] = [];
  for await (const page of pages(read, parse, { what, itemsPerPage: CLUSTERS_PER_PAGE })) {
    const read = sorted(page.items);
    // Names can be used again after a deletion, ids can't: both may be in the list.
    for (const cluster of read.found) clusters.set(`${cluster.name} ${cluster.id ?? ''}`, cluster);
    problems.push(...read.problems);
    assertWhole(what, page);
  }
  return { clusters: [...clusters.values()], problems };
}

function sorted<T>(items: readonly Read<T>[]): { found: T[]; problems: ElementProblem[] } {
  return {
    found: items.flatMap((item) => ('found' in item ? [item.found] : [])),
    problems: items.flatMap(({ problem }) => problem ?? []),
  };
}

function asProject(fields: unknown): Read<Project> {
  if (!isObject(fields)) return { problem: elementProblem('project', 'results[]', 'an object', fields) };
  const id = ownText(fields.id);
  if (id === undefined) return { problem: elementProblem('project', 'id', 'text', fields.id) };
  // Kept without a name: its clusters are listed by the id.
  const name = typeof fields.name === 'string' ? fields.name : id;
  return { found: defined({ id, name, orgId: typeof fields.orgId === 'string' ? fields.orgId : undefined }) };
}

function asCluster(fields: unknown, list: ClusterList): Read<Cluster> {
  if (!isObject(fields)) return { problem: elementProblem('cluster', 'results[]', 'an object', fields) };
  const { id, stateName, paused, createDate } = fields;
  const name = ownText(fields.name);
  if (name === undefined) return { problem: elementProblem('cluster', 'name', 'text', fields.name) };
  // Without its id, a cluster can't be told apart from an earlier one of the same name.
  const problem = ownText(id) === undefined ? elementProblem('cluster', 'id', 'text', id) : undefined;
  const backupEnabled = list === 'flex' ? fieldsOf(fields.backupSettings).enabled : fields.backupEnabled;
  const found = defined({
    name,
    id: ownText(id),
    tier: list === 'dedicated' && isFree(fields) ? ('free' as const) : list,
    state: ownText(stateName),
    paused: flag(paused),
    backupEnabled: flag(backupEnabled),
    createDate: isoDateTime(ownText(createDate) ?? ''),
    tags: tagsIn(fields.tags),
  });
  return { found, ...defined({ problem }) };
}

/** Not empty. */
const ownText = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const flag = (value: unknown) => (typeof value === 'boolean' ? value : undefined);

/** A free cluster (M0) is in the dedicated list, backup links and all, but has no backups (docs/atlas.md#2-1). */
function isFree({ replicationSpecs }: Record<string, unknown>): boolean {
  const objects = (list: unknown) => (Array.isArray(list) ? list.map(fieldsOf) : []);
  return objects(replicationSpecs)
    .flatMap(({ regionConfigs }) => objects(regionConfigs))
    .some((region) => region.providerName === 'TENANT' && fieldsOf(region.electableSpecs).instanceSize === 'M0');
}
