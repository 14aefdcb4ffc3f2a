// functions/ledger/repositories/coverage-repository.ts: the coverage of each project.
import { defined } from '../../platform/defined.ts';
import type { ProjectCoverage } from '../model/coverage.ts';
import { storable } from '../model/item-size.ts';
import type { KnownProject } from '../model/known-project.ts';
import { coverageKey } from '../table/keys.ts';
import type { Table } from '../table/table-port.ts';
import type { CoverageWriter } from '../totals/coverage-writer.ts';
import { coverageOf, type Head, readCoverage, type StoredCoverage, writeCoverage } from './coverage-items.ts';
import { withFitting } from './coverage-size.ts';
import { optimisticWrite } from './optimistic-write.ts';
import { barelyKnown, COVERAGE_BATCH, type ProjectRepository, projectIdBatches } from './project-repository.ts';

export class CoverageRepository {
  readonly #table: Table;
  readonly #known: ProjectRepository;
  readonly #writer: CoverageWriter;
  readonly #now: () => number;
  /** Of the coverages that were given out. */
  readonly #heads = new WeakMap<ProjectCoverage, Head>();

  constructor(table: Table, known: ProjectRepository, writer: CoverageWriter, now: () => number) {
    this.#table = table;
    this.#known = known;
    this.#writer = writer;
    this.#now = now;
  }

  /** Requests: 1 read, and 1 batch read for each 40 parts. */
  async get(projectId: string): Promise<ProjectCoverage | undefined> {
    return this.#giveOut(await readCoverage(this.#table, projectId));
  }

  /** Requests: 1 query for some thousand projects, 1 batch read for every 25, and more for each project in parts. */
  async *all(): AsyncGenerator<ProjectCoverage> {
    for await (const projectIds of projectIdBatches(this.#table, COVERAGE_BATCH)) {
      for (const item of await this.#table.batchGet(projectIds.map(coverageKey))) {
        const coverage = await coverageOf(this.#table, item);
        if (coverage) yield coverage;
      }
    }
  }

  /**
   * Requests: 1 write, for a new project 2 more and 1 read, for its second 1 read more; 1 read and 1 write more for each other
   * writer that was first. In parts: 2 writes, and 1 for each part.
   */
  async save(
    projectId: string,
    next: (stored: ProjectCoverage | undefined) => ProjectCoverage,
    read?: ProjectCoverage,
  ): Promise<ProjectCoverage> {
    const start = { coverage: read, head: (read && this.#heads.get(read)) ?? defined({ revision: read?.revision }) };
    const reread = () => readCoverage(this.#table, projectId);
    let known: KnownProject | undefined;
    const write = async (before: StoredCoverage = start) => {
      const { coverage: stored } = before;
      const revision = (stored?.revision ?? before.head.revision ?? 0) + 1;
      const made = storable(next(stored)) as ProjectCoverage;
      if (!stored) known ??= await this.#register({ ...made, projectId }, false);
      const restartedAt = stored ? stored.restartedAt : known?.coveredSince && new Date(this.#now()).toISOString();
      const coverage = withFitting({ ...made, ...defined({ restartedAt }), projectId, revision });
      const { head, ...written } = await this.#writer.writing(() => writeCoverage(this.#table, coverage, before));
      // Twice, as whoever wrote first may have died before.
      if (written.done && revision <= 2) await this.#register(coverage, true, known);
      return { value: { coverage, head }, written };
    };
    const written = await optimisticWrite(`coverage of project ${projectId}`, start, reread, write);
    return this.#giveOut(written) as ProjectCoverage;
  }

  #giveOut({ coverage, head }: StoredCoverage): ProjectCoverage | undefined {
    if (coverage) this.#heads.set(coverage, head);
    return coverage;
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
}
