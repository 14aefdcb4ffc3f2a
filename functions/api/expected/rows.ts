// functions/api/expected/rows.ts: announced restores, as requests name them and as answers show them.
import type { Context } from 'hono';
import type { LedgerReader } from '../../ledger/repositories/ledger-reader.ts';
import type { ExpectedRestore } from '../../restore/expected/expected-restore.ts';
import { type ExpectedRow, expectedRows } from '../../views/expected.ts';
import type { ApiEnv, ApiPorts } from '../http/ports.ts';
import { notFound } from '../http/problem.ts';

/** @throws RequestProblem 404 */
export async function foundExpected(
  context: Context<ApiEnv>,
  ledger: Pick<LedgerReader, 'expectedRestore'>,
): Promise<ExpectedRestore> {
  const expected = await ledger.expectedRestore(context.req.param('id') ?? '');
  if (expected) return expected;
  throw notFound('the ledger has no such announced restore: it is named by 24 hex digits in lower case');
}

/** Requests: 1 batch read, and 1 query a MB, for each project of which the time of one is over. */
export const rowsOf = (
  all: readonly ExpectedRestore[],
  { ledger, now }: { ledger: Pick<LedgerReader, 'projectRecord'>; now: ApiPorts['now'] },
): Promise<ExpectedRow[]> => expectedRows(all, ledger.projectRecord, now());
