// bin/commands/profiles.ts: the profiles of the user's file, and which of them commands use.
import { Command } from 'commander';
import { FLAGS, VARIABLES } from '../options/profile.ts';
import { allProfiles, type NamedProfile } from '../options/profiles.ts';
import { type RowFlags, rowChoice, withRows } from '../options/rows.ts';
import type { RowShape } from '../output/formats.ts';
import { showRows } from '../output/rows.ts';
import { type Column, writeTable } from '../output/tables.ts';
import type { Context } from '../process/context.ts';
import { exitCodes } from '../process/help-text.ts';
import { sanitize } from '../process/sanitize.ts';

const CODES = exitCodes({
  0: 'done, whether there are any or none',
  2: "the file can't be read, or holds something else",
});

const HELP = `
A profile names a ledger, so that no command has to. --profile chooses one, or RESTORE_LEDGER_PROFILE; the one called default needs no
name. The one in use is what a command takes without --profile and without a flag or a variable that names a ledger.

${CODES}

Examples:
  $ restore-ledger profiles
  $ restore-ledger profiles --query '[?inUse].name'`;

const FIELDS = [...FLAGS, ...VARIABLES];

const cellsOf = ({ name, isChosen, values }: NamedProfile) => ({
  ...{ name, inUse: isChosen, ...values },
  ...(values.api !== undefined && { api: withoutSecrets(values.api) }),
});

const ROWS: RowShape<NamedProfile> = { document: cellsOf, columns: ['name', 'inUse', ...FIELDS], cells: cellsOf };

/** No profile should hold one; whoever wrote one into an address learns so from the commands that use it. */
function withoutSecrets(address: string): string {
  if (!URL.canParse(address)) return address;
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname === '/' ? '' : pathname}`;
}

const place = ({ api, table, data }: NamedProfile['values']) => {
  if (api !== undefined) return `--api ${withoutSecrets(api)}`;
  if (table !== undefined) return `--table ${table}`;
  return data === undefined ? '' : `--data ${data}`;
};

const COLUMNS: Column<NamedProfile>[] = [
  { title: 'name', cell: ({ name }) => name },
  { title: 'in use', cell: ({ isChosen }) => (isChosen ? 'yes' : '') },
  { title: 'ledger', cell: ({ values }) => place(values), least: 20 },
  { title: 'rules', cell: ({ values }) => values.rules ?? '', least: 8, goes: 1 },
  { title: 'AWS profile', cell: ({ values }) => values.AWS_PROFILE ?? '', goes: 3 },
  { title: 'AWS region', cell: ({ values }) => values.AWS_REGION ?? '', goes: 2 },
];

export function profilesCommand(context: Context): Command {
  const command = new Command('profiles')
    .description('list the profiles that name your ledgers')
    .addHelpText('after', HELP);
  return withRows(command, ROWS.columns).action((flags: RowFlags) => listProfiles(flags, context));
}

async function listProfiles(flags: RowFlags, context: Context) {
  const choice = await rowChoice(flags);
  const { file, profiles } = await allProfiles(context.env);
  await showRows({ rows: profiles }, choice, ROWS, context, async (shown) => {
    if (shown.length === 0) return await context.out.line(sanitize(`There are no profiles in ${file}.`));
    await writeTable(COLUMNS, shown, context.out);
  });
}
