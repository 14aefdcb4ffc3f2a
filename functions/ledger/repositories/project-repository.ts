// functions/ledger/repositories/project-repository.ts keeps what is known of each project's being in scope, one item a project.
import { LedgerError } from '../model/errors.ts';
import { canonicalJson } from '../model/fingerprint.ts';
import { storable } from '../model/item-size.ts';
import type { KnownProject } from '../model/known-project.ts';
import { type Item, pick } from '../table/job-item.ts';
import { COVERAGE_FEED, coverageFeed, projectKey } from '../table/keys.ts';
import type { Table } from '../table/table-port.ts';

/** As many writers of one project may come first. */
const ATTEMPTS = 12;
/** DynamoDB's limit of keys a batch. */
const BATCH = 100;

const FIELDS_MAP = {
  projectId: true,
  projectName: true,
  orgId: true,
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
} as const satisfies Record<keyof KnownProject, true>;
const FIELDS = Object.keys(FIELDS_MAP) as (keyof KnownProject)[];

/** Nobody has recorded which credentials see it. */
export const barelyKnown = (projectId: string, projectName: string, firstSeenAt: string): KnownProject => ({
  ...{ projectId, projectName, revision: 0, firstSeenAt, accounts: {}, changes: [] },
});

export const knownProjectOf = (item: Item) => pick(item, FIELDS) as unknown as KnownProject;

export class ProjectRepository {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Requests: 1 read. */
  async get(projectId: string): Promise<KnownProject | undefined> {
    const item = await this.#table.get(projectKey(projectId));
    return item && knownProjectOf(item);
  }

  /** Requests: 1 query for some hundred projects, and 1 batch read for every 100. */
  async *all(): AsyncGenerator<KnownProject> {
    let batch: string[] = [];
    for await (const item of this.#table.all({ index: 'feed', partition: COVERAGE_FEED, fields: ['feedKey'] })) {
      batch.push(String(item.feedKey));
      if (batch.length < BATCH) continue;
      yield* await this.some(batch);
      batch = [];
    }
    if (batch.length > 0) yield* await this.some(batch);
  }

  /** Requests: none where nothing changes what was read; else 1 write, with 1 read before it where none was, or another writer came first. */
  async save(
    projectId: string,
    next: (stored: KnownProject | undefined) => KnownProject,
    read?: KnownProject,
  ): Promise<KnownProject> {
    let stored = read ?? (await this.get(projectId));
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const revision = (stored?.revision ?? 0) + 1;
      const known = { ...(storable(next(stored)) as KnownProject), projectId, revision };
      if (stored && canonicalJson({ ...known, revision: stored.revision }) === canonicalJson(stored)) return stored;
      const item = { ...projectKey(projectId), ...coverageFeed(projectId), ...known };
      const written = await this.#table.put(item, { revision: stored?.revision });
      if (written.done) return known;
      stored = await this.get(projectId);
      // Ours after all: its answer was lost and the SDK sent it again.
      if (written.repeated && canonicalJson(stored) === canonicalJson(known)) return known;
    }
    const message = `project ${projectId}: ${ATTEMPTS} writers came first, one after the other; save it again`;
    throw new LedgerError('LEDGER_CONFLICT', message);
  }

  /** Those that are there. Requests: 1 batch read. @param projectIds at most 100 */
  async some(projectIds: readonly string[]): Promise<KnownProject[]> {
    const items = await this.#table.batchGet(projectIds.map(projectKey), { consistent: true });
    return items.map(knownProjectOf);
  }
}
