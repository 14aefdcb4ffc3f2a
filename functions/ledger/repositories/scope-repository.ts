// functions/ledger/repositories/scope-repository.ts: when all projects were last listed, and by which credentials: one item.
import { hubOf, scopeOfSpokes } from '../hub/spokes.ts';
import { LedgerError } from '../model/errors.ts';
import { storable } from '../model/item-size.ts';
import type { Scope } from '../model/known-project.ts';
import { SCOPE_KEY } from '../table/keys.ts';
import type { Table } from '../table/table-port.ts';
import { optimisticWrite } from './optimistic-write.ts';

const OF_A_HUB =
  'the table: expected that of a ledger which collects by itself, got that of a hub: collect, and retire, in the spoke';

export class ScopeRepository {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Requests: 1 read; in a hub 1 query more. */
  async get(): Promise<Scope | undefined> {
    const item = await this.#table.get(SCOPE_KEY);
    const hub = hubOf(item);
    if (hub) return scopeOfSpokes(this.#table, hub);
    return item && (item.scope as Scope);
  }

  /** Requests: 1 write; 1 read more without `read`, 1 read and 1 write more for each other writer that was first. */
  async save(next: (stored: Scope | undefined) => Scope, read?: Scope): Promise<Scope> {
    return optimisticWrite(
      'scope',
      read,
      () => this.get(),
      async (stored) => {
        if (stored?.spokes) throw new LedgerError('LEDGER_CONFLICT', OF_A_HUB);
        const revision = (stored?.revision ?? 0) + 1;
        const scope = { ...(storable(next(stored)) as Scope), revision };
        const item = { ...SCOPE_KEY, scopeRevision: revision, scope };
        const condition = stored ? { scopeRevision: stored.revision } : { pk: undefined };
        return { value: scope, written: await this.#table.put(item, condition) };
      },
    );
  }
}
