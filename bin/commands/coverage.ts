// bin/commands/coverage.ts: when each cluster was last read completely, and if not, why not.
import { Command } from 'commander';
import { COVERAGE_COLUMNS, type CoverageRow, coverageCells, needsAttention } from '../../functions/views/coverage.ts';
import { clusterName } from '../options/flags.ts';
import { addSourceOptions, openToRead, type SourceFlags } from '../options/ledger-source.ts';
import { projectIdsOf, projects, projectsOf } from '../options/projects.ts';
import { type RowFlags, rowChoice, withRows } from '../options/rows.ts';
import { type RulesFlags, withObjectives } from '../options/rules.ts';
import { ofTags, tags } from '../options/tags.ts';
import { byName, writeCoverage } from '../output/coverage-table.ts';
import type { RowShape } from '../output/formats.ts';
import { showRows } from '../output/rows.ts';
import type { Context } from '../process/context.ts';
import { CommandError, EXIT, UsageError } from '../process/exit-codes.ts';
import { exitCodes } from '../process/help-text.ts';

interface CoverageFlags extends SourceFlags, RowFlags, RulesFlags {
  project?: string[];
  cluster?: string;
  tag?: string[];
}

const CODES = exitCodes({
  0: 'nothing needs attention',
  1: 'the ledger or the API could not be read',
  2: 'wrong usage, a name of nothing or of several, or a tag that no cluster has',
  3: 'something needs attention',
});

const HELP = `
A cluster has a line for each kind of restore job; what is about a project as a whole comes before its clusters. FAILING: the
last attempt failed, and since when. NOT VISIBLE: no credentials see the project any more. NEVER READ: not once. STALE: not read
for 26 hours. "up to date": read within that time. Only a reading to the end of the list ("read in full") is proof; there is one a day.
It says what was read. Use verify or evidence to check that the table still holds it all.
--json has a row for each cluster, with its lists, as GET /coverage of the API has.

${CODES}

Examples:
  $ restore-ledger coverage
  $ restore-ledger coverage --project Payments --cluster orders
  $ restore-ledger coverage --json | jq '.[] | select(.state == "failing")'`;

export function coverageCommand(context: Context): Command {
  const command = new Command('coverage')
    .description(
      'show when each cluster was last read, and what failed: the proof that an empty list means no restores',
    )
    .addOption(projects('--project <id or name>', 'of this project; can be given several times'))
    .addOption(clusterName('--cluster <name>', 'of clusters of this name alone, in one --project'))
    .addOption(tags())
    .addHelpText('after', HELP);
  return withObjectives(addSourceOptions(withRows(command, COVERAGE_COLUMNS))).action((flags: CoverageFlags) =>
    showCoverage(flags, context),
  );
}

const COVERAGE_ROWS: RowShape<CoverageRow> = {
  document: (row) => row,
  columns: COVERAGE_COLUMNS,
  cells: coverageCells,
};

async function showCoverage({ project: given, cluster, tag, ...flags }: CoverageFlags, context: Context) {
  const { out } = context;
  if (cluster !== undefined && given?.length !== 1)
    throw new UsageError('--cluster: expected one --project with it, as names are unique only within a project');
  const choice = await rowChoice(flags);
  await using opened = await openToRead(flags, context);
  const projectIds = given && (await projectIdsOf(given, projectsOf(opened.ledger)));
  const all: CoverageRow[] = [];
  for await (const row of opened.ledger.coverageRows(projectIds))
    if (!projectIds || projectIds.includes(row.projectId)) all.push(row);
  const isOfCluster = ({ clusterName }: CoverageRow) => cluster === undefined || clusterName === cluster;
  if (given && !all.some(isOfCluster)) throw new CommandError(nothingOf(given, cluster));
  const rows = (await ofTags(tag, all)).filter(isOfCluster);
  context.end(rows.some(({ state }) => needsAttention(state)) ? EXIT.incomplete : EXIT.ok);
  await showRows({ rows }, choice, COVERAGE_ROWS, context, async (shown) => {
    if (shown.length === 0)
      return await out.line(all.length === 0 ? NOTHING_READ : `Cluster ${cluster} has no such tag.`);
    await writeCoverage(choice.sort ? shown : shown.toSorted(byName), out);
  });
}

const NOTHING_READ = 'Nothing was read yet: run restore-ledger collect.';

const nothingOf = (projects: readonly string[], cluster: string | undefined) =>
  `nothing of ${cluster === undefined ? '' : `cluster ${cluster} of `}project ${projects.join(', ')} is in the ledger: restore-ledger coverage lists all that is`;
