// functions/ledger/hub/owners.ts: whose each project of a hub is, one item a project.
import { defined } from '../../platform/defined.ts';
import { LedgerError } from '../model/errors.ts';
import type { Confirmation, Owner, Spoke } from '../model/known-project.ts';
import { MAX_REFUSED } from '../model/known-project.ts';
import { fieldNames } from '../model/table.ts';
import { type Item, pick } from '../table/job-item.ts';
import { coverageFeed, ownerKey, projectIdOf, projectKey, spokeKey } from '../table/keys.ts';
import { MAX_BATCH_KEYS, type Table } from '../table/table-port.ts';
import { noteOwned } from './owned.ts';

const FIELDS = fieldNames<Owner>({
  accountId: true,
  organizationId: true,
  spoke: true,
  since: true,
  confirmation: true,
  contested: true,
  refused: true,
  heard: true,
});

/** A writer that loses so often gives up, and its message comes again. */
const ATTEMPTS = 8;
/** A contradiction that goes on is noted anew after so long, in ms. */
const NOTED_MS = 3_600_000;

const ownerOf = (item: Item): Owner => pick(item, FIELDS);

export class Owners {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** The spoke's own project from now on, unless it is another's already. Requests: 1 read; the first time 5 writes more, and 3 in another organization. */
  async claim(
    projectId: string,
    owner: Pick<Owner, 'accountId' | 'organizationId' | 'spoke' | 'since'>,
  ): Promise<Owner> {
    const stored = await this.get(projectId);
    const { organizationId } = owner;
    const isJoining = organizationId !== undefined && stored?.organizationId !== organizationId;
    if (stored && (stored.spoke !== owner.spoke || !isJoining)) return stored;
    await noteOwned(this.#table, projectId, owner);
    if (stored) {
      await this.#table.update(ownerKey(projectId), { set: { organizationId } }, { spoke: owner.spoke });
      return { ...stored, ...defined({ organizationId }) };
    }
    // Until its own record comes, so that whatever else came of it is in no list without its project.
    const { accountId, since: firstSeenAt } = owner;
    const unnamed = { projectId, projectName: projectId, revision: 0, firstSeenAt, accounts: {}, changes: [] };
    // A spoke is one from its first record on: that its scope and its runs don't come is a gap.
    await this.#table.put({ ...spokeKey(owner.spoke), spoke: owner.spoke, accountId }, { pk: undefined });
    const place = { ...projectKey(projectId), ...coverageFeed(projectId), accountId };
    await this.#table.put({ ...place, ...unnamed }, { pk: undefined });
    const written = await this.#table.put({ ...ownerKey(projectId), ...owner }, { pk: undefined });
    return written.done ? owner : ((await this.get(projectId)) ?? owner);
  }

  /** Requests: 1 read. */
  async get(projectId: string): Promise<Owner | undefined> {
    const item = await this.#table.get(ownerKey(projectId));
    return item && ownerOf(item);
  }

  /** That another spoke sent a record of the project. Requests: 1 write an hour. */
  async contest(projectId: string, { contested = {} }: Owner, by: string, at: string): Promise<void> {
    const last = contested[by];
    if (last !== undefined && Date.parse(at) - Date.parse(last) < NOTED_MS) return;
    await this.#note(projectId, (owner) => ({ contested: { ...owner.contested, [by]: at } }));
  }

  /** That another history of a job arrived. */
  async refuse(projectId: string, jobId: string, at: string): Promise<void> {
    await this.#note(projectId, ({ refused = {} }) =>
      refused[jobId] !== undefined || Object.keys(refused).length >= MAX_REFUSED
        ? undefined
        : { refused: { ...refused, [jobId]: at } },
    );
  }

  /** Not over that of a later coverage. Requests: 1 write. */
  async confirm(projectId: string, confirmation: Confirmation): Promise<void> {
    const { revision } = confirmation;
    const set = { confirmation, confirmedRevision: revision };
    await this.#table.update(ownerKey(projectId), { set }, { confirmedRevision: { below: revision + 1 } });
  }

  async #note(projectId: string, next: (owner: Owner) => Partial<Owner> | undefined): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const item = await this.#table.get(ownerKey(projectId));
      const set = item && next(ownerOf(item));
      if (!set) return;
      const notes = Number(item.notes ?? 0);
      const change = { set: { ...set, notes: notes + 1 } };
      const written = await this.#table.update(ownerKey(projectId), change, { notes: notes || undefined });
      if (written.done) return;
    }
    throw new LedgerError(
      'LEDGER_CONFLICT',
      `owner of project ${projectId}: another writer was first, ${ATTEMPTS} times`,
    );
  }
}

/** Of projects, by id, with when their spokes last ran. Requests: 2 batch reads. @param projectIds at most 50 */
export async function ownersOf(table: Table, projectIds: readonly string[]): Promise<Map<string, Owner>> {
  const items = await table.batchGet(projectIds.map(ownerKey), { consistent: true });
  const spokes = [...new Set(items.map(({ spoke }) => String(spoke)))];
  const heard = new Map<string, Spoke>();
  for (const item of await table.batchGet(spokes.slice(0, MAX_BATCH_KEYS).map(spokeKey)))
    heard.set(String(item.spoke), item as unknown as Spoke);
  return new Map(
    items.map((item) => {
      const owner = ownerOf(item);
      const { ranAt, everyMinutes } = heard.get(owner.spoke) ?? {};
      return [
        projectIdOf(String(item.pk)),
        { ...owner, heard: { ...(ranAt && { ranAt }), ...(everyMinutes && { everyMinutes }) } },
      ];
    }),
  );
}
