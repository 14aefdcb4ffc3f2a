// local/atlas/world/organization.ts: the projects of a simulated organization and their clusters, former ones included.
import type { Clock } from '../../../functions/platform/clock.ts';
import { defined } from '../../../functions/platform/defined.ts';
import {
  type ClusterSizes,
  FIRST_ADDED,
  firstClusters,
  makeCluster,
  type SimCluster,
  type Tier,
} from '../model/cluster.ts';
import { wholeSecond } from '../model/event.ts';
import { byName, makeProject, type SimProject } from '../model/project.ts';

/** Names one cluster. */
export interface ClusterRef {
  projectId: string;
  clusterName: string;
}

export interface OrganizationOptions {
  seed: number;
  /** Those that it begins with. */
  projects: readonly SimProject[];
  /** Clusters that each of these projects begins with. */
  sizes: ClusterSizes;
  clock: Clock;
}

/** Asking for one thing that is not there answers undefined; any other use of it throws RangeError. */
export class Organization {
  readonly #seed: number;
  readonly #sizes: ClusterSizes;
  readonly #clock: Clock;
  #projects: readonly SimProject[];
  readonly #projectsById: Map<string, SimProject>;
  readonly #hidden = new Set<string>();
  /** By project id, then by name. Filled when a project is first looked at. */
  readonly #clusters = new Map<string, Map<string, SimCluster>>();
  /** Clusters that nothing lists any more, by project id. */
  readonly #former = new Map<string, SimCluster[]>();
  /** When clusters were deleted, by id, in ms since the epoch. */
  readonly #ends = new Map<string, number>();
  #added = 0;

  constructor({ seed, projects, sizes, clock }: OrganizationOptions) {
    this.#seed = seed;
    this.#sizes = sizes;
    this.#clock = clock;
    this.#projects = projects.toSorted(byName);
    this.#projectsById = new Map(projects.map((project) => [project.id, project]));
  }

  /** In the order of Atlas's list: by name, upper case first. */
  get visibleProjects(): readonly SimProject[] {
    return this.#hidden.size === 0 ? this.#projects : this.#projects.filter(({ id }) => !this.#hidden.has(id));
  }

  /** @returns shows it again */
  hideProject(id: string): () => void {
    this.existingProject(id);
    this.#hidden.add(id);
    return () => this.#hidden.delete(id);
  }

  isHidden(projectId: string): boolean {
    return this.#hidden.has(projectId);
  }

  project(id: string): SimProject | undefined {
    return this.#projectsById.get(id);
  }

  existingProject(id: string): SimProject {
    const project = this.project(id);
    if (!project) throw new RangeError(`no project ${id}`);
    return project;
  }

  addProject(name: string): SimProject {
    const project = makeProject(this.#seed, this.#projectsById.size, name);
    this.#projects = [...this.#projects, project].toSorted(byName);
    this.#projectsById.set(project.id, project);
    this.#clusters.set(project.id, new Map());
    return project;
  }

  clusters(projectId: string): SimCluster[] {
    return [...this.#clustersOf(projectId).values()];
  }

  /** Every cluster that there ever was, with the moment of its end, in ms since the epoch; `Infinity`: it lives. */
  clustersEver(projectId: string): { cluster: SimCluster; end: number }[] {
    const ever = [...this.clusters(projectId), ...(this.#former.get(projectId) ?? [])];
    return ever.map((cluster) => ({ cluster, end: this.#endOf(cluster) }));
  }

  cluster({ projectId, clusterName }: ClusterRef): SimCluster | undefined {
    return this.#clustersOf(projectId).get(clusterName);
  }

  existingCluster(ref: ClusterRef): SimCluster {
    const cluster = this.cluster(ref);
    if (!cluster) throw new RangeError(`no cluster ${ref.clusterName} in project ${ref.projectId}`);
    return cluster;
  }

  addCluster({ projectId, clusterName: name }: ClusterRef, tier: Tier): SimCluster {
    const former = this.cluster({ projectId, clusterName: name });
    if (former?.state === 'IDLE') throw new RangeError(`${name} exists already`);
    if (former) this.#addFormer(former);
    const plan = { ordinal: FIRST_ADDED + this.#added++, name, tier, created: wholeSecond(this.#clock.now()) };
    return this.#put(makeCluster(this.#seed, this.existingProject(projectId), plan));
  }

  deleteCluster(ref: ClusterRef, retainBackups: boolean) {
    const cluster = this.existingCluster(ref);
    if (cluster.state === 'IDLE') this.#ends.set(cluster.id, this.#clock.now());
    if (retainBackups) {
      this.#put({ ...cluster, state: 'DELETED' });
      return;
    }
    this.#clustersOf(ref.projectId).delete(ref.clusterName);
    this.#addFormer(cluster);
  }

  moveTier(ref: ClusterRef, tier: Tier): SimCluster {
    return this.#put({ ...this.existingCluster(ref), tier });
  }

  /** Without tags, answers leave the field out. */
  setTags(ref: ClusterRef, tags: SimCluster['tags']): SimCluster {
    const { tags: _, ...cluster } = this.existingCluster(ref);
    return this.#put({ ...cluster, ...defined({ tags }) });
  }

  #put(cluster: SimCluster): SimCluster {
    this.#clustersOf(cluster.projectId).set(cluster.name, cluster);
    return cluster;
  }

  #addFormer(cluster: SimCluster) {
    const { projectId } = cluster;
    this.#former.set(projectId, [...(this.#former.get(projectId) ?? []), cluster]);
  }

  /** Clusters that were deleted before the start ended when they were created: they have no snapshot events. */
  #endOf({ id, state, created }: SimCluster): number {
    return this.#ends.get(id) ?? (state === 'IDLE' ? Number.POSITIVE_INFINITY : created);
  }

  #clustersOf(projectId: string): Map<string, SimCluster> {
    const known = this.#clusters.get(projectId);
    if (known) return known;
    const made = firstClusters(this.#seed, this.existingProject(projectId), this.#sizes);
    const clusters = new Map(made.map((cluster) => [cluster.name, cluster]));
    this.#clusters.set(projectId, clusters);
    return clusters;
  }
}
