// bin/commands/coverage.ts shows for every cluster when it was last read completely, and if not, why not.
import { Command } from 'commander';
import type { Context } from './context.ts';
import { coverageColumns, coverageRows, coverageSummary } from './coverage-table.ts';
import { plainJson } from './plain.ts';
import type { CoveredProject } from './readable-ledger.ts';
import { type AskFlags, openToRead, withAsk } from './where-to-ask.ts';

export function coverageCommand(context: Context): Command {
  const command = new Command('coverage')
    .description(
      'show when each cluster was last read, and what failed: the proof that an empty list means no restores',
    )
    .option('--json', 'a JSON list with an entry for each line')
    .addHelpText(
      'after',
      `
A cluster has a line for each kind of restore job. FAILING: the last attempt failed, and since when. NEVER READ: not once.

Examples:
  $ restore-ledger coverage
  $ restore-ledger coverage --json | jq '.[] | select(.state == "failing")'`,
    );
  return withAsk(command).action((flags: AskFlags & { json?: true }) => showCoverage(flags, context));
}

async function showCoverage(flags: AskFlags & { json?: true }, context: Context) {
  const { out } = context;
  await using opened = await openToRead(flags, context);
  const projects: CoveredProject[] = [];
  for await (const project of opened.ledger.coverages()) projects.push(project);
  const rows = coverageRows(projects);
  if (flags.json) return await out.line(plainJson(rows));
  if (rows.length === 0) return await out.line('Nothing was read yet: run restore-ledger collect.');
  const { table } = await import('./tables.ts');
  await out.line(`${table(coverageColumns(Date.now()), rows, out)}\n\n${coverageSummary(rows)}`);
}
