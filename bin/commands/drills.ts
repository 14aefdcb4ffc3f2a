// bin/commands/drills.ts: when each cluster was last restored, and which are overdue.
import { Command } from 'commander';
import type { CoverageRow } from '../../functions/views/coverage.ts';
import { LACKING_DRILLS, UNKNOWN_DRILLS } from '../../functions/views/coverage-totals.ts';
import { addSourceOptions, openToRead, type SourceFlags } from '../options/ledger-source.ts';
import { projectIdsOf, projects, projectsOf } from '../options/projects.ts';
import { type RowFlags, rowChoice, withRows } from '../options/rows.ts';
import { type RulesFlags, withObjectives } from '../options/rules.ts';
import { ofTags, tags } from '../options/tags.ts';
import { byUrgency, DRILL_ROWS, type DrillRow, drillColumns, drillRow, drillSummary } from '../output/drill-rows.ts';
import { showRows } from '../output/rows.ts';
import { writeTable } from '../output/tables.ts';
import type { Context } from '../process/context.ts';
import { EXIT } from '../process/exit-codes.ts';
import { exitCodes } from '../process/help-text.ts';

interface DrillsFlags extends SourceFlags, RowFlags, RulesFlags {
  project?: string[];
  tag?: string[];
  overdue?: true;
  unproven?: true;
}

const CODES = exitCodes({
  0: 'no cluster is overdue',
  1: 'the ledger or the API could not be read',
  2: 'wrong usage, a name of nothing or of several, or a tag that no cluster has',
  3: 'none is overdue as far as is known, but restores, verdicts or tags of some may be missing',
  8: 'a cluster is overdue',
});

const HELP = `
A restore shows that a backup works. The table has the last completed restore of each cluster, how long it took (the measured recovery
time) and how old its snapshot was; overdue clusters come first. Downloads, and restores of single collections, don't count.

How many days a cluster has is a rule: drillDays, and drillDaysFor for some (collect --rules). Without a line of the rule drillNeeds, a
completed restore counts ("met"); with one, a restore that shows what the line asks for, such as a successful verdict ("proven").
"restored, not proven" names what is missing: annotate adds a verdict. "not covered": the day has passed, but not every restore until
then is on record, so the drill can't be called missed. "tags not known": a rule goes by a tag, and the cluster's tags are not known.

The evidence column is a grade: the most that the restores of a cluster show. JSON and CSV say when it falls back. With objectives
(--rules), RTO and RPO say whether the last restore met them, from request to finish and by the age of its data; "not known" where the
ledger can't tell.

${CODES}

Examples:
  $ restore-ledger drills
  $ restore-ledger drills --unproven
  $ restore-ledger drills --tag env=prod
  $ restore-ledger drills --overdue --format csv > overdue.csv
  $ restore-ledger drills --project 65a1b2c3d4e5f60718293a4b --table restore-ledger
  $ restore-ledger drills --format json | jq '.[] | select(.durationSeconds > 3600) | .clusterName'`;

export function drillsCommand(context: Context): Command {
  const command = new Command('drills')
    .description('show when each cluster was last restored, how long it took, and which are overdue for a drill')
    .addOption(projects('--project <id or name>', 'of this project; can be given several times'))
    .option('--overdue', 'only clusters that are overdue')
    .option(
      '--unproven',
      'only clusters without a restore that their drill needs: overdue, backups off, not covered, tags not known, not proven, or due',
    )
    .addOption(tags())
    .addHelpText('after', HELP);
  return withObjectives(addSourceOptions(withRows(command, DRILL_ROWS.columns))).action((flags: DrillsFlags) =>
    showDrills(flags, context),
  );
}

async function showDrills({ project: given, tag, overdue, unproven, ...flags }: DrillsFlags, context: Context) {
  const { out } = context;
  const choice = await rowChoice(flags);
  await using opened = await openToRead(flags, context);
  const projects = given && (await projectIdsOf(given, projectsOf(opened.ledger)));
  const isShown = (state: DrillRow['state']) =>
    (!overdue || state === 'overdue') && (!unproven || LACKING_DRILLS.includes(state));
  const covered: CoverageRow[] = [];
  for await (const row of opened.ledger.coverageRows(projects))
    if (!projects || projects.includes(row.projectId)) covered.push(row);
  const all = (await ofTags(tag, covered)).flatMap(drillRow).sort(byUrgency);
  const rows = all.filter(({ state }) => isShown(state));
  // Of all that were asked for: what a flag hides may still be overdue.
  const some = (state: DrillRow['state']) => all.some((row) => row.state === state);
  const isUnknown = UNKNOWN_DRILLS.some(some);
  context.end(some('overdue') ? EXIT.drillOverdue : isUnknown ? EXIT.incomplete : EXIT.ok);
  await showRows({ rows }, choice, DRILL_ROWS, context, async (shown) => {
    if (all.length === 0) return await out.line('No cluster is known: run restore-ledger collect.');
    if (shown.length === 0) {
      const none = overdue
        ? `No cluster is ${isUnknown ? 'known to be ' : ''}overdue.`
        : 'No cluster lacks a restore that its drill needs.';
      return await out.line(`${none}\n\n${drillSummary(all)}`);
    }
    await writeTable(drillColumns(Date.now(), shown), shown, out);
    await out.line(`\n${drillSummary(shown)}`);
  });
}
