// bin/commands/summary.ts: restores counted and summed up: all, or those that fit a filter, and by one field.
import { Command } from 'commander';
import type { Summary } from '../../functions/api/query/summary.ts';
import { type Group, isOverTime, type Totals } from '../../functions/api/query/totals.ts';
import { GROUPINGS, type Grouping } from '../../functions/schema/words.ts';
import { utc } from '../../functions/views/text.ts';
import { oneOf } from '../options/flags.ts';
import { askedOf, type FilterFlags, withFilters } from '../options/job-filters.ts';
import { addSourceOptions, openToRead, type SourceFlags } from '../options/ledger-source.ts';
import { type RowFlags, rowChoice, withRows } from '../options/rows.ts';
import { type RulesFlags, withObjectives } from '../options/rules.ts';
import type { RowShape } from '../output/formats.ts';
import { showRows } from '../output/rows.ts';
import { type Column, spanCell, writeTable } from '../output/tables.ts';
import type { Context } from '../process/context.ts';
import { EXIT } from '../process/exit-codes.ts';
import { exitCodes } from '../process/help-text.ts';

interface SummaryFlags extends SourceFlags, RowFlags, RulesFlags, FilterFlags {
  groupBy: Grouping;
}

const CODES = exitCodes({
  0: 'all restores of the period are counted',
  1: 'the ledger or the API could not be read',
  2: 'wrong usage, a name of nothing or of several, or a tag that no cluster has',
  3: 'there are more restores than were read, or, with --tag, the tags of some clusters are not known',
});

const HELP = `
The groups with the most restores come first; days and months in the order of time, the newest first. Durations are those of completed
restores: a median takes 5 of them, a 95th percentile (p95) 20.

Filters are those of jobs; without a time, it counts the last 30 days. At most 10,000 restores are read, or 2,000 where a filter or the field is
in no index (requester, grade, purpose, ticket, validation, announcements, accounts): if there are more, it says since when it counted,
and ends with 3.

${CODES}

Examples:
  $ restore-ledger summary --group-by month --cluster orders --project Payments --period 365d
  $ restore-ledger summary --group-by project --period last-month
  $ restore-ledger summary --group-by requester --destination elsewhere --source 'prod-*'
  $ restore-ledger summary --group-by cluster --status COMPLETED --sort meanSeconds:desc --format csv`;

type Row = Partial<Pick<Group, 'value' | 'name' | 'unsure'>> & Totals;
const GROUP_COLUMNS = [
  ...['value', 'name', 'jobs', 'open', 'completed', 'failed', 'withFindings', 'unsure'],
  ...['totalSeconds', 'meanSeconds', 'medianSeconds', 'p95Seconds', 'maxSeconds'],
];
const GROUP_ROWS: RowShape<Row> = {
  document: (row) => row,
  columns: GROUP_COLUMNS,
  cells: ({ durations: { completed: _, ...seconds }, ...row }) => ({ ...row, ...seconds }),
};

export function summaryCommand(context: Context): Command {
  const command = withFilters(
    new Command('summary')
      .description('count restores, and how long they took, by month, cluster, requester or another field')
      .addOption(
        oneOf('--group-by <field>', `for each value of: ${GROUPINGS.join(', ')}`, GROUPINGS).default(
          'status' satisfies Grouping,
        ),
      ),
  ).addHelpText('after', HELP);
  return withObjectives(addSourceOptions(withRows(command, GROUP_COLUMNS))).action((flags: SummaryFlags) =>
    showSummary(flags, context),
  );
}

async function showSummary({ groupBy, ...flags }: SummaryFlags, context: Context) {
  const choice = await rowChoice(flags);
  const asked = await askedOf(flags);
  asked.set('groupBy', groupBy);
  await using opened = await openToRead(flags, context);
  const { groups = [], totals, groupsLeftOut = 0, ...summary } = await opened.ledger.summary(asked);
  const { tagsNotKnown } = summary;
  context.end(summary.truncated || tagsNotKnown ? EXIT.incomplete : EXIT.ok);
  await showRows<Row>({ rows: groups }, choice, GROUP_ROWS, context, async (rows) => {
    await writeTable(columnsOf(groupBy), totals ? [...rows, { name: 'all', ...totals }] : rows, context.out);
  });
  await context.err.line(`Requested from ${utc(summary.from)} to ${utc(summary.to)} UTC.`);
  if (groupsLeftOut > 0) await context.err.line(leftOutGroups(groupBy, groupsLeftOut));
  if (tagsNotKnown) await context.err.line(tagsNotKnown.text);
  if (summary.truncated) await context.err.line(leftOut(summary));
}

const leftOutGroups = (groupBy: Grouping, count: number) =>
  isOverTime(groupBy)
    ? `${count} earlier ${groupBy}s are left out: choose a shorter period.`
    : `${count} more groups, of fewer restores, are left out.`;

const leftOut = ({ countedFrom }: Pick<Summary, 'countedFrom'>) =>
  `There are more restores than were read: those requested before ${countedFrom ? `${utc(countedFrom)} UTC` : 'that'} are not counted. Choose a shorter period, or other filters.`;

const columnsOf = (groupBy: Grouping): Column<Row>[] => [
  { title: groupBy, cell: ({ value, name }) => name ?? value ?? 'none, or not known', least: 12 },
  { title: 'restores', cell: ({ jobs }) => String(jobs), align: 'right' },
  { title: 'open', cell: ({ open }) => String(open), align: 'right', goes: 1 },
  { title: 'completed', cell: ({ completed }) => String(completed), align: 'right' },
  { title: 'failed', cell: ({ failed }) => String(failed), align: 'right' },
  { title: 'with findings', cell: ({ withFindings }) => String(withFindings), align: 'right', goes: 2 },
  ...(groupBy === 'requester'
    ? [{ title: 'only a hint', cell: ({ unsure = 0 }: Row) => String(unsure), align: 'right' as const }]
    : []),
  { title: 'total time', cell: ({ durations }) => spanCell(durations.totalSeconds), align: 'right', goes: 3 },
  { title: 'mean', cell: ({ durations }) => spanCell(durations.meanSeconds), align: 'right', goes: 4 },
  { title: 'median', cell: ({ durations }) => spanCell(durations.medianSeconds), align: 'right' },
  { title: 'p95', cell: ({ durations }) => spanCell(durations.p95Seconds), align: 'right' },
  { title: 'longest', cell: ({ durations }) => spanCell(durations.maxSeconds), align: 'right' },
];
