// functions/ledger/hub/spokes.ts: the spokes of a hub, one item each, with the scope that each reads; and the scope of all together.
import { defined } from '../../platform/defined.ts';
import { LedgerError } from '../model/errors.ts';
import type { Scope, Spoke } from '../model/known-project.ts';
import type { Item } from '../table/job-item.ts';
import { ALL_SPOKES, SCOPE_KEY, spokeKey } from '../table/keys.ts';
import { everything, type Table } from '../table/table-port.ts';

/** What the one item of the scope says in a hub. */
export interface HubScope {
  /** AWS accounts that should send their records, as the settings name them. */
  expected: readonly string[];
  /** Of all spokes. */
  organizationId?: string | undefined;
}

export const hubOf = (item: Item | undefined): HubScope | undefined => item?.hub as HubScope | undefined;

export class Spokes {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Makes the table that of a hub. Requests: 1 read, and 1 write where the settings are others. @throws LedgerError */
  async begin({ expected, organizationId }: HubScope): Promise<void> {
    const stored = hubOf(await this.#table.get(SCOPE_KEY));
    const isSame = stored?.expected.join() === expected.join() && stored.organizationId === organizationId;
    if (isSame) return;
    const item = { ...SCOPE_KEY, hub: defined({ expected: [...expected], organizationId }) };
    const { done } = await this.#table.put(item, { scopeRevision: undefined });
    if (done) return;
    const message = 'the table: expected an empty one or that of a hub, got that of a ledger which collects by itself';
    throw new LedgerError('LEDGER_CONFLICT', message);
  }

  /** The start of its last run over everything. An older one changes nothing. Requests: 1 write. */
  async ran({ spoke, accountId, everyMinutes }: Spoke, ranAt: string): Promise<void> {
    const ranAtMs = Date.parse(ranAt);
    const set = defined({ spoke, accountId, everyMinutes, ranAt, ranAtMs });
    await this.#table.update(spokeKey(spoke), { set }, { ranAtMs: { below: ranAtMs } });
  }

  /** An older one changes nothing. Requests: 1 write. */
  async scope({ spoke, accountId }: Spoke, scope: unknown, revision: number): Promise<void> {
    const set = { spoke, accountId, scope, scopeRevision: revision };
    await this.#table.update(spokeKey(spoke), { set }, { scopeRevision: { below: revision } });
  }
}

type SpokeItem = Spoke & { scope?: Scope };

/**
 * The scope of all spokes. It was listed when that of the last of them was; and not at all while one has sent none.
 * Requests: 1 query a MB.
 */
export async function scopeOfSpokes(table: Pick<Table, 'query'>, { expected }: HubScope): Promise<Scope> {
  const items: SpokeItem[] = [];
  for await (const item of everything(table, { ...ALL_SPOKES, consistent: true }))
    items.push(item as unknown as SpokeItem);
  const there = new Set(items.map(({ accountId }) => accountId));
  const missing = expected
    .filter((accountId) => !there.has(accountId))
    .map((accountId): Spoke => ({ spoke: accountId, accountId }));
  const scopes = items.flatMap(({ spoke, scope }) => (scope ? [{ spoke, scope }] : []));
  const named = (spoke: string, account: string) => `${spoke}/${account}`;
  const isWhole = scopes.length > 0 && scopes.length === items.length && missing.length === 0;
  const earliest = (of: (scope: Scope) => string | undefined) => {
    const times = scopes.map(({ scope }) => of(scope));
    return isWhole && !times.includes(undefined) ? (times as string[]).sort()[0] : undefined;
  };
  return defined({
    revision: scopes.reduce((sum, { scope }) => sum + scope.revision, 0),
    listedAt: earliest(({ listedAt }) => listedAt),
    accounts: Object.fromEntries(
      scopes.flatMap(({ spoke, scope }) =>
        Object.entries(scope.accounts).map(([name, account]) => [named(spoke, name), account]),
      ),
    ),
    ended: scopes.flatMap(({ spoke, scope }) =>
      (scope.ended ?? []).map((ended) => ({ ...ended, account: named(spoke, ended.account) })),
    ),
    projectIds: [...new Set(scopes.flatMap(({ scope }) => scope.projectIds ?? []))].sort(),
    runsEndedThrough: earliest(({ runsEndedThrough }) => runsEndedThrough),
    spokes: [...items.map(shown), ...missing],
  });
}

const shown = ({ spoke, accountId, ranAt, everyMinutes }: SpokeItem): Spoke =>
  defined({ spoke, accountId, ranAt, everyMinutes });
