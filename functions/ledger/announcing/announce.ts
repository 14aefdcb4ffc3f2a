// functions/ledger/announcing/announce.ts: restores announced, and announcements withdrawn.
import { createHash, randomBytes } from 'node:crypto';
import { defined } from '../../platform/defined.ts';
import type { Annotator } from '../../restore/annotations.ts';
import type { ExpectedRestore } from '../../restore/expected/expected-restore.ts';
import { lowestIdAt } from '../../restore/object-id.ts';
import { expectedItem, expectedRestoreOf, expectedSince } from '../expected/items.ts';
import { canonicalJson } from '../model/fingerprint.ts';
import { optimisticWrite } from '../repositories/optimistic-write.ts';
import { expectedKey } from '../table/keys.ts';
import type { Table } from '../table/table-port.ts';
import { checkTimes, type ExpectedRequest, secondOf } from './request.ts';

/** Of a project, whose time is not over. */
export const MAX_EXPECTED = 200;

/** A project has too many announced restores already. */
export class TooManyExpected extends Error {
  override readonly name = 'TooManyExpected';
}

/** The key of an earlier request came with another one. */
export class AnnouncementConflict extends Error {
  override readonly name = 'AnnouncementConflict';
}

export interface Announcer {
  by: Annotator;
  /** ISO 8601. */
  at: string;
  /** Of the project, where the ledger knows it. */
  projectName?: string | undefined;
  /** A repeat with the same one, and the same `until`, announces nothing more. @default each call announces */
  key?: string | undefined;
  /** Called before something is announced, and not for a repeat. What it throws is thrown. @default nothing */
  check?(): void;
}

/**
 * Requests: with a key 1 read; 1 query of what is announced of the project, and 1 write.
 * @throws AnnotationProblem, TooManyExpected, AnnouncementConflict, LedgerError
 */
export async function announce(
  table: Pick<Table, 'get' | 'put' | 'query'>,
  request: ExpectedRequest,
  { by, at, projectName, key, check = () => {} }: Announcer,
): Promise<{ outcome: 'announced' | 'same'; expected: ExpectedRestore }> {
  const { projectId, until } = request;
  const expectedRestoreId = idOf(until, key === undefined ? undefined : canonicalJson([by, projectId, key]));
  const stored = async () => {
    const item = await table.get(expectedKey(projectId, expectedRestoreId));
    return item && repeated(expectedRestoreOf(item), request);
  };
  const before = key === undefined ? undefined : await stored();
  if (before) return { outcome: 'same', expected: before };
  checkTimes(request, at);
  check();
  const open = (await expectedSince(table, projectId, at)).filter(({ withdrawn }) => withdrawn === undefined);
  if (open.length >= MAX_EXPECTED)
    throw new TooManyExpected(
      `expected fewer than ${MAX_EXPECTED} announced restores of a project, got ${open.length}: withdraw some, or wait until they are over`,
    );
  const { from = new Date(secondOf(Date.parse(at))).toISOString() } = request;
  const fields = defined({ ...request, from, expectedRestoreId, projectName });
  const item = expectedItem({ ...fields, by, at, jobs: [], revision: 1 });
  const written = await table.put(item, { pk: undefined });
  if (written.done) return { outcome: 'announced', expected: expectedRestoreOf(item) };
  // Ours, of which the answer was lost, or that of somebody with the same key at the same moment.
  const other = await stored();
  if (!other) throw new Error(`announced restore ${expectedRestoreId} could neither be written nor read`);
  return { outcome: 'same', expected: other };
}

/** It begins with the second of its end, so that ids sort by it. */
const idOf = (until: string, key: string | undefined) =>
  lowestIdAt(until).slice(0, 8) +
  (key === undefined ? randomBytes(8).toString('hex') : createHash('sha256').update(key).digest('hex').slice(0, 16));

/** @throws AnnouncementConflict where it says something else */
function repeated(stored: ExpectedRestore, request: ExpectedRequest): ExpectedRestore {
  const names = ['clusterName', 'targetProjectId', 'targetClusterName', 'requester', 'restores', 'purpose'] as const;
  const texts = (of: Partial<ExpectedRequest>) =>
    canonicalJson([...names, 'ticket' as const].map((name) => of[name] ?? null));
  if (texts(stored) === texts(request) && (request.from ?? stored.from) === stored.from) return stored;
  throw new AnnouncementConflict('expected the request that this key came with first, got another one: use a new key');
}

/**
 * Restores that were requested before stay announced. Requests: 1 read, and 1 write where it was not withdrawn.
 * @param of that is in the ledger
 * @throws LedgerError
 */
export async function withdraw(
  table: Pick<Table, 'get' | 'update'>,
  of: ExpectedRestore,
  withdrawn: { by: Annotator; at: string },
): Promise<ExpectedRestore> {
  const key = expectedKey(of.projectId, of.expectedRestoreId);
  const read = async () => {
    const item = await table.get(key);
    return item && expectedRestoreOf(item);
  };
  return optimisticWrite(`announced restore ${of.expectedRestoreId}`, undefined, read, async (stored = of) => {
    if (stored.withdrawn) return { value: stored, written: { done: true } };
    const { revision } = stored;
    const next = { ...stored, withdrawn, revision: revision + 1 };
    const set = { withdrawn, revision: next.revision };
    return { value: next, written: await table.update(key, { set, blind: true }, { revision }) };
  });
}
