// bin/commands/jobs.ts: restore jobs of the ledger, newest first.

import { Command } from 'commander';
import type { TagsNotKnown } from '../../functions/ledger/model/ledger.ts';
import { upTo } from '../../functions/platform/lists/up-to.ts';
import { JOB_COLUMNS, jobCells } from '../../functions/views/csv/job-csv.ts';
import { wholeNumber } from '../options/flags.ts';
import { askedOf, type FilterFlags, withFilters } from '../options/job-filters.ts';
import { addSourceOptions, openToRead, type SourceFlags } from '../options/ledger-source.ts';
import { type RowFlags, rowChoice, withRows } from '../options/rows.ts';
import { type RulesFlags, withObjectives } from '../options/rules.ts';
import type { RowShape } from '../output/formats.ts';
import { showRows } from '../output/rows.ts';
import { writeTable } from '../output/tables.ts';
import type { Context } from '../process/context.ts';
import { EXIT } from '../process/exit-codes.ts';
import { type ReadableLedger, type ShownJob, withoutFingerprint } from '../remote/ledger-port.ts';

interface JobsFlags extends SourceFlags, RowFlags, RulesFlags, FilterFlags {
  limit: number;
}

const MAX_JOBS = 1_000_000;

const HELP = `
Filters are those of GET /restore-jobs. All must hold; of a filter with several values, one of them. Patterns: * stands for any text,
? for one character. A name that several projects or clusters have is refused, and the error lists them; so is a name that none
has, or a tag that no cluster has (exit code 2). Where the tags of
clusters are not known, --tag leaves out their restores, says so, and ends with 3.

Without a requester, the grade column says why: pending, not-read, none, ambiguous. The grade weak is a hint, no more.

In a narrow terminal, each job takes two lines, and columns for which there is no room are named; the other formats leave out nothing.
--sort reads all jobs that match before --limit. In CSV, a cell that would start a formula gets a ' in front. Excel reads CSV as
UTF-8 only with --bom; other programs take that mark for a part of the first column's name.

Examples:
  $ restore-ledger jobs --since 7d
  $ restore-ledger jobs --source 'prod-*' --destination elsewhere --period last-month
  $ restore-ledger jobs --tag env=prod --tag 'env=live*'
  $ restore-ledger jobs --requester '*@example.com' --grade exact,strong
  $ restore-ledger jobs --status FAILED,CANCELLED --limit 200
  $ restore-ledger jobs --project 65a1b2c3d4e5f60718293a4b --cluster Cluster0 --delivery download
  $ restore-ledger jobs --finding cross-project --since 30d
  $ restore-ledger jobs --since 2026-01-01 --limit 100000 --format csv > restores.csv
  $ restore-ledger jobs --format ndjson | jq -r 'select(.durationSeconds > 3600) | .jobId'`;

export function jobsCommand(context: Context): Command {
  const command = withFilters(new Command('jobs').description('list restore jobs from the ledger, newest first'))
    .addOption(wholeNumber('--limit <n>', 'maximum number', 1, MAX_JOBS).default(50))
    .addHelpText('after', HELP);
  return withObjectives(addSourceOptions(withRows(command, JOB_COLUMNS))).action((flags: JobsFlags) =>
    listJobs(flags, context),
  );
}

const JOB_ROWS: RowShape<ShownJob> = { document: withoutFingerprint, columns: JOB_COLUMNS, cells: jobCells };

async function listJobs(flags: JobsFlags, context: Context) {
  const { limit } = flags;
  const choice = await rowChoice(flags);
  const asked = await askedOf(flags);
  await using opened = await openToRead(flags, context);
  const { ledger } = opened;
  let notKnown: TagsNotKnown | undefined;
  const read = ledger.jobs(asked);
  const rows = upTo(choice.sort ? MAX_JOBS : limit, async (at: { limit: number; cursor?: string }) => {
    const page = await read(at);
    notKnown = page.tagsNotKnown;
    return page;
  });
  await showRows({ rows, limit }, choice, JOB_ROWS, context, async (jobs) => {
    await showTable(jobs, ledger, context);
    if (jobs.length < limit) return;
    const first = choice.sort ? `The first ${limit} by ${choice.sort.by}` : `The newest ${limit}`;
    await context.err.line(`${first}: there may be more, see --limit and --until.`);
  });
  if (!notKnown) return;
  await context.err.line((notKnown as TagsNotKnown).text);
  context.end(EXIT.incomplete);
}

async function showTable(rows: readonly ShownJob[], ledger: ReadableLedger, { out, err }: Context) {
  if (rows.length === 0) {
    return out.line(
      'No restore jobs match. (Is the ledger up to date? restore-ledger coverage shows what was read, and when.)',
    );
  }
  const { jobColumns, journeyOf, namesFor } = await import('../output/job-table.ts');
  const names = await namesFor(rows, ledger);
  const columns = jobColumns(names);
  const { project, cluster, target, asked, grade } = columns;
  const folded = [project, cluster, target, asked, grade];
  const dropped = await writeTable(Object.values(columns), rows, out, { folded, line: journeyOf(names) });
  if (dropped.length === 0) return;
  await err.line(`No room for ${dropped.map(({ title }) => title).join(', ')}: see --columns and --format.`);
}
