// local/atlas/world.ts is the state behind the simulator: projects, their clusters and their restore jobs. It is a
// function of a seed, of sizes and of the clock's time at the start, and then of what is done to it.
import type { Clock } from '../../functions/clock.ts';
import { systemClock } from '../../functions/clock.ts';
import { type Activity, activity } from './activity.ts';
import {
  type ClusterPlan,
  kindsOf,
  mainKind,
  makeCluster,
  plannedCluster,
  type SimCluster,
  type Tier,
} from './cluster.ts';
import { history, LONGEST_HISTORY, type Past } from './history.ts';
import { type Delivery, type Kind, makeJob, type Outcome, type SimJob } from './job.ts';
import { JobList } from './job-list.ts';
import { byName, makeProject, type SimProject, WORLD_BEGAN } from './project.ts';
import { Random } from './random.ts';
import { DAY, SECOND } from './time.ts';

export interface WorldOptions {
  /** @default 1 */
  seed?: number;
  /** @default 3 */
  projects?: number;
  /** Clusters a project, deleted and serverless ones not counted. @default 4 */
  clusters?: number;
  /** Jobs a cluster in its history; free clusters have none. @default 25 */
  jobs?: number;
  /** Deleted clusters a project, their backups kept. @default 0 */
  deletedClusters?: number;
  /** Serverless instances a project. @default 0 */
  serverlessInstances?: number;
  /** Jobs that start by themselves in a minute, over the whole world. @default 0 */
  activityPerMinute?: number;
  clock?: Clock;
  /** When history ends, in ms since the epoch. Fix it to get the same job ids on every start. @default clock.now() */
  historyUntil?: number;
}

/** Names one cluster. */
export interface ClusterRef {
  projectId: string;
  clusterName: string;
}

/** Names one list of restore jobs. */
export interface JobListRef extends ClusterRef {
  kind: Kind;
}

export interface Restore extends JobListRef {
  /** @default 'automated' */
  delivery?: Delivery;
  /** How it will end. @default 'completed' */
  outcome?: Outcome;
  /** @default the cluster's own project */
  targetProjectId?: string;
  /** @default the cluster itself */
  targetClusterName?: string;
  /** From request to end, in ms. @default drawn */
  durationMs?: number;
  /** @default a recent one */
  snapshotId?: string;
  /** The second that a point-in-time restore goes back to. @default drawn */
  pointInTimeSeconds?: number;
}

/** How many API processes make ids. */
const PROCESSES = 12;

// Where the ordinals of a project's other clusters begin; its regular ones begin at 0.
const FIRST_SERVERLESS = 2 ** 17;
const FIRST_DELETED = 2 ** 18;
const FIRST_ADDED = 2 ** 19;

/** Of restores that start by themselves, one in eight fails. */
const USUAL_OUTCOMES: readonly Outcome[] = [...Array<Outcome>(7).fill('completed'), 'failed'];

const seeds = { processes: 5, restores: 6 } as const;

/** Asking for one thing that is not there answers undefined; any other use of it throws RangeError. */
export class World {
  readonly seed: number;
  readonly #clock: Clock;
  readonly #past: Past;
  /** Clusters that every project starts with. */
  readonly #sizes: { regular: number; serverless: number; deleted: number };
  readonly #activity: Activity;
  #projects: SimProject[];
  readonly #projectsById: Map<string, SimProject>;
  /** By project id, then by name. Filled when a project is first looked at. */
  readonly #clusters = new Map<string, Map<string, SimCluster>>();
  /** By cluster id and kind. */
  readonly #lists = new Map<string, JobList>();
  #restores = 0;
  #added = 0;

  constructor(options: WorldOptions = {}) {
    const { seed = 1, projects = 3, clusters = 4, jobs = 25, clock = systemClock } = options;
    const { deletedClusters = 0, serverlessInstances = 0, activityPerMinute = 0 } = options;
    const { historyUntil: until = clock.now() } = options;
    const earliest = WORLD_BEGAN + 2 * 366 * DAY + LONGEST_HISTORY;
    if (until < earliest) throw new RangeError(`a world cannot start before ${new Date(earliest).toISOString()}`);
    const random = new Random(seed, seeds.processes);
    this.seed = seed;
    this.#clock = clock;
    this.#sizes = { regular: clusters, serverless: serverlessInstances, deleted: deletedClusters };
    this.#activity = activity({ seed, perMinute: activityPerMinute, from: until });
    const first = Array.from({ length: projects }, (_, ordinal) => makeProject(seed, ordinal));
    const processes = Array.from({ length: PROCESSES }, () => random.hex(10));
    this.#past = { seed, jobs, until, projects: first, processes };
    this.#projects = first.toSorted(byName);
    this.#projectsById = new Map(first.map((project) => [project.id, project]));
  }

  /** In the order of Atlas's list: by name, upper case first. */
  get projects(): readonly SimProject[] {
    return this.#projects;
  }

  project(id: string): SimProject | undefined {
    return this.#projectsById.get(id);
  }

  /** Of every tier, in the order of their creation; deleted ones only while their backups are kept. */
  clusters(projectId: string): SimCluster[] {
    return [...this.#clustersOf(projectId).values()];
  }

  cluster({ projectId, clusterName }: ClusterRef): SimCluster | undefined {
    return this.#clustersOf(projectId).get(clusterName);
  }

  /** Every job of a list, newest first. */
  jobs(projectId: string, clusterName: string, kind: Kind): SimJob[] {
    const list = this.#list({ projectId, clusterName, kind });
    return list.slice(0, list.count);
  }

  /** The jobs of a list from `offset` on, newest first, `limit` of them at most. */
  jobSlice(ref: JobListRef, offset: number, limit: number): SimJob[] {
    return this.#list(ref).slice(offset, limit);
  }

  jobCount(ref: JobListRef): number {
    return this.#list(ref).count;
  }

  job(ref: JobListRef, id: string): SimJob | undefined {
    return this.#list(ref).find(id);
  }

  /** Starts a restore now. A RangeError also refuses what jobs of that kind, or of that cluster, cannot be. */
  startRestore(restore: Restore): SimJob {
    const { delivery = 'automated', outcome = 'completed', durationMs, snapshotId, pointInTimeSeconds } = restore;
    const { targetProjectId = restore.projectId, targetClusterName = restore.clusterName } = restore;
    const list = this.#list(restore);
    const cluster = this.#existing(restore);
    if (!kindsOf(cluster.tier).includes(restore.kind)) {
      throw new RangeError(`${cluster.name} is ${cluster.tier} and has no ${restore.kind} restore jobs`);
    }
    const plan = {
      kind: restore.kind,
      requestedAt: this.#clock.now(),
      delivery,
      outcome,
      durationMs,
      snapshotId,
      target: { projectId: targetProjectId, clusterName: targetClusterName },
      ...(pointInTimeSeconds !== undefined && { pointInTime: { seconds: pointInTimeSeconds } }),
    };
    const random = new Random(this.seed, seeds.restores, this.#restores++);
    const job = makeJob(cluster, plan, random, this.#past.processes);
    list.add(job);
    return job;
  }

  /** Makes a job vanish from its list. */
  removeJob(ref: JobListRef, id: string) {
    if (!this.#list(ref).remove(id)) throw new RangeError(`no ${ref.kind} job ${id} in ${ref.clusterName}`);
  }

  addProject(name: string): SimProject {
    const project = makeProject(this.seed, this.#projectsById.size, name);
    this.#projects = [...this.#projects, project].toSorted(byName);
    this.#projectsById.set(project.id, project);
    this.#clusters.set(project.id, new Map());
    return project;
  }

  /** Adds a cluster without jobs. A deleted cluster's name can be used again; one in use is refused. */
  addCluster({ projectId, clusterName: name, tier = 'replicaSet' }: ClusterRef & { tier?: Tier }): SimCluster {
    const clusters = this.#clustersOf(projectId);
    if (clusters.get(name)?.state === 'IDLE') throw new RangeError(`${name} exists already`);
    const created = Math.floor(this.#clock.now() / SECOND) * SECOND;
    const ordinal = FIRST_ADDED + this.#added++;
    const cluster = makeCluster(this.seed, this.#existingProject(projectId), { ordinal, name, tier, created });
    clusters.set(name, cluster);
    return cluster;
  }

  /** @param ref.retainBackups keep the backups, so that the dedicated list of jobs stays readable. @default false */
  deleteCluster({ retainBackups = false, ...ref }: ClusterRef & { retainBackups?: boolean }) {
    this.#catchUp();
    const cluster = this.#existing(ref);
    if (retainBackups) this.#replace({ ...cluster, state: 'DELETED' });
    else this.#clustersOf(ref.projectId).delete(ref.clusterName);
  }

  /** Moves a cluster to another tier. Its id stays; the jobs of its old tier are out of reach while it is there. */
  moveTier(ref: ClusterRef, to: 'flex' | 'dedicated'): SimCluster {
    this.#catchUp();
    return this.#replace({ ...this.#existing(ref), tier: to === 'dedicated' ? 'replicaSet' : to });
  }

  #replace(cluster: SimCluster) {
    this.#clustersOf(cluster.projectId).set(cluster.name, cluster);
    return cluster;
  }

  #existingProject(id: string): SimProject {
    const project = this.project(id);
    if (!project) throw new RangeError(`no project ${id}`);
    return project;
  }

  #existing(ref: ClusterRef): SimCluster {
    const cluster = this.cluster(ref);
    if (!cluster) throw new RangeError(`no cluster ${ref.clusterName} in project ${ref.projectId}`);
    return cluster;
  }

  #clustersOf(projectId: string): Map<string, SimCluster> {
    const known = this.#clusters.get(projectId);
    if (known) return known;
    const made = this.#firstClusters(this.#existingProject(projectId));
    const clusters = new Map(made.map((cluster) => [cluster.name, cluster]));
    this.#clusters.set(projectId, clusters);
    return clusters;
  }

  #firstClusters(project: SimProject): SimCluster[] {
    const { regular, serverless, deleted } = this.#sizes;
    const make = (plan: ClusterPlan) => makeCluster(this.seed, project, plan);
    const several = (count: number, from: number, plan: (n: number) => Omit<ClusterPlan, 'ordinal'>) =>
      Array.from({ length: count }, (_, n) => make({ ...plan(n), ordinal: from + n }));
    return [
      ...Array.from({ length: regular }, (_, n) => make(plannedCluster(this.seed, project, n))),
      ...several(serverless, FIRST_SERVERLESS, (n) => ({ name: `serverless-${n}`, tier: 'serverless' })),
      ...several(deleted, FIRST_DELETED, (n) => ({ name: `deleted-${n}`, tier: 'replicaSet', state: 'DELETED' })),
    ];
  }

  #list(ref: JobListRef): JobList {
    this.#catchUp();
    return this.#listOf(this.#existing(ref), ref.kind);
  }

  #listOf(cluster: SimCluster, kind: Kind): JobList {
    const key = `${cluster.id}/${kind}`;
    const known = this.#lists.get(key);
    if (known) return known;
    const list = new JobList(history(this.#past, cluster, kind));
    this.#lists.set(key, list);
    return list;
  }

  /** Starts the restores whose moments have passed since anyone last looked. */
  #catchUp() {
    for (const { at, random } of this.#activity.due(this.#clock.now())) {
      const project = random.pick(this.#past.projects);
      const clusters = this.clusters(project.id).filter(({ state, tier }) => state === 'IDLE' && tier !== 'free');
      if (clusters.length === 0) continue;
      const cluster = random.pick(clusters);
      const kind = mainKind(cluster.tier);
      const plan = { kind, requestedAt: at, delivery: 'automated', outcome: random.pick(USUAL_OUTCOMES) } as const;
      this.#listOf(cluster, kind).add(makeJob(cluster, plan, random, this.#past.processes));
    }
  }
}
