// bin/commands/jobs.ts lists restore jobs from the ledger.

import { Command } from 'commander';
import type { JobsQuery } from '../../functions/ledger/model/ledger.ts';
import {
  DELIVERIES,
  type Delivery,
  KINDS,
  type Kind,
  RULES,
  type Rule,
  STATUSES,
  type Status,
} from '../../functions/schema/words.ts';
import { clusterName, oneOf, projectId, someOf, time, wholeNumber } from '../options/flags.ts';
import { addSourceOptions, openToRead, type SourceFlags } from '../options/ledger-source.ts';
import { JOB_ROWS } from '../output/job-rows.ts';
import { asCalled } from '../process/called.ts';
import type { Context } from '../process/context.ts';
import { UsageError } from '../process/exit-codes.ts';
import { FORMATS, type Format, writerOf } from '../process/formats.ts';
import type { ReadableLedger, ShownJob } from '../remote/ledger-port.ts';

interface JobsFlags extends SourceFlags {
  project?: string;
  cluster?: string;
  status?: Status[];
  kind?: Kind;
  delivery?: Delivery;
  finding?: Rule;
  since?: string;
  until?: string;
  limit: number;
  format: Format;
}

/** Jobs that the ledger reads at once. */
const PAGE = 200;

export function jobsCommand(context: Context): Command {
  const command = new Command('jobs')
    .description('list restore jobs from the ledger, newest first')
    .addOption(projectId('--project <id>', 'of this project'))
    .addOption(clusterName('--cluster <name>', 'of this cluster; needs --project'))
    .addOption(someOf('--status <status>', `with this status: ${STATUSES.join(', ')}; several with commas`, STATUSES))
    .addOption(oneOf('--kind <kind>', `of this kind: ${KINDS.join(', ')}`, KINDS))
    .addOption(oneOf('--delivery <delivery>', `delivered like this: ${DELIVERIES.join(', ')}`, DELIVERIES))
    .addOption(oneOf('--finding <rule>', `with this finding: ${RULES.join(', ')}`, RULES))
    .addOption(time('--since <time>', 'requested at or after: 2026-11-23, 2026-11-23T12:00 (UTC), or 30m, 12h, 7d ago'))
    .addOption(time('--until <time>', 'requested before; as --since'))
    .addOption(wholeNumber('--limit <n>', 'at most so many', { least: 1, most: 1_000_000 }).default(50))
    .addOption(oneOf('--format <format>', FORMATS.join(', '), FORMATS).default('table'))
    .addHelpText(
      'after',
      `
The table leaves out columns that the terminal has no room for; the other formats never do.
Who asked comes with a grade: exact, strong, likely, or weak, which is a hint. Where nobody is named, the grade is the reason:
pending, not-read, none, ambiguous.
CSV is safe to open in a spreadsheet: a cell that would start a formula gets a ' in front.

Examples:
  $ restore-ledger jobs --since 7d
  $ restore-ledger jobs --status FAILED,CANCELLED --limit 200
  $ restore-ledger jobs --project 65a1b2c3d4e5f60718293a4b --cluster Cluster0 --delivery download
  $ restore-ledger jobs --finding cross-project --since 30d
  $ restore-ledger jobs --since 2026-01-01 --limit 100000 --format csv > restores.csv
  $ restore-ledger jobs --format ndjson | jq -r 'select(.durationSeconds > 3600) | .jobId'`,
    );
  return addSourceOptions(command).action((flags: JobsFlags) => listJobs(flags, context));
}

async function listJobs(flags: JobsFlags, context: Context) {
  const query = queryOf(flags);
  await using opened = await openToRead(flags, context);
  const { ledger } = opened;
  const jobs = jobsUpTo(ledger, query, flags.limit);
  if (flags.format === 'table') return await showTable(jobs, flags, ledger, context);

  const writer = await writerOf(flags.format, JOB_ROWS);
  let count = 0;
  await context.out.write(writer.begin);
  for await (const job of jobs) await context.out.write(writer.row(job, count++));
  await context.out.write(writer.end(count));
}

function queryOf({ project, cluster, status, kind, delivery, finding, since, until }: JobsFlags): JobsQuery {
  if (cluster !== undefined && project === undefined) {
    throw new UsageError('--cluster: expected --project with it, got none: a name is unique in its project only');
  }
  if (since !== undefined && until !== undefined && since >= until) {
    throw new UsageError(`--until: expected a time after --since (${since}), got ${until}`);
  }
  return {
    ...(project === undefined ? {} : { projectId: project }),
    ...(cluster === undefined ? {} : { clusterName: cluster }),
    ...(status === undefined ? {} : { statuses: [...new Set(status)] }),
    ...(kind === undefined ? {} : { kind }),
    ...(delivery === undefined ? {} : { delivery }),
    ...(finding === undefined ? {} : { finding }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

/** One page in memory. */
export async function* jobsUpTo(ledger: ReadableLedger, query: JobsQuery, limit: number): AsyncGenerator<ShownJob> {
  let left = limit;
  for (let cursor: string | undefined; ; ) {
    const page = await ledger.jobs({
      ...query,
      limit: Math.min(PAGE, left),
      ...(cursor === undefined ? {} : { cursor }),
    });
    yield* page.items;
    left -= page.items.length;
    cursor = page.cursor;
    if (cursor === undefined || left <= 0) return;
  }
}

async function showTable(
  jobs: AsyncIterable<ShownJob>,
  { limit }: JobsFlags,
  ledger: ReadableLedger,
  { out, err }: Context,
) {
  const rows: ShownJob[] = [];
  for await (const job of jobs) rows.push(job);
  if (rows.length === 0)
    return out.line(
      asCalled(
        'No restore jobs match. (Is the ledger up to date? restore-ledger coverage shows what was read, and when.)',
      ),
    );
  const [{ tableParts }, { jobColumns, namesFor }] = await Promise.all([
    import('../output/tables.ts'),
    import('../output/job-table.ts'),
  ]);
  const columns = Object.values(jobColumns(await namesFor(rows, ledger)));
  for await (const lines of tableParts(columns, rows, out)) await out.line(lines);
  if (rows.length === limit) await err.line(`The newest ${limit}: there may be more, see --limit and --until.`);
}
