// local/atlas/world/world.ts: the state behind the simulator: a function of a seed, of sizes and of the time at the start, and then of
// what is done to it.
import { type Clock, systemClock } from '../../../functions/platform/clock.ts';
import type { Kind } from '../../../functions/schema/words.ts';
import { Random } from '../base/random.ts';
import { DAY } from '../base/time.ts';
import { Actors } from '../model/actors.ts';
import type { SimCluster, Tier } from '../model/cluster.ts';
import type { SimJob } from '../model/job.ts';
import { makeProject, type SimProject, WORLD_BEGAN } from '../model/project.ts';
import { Chronicle } from './chronicle.ts';
import { MAX_HISTORY } from './history.ts';
import type { JobList } from './job-list.ts';
import { type ClusterRef, Organization } from './organization.ts';
import { type JobListRef, type Restore, Restores } from './restores.ts';

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

/** How many API processes make ids, and how many others do. */
const PROCESSES = 12;
const BACKGROUND_PROCESSES = 6;

const SEED = 5;

/** Asking for one thing that is not there answers undefined; any other use of it throws RangeError. */
export class World {
  /** Everybody who can ask for something, the simulator's own key and service account included. */
  readonly actors: Actors;
  readonly chronicle: Chronicle;
  readonly #organization: Organization;
  readonly #restores: Restores;

  constructor(options: WorldOptions = {}) {
    const { seed = 1, projects = 3, clusters = 4, jobs = 25, clock = systemClock } = options;
    const { deletedClusters = 0, serverlessInstances = 0, activityPerMinute = 0, crowding = 0.04 } = options;
    const { historyUntil: until = clock.now() } = options;
    const earliest = WORLD_BEGAN + 2 * 366 * DAY + MAX_HISTORY;
    if (until < earliest) throw new RangeError(`a world cannot start before ${new Date(earliest).toISOString()}`);
    const random = new Random(seed, SEED);
    const first = Array.from({ length: projects }, (_, ordinal) => makeProject(seed, ordinal));
    const processes = Array.from({ length: PROCESSES }, () => random.hex(10));
    const background = Array.from({ length: BACKGROUND_PROCESSES }, () => random.hex(10));
    const past = { seed, jobs, until, projects: first, processes, crowding };
    const sizes = { regular: clusters, serverless: serverlessInstances, deleted: deletedClusters };
    const actors = new Actors(seed);
    const organization = new Organization({ seed, projects: first, sizes, clock });
    const restores = new Restores({ past, activityPerMinute, organization, actors, clock });
    this.chronicle = new Chronicle({ seed, until, actors, processes, background, organization, restores, clock });
    this.actors = actors;
    this.#organization = organization;
    this.#restores = restores;
  }

  /** In the order of Atlas's list: by name, upper case first. */
  get projects(): readonly SimProject[] {
    return this.#organization.visibleProjects;
  }

  project(id: string): SimProject | undefined {
    return this.#organization.project(id);
  }

  addProject(name: string): SimProject {
    return this.#organization.addProject(name);
  }

  /** Takes the credentials' role in a project away: it goes on, but they see nothing of it. @returns gives it back */
  hideProject(id: string): () => void {
    return this.#organization.hideProject(id);
  }

  isHidden(projectId: string): boolean {
    return this.#organization.isHidden(projectId);
  }

  /** Of every tier, in the order of their creation; deleted ones only while their backups are kept. */
  clusters(projectId: string): SimCluster[] {
    return this.#organization.clusters(projectId);
  }

  cluster(ref: ClusterRef): SimCluster | undefined {
    return this.#organization.cluster(ref);
  }

  /** Adds a cluster without jobs. A deleted cluster's name can be used again; one in use is refused. */
  addCluster({ tier = 'replicaSet', ...ref }: ClusterRef & { tier?: Tier }): SimCluster {
    return this.#organization.addCluster(ref, tier);
  }

  /** @param ref.retainBackups keep the backups, so that the dedicated list of jobs stays readable. @default false */
  deleteCluster({ retainBackups = false, ...ref }: ClusterRef & { retainBackups?: boolean }) {
    this.#restores.catchUp();
    this.#organization.deleteCluster(ref, retainBackups);
  }

  /** Moves a cluster to another tier. Its id stays; the jobs of its old tier are out of reach while it is there. */
  moveTier(ref: ClusterRef, to: 'flex' | 'dedicated'): SimCluster {
    this.#restores.catchUp();
    return this.#organization.moveTier(ref, to === 'dedicated' ? 'replicaSet' : to);
  }

  /** @param tags undefined: answers leave the field out */
  setTags(ref: ClusterRef, tags: SimCluster['tags']): SimCluster {
    return this.#organization.setTags(ref, tags);
  }

  list(ref: JobListRef): JobList {
    return this.#restores.list(ref);
  }

  /** Every job of a list, newest first. */
  jobs(projectId: string, clusterName: string, kind: Kind): SimJob[] {
    const list = this.list({ projectId, clusterName, kind });
    return list.slice(0, list.count);
  }

  /** Starts a restore now. A RangeError also refuses what jobs of that kind, or of that cluster, cannot be. */
  startRestore(restore: Restore): SimJob {
    return this.#restores.start(restore);
  }

  /** Makes a job vanish from its list. */
  removeJob(ref: JobListRef, id: string) {
    if (!this.list(ref).remove(id)) throw new RangeError(`no ${ref.kind} job ${id} in ${ref.clusterName}`);
  }
}
