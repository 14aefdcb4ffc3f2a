// bin/output/coverage-table.ts: the coverage on a terminal: a line for each list of restore jobs.
import { problemText } from '../../functions/restore/field-reader.ts';
import { type CoverageState, KINDS, type Kind } from '../../functions/schema/words.ts';
import type { CoverageRow } from '../../functions/views/coverage.ts';
import { STATES, type Tone } from '../../functions/views/state-labels.ts';
import { ago, counted, utc } from '../../functions/views/text.ts';
import type { Style, Terminal } from '../process/terminal.ts';
import { type Column, compare, inColumn, writeTable } from './tables.ts';

interface Line {
  row: CoverageRow;
  state: CoverageState;
  kind?: Kind;
  list?: List;
  since?: string | undefined;
  /** The error, Atlas's answer, or what could not be understood. */
  note?: string | undefined;
}

type List = NonNullable<NonNullable<CoverageRow['lists']>[Kind]>;

/** What fails first is what matters, so what is about a project comes before its clusters. */
export const byName = (a: CoverageRow, b: CoverageRow) =>
  compare(a.projectName, b.projectName) ||
  compare(a.projectId, b.projectId) ||
  compare(a.clusterName ?? '', b.clusterName ?? '');

export async function writeCoverage(rows: readonly CoverageRow[], out: Terminal) {
  await writeTable(coverageColumns(Date.now()), rows.flatMap(linesOf), out);
  await out.line(`\n${coverageSummary(rows)}`);
}

function linesOf(row: CoverageRow): Line[] {
  const { clusterName, state, since, gaps, error, lists = {} } = row;
  const [gap] = gaps;
  const about = error?.message ?? (gap?.action === undefined ? gap?.text : `${gap.text} To do: ${gap.action}.`);
  const note = clusterName !== undefined && state === 'none' ? undefined : about;
  const lines = KINDS.flatMap((kind): Line[] => {
    const list = lists[kind];
    if (!list) return [];
    const isOver = state === 'gone' || state === 'out-of-scope' || state === 'not-visible';
    return [{ row, kind, list, ...(isOver ? { state, since } : { state: list.state, ...noteOfList(list) }) }];
  });
  return clusterName !== undefined && lines.length > 0 ? lines : [{ row, state, since, note }];
}

function noteOfList({ error, answer, problems = [], problemCount = 0 }: List): Pick<Line, 'note' | 'since'> {
  if (error) return { note: error.message, since: error.since };
  if (answer !== undefined) return { note: answer };
  const [problem] = problems;
  if (!problem) return {};
  const { jobId = 'without an id' } = problem;
  return { note: `${problemCount} not understood, such as ${jobId}: ${problemText(problem)}` };
}

const STYLES: Record<Tone, Style> = { ok: 'green', bad: 'red', now: 'cyan', wait: 'yellow', off: 'dim' };
const styleOf = (state: CoverageState) => STYLES[STATES[state].tone];
const labelOf = (state: CoverageState) => inColumn(STATES[state].label, styleOf(state));

const coverageColumns = (now: number): Column<Line>[] => {
  const age = (iso: string | undefined) => (iso === undefined ? '' : ago(iso, now));
  return [
    { title: 'project', cell: ({ row }) => row.projectName, least: 12 },
    { title: 'cluster', cell: ({ row }) => row.clusterName ?? `(${row.what ?? ''})`, least: 10 },
    { title: 'kind', cell: ({ kind, row }) => kind ?? row.tier ?? '' },
    { title: 'jobs', cell: ({ list }) => String(list?.jobs ?? ''), align: 'right' },
    { title: 'open', cell: ({ list }) => String(list?.open || ''), align: 'right', style: () => 'cyan' },
    { title: 'last read', cell: ({ list }) => age(list?.readAt) },
    { title: 'read in full', cell: ({ list }) => age(list?.fullReadAt), goes: 1 },
    { title: 'state', cell: ({ state }) => labelOf(state), style: ({ state }) => styleOf(state) },
    {
      title: '',
      cell: ({ since, note }) => [since && `since ${age(since)}`, note].filter(Boolean).join(': '),
      least: 16,
      style: ({ state }) => (styleOf(state) === 'red' ? 'red' : 'dim'),
    },
  ];
};

/** `3 projects, 12 clusters (3 without backups), 360 jobs; 15 lists of restore jobs read, 1 FAILING.` */
function coverageSummary(rows: readonly CoverageRow[]): string {
  const lines = rows.flatMap(linesOf);
  const count = (state: CoverageState) => lines.filter((line) => line.state === state).length;
  const clusters = rows.filter(({ clusterName }) => clusterName !== undefined);
  const without = clusters.filter(({ state }) => state === 'none').length;
  const jobs = rows.reduce((sum, row) => sum + row.jobs, 0);
  const things = [
    counted(new Set(rows.map(({ projectId }) => projectId)).size, 'project'),
    `${counted(clusters.length, 'cluster')}${without > 0 ? ` (${without} without backups)` : ''}`,
    counted(jobs, 'job'),
  ];
  const unread = (['late', 'stale', 'failing', 'not-visible', 'never'] as const).flatMap((state) =>
    count(state) > 0 ? [`${count(state)} ${labelOf(state)}`] : [],
  );
  const lists = [`${counted(count('read'), 'list')} of restore jobs up to date`, ...unread];
  return `${things.join(', ')}; ${lists.join(', ')}.${provenThrough(rows)}`;
}

/** Up to date is no proof: that takes a reading to the end. */
function provenThrough(rows: readonly CoverageRow[]): string {
  const claimed = rows.filter(({ claim }) => claim !== undefined);
  const incomplete = claimed.filter(({ claim }) => claim !== 'complete').length;
  const [first] = claimed.flatMap(({ provenThrough: at }) => at ?? []).sort();
  if (incomplete > 0) return `\nINCOMPLETE: restores can't be ruled out in ${counted(incomplete, 'row')} above.`;
  if (first === undefined) return '';
  const letGo = rows
    .flatMap(({ letGoBefore }) => letGoBefore ?? [])
    .sort()
    .at(-1);
  const kept = letGo === undefined ? '' : `, since ${utc(letGo)} UTC at the latest: older ones were let go`;
  return `\nComplete for restores of these clusters requested before ${utc(first)} UTC${kept}, based on full readings.\nOf the time before a cluster was first read, the ledger has what Atlas still listed then.\nThe table itself was not counted: \`restore-ledger evidence\` counts it, and so does \`verify\`, where the ledger is.`;
}
