// bin/output/run-rows.ts: runs of the collector: a row each.
import type { Run } from '../../functions/ledger/model/run.ts';
import { runCounts } from '../../functions/schema/run.ts';
import { spanBetween, utc } from '../../functions/views/text.ts';
import type { Style } from '../process/terminal.ts';
import type { RowShape } from './formats.ts';
import type { Column } from './tables.ts';

const COUNTS = Object.keys(runCounts.shape);

/** Of failures the codes; JSON says what failed, and why. */
export const RUN_ROWS: RowShape<Run> = {
  document: (run) => run,
  columns: [
    ...['runId', 'trigger', 'projectId', 'clusterName', 'full', 'status', 'startedAt', 'finishedAt', 'projects'],
    ...COUNTS,
    'failures',
  ],
  cells: ({ scope, counts, failures, ...run }) => ({
    ...run,
    ...scope,
    ...counts,
    failures: failures.map(({ code }) => code).join(' '),
  }),
};

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

export const RUN_COLUMNS: Column<Run>[] = [
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
