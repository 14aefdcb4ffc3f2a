// bin/commands/runs.ts: the newest runs of the collector.
import { Command } from 'commander';
import { upTo } from '../../functions/platform/lists/up-to.ts';
import { wholeNumber } from '../options/flags.ts';
import { addSourceOptions, openToRead, type SourceFlags } from '../options/ledger-source.ts';
import { type RowFlags, rowChoice, withRows } from '../options/rows.ts';
import { showRows } from '../output/rows.ts';
import { RUN_COLUMNS, RUN_ROWS } from '../output/run-rows.ts';
import { writeTable } from '../output/tables.ts';
import type { Context } from '../process/context.ts';

interface RunsFlags extends SourceFlags, RowFlags {
  limit: number;
}

const MAX_RUNS = 10_000;

const HELP = `
Runs are kept for 90 days. A run is complete where every project that it was to read was, and every project that is known was to
be read. One that was killed is "running" until the next run over everything finds it dead and says what was never read in it
(RUN_DIED): at once where its process was on the same machine, else after six hours without a sign of life. What it recorded is kept.

Examples:
  $ restore-ledger runs
  $ restore-ledger runs --limit 100 --json | jq '.[] | select(.status != "complete") | .failures'`;

export function runsCommand(context: Context): Command {
  const command = new Command('runs')
    .description('list the newest runs of the collector, and what they found')
    .addOption(wholeNumber('--limit <n>', 'maximum number', 1, MAX_RUNS).default(20))
    .addHelpText('after', HELP);
  return addSourceOptions(withRows(command, RUN_ROWS.columns)).action((flags: RunsFlags) => listRuns(flags, context));
}

async function listRuns({ limit, ...flags }: RunsFlags, context: Context) {
  const { out } = context;
  const choice = await rowChoice(flags);
  await using opened = await openToRead(flags, context);
  const { ledger } = opened;
  const rows = upTo(choice.sort ? MAX_RUNS : limit, (page) => ledger.runs(page));
  await showRows({ rows, limit }, choice, RUN_ROWS, context, async (shown) => {
    if (shown.length === 0) return await out.line('No runs yet: run restore-ledger collect.');
    await writeTable(RUN_COLUMNS, shown, out);
  });
}
