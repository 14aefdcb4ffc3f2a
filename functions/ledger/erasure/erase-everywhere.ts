// functions/ledger/erasure/erase-everywhere.ts: a person's name taken out of every job of a ledger.
import { defined } from '../../platform/defined.ts';
import { forEachConcurrent } from '../../platform/for-each-concurrent.ts';
import { WAY } from '../../restore/requesters/requester.ts';
import { noteAnnotated } from '../days/annotated-days.ts';
import { expectedRestoreOf } from '../expected/items.ts';
import { breaksOf, FIRST_CHANGES } from '../model/hash-chain.ts';
import type { LedgerJob } from '../model/ledger.ts';
import { ATTEMPTS, conflict } from '../repositories/optimistic-write.ts';
import { fitted, type Item, jobItem, ledgerJob } from '../table/job-item.ts';
import { isExpectedPk, isJobSk, type Key } from '../table/keys.ts';
import type { Table } from '../table/table-port.ts';
import { connected, type Erasure, identitiesIn, withoutMentions, withoutName } from './erase-name.ts';

/** As many as a collector writes at once. */
const MAX_WRITES = 64;

export interface ErasePorts {
  signal?: AbortSignal | undefined;
  /** After each job that was looked at. */
  onJob?(): void;
}

export interface Erased {
  /** Looked at. */
  jobs: number;
  erased: number;
  /** Announced restores that named them. */
  expected: number;
  /** Whose history is broken: it stays as it is, and so does the name in it. */
  broken: { projectId: string; jobId: string }[];
}

/** Every name and id of the person: jobs from before and after a change of name share an id. Requests: 1 scan a MB of the table. */
export async function identitiesOf(
  table: Table,
  name: string,
  { signal, onJob }: ErasePorts = {},
): Promise<Set<string>> {
  // Each once: there are far fewer people than jobs.
  const groups = new Map<string, string[]>();
  for await (const item of jobsOf(table, signal)) {
    const job = ledgerJob(item);
    if (!isBroken(job)) for (const group of identitiesIn(job)) groups.set(JSON.stringify(group), group);
    onJob?.();
  }
  return connected(name, [...groups.values()]);
}

/**
 * Jobs that the name leads to last go first: if it stops halfway, what is left still leads to all of them.
 * Requests: 1 scan a MB of the table, and 1 read and 2 writes for each job that names them; no write where `dryRun` is set.
 */
export async function eraseEverywhere(
  table: Table,
  erasure: Erasure,
  { signal, onJob, dryRun = false }: ErasePorts & { dryRun?: boolean } = {},
): Promise<Erased> {
  const result: Erased = { jobs: 0, erased: 0, expected: 0, broken: [] };
  const ranks: Key[][] = [...erasure.identities].map(() => []);
  const announced: (Item & Key)[] = [];
  for await (const item of table.scan()) {
    signal?.throwIfAborted();
    if (isExpectedPk(String(item.pk)) && mentions(item, erasure)) announced.push(item as Item & Key);
    if (!isJobSk(String(item.sk))) continue;
    result.jobs += 1;
    onJob?.();
    // Most name somebody else, and aren't held.
    if (mentions(item, erasure)) ranks[rankOf(ledgerJob(item), erasure)]?.push(keyOf(item));
  }
  for (const keys of ranks.reverse()) {
    await forEachConcurrent(keys, MAX_WRITES, async (key) => {
      signal?.throwIfAborted();
      const item = await table.get(key);
      if (!item) return;
      const { projectId, jobId } = ledgerJob(item);
      const outcome = await erase(table, item, erasure, dryRun);
      if (outcome === 'erased') result.erased += 1;
      if (outcome === 'broken') result.broken.push({ projectId, jobId });
    });
  }
  for (const item of announced) {
    signal?.throwIfAborted();
    if (await eraseExpected(table, item, erasure, dryRun)) result.expected += 1;
  }
  return result;
}

/** Whoever announced or withdrew it, or was to request it, and whom its texts mention. */
async function eraseExpected(table: Table, item: Item & Key, erasure: Erasure, dryRun: boolean): Promise<boolean> {
  const key = keyOf(item);
  let stored: Item | undefined = item;
  for (let attempt = 1; stored && attempt <= ATTEMPTS; attempt++) {
    const { by, requester, purpose, ticket, withdrawn } = expectedRestoreOf(stored);
    const said = defined({ by, requester, purpose, ticket, withdrawn });
    const without = withoutMentions(said, erasure);
    if (without === said) return false;
    if (dryRun) return true;
    const { revision } = expectedRestoreOf(stored);
    // It has no history to say so in; an anchor may have it as it was.
    const erased = { by: erasure.by, reason: erasure.reason, at: erasure.at };
    const written = await table.update(key, { set: { ...without, erased, revision: revision + 1 } }, { revision });
    if (written.done) return true;
    stored = await table.get(key);
  }
  if (!stored) return false;
  throw conflict(`announced restore ${key.sk}`);
}

/** The first of the identities that the job names; the first of all where it only mentions them. A broken history is only reported. */
function rankOf(job: LedgerJob, { identities }: Erasure): number {
  if (isBroken(job)) return 0;
  const named = new Set(identitiesIn(job).flat());
  return Math.max(
    0,
    [...identities].findIndex((identity) => named.has(identity)),
  );
}

const keyOf = (item: Item) => ({ pk: String(item.pk), sk: String(item.sk) }) satisfies Key;

async function* jobsOf(table: Table, signal: AbortSignal | undefined): AsyncGenerator<Item> {
  for await (const item of table.scan()) {
    signal?.throwIfAborted();
    if (isJobSk(String(item.sk))) yield item;
  }
}

const isBroken = (job: LedgerJob) => breaksOf(job, FIRST_CHANGES).length > 0;

/** Perhaps; a broken history may have any form, and the way by which somebody asked may have been cut within a name. */
const mentions = (item: Item, { identities }: Erasure) => {
  const text = JSON.stringify(item).toLowerCase();
  if (text.includes(WAY)) return true;
  return [...identities].some((name) => text.includes(JSON.stringify(name).slice(1, -1).toLowerCase()));
};

async function erase(
  table: Table,
  item: Item,
  erasure: Erasure,
  dryRun: boolean,
): Promise<'erased' | 'broken' | 'same'> {
  const key = keyOf(item);
  let stored: Item | undefined = item;
  for (let attempt = 1; stored && attempt <= ATTEMPTS; attempt++) {
    const job = ledgerJob(stored);
    if (isBroken(job)) return 'broken';
    const next = withoutName(job, erasure);
    if (!next) return 'same';
    if (dryRun) return 'erased';
    const { revision, observedAt, fingerprint } = stored as Record<string, string>;
    // The counts of its day stay what they are: they hold no text.
    await noteAnnotated(table, job.jobId, Date.parse(erasure.at));
    const written = await table.put(jobItem(fitted(next), stored), { revision, observedAt, fingerprint });
    if (written.done) return 'erased';
    stored = await table.get(key);
    // Ours after all: its answer was lost and the SDK sent it again. Then nobody is named any more.
  }
  if (!stored) return 'same';
  throw conflict(`job ${key.sk}`);
}
