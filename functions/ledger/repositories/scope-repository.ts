// functions/ledger/repositories/scope-repository.ts keeps when all projects were last listed, and by which credentials: one item.
import { LedgerError } from '../model/errors.ts';
import { canonicalJson } from '../model/fingerprint.ts';
import { storable } from '../model/item-size.ts';
import type { Scope } from '../model/known-project.ts';
import { SCOPE_KEY } from '../table/keys.ts';
import type { Table } from '../table/table-port.ts';

const ATTEMPTS = 12;

export class ScopeRepository {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Requests: 1 read. */
  async get(): Promise<Scope | undefined> {
    const item = await this.#table.get(SCOPE_KEY);
    return item && (item.scope as Scope);
  }

  /** Requests: 1 write; 1 read more where none was before, 1 read and 1 write more for each other writer that came first. */
  async save(next: (stored: Scope | undefined) => Scope, read?: Scope): Promise<Scope> {
    let stored = read ?? (await this.get());
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const revision = (stored?.revision ?? 0) + 1;
      const scope = { ...(storable(next(stored)) as Scope), revision };
      const written = await this.#table.put(
        { ...SCOPE_KEY, scopeRevision: revision, scope },
        stored ? { scopeRevision: stored.revision } : { pk: undefined },
      );
      if (written.done) return scope;
      stored = await this.get();
      // Ours after all: its answer was lost and the SDK sent it again.
      if (written.repeated && canonicalJson(stored) === canonicalJson(scope)) return scope;
    }
    throw new LedgerError(
      'LEDGER_CONFLICT',
      `scope: ${ATTEMPTS} writers came first, one after the other; save it again`,
    );
  }
}
