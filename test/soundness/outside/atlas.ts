// test/soundness/outside/atlas.ts: responses of Atlas when all is well.
import {
  answers,
  type Cluster,
  isListed,
  isRetained,
  isVisible,
  type Job,
  type Kind,
  phaseAt,
  stageAt,
  type Tier,
  type World,
} from './world.ts';

export type Endpoint =
  | { what: 'token' }
  | { what: 'projects' }
  | { what: 'project'; projectId: string }
  | { what: 'clusters'; projectId: string; list: Exclude<Tier, 'free'> }
  | { what: 'jobs'; projectId: string; clusterName: string; kind: Kind }
  | { what: 'job'; projectId: string; clusterName: string; kind: Kind; jobId: string }
  | { what: 'events'; projectId: string }
  | { what: 'unknown' };

export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** An object is sent as JSON, a string as it is. */
  body: unknown;
}

export interface ListBody {
  results: Record<string, unknown>[];
  links: { rel: string; href: string }[];
  totalCount?: number;
}

const PREFIX = '/api/atlas/v2/groups';
const LISTS = { clusters: 'dedicated', flexClusters: 'flex', serverless: 'serverless' } as const;

export function endpointOf(method: string, path: string): Endpoint {
  if (method === 'POST' && path === '/api/oauth/token') return { what: 'token' };
  if (!path.startsWith(PREFIX)) return { what: 'unknown' };
  const [projectId, segment, name, ...rest] = path.slice(PREFIX.length).split('/').slice(1).map(decodeURIComponent);
  if (projectId === undefined) return { what: 'projects' };
  if (segment === undefined) return { what: 'project', projectId };
  if (segment === 'events') return { what: 'events', projectId };
  const list = Object.hasOwn(LISTS, segment) ? LISTS[segment as keyof typeof LISTS] : undefined;
  if (list === undefined) return { what: 'unknown' };
  if (name === undefined) return { what: 'clusters', projectId, list };
  const below = rest.join('/');
  const found = /^(backup\/restoreJobs|collectionRestoreJobs)(?:\/([^/]+))?$/.exec(below);
  if (!found || (found[1] === 'collectionRestoreJobs' && list !== 'dedicated')) return { what: 'unknown' };
  const kind = found[1] === 'collectionRestoreJobs' ? ('collection' as const) : list;
  const of = { projectId, clusterName: name, kind };
  return found[2] === undefined ? { what: 'jobs', ...of } : { what: 'job', ...of, jobId: found[2] };
}

export const refusal = (status: number, errorCode: string, parameters: unknown[] = []): Answer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-error-code': errorCode },
  body: { error: status, errorCode, detail: `${errorCode}.`, reason: 'Refused', parameters },
});

const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

export class Atlas {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  answer(endpoint: Endpoint, target: URL, account: string, now: number): Answer {
    switch (endpoint.what) {
      case 'token':
        return ok({ access_token: `token-of-${account}`, expires_in: 3600, token_type: 'Bearer' });
      case 'projects':
        return this.#list(
          target,
          this.#world.projects.filter((project) => isVisible(project, account, now)),
          ({ id, name }) => ({ id, name, orgId: 'f'.repeat(24), clusterCount: 1 }),
          { counts: true },
        );
      case 'unknown':
        return refusal(404, 'RESOURCE_NOT_FOUND');
      default:
        return this.#inProject(endpoint, target, account, now);
    }
  }

  #inProject(
    endpoint: Exclude<Endpoint, { what: 'token' | 'projects' | 'unknown' }>,
    target: URL,
    account: string,
    now: number,
  ): Answer {
    const { projectId } = endpoint;
    const project = this.#world.projects.find(({ id }) => id === projectId);
    if (!project || !isVisible(project, account, now)) {
      if (project && this.#world.unseen === 401) return refusal(401, 'USER_CANNOT_ACCESS_GROUP', [projectId]);
      return refusal(404, 'GROUP_NOT_FOUND', [projectId]);
    }
    if (endpoint.what === 'project') return ok({ id: project.id, name: project.name });
    if (endpoint.what === 'events') return this.#list(target, [], () => ({}), { counts: false });
    if (endpoint.what === 'clusters') return this.#clusters(projectId, endpoint.list, target, now);
    if (this.#world.denied[account]?.includes(endpoint.kind)) return refusal(401, 'USER_UNAUTHORIZED');
    return this.#jobs(endpoint, target, now);
  }

  #clusters(projectId: string, list: Tier, target: URL, now: number): Answer {
    if (list === 'serverless' && this.#world.serverless === 'gone') return refusal(410, 'VERSION_GONE');
    const there = this.#world.clusters.filter((cluster) => {
      if (cluster.projectId !== projectId) return false;
      if (isRetained(cluster, now))
        return list === 'dedicated' && target.searchParams.get('includeDeletedWithRetainedBackups') === 'true';
      const tier = stageAt(cluster, now)?.tier;
      return tier === list || (tier === 'free' && list === 'dedicated');
    });
    return this.#list(target, there, (cluster) => clusterBody(cluster, now), { counts: true });
  }

  /** A name may have been used before: a living cluster is the one that is meant. */
  #named(projectId: string, name: string, now: number): Cluster | undefined {
    const named = this.#world.clusters.filter((cluster) => cluster.projectId === projectId && cluster.name === name);
    return named.find((cluster) => stageAt(cluster, now)) ?? named.find((cluster) => isRetained(cluster, now));
  }

  #jobs(endpoint: Extract<Endpoint, { what: 'jobs' | 'job' }>, target: URL, now: number): Answer {
    const { projectId, clusterName, kind } = endpoint;
    if (kind === 'serverless' && this.#world.serverless === 'gone') return refusal(410, 'VERSION_GONE');
    const cluster = this.#named(projectId, clusterName, now);
    if (!cluster) return refusal(404, 'CLUSTER_NOT_FOUND', [clusterName, projectId]);
    if (kind === 'collection' && !cluster.hasCollections && stageAt(cluster, now)?.tier !== 'flex')
      return refusal(403, 'FEATURE_UNSUPPORTED');
    if (!answers(cluster, kind, now)) return refusal(400, WRONG_TIER[kind], [clusterName]);
    const listed = this.#world.jobs.filter((job) => job.cluster === cluster && job.kind === kind && isListed(job, now));
    if (endpoint.what === 'job') {
      const job = listed.find(({ id }) => id === endpoint.jobId);
      return job ? ok(jobBody(job, now)) : refusal(404, 'RESTORE_JOB_NOT_FOUND', [endpoint.jobId]);
    }
    return this.#list(target, this.#ordered(listed), (job) => jobBody(job, now), { counts: kind !== 'collection' });
  }

  #ordered(jobs: Job[]): Job[] {
    const by: Record<World['order'], (job: Job) => number> = {
      'newest id first': ({ id }) => -Number.parseInt(id.slice(0, 8), 16),
      'newest in the list first': ({ visibleAt }) => -visibleAt,
      'oldest first': ({ visibleAt }) => visibleAt,
      'by snapshot': ({ id }) => Number.parseInt(id.slice(-6), 16),
    };
    const key = by[this.#world.order];
    return jobs.sort((a, b) => key(a) - key(b));
  }

  #list<T>(
    target: URL,
    all: T[],
    bodyOf: (item: T) => Record<string, unknown>,
    { counts }: { counts: boolean },
  ): Answer {
    const number = (name: string, otherwise: number) => Number(target.searchParams.get(name) ?? otherwise);
    const page = Math.max(1, number('pageNum', 1));
    const size = Math.max(1, Math.min(number('itemsPerPage', 100), this.#world.mostItems));
    const link = (rel: string, pageNum: number) => ({
      rel,
      href: `${target.origin}${target.pathname}?includeCount=true&pageNum=${pageNum}&itemsPerPage=${size}`,
    });
    const results = all.slice((page - 1) * size, page * size).map(bodyOf);
    const links = [link('self', page)];
    if (page * size < all.length) links.push(link('next', page + 1));
    if (page > 1) links.push(link('previous', page - 1));
    const counted = counts && target.searchParams.get('includeCount') !== 'false';
    return ok({ results, links, ...(counted ? { totalCount: all.length } : {}) });
  }
}

const WRONG_TIER: Record<Kind, string> = {
  dedicated: 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API',
  collection: 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API',
  flex: 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API',
  serverless: 'CANNOT_USE_CLUSTER_IN_SERVERLESS_INSTANCE_API',
};

const ok = (body: unknown): Answer => ({ status: 200, headers: { 'content-type': 'application/json' }, body });

function clusterBody(cluster: Cluster, now: number): Record<string, unknown> {
  const tier = stageAt(cluster, now)?.tier;
  const base = {
    id: cluster.id,
    name: cluster.name,
    groupId: cluster.projectId,
    createDate: iso((cluster.stages[0] as { from: number }).from),
    stateName: isRetained(cluster, now) ? 'DELETED' : 'IDLE',
  };
  if (tier === 'flex')
    return { ...base, providerSettings: { providerName: 'FLEX' }, backupSettings: { enabled: true } };
  if (tier === 'serverless') return { ...base, providerSettings: { providerName: 'SERVERLESS' } };
  const [providerName, instanceSize] = tier === 'free' ? ['TENANT', 'M0'] : ['AWS', 'M10'];
  return {
    ...base,
    clusterType: 'REPLICASET',
    backupEnabled: tier !== 'free',
    paused: false,
    replicationSpecs: [{ regionConfigs: [{ providerName, electableSpecs: { instanceSize } }] }],
  };
}

function jobBody(job: Job, now: number): Record<string, unknown> {
  const { id, kind, cluster, download, requestedAt } = job;
  const phase = phaseAt(job, now);
  const changedAt = job.phases.filter(({ at }) => at <= now).at(-1)?.at ?? requestedAt;
  const snapshotId = idOfSnapshot(id);
  const ended = phase === 'completed' || phase === 'failed' || phase === 'cancelled';
  const target = { targetGroupId: cluster.projectId, targetClusterName: cluster.name };
  const odd = job.odd ?? {};
  if (kind === 'flex') {
    const status = { pending: 'PENDING', running: 'RUNNING', completed: 'COMPLETED', failed: 'FAILED' };
    return {
      id,
      status: status[phase as keyof typeof status],
      deliveryType: 'RESTORE',
      instanceName: cluster.name,
      projectId: cluster.projectId,
      targetProjectId: cluster.projectId,
      targetDeploymentItemName: cluster.name,
      snapshotId,
      snapshotFinishedDate: iso(requestedAt - DAY),
      restoreScheduledDate: iso(requestedAt),
      expirationDate: iso(requestedAt + 6 * HOUR),
      ...(ended ? { restoreFinishedDate: iso(changedAt) } : {}),
      ...odd,
    };
  }
  if (kind === 'collection') {
    const state = {
      pending: 'INITIALIZING',
      running: 'IN_PROGRESS',
      completed: 'SUCCESSFUL',
      failed: 'FAILED',
      cancelled: 'CANCELED',
    };
    return {
      id,
      createdAt: iso(requestedAt),
      state: state[phase as keyof typeof state],
      snapshotId,
      ...target,
      collections: [{ sourceNamespace: 'shop.orders' }],
      ...(ended ? { finishedAt: iso(changedAt) } : {}),
      ...odd,
    };
  }
  const isThere = phase === 'ready' || phase === 'expired';
  return {
    id,
    deliveryType: download ? 'download' : 'automated',
    cancelled: phase === 'cancelled',
    expired: phase === 'expired',
    failed: phase === 'failed',
    deliveryUrl: phase === 'ready' ? [`https://restore.example/${id}.tgz?sig=secret`] : [],
    desiredTimestamp: { date: null, increment: null, time: null },
    snapshotId,
    timestamp: iso(requestedAt - DAY),
    ...(download && kind === 'dedicated' ? {} : target),
    ...(ended ? { finishedAt: iso(changedAt) } : {}),
    ...(isThere ? { expiresAt: iso((job.phases.find((each) => each.phase === 'ready')?.at ?? changedAt) + HOUR) } : {}),
    ...odd,
  };
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const idOfSnapshot = (id: string) => `5${id.slice(1)}`;
