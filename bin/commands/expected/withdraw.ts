// bin/commands/expected/withdraw.ts: an announcement withdrawn.

import { Command } from 'commander';
import { defined } from '../../../functions/platform/defined.ts';
import {
  EXPECTED_COLUMNS,
  type ExpectedRow,
  expectedCells,
  expectedRows,
  expectedWords,
} from '../../../functions/views/expected.ts';
import { expectedRestoreId, sentence } from '../../options/flags.ts';
import { addSourceOptions, ledgerOf, resolveSource, type SourceFlags } from '../../options/ledger-source.ts';
import { openLedger, type Target } from '../../options/ledger-target.ts';
import { type DocumentFlags, rowChoice, withDocument } from '../../options/rows.ts';
import { showDocument } from '../../output/rows.ts';
import type { Context } from '../../process/context.ts';
import { CommandError, UsageError } from '../../process/exit-codes.ts';
import { exitCodes } from '../../process/help-text.ts';
import { sanitize } from '../../process/sanitize.ts';
import { MAX_NAME, whoAmI } from '../../process/who-am-i.ts';

interface WithdrawFlags extends SourceFlags, DocumentFlags {
  by?: string;
}

const CODES = exitCodes({
  0: 'done, or withdrawn before',
  1: 'there is no such announcement, or the ledger could not be read or written',
  2: 'wrong usage',
});

const HELP = `
It stays on record, with who withdrew it and when, and stands for no restore requested from then on. Those requested before stay
announced. It can't be taken back: announce the restore again.

${CODES}

Examples:
  $ restore-ledger withdraw 65a1b2c3d4e5f60718293a4b`;

export function withdrawCommand(context: Context): Command {
  const command = new Command('withdraw')
    .description('withdraw the announcement of a restore')
    .argument('<id>', 'of the announcement: 24 hex digits', expectedRestoreId)
    .addOption(sentence('--by <name>', 'who withdraws it, not with --api (default: your user name and host)', MAX_NAME))
    .addHelpText('after', HELP);
  return addSourceOptions(withDocument(command, 'the announcement as it is then'), 'withdraw it from this API').action(
    (id: string, flags: WithdrawFlags) => withdraw(id, flags, context),
  );
}

async function withdraw(id: string, { format, json, query, by, ...flags }: WithdrawFlags, context: Context) {
  const choice = await rowChoice(defined({ format, json, query }));
  const where = resolveSource(flags, context.env);
  if ('api' in where && by !== undefined)
    throw new UsageError('--by: expected --table or --data with it, got --api, which knows who calls it');
  const row =
    'api' in where
      ? await (await ledgerOf(where.api, context)).withdraw(id)
      : await withdrawHere(where, id, by ?? whoAmI(context));
  if (!row) throw new CommandError(`no announced restore ${id} is in the ledger: restore-ledger expected lists them`);
  const line = sanitize(`Withdrawn: ${expectedWords(row)} (${id}), now ${row.state}.`);
  await showDocument(row, choice, context, () => context.out.line(line), {
    columns: EXPECTED_COLUMNS,
    cells: expectedCells(row),
  });
}

async function withdrawHere(where: Target, id: string, name: string): Promise<ExpectedRow | undefined> {
  const { withdraw: withdrawn } = await import('../../../functions/ledger/announcing/announce.ts');
  await using opened = await openLedger(where, { write: true });
  const stored = await opened.ledger.expectedRestore(id);
  if (!stored) return undefined;
  const by = { kind: 'user', name, selfDeclared: true } as const;
  const expected = await withdrawn(opened.table, stored, { by, at: new Date().toISOString() });
  const [row] = await expectedRows([expected], opened.ledger.projectRecord, Date.now());
  return row;
}
