// local/atlas/world/world.ts: the state behind the simulator: a function of a seed, of sizes and of the time at the start,
// and then of what is done to it.

import type { Clock } from '../../../functions/platform/clock.ts';
import { systemClock } from '../../../functions/platform/clock.ts';
import type { Kind } from '../../../functions/schema/words.ts';
import { secondsOf } from '../base/object-id.ts';
import { Random } from '../base/random.ts';
import { DAY, SECOND } from '../base/time.ts';
import type { EventQuery } from '../events/event-log.ts';
import { requestEvent, requesterOf } from '../events/job-events.ts';
import { type Activity, activity } from '../model/activity.ts';
import { OWN_KEY, type SimActor } from '../model/actors.ts';
import { Arrivals } from '../model/arrivals.ts';
import {
  type ClusterPlan,
  kindsOf,
  mainKind,
  makeCluster,
  plannedCluster,
  type SimCluster,
  type Tier,
} from '../model/cluster.ts';
import type { SimEvent } from '../model/event.ts';
import type { Delivery, JobPlan, Outcome, SimJob } from '../model/job.ts';
import { byName, makeProject, type SimProject, WORLD_BEGAN } from '../model/project.ts';
import { Chronicle } from './chronicle.ts';
import { history, MAX_HISTORY, type Past } from './history.ts';
import { JobList } from './job-list.ts';

export interface WorldOptions {
  /** The same seed and sizes make the same world, for a clock that starts at the same time. @default 1 */
  seed?: number;
  /** @default 3 */
  projects?: number;
  /** Clusters a project, deleted and serverless ones not counted; the fourth is a free one. @default 4 */
  clusters?: number;
  /** Jobs a cluster in its history, of dedicated clusters a fifth of them collection restores. @default 25 */
  jobs?: number;
  /** Deleted clusters a project, their backups kept. @default 0 */
  deletedClusters?: number;
  /** Serverless instances a project. @default 0 */
  serverlessInstances?: number;
  /** Restores that people start in a minute, over the whole world. @default 0 */
  activityPerMinute?: number;
  /**
   * Share of past jobs that come with those of neighbouring clusters of their project, within seconds and often through
   * the same process: 0 to 1. Of nine clusters, three flex ones form a burst. @default 0.04, as recorded
   */
  crowding?: number;
  /** The states of jobs follow it, and the simulator's nonces, tokens and rate limits. @default systemClock */
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
  /** The name of who asks for it: one of `actors`. @default drawn, and never one of the simulator's own credentials */
  actor?: string;
  /** The type of the event of its request; null: no event is written. @default as Atlas has it */
  eventType?: string | null;
}

/** A request that looks like a restore's, and leaves no job (docs/atlas.md#12-4). */
export interface ExportRequest extends ClusterRef {
  /** @default drawn */
  actor?: string;
}

/** How many API processes make ids, and how many others do. */
const PROCESSES = 12;
const BACKGROUND_PROCESSES = 6;

// Where the ordinals of a project's other clusters begin; its regular ones begin at 0.
const FIRST_SERVERLESS = 2 ** 17;
const FIRST_DELETED = 2 ** 18;
const FIRST_ADDED = 2 ** 19;

/** Of restores that people start, one in eight fails. */
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
  readonly #arrivals: Arrivals;
  readonly #chronicle: Chronicle;
  #projects: SimProject[];
  readonly #projectsById: Map<string, SimProject>;
  readonly #hidden = new Set<string>();
  /** By project id, then by name. Filled when a project is first looked at. */
  readonly #clusters = new Map<string, Map<string, SimCluster>>();
  /** By cluster id and kind. */
  readonly #lists = new Map<string, JobList>();
  #restores = 0;
  #added = 0;

  constructor(options: WorldOptions = {}) {
    const { seed = 1, projects = 3, clusters = 4, jobs = 25, clock = systemClock } = options;
    const { deletedClusters = 0, serverlessInstances = 0, activityPerMinute = 0, crowding = 0.04 } = options;
    const { historyUntil: until = clock.now() } = options;
    const earliest = WORLD_BEGAN + 2 * 366 * DAY + MAX_HISTORY;
    if (until < earliest) throw new RangeError(`a world cannot start before ${new Date(earliest).toISOString()}`);
    const random = new Random(seed, seeds.processes);
    this.seed = seed;
    this.#clock = clock;
    this.#sizes = { regular: clusters, serverless: serverlessInstances, deleted: deletedClusters };
    this.#activity = activity({ seed, perMinute: activityPerMinute, from: until });
    const first = Array.from({ length: projects }, (_, ordinal) => makeProject(seed, ordinal));
    const processes = Array.from({ length: PROCESSES }, () => random.hex(10));
    const background = Array.from({ length: BACKGROUND_PROCESSES }, () => random.hex(10));
    this.#past = { seed, jobs, until, projects: first, processes, crowding };
    this.#arrivals = new Arrivals(processes);
    this.#chronicle = new Chronicle({ seed, until, processes, background });
    this.#projects = first.toSorted(byName);
    this.#projectsById = new Map(first.map((project) => [project.id, project]));
  }

  /** In the order of Atlas's list: by name, upper case first. */
  get projects(): readonly SimProject[] {
    return this.#hidden.size === 0 ? this.#projects : this.#projects.filter(({ id }) => !this.#hidden.has(id));
  }

  /** Takes the credentials' role in a project away: it goes on, but they see nothing of it. @returns gives it back */
  hideProject(id: string): () => void {
    this.#existingProject(id);
    this.#hidden.add(id);
    return () => this.#hidden.delete(id);
  }

  isHidden = (projectId: string) => this.#hidden.has(projectId);

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
    const { actor, eventType } = restore;
    const list = this.#list(restore);
    const cluster = this.#existing(restore);
    if (!kindsOf(cluster.tier).includes(restore.kind)) {
      throw new RangeError(`${cluster.name} is ${cluster.tier} and has no ${restore.kind} restore jobs`);
    }
    const plan: JobPlan = {
      kind: restore.kind,
      requestedAt: this.#clock.now(),
      delivery,
      outcome,
      durationMs,
      snapshotId,
      target: { projectId: targetProjectId, clusterName: targetClusterName },
      ...(pointInTimeSeconds !== undefined && { pointInTime: { seconds: pointInTimeSeconds } }),
      requester: actor === undefined ? undefined : this.#chronicle.actors.named(actor),
      eventType,
    };
    const job = this.#arrivals.start(cluster, plan, new Random(this.seed, seeds.restores, this.#restores++));
    list.add(job);
    return job;
  }

  /** Asks for an export now. */
  requestExport({ actor, ...ref }: ExportRequest): SimEvent {
    this.#catchUp();
    return this.#chronicle.requestExport(this.#existing(ref), this.#clock.now(), actor);
  }

  /** Everybody who can ask for something, the simulator's own key and service account included. */
  get actors(): readonly SimActor[] {
    return this.#chronicle.actors.all;
  }

  /** The API key that the simulator accepts now. It asks for what is asked for through the API, and nothing else. */
  get ownKey(): SimActor {
    return this.#chronicle.actors.named(OWN_KEY);
  }

  /** Who asked for a job, whether or not an event says so. */
  requesterOf(job: SimJob): SimActor {
    return requesterOf(job, this.#chronicle.actors);
  }

  /** The event of a job's request, shown yet or not. Undefined for collection and serverless jobs, which have none. */
  requestEventOf(job: SimJob): SimEvent | undefined {
    return requestEvent(job, this.#chronicle.actors);
  }

  /**
   * The events of a project, newest first, each computed when it is reached.
   * @param now what is shown later is left out, in ms since the epoch. @default clock.now()
   */
  events(projectId: string, query: EventQuery = {}, now = this.#clock.now()): Generator<SimEvent> {
    this.#catchUp();
    const project = this.#existingProject(projectId);
    const list = (cluster: SimCluster, kind: Kind) => this.#listOf(cluster, kind);
    return this.#chronicle.events({ project, clusters: this.clusters(projectId), list }, query, now);
  }

  /** @param now as in `events` */
  event(projectId: string, id: string, now = this.#clock.now()): SimEvent | undefined {
    const second = secondsOf(id) * SECOND;
    for (const event of this.events(projectId, { from: second, to: second }, now)) if (event.id === id) return event;
    return undefined;
  }

  /** The simulator accepts another API key from here on: whoever asks as `own-key` asks with that one. */
  rotateOwnKey(publicKey: string) {
    this.#chronicle.actors.rotateKey(publicKey);
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
    const former = clusters.get(name);
    if (former?.state === 'IDLE') throw new RangeError(`${name} exists already`);
    if (former) this.#chronicle.gone(former);
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
    this.#chronicle.deleted(cluster, this.#clock.now());
    if (retainBackups) {
      this.#replace({ ...cluster, state: 'DELETED' });
      return;
    }
    this.#clustersOf(ref.projectId).delete(ref.clusterName);
    this.#chronicle.gone(cluster);
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
      const plan: JobPlan = { kind, requestedAt: at, delivery: 'automated', outcome: random.pick(USUAL_OUTCOMES) };
      this.#listOf(cluster, kind).add(this.#arrivals.start(cluster, plan, random));
    }
  }
}
