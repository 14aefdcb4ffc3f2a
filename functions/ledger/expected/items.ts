// functions/ledger/expected/items.ts: announced restores as items of the table: one partition a project, in the order of their ends.
import { defined } from '../../platform/defined.ts';
import type { Claim, ExpectedRestore } from '../../restore/expected/expected-restore.ts';
import { isObjectId, LAST_ID, lowestIdAt } from '../../restore/object-id.ts';
import { fieldNames } from '../model/table.ts';
import { type Item, pick } from '../table/job-item.ts';
import { EXPECTED_FEED, expectedFeed, expectedKey, expectedPk, type Key } from '../table/keys.ts';
import { everything, type Range, type Slice, type Table } from '../table/table-port.ts';

const FIELDS = fieldNames<ExpectedRestore>({
  expectedRestoreId: true,
  projectId: true,
  projectName: true,
  clusterName: true,
  targetProjectId: true,
  targetClusterName: true,
  requester: true,
  from: true,
  until: true,
  restores: true,
  purpose: true,
  ticket: true,
  by: true,
  at: true,
  jobs: true,
  unclear: true,
  withdrawn: true,
  missedAt: true,
  erased: true,
  revision: true,
});

/** Attributes of an item that withdrawing it writes. */
export const WITHDRAWING_ATTRIBUTES = ['withdrawn', 'revision'] as const satisfies readonly (keyof ExpectedRestore)[];

export const expectedItem = (expected: ExpectedRestore): Item & Key => ({
  ...expectedKey(expected.projectId, expected.expectedRestoreId),
  ...expectedFeed(expected.expectedRestoreId),
  ...expected,
});
export const expectedRestoreOf = (item: Item): ExpectedRestore => pick(item, FIELDS);

/** Before every id of an announced restore: their first digits are a time. */
export const FIRST_EXPECTED = new Date(0).toISOString();

/** Requests: 1 query a MB of them, some 1,500. */
export async function expectedSince(
  table: Pick<Table, 'query'>,
  projectId: string,
  since: string,
): Promise<ExpectedRestore[]> {
  const range = { partition: expectedPk(projectId), between: [lowestIdAt(since), LAST_ID], consistent: true } as const;
  const all: ExpectedRestore[] = [];
  for await (const item of everything(table, range)) all.push(expectedRestoreOf(item));
  return all;
}

/** Requests: 1 write. */
export async function saveExpected(
  table: Pick<Table, 'update'>,
  { projectId, expectedRestoreId, revision }: ExpectedRestore,
  change: { jobs: readonly Claim[]; unclear?: readonly string[] } | { missedAt: string },
): Promise<ExpectedRestore | undefined> {
  const key = expectedKey(projectId, expectedRestoreId);
  const written = await table.update(key, { set: { ...change, revision: revision + 1 } }, { revision });
  return written.done ? expectedRestoreOf(written.item) : undefined;
}

/** Requests: 1 query of the feed, and 1 read. An index may be a moment behind the table. */
export async function expectedById(
  table: Pick<Table, 'query' | 'get'>,
  expectedRestoreId: string,
): Promise<ExpectedRestore | undefined> {
  if (!isObjectId(expectedRestoreId)) return undefined;
  const between = [expectedRestoreId, expectedRestoreId] as const;
  const { items } = await table.query({ index: 'feed', partition: EXPECTED_FEED, between });
  const [entry] = items;
  const item = entry && (await table.get({ pk: String(entry.pk), sk: String(entry.sk) }));
  return item && expectedRestoreOf(item);
}

/** Those that end last first: of a project, by its partition, or keys of all, by the feed. */
export const expectedPage = (
  table: Pick<Table, 'query'>,
  { projectId, until, limit }: { projectId?: string | undefined; until: string; limit: number },
): Promise<Slice> =>
  table.query(
    defined({
      ...(projectId === undefined
        ? { index: 'feed', partition: EXPECTED_FEED }
        : { partition: expectedPk(projectId), consistent: true }),
      between: ['0', until],
      order: 'desc',
      limit,
    } as const) as Range,
  );
