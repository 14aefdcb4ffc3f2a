// bin/commands/expected/expected.ts: the restores that were announced, and whether they came.
import { Command } from 'commander';
import { upTo } from '../../../functions/platform/lists/up-to.ts';
import type { ExpectedState } from '../../../functions/schema/words.ts';
import { annotatorWords } from '../../../functions/views/annotations.ts';
import {
  EXPECTED_COLUMNS,
  type ExpectedRow,
  expectedCells,
  expectedRows,
  expectedWords,
} from '../../../functions/views/expected.ts';
import { utc } from '../../../functions/views/text.ts';
import { wholeNumber } from '../../options/flags.ts';
import { addSourceOptions, ledgerOf, resolveSource, type SourceFlags } from '../../options/ledger-source.ts';
import { openLedger } from '../../options/ledger-target.ts';
import { project, projectIdOf, projectsOf } from '../../options/projects.ts';
import { type RowFlags, rowChoice, withRows } from '../../options/rows.ts';
import type { RowShape } from '../../output/formats.ts';
import { showRows } from '../../output/rows.ts';
import { type Column, writeTable } from '../../output/tables.ts';
import type { Context } from '../../process/context.ts';
import type { Style } from '../../process/terminal.ts';
import { type ExpectedQuery, type ReadableLedger, readable } from '../../remote/ledger-port.ts';

interface ExpectedFlags extends SourceFlags, RowFlags {
  project?: string;
  limit: number;
}

const MAX = 10_000;

const HELP = `
States: "expected": its time is not over. "came". "withdrawn". "missed": its time is over, and every restore of that time is on record.
"not known": its time is over, but the cluster was not read to its end since, so it may have come.

Examples:
  $ restore-ledger expected
  $ restore-ledger expected --project payments --query '[?state==\`missed\`]'`;

const ROWS: RowShape<ExpectedRow> = {
  document: (row) => row,
  columns: [...EXPECTED_COLUMNS],
  cells: expectedCells,
};

const STYLES: Record<ExpectedState, Style> = {
  ...{ expected: 'cyan', came: 'green', missed: 'red', 'not known': 'yellow', withdrawn: 'dim' },
};

const COLUMNS: Column<ExpectedRow>[] = [
  { title: 'until (UTC)', cell: ({ until }) => utc(until), style: () => 'dim' },
  { title: 'state', cell: ({ state }) => state, style: ({ state }) => STYLES[state] },
  { title: 'restore', cell: (row) => expectedWords(row), least: 16 },
  { title: 'came', cell: ({ jobs, restores }) => `${jobs.length} of ${restores}`, align: 'right' },
  { title: 'requester', cell: ({ requester = '' }) => requester, goes: 3 },
  { title: 'purpose', cell: ({ purpose = '' }) => purpose, goes: 4 },
  { title: 'ticket', cell: ({ ticket = '' }) => ticket, goes: 5 },
  { title: 'by', cell: ({ by }) => annotatorWords(by), goes: 1 },
  { title: 'id', cell: ({ expectedRestoreId }) => expectedRestoreId, style: () => 'dim' },
];

export function expectedCommand(context: Context): Command {
  const command = new Command('expected')
    .description('list the restores that were announced, and whether they came')
    .addOption(project('--project <id|name>', 'of restores of its clusters'))
    .addOption(wholeNumber('--limit <n>', 'maximum number', 1, MAX).default(50))
    .addHelpText('after', HELP);
  return addSourceOptions(withRows(command, ROWS.columns)).action((flags: ExpectedFlags) => list(flags, context));
}

async function list({ limit, project: name, ...flags }: ExpectedFlags, context: Context) {
  const choice = await rowChoice(flags);
  await using opened = await openPages(flags, context);
  const projectId = await projectIdOf(name, projectsOf(opened.ledger));
  const rows = upTo(choice.sort ? MAX : limit, (page) =>
    opened.read(projectId === undefined ? page : { ...page, projectId }),
  );
  await showRows({ rows, limit }, choice, ROWS, context, async (shown) => {
    if (shown.length === 0)
      return await context.out.line('No restores were announced: restore-ledger expect does that.');
    await writeTable(COLUMNS, shown, context.out);
  });
}

interface Pages extends AsyncDisposable {
  ledger: Pick<ReadableLedger, 'allProjectNames'>;
  read(query: ExpectedQuery): Promise<{ items: ExpectedRow[]; cursor?: string }>;
}

async function openPages(flags: SourceFlags, context: Context): Promise<Pages> {
  const where = resolveSource(flags, context.env);
  if ('api' in where) {
    const ledger = await ledgerOf(where.api, context);
    return { ledger, read: (query) => ledger.expectedRestores(query), [Symbol.asyncDispose]: async () => {} };
  }
  const { ledger, ...opened } = await openLedger(where);
  const read = async (query: ExpectedQuery) => {
    const page = await ledger.expectedPage(query);
    return { ...page, items: await expectedRows(page.items, ledger.projectRecord, Date.now()) };
  };
  return { ledger: readable(ledger, Date.now), read, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}
