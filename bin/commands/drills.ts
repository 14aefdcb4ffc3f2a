// bin/commands/drills.ts shows which clusters were restored lately, how long that took, and which are overdue.
import { Command } from 'commander';
import { oneOf, projectIds } from '../options/flags.ts';
import { addSourceOptions, openToRead, type SourceFlags } from '../options/ledger-source.ts';
import { byUrgency, DRILL_ROWS, type DrillRow, drillColumns, drillRow, drillSummary } from '../output/drill-rows.ts';
import type { Context } from '../process/context.ts';
import { EXIT } from '../process/exit-codes.ts';
import { FORMATS, type Format, writerOf } from '../process/formats.ts';
import type { ReadableLedger } from '../remote/ledger-port.ts';

interface DrillsFlags extends SourceFlags {
  project?: string[];
  overdue?: true;
  format: Format;
}

export function drillsCommand(context: Context): Command {
  const command = new Command('drills')
    .description('show when each cluster was last restored, how long it took, and which are overdue for a drill')
    .addOption(projectIds('--project <id>', 'of this project; can be given several times'))
    .option('--overdue', 'only clusters that are overdue')
    .addOption(oneOf('--format <format>', FORMATS.join(', '), FORMATS).default('table'))
    .addHelpText(
      'after',
      `
A backup is shown to work by a restore. The table has the restore of each cluster that was completed last, how long it took
(the measured recovery time) and how old its snapshot was; overdue clusters come first. Downloads, and restores of single
collections, don't count. "not covered": the day has passed, but not every restore until then is on record, so nobody can say.
How many days a cluster has is a rule: drillDays, and drillDaysFor for some (collect --rules).

Exit code: 0 no cluster is overdue, 8 one is, 3 none is as far as is known, but restores of some may be missing, 1 the ledger or the API could not be read, 2 wrong usage.

Examples:
  $ restore-ledger drills
  $ restore-ledger drills --overdue --format csv > overdue.csv
  $ restore-ledger drills --project 65a1b2c3d4e5f60718293a4b --table restore-ledger
  $ restore-ledger drills --format json | jq '.[] | select(.durationSeconds > 3600) | .clusterName'`,
    );
  return addSourceOptions(command).action((flags: DrillsFlags) => showDrills(flags, context));
}

async function showDrills(flags: DrillsFlags, context: Context) {
  const { out } = context;
  const now = new Date();
  await using opened = await openToRead(flags, context);
  const rows = await rowsOf(opened.ledger, flags);
  if (rows.some(({ state }) => state === 'overdue')) context.exitCode = EXIT.drillOverdue;
  else if (rows.some(({ state }) => state === 'not-covered')) context.exitCode = EXIT.incomplete;
  context.exitCodeWhenUnread = context.exitCode;
  if (flags.format === 'table') return await showTable(rows, flags, now, context);
  const writer = await writerOf(flags.format, DRILL_ROWS);
  await out.write(writer.begin);
  for (const [index, row] of rows.entries()) await out.write(writer.row(row, index));
  await out.write(writer.end(rows.length));
}

async function rowsOf(ledger: ReadableLedger, { project: projects, overdue }: DrillsFlags): Promise<DrillRow[]> {
  const rows: DrillRow[] = [];
  for await (const covered of ledger.coverageRows()) {
    if (projects && !projects.includes(covered.projectId)) continue;
    rows.push(...drillRow(covered).filter(({ state }) => !overdue || state === 'overdue'));
  }
  return rows.sort(byUrgency);
}

async function showTable(rows: readonly DrillRow[], { overdue }: DrillsFlags, now: Date, { out }: Context) {
  if (rows.length === 0) {
    return await out.line(overdue ? 'No cluster is overdue.' : 'No cluster is known: run restore-ledger collect.');
  }
  const { table } = await import('../output/tables.ts');
  await out.line(`${table(drillColumns(now.getTime()), rows, out)}\n\n${drillSummary(rows)}`);
}
