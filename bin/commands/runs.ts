// bin/commands/runs.ts: the newest runs of the collector.
import { Command } from 'commander';
import type { Run } from '../../functions/ledger/model/run.ts';
import { spanBetween, utc } from '../../functions/views/text.ts';
import { wholeNumber } from '../options/flags.ts';
import { addSourceOptions, type JsonFlags, openToRead } from '../options/ledger-source.ts';
import { type Column, writeTable } from '../output/tables.ts';
import type { Context } from '../process/context.ts';
import { listOf } from '../process/list-of.ts';
import { sanitizeJson } from '../process/sanitize.ts';
import type { Style } from '../process/terminal.ts';
import { upTo } from '../remote/ledger-port.ts';

interface RunsFlags extends JsonFlags {
  limit: number;
}

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
    .addOption(wholeNumber('--limit <n>', 'maximum number', 1, 10_000).default(20))
    .option('--json', 'as a JSON list')
    .addHelpText('after', HELP);
  return addSourceOptions(command).action((flags: RunsFlags) => listRuns(flags, context));
}

async function listRuns({ limit, json, ...flags }: RunsFlags, context: Context) {
  const { out } = context;
  await using opened = await openToRead(flags, context);
  const { ledger } = opened;
  const runs = await listOf(upTo(limit, (page) => ledger.runs(page)));
  if (json) return await out.line(sanitizeJson(runs));
  if (runs.length === 0) return await out.line('No runs yet: run restore-ledger collect.');
  await writeTable(COLUMNS, runs, out);
}

const STYLES: Record<Run['status'], Style> = {
  complete: 'green',
  incomplete: 'yellow',
  failed: 'red',
  running: 'cyan',
};

const number = (title: string, value: (run: Run) => number | undefined, goes?: number): Column<Run> => ({
  title,
  cell: (run) => String(value(run) ?? ''),
  align: 'right',
  goes,
});

const COLUMNS: Column<Run>[] = [
  { title: 'started (UTC)', cell: ({ startedAt }) => utc(startedAt), style: () => 'dim' },
  { title: 'by', cell: ({ trigger }) => trigger, goes: 3 },
  { title: 'scope', cell: scopeOf, least: 12, goes: 2 },
  { title: 'status', cell: ({ status }) => status, style: ({ status }) => STYLES[status] },
  number('projects', ({ projects }) => projects),
  number('clusters', ({ counts }) => counts?.clusters),
  number('failed', ({ counts, failures }) => (counts?.clustersFailed ?? 0) + failures.length),
  number('jobs', ({ counts }) => counts?.jobsSeen),
  number('new', ({ counts }) => counts?.jobsNew),
  number('changed', ({ counts }) => counts?.jobsChanged),
  number('findings', ({ counts }) => counts?.findings, 5),
  number('requests', ({ counts }) => counts?.atlasRequests, 1),
  {
    title: 'took',
    cell: ({ startedAt, finishedAt }) => spanBetween(startedAt, finishedAt, 'narrow') ?? '',
    align: 'right',
  },
  { title: 'id', cell: ({ runId }) => runId, style: () => 'dim', goes: 4 },
];

function scopeOf({ scope: { projectId, clusterName }, full }: Run): string {
  const what = [projectId, clusterName].filter((part) => part !== undefined).join('/') || 'everything';
  return full ? `${what}, in full` : what;
}
