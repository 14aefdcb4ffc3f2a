// functions/ledger/coverages.ts keeps what was read of each project, one item a project.
import type { ProjectFacts } from '../proof/project.ts';
import type { ClusterCoverage, ListCoverage, Problem, ProjectCoverage } from './coverage.ts';
import { LedgerError } from './errors.ts';
import { canonicalJson } from './fingerprint.ts';
import { itemBytes, MAX_ITEM_BYTES, storable } from './item-size.ts';
import type { Item } from './job-item.ts';
import { ARCHIVED_CLUSTERS, archivedClusterKey, COVERAGE_FEED, coverageKey, projectPk } from './keys.ts';
import { barelyKnown, type KnownProjects } from './known-projects.ts';
import { readFacts } from './project-facts.ts';
import type { Table } from './table-port.ts';

/** As many writers of one project may come first. */
const ATTEMPTS = 12;
/** Items of up to 380 KB each, so at most 10 MB in memory. */
const BATCH = 25;

export class Coverages {
  readonly #table: Table;
  readonly #known: KnownProjects;
  readonly #now: () => number;

  constructor(table: Table, known: KnownProjects, now: () => number) {
    this.#table = table;
    this.#known = known;
    this.#now = now;
  }

  /** Requests: 1 read. */
  async get(projectId: string): Promise<ProjectCoverage | undefined> {
    const item = await this.#table.get(coverageKey(projectId));
    return item && coverageOf(item);
  }

  /** Requests: 1 write, for a new project 1 read and 2 writes; 1 read and 1 write more for each other writer that came first. */
  async save(
    projectId: string,
    next: (stored: ProjectCoverage | undefined) => ProjectCoverage,
    read?: ProjectCoverage,
  ): Promise<ProjectCoverage> {
    let stored = read;
    let isMarked = read !== undefined;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const revision = (stored?.revision ?? 0) + 1;
      const coverage = fitted({ ...(storable(next(stored)) as ProjectCoverage), projectId, revision });
      if (!isMarked) await this.#mark(coverage); // first, so that no coverage is ever written that cannot be found
      isMarked = true;
      const written = await this.#table.put(
        coverageItem(coverage),
        stored ? { coverageRevision: stored.revision } : { pk: undefined },
      );
      if (written.done) return coverage;
      stored = await this.get(projectId);
      // Ours after all: its answer was lost and the SDK sent it again.
      if (written.repeated && canonicalJson(stored) === canonicalJson(coverage)) return coverage;
    }
    const message = `coverage of project ${projectId}: ${ATTEMPTS} writers came first, one after the other; save it again`;
    throw new LedgerError('LEDGER_CONFLICT', message);
  }

  /** Requests: 1 query for some thousand projects, and 1 batch read for every 25. */
  async *all(): AsyncGenerator<ProjectCoverage> {
    let batch: string[] = [];
    for await (const item of this.#table.all({ index: 'feed', partition: COVERAGE_FEED, fields: ['feedKey'] })) {
      batch.push(String(item.feedKey));
      if (batch.length < BATCH) continue;
      yield* await this.#read(batch);
      batch = [];
    }
    if (batch.length > 0) yield* await this.#read(batch);
  }

  /** Requests: 1 query for some thousand projects, and 1 batch read for every 25. */
  async *facts(): AsyncGenerator<ProjectFacts> {
    let batch: string[] = [];
    for await (const item of this.#table.all({ index: 'feed', partition: COVERAGE_FEED, fields: ['feedKey'] })) {
      batch.push(String(item.feedKey));
      if (batch.length < BATCH) continue;
      yield* await readFacts(this.#table, batch);
      batch = [];
    }
    if (batch.length > 0) yield* await readFacts(this.#table, batch);
  }

  /** Requests: 1 write. The same cluster again replaces what was archived of it. */
  async archive(projectId: string, cluster: ClusterCoverage): Promise<void> {
    const { clusterName, clusterId, goneAt, firstSeenAt } = cluster;
    const key = archivedClusterKey(projectId, clusterName, clusterId ?? goneAt ?? firstSeenAt);
    const { lists, ...rest } = cluster;
    const [fit] = withoutRecent([{ ...rest, lists: { ...lists } }], (clusters) => itemBytes({ ...key, clusters }));
    await this.#table.put({ ...key, archived: storable(fit) });
  }

  /** Requests: 1 query a MB. */
  async *archived(projectId: string): AsyncGenerator<ClusterCoverage> {
    const partition = projectPk(projectId);
    for await (const item of this.#table.all({ partition, beginsWith: ARCHIVED_CLUSTERS })) {
      yield withGot(item.archived as ClusterCoverage);
    }
  }

  #mark({ projectId, projectName }: ProjectCoverage) {
    const now = new Date(this.#now()).toISOString();
    return this.#known.save(projectId, (known = barelyKnown(projectId, projectName, now)) => ({
      coveredSince: now,
      ...known,
    }));
  }

  #read = async (projectIds: string[]) => (await this.#table.batchGet(projectIds.map(coverageKey))).map(coverageOf);
}

const coverageItem = (coverage: ProjectCoverage) => ({
  ...coverageKey(coverage.projectId),
  coverageRevision: coverage.revision,
  coverage,
});

function coverageOf(item: Item): ProjectCoverage {
  const coverage = item.coverage as ProjectCoverage;
  for (const cluster of Object.values(coverage.clusters)) withGot(cluster);
  return coverage;
}

/** Until version 0.2 a problem said `came` for `got`. */
function withGot(cluster: ClusterCoverage): ClusterCoverage {
  for (const { problems = [] } of Object.values(cluster.lists)) {
    for (const problem of problems as (Problem & { came?: string })[]) {
      if (problem.came === undefined) continue;
      problem.got ??= problem.came;
      delete problem.came;
    }
  }
  return cluster;
}

/** Leaves out fingerprints, which can be had from the jobs too, the longest first, until it fits. @throws LedgerError */
function fitted(coverage: ProjectCoverage): ProjectCoverage {
  const names = Object.keys(coverage.clusters);
  const withClusters = (clusters: ClusterCoverage[]): ProjectCoverage => ({
    ...coverage,
    clusters: Object.fromEntries(clusters.map((cluster, i) => [names[i] ?? cluster.clusterName, cluster])),
  });
  const bytes = (clusters: ClusterCoverage[]) => itemBytes(coverageItem(withClusters(clusters)));
  const fit = withoutRecent(Object.values(coverage.clusters), bytes);
  if (bytes(fit) <= MAX_ITEM_BYTES) return withClusters(fit);
  const message = `coverage of project ${coverage.projectId} takes ${bytes(fit)} bytes for ${names.length} clusters, which is more than an item can hold: divide the project`;
  throw new LedgerError('LEDGER_ITEM_TOO_LARGE', message);
}

function withoutRecent(clusters: ClusterCoverage[], bytes: (clusters: ClusterCoverage[]) => number): ClusterCoverage[] {
  let over = bytes(clusters) - MAX_ITEM_BYTES;
  if (over <= 0) return clusters;
  const fit = clusters.map((cluster) => ({ ...cluster, lists: { ...cluster.lists } }));
  const recents = fit
    .flatMap(({ lists }) =>
      (Object.keys(lists) as (keyof typeof lists)[]).map((kind) => ({
        lists,
        kind,
        bytes: itemBytes({ recent: lists[kind]?.recent }),
      })),
    )
    .sort((a, b) => b.bytes - a.bytes);
  for (const { lists, kind, bytes: saved } of recents) {
    if (over <= 0) break;
    const { recent: _, ...rest } = lists[kind] as ListCoverage;
    lists[kind] = rest;
    over -= saved;
  }
  return fit;
}
