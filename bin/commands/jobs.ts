// bin/commands/jobs.ts: restore jobs of the ledger, newest first.

import { Command } from 'commander';
import type { JobsQuery } from '../../functions/ledger/model/ledger.ts';
import { defined } from '../../functions/platform/defined.ts';
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
import { JOB_COLUMNS, jobCells } from '../../functions/views/job-csv.ts';
import { accountId, checkPeriod, clusterName, oneOf, projectId, someOf, time, wholeNumber } from '../options/flags.ts';
import { addSourceOptions, openToRead, type SourceFlags } from '../options/ledger-source.ts';
import { FORMATS, type Format, type RowShape, writeRows } from '../output/formats.ts';
import { writeTable } from '../output/tables.ts';
import type { Context } from '../process/context.ts';
import { UsageError } from '../process/exit-codes.ts';
import { listOf } from '../process/list-of.ts';
import { type ReadableLedger, type ShownJob, upTo, withoutFingerprint } from '../remote/ledger-port.ts';

interface JobsFlags extends SourceFlags {
  project?: string;
  cluster?: string;
  status?: Status[];
  kind?: Kind;
  delivery?: Delivery;
  finding?: Rule;
  accountId?: string;
  since?: string;
  until?: string;
  limit: number;
  format: Format;
}

const HELP = `
The table leaves out columns that the terminal has no room for; the other formats never do.
A requester has a grade: exact, strong, likely, or weak, which is a hint. Without a requester, the grade column has the reason:
pending, not-read, none, ambiguous.
CSV is safe to open in a spreadsheet: a cell that would start a formula gets a ' in front.

Examples:
  $ restore-ledger jobs --since 7d
  $ restore-ledger jobs --status FAILED,CANCELLED --limit 200
  $ restore-ledger jobs --project 65a1b2c3d4e5f60718293a4b --cluster Cluster0 --delivery download
  $ restore-ledger jobs --finding cross-project --since 30d
  $ restore-ledger jobs --since 2026-01-01 --limit 100000 --format csv > restores.csv
  $ restore-ledger jobs --format ndjson | jq -r 'select(.durationSeconds > 3600) | .jobId'`;

export function jobsCommand(context: Context): Command {
  const command = new Command('jobs')
    .description('list restore jobs from the ledger, newest first')
    .addOption(projectId('--project <id>', 'of this project'))
    .addOption(clusterName('--cluster <name>', 'of this cluster; needs --project'))
    .addOption(someOf('--status <status>', `with this status: ${STATUSES.join(', ')}; several with commas`, STATUSES))
    .addOption(oneOf('--kind <kind>', `of this kind: ${KINDS.join(', ')}`, KINDS))
    .addOption(oneOf('--delivery <delivery>', `with this delivery type: ${DELIVERIES.join(', ')}`, DELIVERIES))
    .addOption(oneOf('--finding <rule>', `with this finding: ${RULES.join(', ')}`, RULES))
    .addOption(accountId('--account-id <id>', 'of a ledger in this AWS account, in a hub'))
    .addOption(time('--since <time>', 'requested at or after: 2026-11-23, 2026-11-23T12:00 (UTC), or 30m, 12h, 7d ago'))
    .addOption(time('--until <time>', 'requested before; as --since'))
    .addOption(wholeNumber('--limit <n>', 'maximum number', 1, 1_000_000).default(50))
    .addOption(oneOf('--format <format>', FORMATS.join(', '), FORMATS).default('table'))
    .addHelpText('after', HELP);
  return addSourceOptions(command).action((flags: JobsFlags) => listJobs(flags, context));
}

const JOB_ROWS: RowShape<ShownJob> = { document: withoutFingerprint, columns: JOB_COLUMNS, cells: jobCells };

async function listJobs(flags: JobsFlags, context: Context) {
  const { limit, format } = flags;
  const query = queryOf(flags);
  await using opened = await openToRead(flags, context);
  const { ledger } = opened;
  const jobs = upTo(limit, (page) => ledger.jobs({ ...query, ...page }));
  if (format !== 'table') return await writeRows(jobs, format, JOB_ROWS, context.out);
  await showTable(jobs, limit, ledger, context);
}

function queryOf(flags: JobsFlags): JobsQuery {
  const {
    project: projectId,
    cluster: clusterName,
    status: statuses,
    kind,
    delivery,
    finding,
    accountId,
    since,
    until,
  } = flags;
  if (clusterName !== undefined && projectId === undefined) {
    throw new UsageError('--cluster requires --project, as names are unique only within a project');
  }
  checkPeriod(flags);
  return defined({ projectId, clusterName, statuses, kind, delivery, finding, accountId, since, until });
}

async function showTable(jobs: AsyncIterable<ShownJob>, limit: number, ledger: ReadableLedger, { out, err }: Context) {
  const rows = await listOf(jobs);
  if (rows.length === 0) {
    return out.line(
      'No restore jobs match. (Is the ledger up to date? restore-ledger coverage shows what was read, and when.)',
    );
  }
  const { jobColumns, namesFor } = await import('../output/job-table.ts');
  await writeTable(Object.values(jobColumns(await namesFor(rows, ledger))), rows, out);
  if (rows.length === limit) await err.line(`The newest ${limit}: there may be more, see --limit and --until.`);
}
