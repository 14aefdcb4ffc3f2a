// functions/ledger/repositories/coverage-repository.ts: the coverage of each project: one item, with parts beside it if it's too large.
//
// A coverage that is too large for one item has its clusters in parts, which no reader may see mixed. The parts of a revision
// go into the slot that the stored revision does not use, so that it stays whole, and the head item is written last, on the
// condition that it is still the one that was read. Before the parts the writer takes the next fence on the head; a part is
// only written over one with a lower fence. So a writer that was overtaken can't spoil the parts of one that came later,
// however late its own requests arrive, and a reader knows by the fence whether the parts it got are those of the head it got.
// A head that is still there after parts were read that are not its own has lost them: somebody took them away. Such a coverage
// counts as lost, and the next write begins it anew.

import { chunks } from '../../platform/chunks.ts';
import { defined } from '../../platform/defined.ts';
import type { ClusterCoverage, ProjectCoverage } from '../model/coverage.ts';
import { LedgerError } from '../model/errors.ts';
import { canonicalJson } from '../model/fingerprint.ts';
import { itemBytes, MAX_ITEM_BYTES, storable } from '../model/item-size.ts';
import type { KnownProject, ProjectFacts } from '../model/known-project.ts';
import type { Item } from '../table/job-item.ts';
import { coverageKey, coveragePartKey, projectKey } from '../table/keys.ts';
import type { Table } from '../table/table-port.ts';
import { conditionOf, type Head, headOf, type Parts } from './coverage-head.ts';
import { type Clusters, changedClusters, divided, withFitting } from './coverage-size.ts';
import { ATTEMPTS, conflict } from './optimistic-write.ts';
import { barelyKnown, knownProjectOf, type ProjectRepository, projectIdBatches } from './project-repository.ts';

/** Items of up to 380 KB each, so at most 10 MB in memory. */
const BATCH = 25;
/** Parts read at once: as many as fit into the 16 MB of one answer. */
const PARTS_BATCH = 40;
/** Parts written at once. */
const PARALLEL_PARTS = 4;

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
      const coverage = await this.#whole(item);
      if (coverage) yield coverage;
    }
  }

  /**
   * Requests: 1 write, for a new project 2 more and 1 read, for its second 1 read more; 1 read and 1 write more for each other writer that was first. In parts: 2 writes,
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
      if (!stored) known ??= await this.#register({ ...made, projectId }, false);
      const restartedAt = stored ? stored.restartedAt : known?.coveredSince && new Date(this.#now()).toISOString();
      const coverage = withFitting({ ...made, ...defined({ restartedAt }), projectId, revision });
      const written = await this.#write(coverage, stored, head);
      if (written.head) {
        // Twice, as whoever wrote first may have died before.
        if (revision <= 2) await this.#register(coverage, true, known);
        return this.#giveOut(coverage, written.head);
      }
      ({ coverage: stored, head } = await this.#stored(projectId));
      // Ours after all: its answer was lost and the SDK sent it again.
      if (written.repeated && stored && canonicalJson(stored) === canonicalJson(coverage)) return stored;
    }
    throw conflict(`coverage of project ${projectId}`);
  }

  /** Requests: 1 query for some thousand projects, and 1 batch read for every 25. */
  async *all(): AsyncGenerator<ProjectCoverage> {
    for await (const projectIds of projectIdBatches(this.#table, BATCH)) yield* this.some(projectIds);
  }

  /** Requests: 1 query for some thousand projects, and 1 batch read for every 25. */
  async *facts(): AsyncGenerator<ProjectFacts> {
    for await (const projectIds of projectIdBatches(this.#table, BATCH)) yield* await this.factsOf(projectIds);
  }

  /** In the order of `projectIds`, which all are on record. Requests: 1 batch read, and more for each project in parts. @param projectIds at most 50 */
  async factsOf(projectIds: readonly string[]): Promise<ProjectFacts[]> {
    const known = new Map<string, KnownProject>();
    const coverages = new Map<string, ProjectCoverage>();
    for (const item of await this.#table.batchGet(projectIds.flatMap((id) => [projectKey(id), coverageKey(id)]))) {
      const coverage = await this.#whole(item);
      if (coverage) coverages.set(coverage.projectId, coverage);
      else if (item.sk === projectKey('').sk) known.set(knownProjectOf(item).projectId, knownProjectOf(item));
    }
    return projectIds.map((projectId) => {
      const [registered, coverage] = [known.get(projectId), coverages.get(projectId)];
      const projectName = registered?.projectName ?? coverage?.projectName ?? projectId;
      return defined({ projectId, projectName, known: registered, coverage });
    });
  }

  /** What a head item says, with its clusters. Undefined for an item of another kind, and for a coverage that lost them. */
  async #whole(item: Item): Promise<ProjectCoverage | undefined> {
    const { coverage } = item as { coverage?: ProjectCoverage };
    return coverage && headOf(item).parts ? this.get(coverage.projectId) : coverage;
  }

  /** So that no coverage is ever written that cannot be found; and `covered`, that it is known to have been there, should it be lost. */
  #register({ projectId, projectName }: ProjectCoverage, covered: boolean, read?: KnownProject) {
    const now = new Date(this.#now()).toISOString();
    const next = (known = barelyKnown(projectId, projectName, now)) => ({
      ...(covered && { coveredSince: now }),
      ...known,
    });
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
    for (const numbers of chunks([...Array(count).keys()], PARTS_BATCH)) {
      const keys = numbers.map((part) => coveragePartKey(projectId, slot, part));
      const items = await this.#table.batchGet(keys, { consistent: true });
      if (items.length < keys.length || items.some((item) => item.coverageFence !== fence)) return undefined;
      for (const item of items) clusters.push(...Object.entries(item.clusters as Clusters));
    }
    return Object.fromEntries(clusters);
  }

  /** @returns no head if another writer was first */
  async #write(
    coverage: ProjectCoverage,
    stored: ProjectCoverage | undefined,
    head: Head,
  ): Promise<{ head?: Head; repeated: boolean }> {
    const { projectId, revision } = coverage;
    const whole = { ...coverageKey(projectId), coverageRevision: revision, coverage };
    const isWhole = itemBytes(whole) <= MAX_ITEM_BYTES;
    const parts = isWhole ? undefined : await this.#writeParts(coverage, head);
    if (!isWhole && !parts) return { repeated: false };
    const fence = parts?.fence ?? head.fence;
    const item = {
      ...whole,
      ...defined({ coverageFence: fence, coverageParts: parts }),
      ...((parts ?? head.parts) && { coverageChanged: changedClusters(stored, coverage) }),
      ...(parts && { coverage: { ...coverage, clusters: {} } }),
    };
    const written = await this.#table.put(item, conditionOf(defined({ ...head, fence })));
    return written.done
      ? { head: defined({ revision, fence, parts }), repeated: false }
      : { repeated: written.repeated };
  }

  /** Under a fence of their own. @returns nothing if another writer was first */
  async #writeParts(coverage: ProjectCoverage, head: Head): Promise<Parts | undefined> {
    const { projectId } = coverage;
    const fence = (head.fence ?? 0) + 1;
    const slot = head.parts?.slot === 'A' ? 'B' : 'A';
    const shares = divided(coverage);
    const set = { coverageFence: fence };
    // Should only its answer have been lost, then the fence is taken by nobody, and the next attempt takes another.
    if (!(await this.#table.update(coverageKey(projectId), { set }, conditionOf(head))).done) return undefined;
    for (const some of chunks([...shares.entries()], PARALLEL_PARTS)) {
      const puts = some.map(([number, clusters]) => {
        const part = { ...coveragePartKey(projectId, slot, number), coverageFence: fence, clusters };
        return this.#table.put(part, { coverageFence: { below: fence } });
      });
      const written = await Promise.all(puts);
      // What was sent twice was written by its first.
      if (written.some((each) => !each.done && !each.repeated)) return undefined;
    }
    return { slot, count: shares.length, fence };
  }
}
