// functions/ledger/repositories/project-repository.ts: what is on record of each project: its scope, one item a project, alone or with its coverage.
import { chunks } from '../../platform/chunks.ts';
import { defined } from '../../platform/defined.ts';
import { ownersOf } from '../hub/owners.ts';
import type { ProjectCoverage } from '../model/coverage.ts';
import { canonicalJson } from '../model/fingerprint.ts';
import { storable } from '../model/item-size.ts';
import type { KnownProject, ProjectFacts } from '../model/known-project.ts';
import { fieldNames } from '../model/table.ts';
import { type Item, pick } from '../table/job-item.ts';
import { COVERAGE_FEED, coverageFeed, coverageKey, projectIdOf, projectKey } from '../table/keys.ts';
import { type BatchOptions, everything, MAX_BATCH_KEYS, type Table } from '../table/table-port.ts';
import type { CoverageWriter } from '../totals/coverage-writer.ts';
import { verdictsAsked } from '../verdicts/asked.ts';
import { readVerdicts } from '../verdicts/read-verdicts.ts';
import { coverageOf } from './coverage-items.ts';
import { optimisticWrite } from './optimistic-write.ts';

/** Coverage items hold up to 380 KB each, so at most 10 MB in memory; of a project in parts its own size more. */
export const COVERAGE_BATCH = 25;

const FIELDS = fieldNames<KnownProject>({
  projectId: true,
  projectName: true,
  orgId: true,
  formerNames: true,
  formerOrgs: true,
  revision: true,
  firstSeenAt: true,
  coveredSince: true,
  accounts: true,
  notVisibleSince: true,
  lastSeenAt: true,
  unseen: true,
  excludedSince: true,
  retired: true,
  changes: true,
});

/** Nobody has recorded which credentials see it. */
export const barelyKnown = (projectId: string, projectName: string, firstSeenAt: string): KnownProject => ({
  projectId,
  projectName,
  revision: 0,
  firstSeenAt,
  accounts: {},
  changes: [],
});

export const knownProjectOf = (item: Item): KnownProject => pick(item, FIELDS);

/** The ids of all projects on record, in order. Requests: 1 query for some thousand projects. */
export async function* projectIdBatches(table: Table, size: number): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const { feedKey } of everything(table, { index: 'feed', partition: COVERAGE_FEED, fields: ['feedKey'] })) {
    batch.push(String(feedKey));
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

export class ProjectRepository {
  readonly #table: Table;
  readonly #writer: CoverageWriter;
  readonly #now: () => number;

  constructor(table: Table, writer: CoverageWriter, now: () => number) {
    this.#table = table;
    this.#writer = writer;
    this.#now = now;
  }

  /** Requests: 1 read. */
  async get(projectId: string): Promise<KnownProject | undefined> {
    const item = await this.#table.get(projectKey(projectId));
    return item && knownProjectOf(item);
  }

  /** Requests: 1 query for some hundred projects, and 1 batch read for every 100. */
  async *all(): AsyncGenerator<KnownProject> {
    for await (const projectIds of projectIdBatches(this.#table, MAX_BATCH_KEYS)) yield* await this.some(projectIds);
  }

  /** Those that are there. Requests: 1 batch read. @param projectIds at most 100 */
  async some(projectIds: readonly string[]): Promise<KnownProject[]> {
    const items = await this.#table.batchGet(projectIds.map(projectKey), { consistent: true });
    return items.map(knownProjectOf);
  }

  /** Requests: none if nothing changed since `read`; else 1 write, after 1 read if there was none before, or another writer was first. */
  async save(
    projectId: string,
    next: (stored: KnownProject | undefined) => KnownProject,
    read?: KnownProject,
  ): Promise<KnownProject> {
    const get = () => this.get(projectId);
    return optimisticWrite(`project ${projectId}`, read, get, async (stored) => {
      const revision = (stored?.revision ?? 0) + 1;
      const known = { ...(storable(next(stored)) as KnownProject), projectId, revision };
      if (stored && canonicalJson({ ...known, revision: stored.revision }) === canonicalJson(stored)) {
        return { value: stored, written: { done: true } };
      }
      const item = { ...projectKey(projectId), ...coverageFeed(projectId), ...known };
      const put = () => this.#table.put(item, { revision: stored?.revision });
      return { value: known, written: await this.#writer.writing(put) };
    });
  }

  /** Requests: 1 query for some thousand projects, and 1 batch read and those of `readVerdicts` for every 25. */
  async *facts(): AsyncGenerator<ProjectFacts> {
    for await (const projectIds of projectIdBatches(this.#table, COVERAGE_BATCH)) yield* await this.factsOf(projectIds);
  }

  /**
   * As `facts`, by consistent reads: what was written before is in it. The index may not have a new project yet: `listed` names it.
   * Requests: those of `facts`.
   */
  async *recordedFacts(listed: readonly string[] = []): AsyncGenerator<ProjectFacts> {
    const ids = new Set(listed);
    for await (const projectIds of projectIdBatches(this.#table, MAX_BATCH_KEYS))
      for (const id of projectIds) ids.add(id);
    for (const projectIds of chunks([...ids].sort(), COVERAGE_BATCH)) {
      for (const facts of await this.factsOf(projectIds, { consistent: true })) {
        if (facts.known || facts.coverage) yield facts;
      }
    }
  }

  /** In the order of `projectIds`, which all are on record. Requests: 1 batch read, in a hub 3, those of `readVerdicts`, and more for each project in parts. @param projectIds at most 50 */
  async factsOf(projectIds: readonly string[], options: BatchOptions = {}): Promise<ProjectFacts[]> {
    const known = new Map<string, KnownProject>();
    const coverages = new Map<string, ProjectCoverage>();
    const owned = new Set<string>();
    const keys = projectIds.flatMap((id) => [projectKey(id), coverageKey(id)]);
    for (const item of await this.#table.batchGet(keys, options)) {
      if (item.accountId !== undefined) owned.add(projectIdOf(String(item.pk)));
      const coverage = await coverageOf(this.#table, item);
      if (coverage) coverages.set(coverage.projectId, coverage);
      else if (item.sk === projectKey('').sk) known.set(knownProjectOf(item).projectId, knownProjectOf(item));
    }
    const owners = owned.size > 0 ? await ownersOf(this.#table, [...owned]) : undefined;
    const asked = [...coverages.values()].flatMap((coverage) => verdictsAsked(coverage, this.#now()));
    const verdicts = await readVerdicts(this.#table, asked);
    return projectIds.map((projectId) => {
      const [registered, coverage] = [known.get(projectId), coverages.get(projectId)];
      const projectName = registered?.projectName ?? coverage?.projectName ?? projectId;
      const owner = owners?.get(projectId);
      const facts = { projectId, projectName, known: registered, coverage, owner };
      return defined({ ...facts, verdicts: coverage && (verdicts.get(projectId) ?? new Map()) });
    });
  }
}
