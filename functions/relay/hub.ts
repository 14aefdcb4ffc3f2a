// functions/relay/hub.ts: the core of the hub function: what spokes recorded, written into the hub's table.
//
// Events come twice, late and in any order. Every write is conditional on what is stored, by revision, so that any order of the same
// records leaves the same table; and whether something is missing is counted, not assumed.
import { Owners } from '../ledger/hub/owners.ts';
import { Spokes } from '../ledger/hub/spokes.ts';
import type { Item } from '../ledger/table/job-item.ts';
import type { Key } from '../ledger/table/keys.ts';
import type { Table } from '../ledger/table/table-port.ts';
import { importRecords } from '../ledger/transfer/import.ts';
import type { TransferRecord } from '../ledger/transfer/record.ts';
import { defined } from '../platform/defined.ts';
import type { Log } from '../platform/log.ts';
import { type Accepted, accepted } from './accepted.ts';
import { confirm } from './confirm.ts';
import { itemOf, type Received, RelayError, received, type Sender } from './received.ts';
import { joined } from './slices.ts';

export interface HubPorts {
  table: Table;
  log: Log;
  now(): number;
}

export interface HubOptions {
  /** Which every sender belongs to, by the policy of the bus. */
  organizationId?: string | undefined;
}

/** Jobs first: what is claimed of them comes later. */
const ORDER = ['job', 'cluster', 'run'];

/**
 * @param bodies of the messages
 * @returns the indexes of those that could not be read, or not be written: they are to come again
 */
export async function receive(
  bodies: readonly string[],
  { table, log, now }: HubPorts,
  { organizationId }: HubOptions = {},
): Promise<number[]> {
  const failed: number[] = [];
  const all: (Sent & { index: number })[] = [];
  for (const [index, body] of bodies.entries()) {
    try {
      const message = received(body);
      const item = await wholeItem(table, message, now());
      if (!item) continue;
      all.push({ index, sender: message.sender, what: accepted(item, { ...message.sender, organizationId }) });
    } catch (error) {
      if (!(error instanceof RelayError)) throw error;
      log.error('a record cannot be read', { index, problem: error.message });
      failed.push(index);
    }
  }
  const write = async (some: readonly Sent[]) => {
    const hub = new Hub(table, now, organizationId);
    await hub.write(some);
    await hub.confirm();
  };
  try {
    await write(all);
  } catch {
    // One by one, so that what can't be written holds up nothing else.
    for (const { index, ...sent } of all) {
      try {
        await write([sent]);
      } catch (error) {
        log.error('a record cannot be written', {
          index,
          error: error instanceof Error ? error.message : String(error),
        });
        failed.push(index);
      }
    }
  }
  return failed;
}

export interface Sent {
  sender: Sender;
  what: Accepted;
}

export interface JobName {
  projectId: string;
  jobId: string;
}

export interface Written {
  /** How many were of projects that are another's. */
  dropped: number;
  /** Jobs of which the hub has another history, and keeps it. */
  refused: JobName[];
}

async function wholeItem(table: Table, { sender, detail }: Received, now: number): Promise<(Item & Key) | undefined> {
  const value = detail.slice ? await joined(table, sender.spoke, detail.slice, now) : detail.item;
  if (value === undefined && detail.slice) return undefined;
  return itemOf(value, detail);
}

export class Hub {
  readonly #table: Table;
  readonly #owners: Owners;
  readonly #spokes: Spokes;
  readonly #at: string;
  readonly #now: () => number;
  readonly #organizationId: string | undefined;
  readonly #written = new Set<string>();

  constructor(table: Table, now: () => number, organizationId: string | undefined) {
    this.#table = table;
    this.#owners = new Owners(table);
    this.#spokes = new Spokes(table);
    this.#at = new Date(now()).toISOString();
    this.#now = now;
    this.#organizationId = organizationId;
  }

  async write(all: readonly Sent[]): Promise<Written> {
    const own = await this.#own(all);
    const records = own.flatMap(({ what }) => (what.as === 'record' ? [what.record] : []));
    const allRefused: JobName[] = [];
    for (const round of rounds(records)) {
      const { refused } = await importRecords(this.#table, inOrder(round), { at: this.#at });
      allRefused.push(...refused);
      for (const { projectId, jobId } of refused) await this.#owners.refuse(projectId, jobId, this.#at);
    }
    for (const { sender, what } of own) {
      if (what.as === 'part') await this.#table.put(what.item, { coverageFence: { below: what.fence } });
      if (what.as === 'record' && what.record.kind === 'run') await this.#ran(sender, what.record.item);
    }
    for (const { sender, what } of own) {
      if (what.as === 'project') await this.#table.put(what.item, { revision: { below: what.revision } });
      if (what.as === 'coverage') await this.#table.put(what.item, { coverageRevision: { below: what.revision } });
      if (what.as === 'scope') await this.#spokes.scope(sender, what.item.scope, what.revision);
    }
    for (const { what } of own) if ('projectId' in what && what.projectId) this.#written.add(what.projectId);
    return { dropped: all.length - own.length, refused: allRefused };
  }

  /** Compares what is there now of the projects that were written to. */
  async confirm(): Promise<void> {
    for (const projectId of this.#written) await confirm(this.#table, this.#owners, projectId, this.#now);
    this.#written.clear();
  }

  /** Without those of projects that are another's, which are noted. */
  async #own(all: readonly Sent[]): Promise<Sent[]> {
    const own: Sent[] = [];
    const claimed = new Map<string, Awaited<ReturnType<Owners['claim']>>>();
    for (const sent of all) {
      const { sender, what } = sent;
      const projectId = 'projectId' in what ? what.projectId : undefined;
      if (projectId !== undefined) {
        const { accountId, spoke } = sender;
        const claim = defined({ accountId, organizationId: this.#organizationId, spoke, since: this.#at });
        const owner = claimed.get(projectId) ?? (await this.#owners.claim(projectId, claim));
        claimed.set(projectId, owner);
        if (owner.spoke !== spoke) {
          await this.#owners.contest(projectId, owner, spoke, this.#at);
          continue;
        }
      }
      own.push(sent);
    }
    return own;
  }

  async #ran(sender: Sender, { scope, startedAt }: Item): Promise<void> {
    const { projectId } = (scope ?? {}) as { projectId?: string };
    if (projectId === undefined) await this.#spokes.ran(sender, String(startedAt));
  }
}

type ItemRecord = Extract<TransferRecord, { item: unknown }>;

/** None with two records of the same item: each is merged with what the one before left. */
function rounds(records: readonly ItemRecord[]): ItemRecord[][] {
  const rounds: ItemRecord[][] = [];
  const seen = new Map<string, number>();
  for (const record of records) {
    const name = `${record.item.pk} ${record.item.sk}`;
    const round = seen.get(name) ?? 0;
    seen.set(name, round + 1);
    const of = rounds[round] ?? [];
    rounds[round] = of;
    of.push(record);
  }
  return rounds;
}

async function* inOrder(records: readonly ItemRecord[]): AsyncGenerator<TransferRecord> {
  yield* records.toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}
