// functions/ledger/repositories/coverage-repository.ts keeps what was read of each project: one item a project, and parts beside it where that is full.
//
// A coverage that is too large for one item has its clusters in parts, which no reader may see mixed. The parts of a revision
// go into the slot that the stored revision does not use, so that it stays whole, and the head item is written last, on the
// condition that it is still the one that was read. Before the parts the writer takes the next fence on the head; a part is
// only written over one with a lower fence. So a writer that was overtaken can't spoil the parts of one that came later,
// however late its own requests arrive, and a reader knows by the fence whether the parts it got are those of the head it got.
// A head that is still there after parts were read that are not its own has lost them: somebody took them away. Such a coverage
// counts as lost, and the next write begins it anew.

import {
  type ClusterCoverage,
  clusterNamed,
  incarnationOf,
  type ListCoverage,
  type ProjectCoverage,
} from '../model/coverage.ts';
import { LedgerError } from '../model/errors.ts';
import { canonicalJson } from '../model/fingerprint.ts';
import { itemBytes, MAX_ITEM_BYTES, storable } from '../model/item-size.ts';
import type { KnownProject, ProjectFacts } from '../model/known-project.ts';
import type { Item } from '../table/job-item.ts';
import {
  ARCHIVED_CLUSTERS,
  archivedClusterKey,
  COVERAGE_FEED,
  type CoverageSlot,
  coverageKey,
  coveragePartKey,
  projectKey,
  projectPk,
} from '../table/keys.ts';
import type { Condition, Table } from '../table/table-port.ts';
import { barelyKnown, knownProjectOf, type ProjectRepository } from './project-repository.ts';

/** As many writers of one project may come first. */
const ATTEMPTS = 12;
/** Items of up to 380 KB each, so at most 10 MB in memory. */
const BATCH = 25;
/** Parts read at once: as many as fit into the 16 MB of one answer. */
const PARTS_BATCH = 40;
/** Parts written at once. */
const PARALLEL_PARTS = 4;
/** What the head of a coverage in parts may say of the clusters that changed, in bytes. */
const MAX_CHANGED_BYTES = 250_000;

type Clusters = Record<string, ClusterCoverage>;

/** Where the clusters are, if not in the head itself. */
interface Parts {
  slot: CoverageSlot;
  count: number;
  /** That they were written with. */
  fence: number;
}

/** What a head item says beside the coverage. All of it is absent before the first write. */
interface Head {
  revision?: number;
  /** Of the writer that came last, whether or not it came to an end. */
  fence?: number;
  parts?: Parts;
}

/** Of a coverage in parts, for the change feed: the clusters whose drills or problems a write changed, without the rest. */
export interface ChangedClusters {
  before: Clusters;
  after: Clusters;
}

export class CoverageRepository {
  readonly #table: Table;
  readonly #known: ProjectRepository;
  readonly #now: () => number;
  /** Of the coverages that were given out. */
  readonly #heads = new WeakMap<ProjectCoverage, Head>();

  constructor(table: Table, known: ProjectRepository, now: () => number) {
    this.#table = table;
    this.#known = known;
    this.#now = now;
  }

  /** Requests: 1 read, and 1 batch read for each 40 parts. */
  async get(projectId: string): Promise<ProjectCoverage | undefined> {
    return (await this.#stored(projectId)).coverage;
  }

  /** Those that are there, in the order of `projectIds`. Requests: 1 batch read, and more for each project in parts. @param projectIds at most 100 */
  async *some(projectIds: readonly string[]): AsyncGenerator<ProjectCoverage> {
    for (const item of await this.#table.batchGet(projectIds.map(coverageKey))) {
      const { coverage } = item as { coverage?: ProjectCoverage };
      if (headOf(item).parts === undefined) {
        if (coverage) yield coverage;
      } else {
        const whole = coverage && (await this.get(coverage.projectId));
        if (whole) yield whole;
      }
    }
  }

  /**
   * Requests: 1 write, for a new project 2 more and 1 read, for its second 1 read more; 1 read and 1 write more for each other writer that came first. In parts: 2 writes,
   * and 1 for each part.
   */
  async save(
    projectId: string,
    next: (stored: ProjectCoverage | undefined) => ProjectCoverage,
    read?: ProjectCoverage,
  ): Promise<ProjectCoverage> {
    let [stored, head]: [ProjectCoverage | undefined, Head] = [read, {}];
    let known: KnownProject | undefined;
    if (read) head = this.#heads.get(read) ?? { revision: read.revision };
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const revision = (stored?.revision ?? head.revision ?? 0) + 1;
      const made = storable(next(stored)) as ProjectCoverage;
      // First, so that no coverage is ever written that cannot be found.
      if (!stored) known ??= await this.#find({ ...made, projectId });
      const restartedAt = stored ? stored.restartedAt : known?.coveredSince && new Date(this.#now()).toISOString();
      const restarted = restartedAt === undefined ? {} : { restartedAt };
      const coverage = withFitting({ ...made, ...restarted, projectId, revision });
      const written = await this.#write(coverage, stored, head);
      if (written.head) {
        // Twice, as whoever wrote first may have died before.
        if (revision <= 2) await this.#markCovered(coverage, known);
        return this.#giveOut(coverage, written.head);
      }
      ({ coverage: stored, head } = await this.#stored(projectId));
      // Ours after all: its answer was lost and the SDK sent it again.
      if (written.repeated && stored && canonicalJson(stored) === canonicalJson(coverage)) return stored;
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
      yield* this.some(batch);
      batch = [];
    }
    if (batch.length > 0) yield* this.some(batch);
  }

  /** Requests: 1 write. The same cluster again replaces what was archived of it. */
  async archive(projectId: string, cluster: ClusterCoverage, { isNew = false } = {}): Promise<void> {
    const key = archivedClusterKey(projectId, cluster.clusterName, incarnationOf(cluster));
    const fit = fitted(projectId, cluster, (archived) => itemBytes({ ...key, archived }));
    await this.#table.put({ ...key, archived: storable(fit) }, isNew ? { pk: undefined } : undefined);
  }

  /** Requests: 1 query a MB. */
  async *archived(projectId: string): AsyncGenerator<ClusterCoverage> {
    const partition = projectPk(projectId);
    for await (const item of this.#table.all({ partition, beginsWith: ARCHIVED_CLUSTERS })) {
      yield item.archived as ClusterCoverage;
    }
  }

  /** Requests: 1 query for some thousand projects, and 1 batch read for every 25. */
  async *facts(): AsyncGenerator<ProjectFacts> {
    let batch: string[] = [];
    for await (const item of this.#table.all({ index: 'feed', partition: COVERAGE_FEED, fields: ['feedKey'] })) {
      batch.push(String(item.feedKey));
      if (batch.length < BATCH) continue;
      yield* await this.factsOf(batch);
      batch = [];
    }
    if (batch.length > 0) yield* await this.factsOf(batch);
  }

  /** In the order of `projectIds`, which all are on record. Requests: 1 batch read, and more for each project in parts. @param projectIds at most 50 */
  async factsOf(projectIds: readonly string[]): Promise<ProjectFacts[]> {
    const known = new Map<string, KnownProject>();
    const coverages = new Map<string, ProjectCoverage>();
    for (const item of await this.#table.batchGet(projectIds.flatMap((id) => [projectKey(id), coverageKey(id)]))) {
      const { coverage } = item as { coverage?: ProjectCoverage };
      if (coverage) {
        const whole = headOf(item).parts === undefined ? coverage : await this.get(coverage.projectId);
        if (whole) coverages.set(whole.projectId, whole);
      } else if (item.sk === projectKey('').sk) {
        known.set(knownProjectOf(item).projectId, knownProjectOf(item));
      }
    }
    return projectIds.map((projectId) => {
      const [registered, coverage] = [known.get(projectId), coverages.get(projectId)];
      const projectName = registered?.projectName ?? coverage?.projectName ?? projectId;
      return {
        projectId,
        projectName,
        ...(registered ? { known: registered } : {}),
        ...(coverage ? { coverage } : {}),
      };
    });
  }

  #find({ projectId, projectName }: ProjectCoverage) {
    const now = new Date(this.#now()).toISOString();
    return this.#known.save(projectId, (known = barelyKnown(projectId, projectName, now)) => known);
  }

  /** So that it is known that there was a coverage, should it be lost. */
  #markCovered({ projectId, projectName }: ProjectCoverage, read: KnownProject | undefined) {
    const now = new Date(this.#now()).toISOString();
    const next = (known = barelyKnown(projectId, projectName, now)) => ({ coveredSince: now, ...known });
    return this.#known.save(projectId, next, read);
  }

  #giveOut(coverage: ProjectCoverage, head: Head): ProjectCoverage {
    this.#heads.set(coverage, head);
    return coverage;
  }

  async #stored(projectId: string): Promise<{ coverage: ProjectCoverage | undefined; head: Head }> {
    let before: Head | undefined;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const item = await this.#table.get(coverageKey(projectId));
      const head = item ? headOf(item) : {};
      const { coverage } = (item ?? {}) as { coverage?: ProjectCoverage };
      if (!coverage) return { coverage, head };
      if (before && head.revision === before.revision) return { coverage: undefined, head };
      const clusters = head.parts ? await this.#clusters(projectId, head.parts) : coverage.clusters;
      if (clusters) return { coverage: this.#giveOut({ ...coverage, clusters }, head), head };
      // A later revision has taken their place meanwhile, or they were taken away.
      before = head;
    }
    const message = `coverage of project ${projectId}: its parts do not belong together, ${ATTEMPTS} times; read it again`;
    throw new LedgerError('LEDGER_CONFLICT', message);
  }

  async #clusters(projectId: string, { slot, count, fence }: Parts): Promise<Clusters | undefined> {
    const clusters: [string, ClusterCoverage][] = [];
    for (let start = 0; start < count; start += PARTS_BATCH) {
      const numbers = Array.from({ length: Math.min(PARTS_BATCH, count - start) }, (_, i) => start + i);
      const keys = numbers.map((part) => coveragePartKey(projectId, slot, part));
      const items = await this.#table.batchGet(keys, { consistent: true });
      if (items.length < keys.length || items.some((item) => item.coverageFence !== fence)) return undefined;
      for (const item of items) clusters.push(...Object.entries(item.clusters as Clusters));
    }
    return Object.fromEntries(clusters);
  }

  /** @returns no head where another writer came first */
  async #write(
    coverage: ProjectCoverage,
    stored: ProjectCoverage | undefined,
    head: Head,
  ): Promise<{ head?: Head; repeated: boolean }> {
    const { projectId, revision } = coverage;
    const whole = { ...coverageKey(projectId), coverageRevision: revision, coverage };
    if (itemBytes(whole) > MAX_ITEM_BYTES) return this.#writeInParts(coverage, stored, head);
    const { fence } = head;
    const fenced = fence === undefined ? {} : { coverageFence: fence };
    const changed = head.parts && { coverageChanged: changedClusters(stored, coverage) };
    const written = await this.#table.put({ ...whole, ...fenced, ...changed }, conditionOf(head));
    if (!written.done) return { repeated: written.repeated };
    return { head: { revision, ...(fence === undefined ? {} : { fence }) }, repeated: false };
  }

  async #writeInParts(
    coverage: ProjectCoverage,
    stored: ProjectCoverage | undefined,
    head: Head,
  ): Promise<{ head?: Head; repeated: boolean }> {
    const { projectId, revision } = coverage;
    const fence = (head.fence ?? 0) + 1;
    const slot = head.parts?.slot === 'A' ? 'B' : 'A';
    const shares = divided(coverage);
    const key = coverageKey(projectId);
    const claimed = await this.#table.update(key, { set: { coverageFence: fence } }, conditionOf(head));
    // Should only its answer have been lost, then the fence is taken by nobody, and the next attempt takes another.
    if (!claimed.done) return { repeated: false };
    for (let start = 0; start < shares.length; start += PARALLEL_PARTS) {
      const puts = shares.slice(start, start + PARALLEL_PARTS).map((clusters, i) => {
        const part = { ...coveragePartKey(projectId, slot, start + i), coverageFence: fence, clusters };
        return this.#table.put(part, { coverageFence: { below: fence } });
      });
      const written = await Promise.all(puts);
      // What was sent twice was written by its first.
      if (written.some((each) => !each.done && !each.repeated)) return { repeated: false };
    }
    const parts = { slot, count: shares.length, fence } as const;
    const item = {
      ...key,
      coverageRevision: revision,
      coverageFence: fence,
      coverageParts: parts,
      coverage: { ...coverage, clusters: {} },
      coverageChanged: changedClusters(stored, coverage),
    };
    const written = await this.#table.put(item, conditionOf({ ...head, fence }));
    return written.done ? { head: { revision, fence, parts }, repeated: false } : { repeated: written.repeated };
  }
}

const conditionOf = ({ revision, fence }: Head): Condition => ({ coverageRevision: revision, coverageFence: fence });

function headOf({ coverageRevision, coverageFence, coverageParts }: Item): Head {
  return {
    ...(coverageRevision === undefined ? {} : { revision: Number(coverageRevision) }),
    ...(coverageFence === undefined ? {} : { fence: Number(coverageFence) }),
    ...(coverageParts === undefined ? {} : { parts: coverageParts as Parts }),
  };
}

/** What an item of parts holds beside its clusters, in bytes. */
const partBytes = (projectId: string) =>
  itemBytes({ ...coveragePartKey(projectId, 'A', 0), coverageFence: Number.MAX_SAFE_INTEGER, clusters: {} });
const clusterBytes = (name: string, cluster: ClusterCoverage) => itemBytes({ [name]: cluster }) + 1;

/** Each cluster so that a part can hold it. @throws LedgerError */
function withFitting(coverage: ProjectCoverage): ProjectCoverage {
  if (itemBytes({ coverage }) <= MAX_ITEM_BYTES) return coverage;
  const { projectId } = coverage;
  const overhead = partBytes(projectId);
  const clusters = Object.entries(coverage.clusters).map(([name, cluster]) => [
    name,
    fitted(projectId, cluster, (each) => overhead + clusterBytes(name, each)),
  ]);
  return { ...coverage, clusters: Object.fromEntries(clusters) };
}

/** In their order, each share as much as an item can hold. */
function divided({ projectId, clusters }: ProjectCoverage): Clusters[] {
  const shares: [string, ClusterCoverage][][] = [];
  let left = 0;
  for (const [name, cluster] of Object.entries(clusters)) {
    const bytes = clusterBytes(name, cluster);
    if (bytes > left) {
      shares.push([]);
      left = MAX_ITEM_BYTES - partBytes(projectId);
    }
    shares.at(-1)?.push([name, cluster]);
    left -= bytes;
  }
  return shares.map((share) => Object.fromEntries(share));
}

/** Leaves out fingerprints, which can be had from the jobs too, the longest first, until it fits. @throws LedgerError */
function fitted(
  projectId: string,
  cluster: ClusterCoverage,
  bytesOf: (cluster: ClusterCoverage) => number,
): ClusterCoverage {
  let fit = cluster;
  while (bytesOf(fit) > MAX_ITEM_BYTES) {
    const sizes = Object.entries(fit.lists).map(([kind, { recent }]) => ({ kind, bytes: itemBytes({ recent }) }));
    const longest = sizes.reduce((a, b) => (b.bytes > a.bytes ? b : a), { kind: '', bytes: itemBytes({ recent: {} }) });
    if (longest.kind === '') {
      const message = `coverage of cluster ${cluster.clusterName} of project ${projectId} takes ${bytesOf(fit)} bytes, which is more than an item can hold`;
      throw new LedgerError('LEDGER_ITEM_TOO_LARGE', message);
    }
    const { recent: _, ...rest } = fit.lists[longest.kind as keyof typeof fit.lists] as ListCoverage;
    fit = { ...fit, lists: { ...fit.lists, [longest.kind]: rest } };
  }
  return fit;
}

/** As many as there is room for. */
function changedClusters(stored: ProjectCoverage | undefined, { clusters: after }: ProjectCoverage): ChangedClusters {
  const before = stored?.clusters ?? {};
  const changed: { before: [string, ClusterCoverage][]; after: [string, ClusterCoverage][] } = {
    before: [],
    after: [],
  };
  let left = MAX_CHANGED_BYTES;
  for (const [name, cluster] of Object.entries(after)) {
    const known = clusterNamed(before, name);
    const [was, is] = [known && told(known), told(cluster)];
    if (newsOf(is) === newsOf(was)) continue;
    left -= itemBytes({ [name]: is }) + itemBytes({ [name]: was });
    if (left < 0) break;
    if (was) changed.before.push([name, was]);
    changed.after.push([name, is]);
  }
  return { before: Object.fromEntries(changed.before), after: Object.fromEntries(changed.after) };
}

/** What the change feed may tell of a cluster. */
function told({ lists, ...cluster }: ClusterCoverage): ClusterCoverage {
  const kept = Object.entries(lists).map(([kind, { recent: _, durations: __, resume: ___, ...list }]) => [kind, list]);
  return { ...cluster, lists: Object.fromEntries(kept) };
}

const newsOf = (cluster: ClusterCoverage | undefined) =>
  canonicalJson([
    cluster?.drill,
    Object.entries(cluster?.lists ?? {}).flatMap(([kind, { problems }]) => (problems ? [[kind, problems]] : [])),
  ]);
