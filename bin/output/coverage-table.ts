// bin/output/coverage-table.ts shows the coverage on a terminal: a line for each list of restore jobs.

import { problemText } from '../../functions/restore/field-reader.ts';
import { type CoverageState, KINDS, type Kind } from '../../functions/schema/words.ts';
import type { CoverageRow } from '../../functions/views/coverage.ts';
import { ago, counted } from '../../functions/views/text.ts';
import type { Style } from '../process/terminal.ts';
import type { Column } from './tables.ts';

/** A row of the coverage, or one of its lists. */
interface Line
  extends Pick<
    CoverageRow,
    'projectId' | 'projectName' | 'clusterName' | 'what' | 'state' | 'since' | 'readAt' | 'fullReadAt' | 'tier'
  > {
  kind?: Kind;
  jobs?: number;
  open?: number;
  /** The error, Atlas's answer, or what could not be understood. */
  note?: string;
}

/** By project and cluster name. What fails first is what matters, so what is about a project comes before its clusters. */
export function coverageLines(rows: readonly CoverageRow[]): Line[] {
  return rows
    .toSorted(
      (a, b) =>
        compare(a.projectName, b.projectName) ||
        compare(a.projectId, b.projectId) ||
        compare(a.clusterName ?? '', b.clusterName ?? ''),
    )
    .flatMap(linesOf);
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function linesOf(row: CoverageRow): Line[] {
  const { projectId, projectName, clusterName, what, tier, state, since, gaps, error, lists = {} } = row;
  const about = { projectId, projectName, ...(tier === undefined ? {} : { tier }) };
  const sinceThen = since === undefined ? {} : { since };
  const [gap] = gaps;
  const [noted, advice] = [error?.message ?? gap?.text, error ? undefined : gap?.action];
  const note = noted === undefined ? {} : { note: advice === undefined ? noted : `${noted} To do: ${advice}.` };
  if (clusterName === undefined) {
    return [{ ...about, ...(what === undefined ? {} : { what }), state, ...sinceThen, ...note }];
  }
  const kinds = KINDS.filter((kind) => lists[kind]);
  if (kinds.length === 0) return [{ ...about, clusterName, state, ...sinceThen, ...(state === 'none' ? {} : note) }];
  return kinds.flatMap((kind) => {
    const list = lists[kind];
    if (!list) return [];
    const { jobs, open, readAt, fullReadAt } = list;
    const read = { ...(readAt === undefined ? {} : { readAt }), ...(fullReadAt === undefined ? {} : { fullReadAt }) };
    const over = state === 'gone' || state === 'out-of-scope' || state === 'not-visible';
    const shown = over ? { state, ...sinceThen } : { state: list.state, ...noteOfList(list) };
    return [{ ...about, clusterName, kind, jobs, open, ...read, ...shown }];
  });
}

type List = NonNullable<NonNullable<CoverageRow['lists']>[Kind]>;

function noteOfList({ error, answer, problems = [], problemCount = 0 }: List): Pick<Line, 'note' | 'since'> {
  if (error) return { note: error.message, since: error.since };
  if (answer !== undefined) return { note: answer };
  const [problem] = problems;
  if (!problem) return {};
  const { jobId = 'without an id' } = problem;
  return { note: `${problemCount} not understood, such as ${jobId}: ${problemText(problem)}` };
}

const STATE: Record<CoverageState, { text: string; style: Style }> = {
  failing: { text: 'FAILING', style: 'red' },
  'not-visible': { text: 'NOT VISIBLE', style: 'red' },
  never: { text: 'NEVER READ', style: 'red' },
  stale: { text: 'STALE', style: 'red' },
  late: { text: 'late', style: 'yellow' },
  read: { text: 'ok', style: 'green' },
  absent: { text: 'no such list', style: 'dim' },
  none: { text: 'no backups', style: 'dim' },
  gone: { text: 'gone', style: 'dim' },
  'out-of-scope': { text: 'out of scope', style: 'dim' },
};

export const coverageColumns = (now: number): Column<Line>[] => {
  const age = (iso: string | undefined) => (iso === undefined ? '' : ago(iso, now));
  return [
    { title: 'project', cell: ({ projectName }) => projectName, least: 12 },
    { title: 'cluster', cell: ({ clusterName, what }) => clusterName ?? `(${what ?? ''})`, least: 10 },
    { title: 'kind', cell: ({ kind, tier }) => kind ?? tier ?? '' },
    { title: 'jobs', cell: ({ jobs }) => String(jobs ?? ''), align: 'right' },
    { title: 'open', cell: ({ open }) => (open ? String(open) : ''), align: 'right', style: () => 'cyan' },
    { title: 'last read', cell: ({ readAt }) => age(readAt) },
    { title: 'read in full', cell: ({ fullReadAt }) => age(fullReadAt), goes: 1 },
    { title: 'state', cell: ({ state }) => STATE[state].text, style: ({ state }) => STATE[state].style },
    {
      title: '',
      cell: (row) => noteOf(row, age),
      least: 16,
      style: ({ state }) => (STATE[state].style === 'red' ? 'red' : 'dim'),
    },
  ];
};

const noteOf = ({ note, since }: Line, age: (iso: string | undefined) => string) =>
  [...(since === undefined ? [] : [`since ${age(since)}`]), ...(note === undefined ? [] : [note])].join(': ');

/** `3 projects, 12 clusters (3 without backups), 360 jobs; 15 lists of restore jobs read, 1 FAILING.` */
export function coverageSummary(rows: readonly CoverageRow[]): string {
  const lines = rows.flatMap(linesOf);
  const count = (state: CoverageState) => lines.filter((line) => line.state === state).length;
  const clusters = rows.filter(({ clusterName }) => clusterName !== undefined);
  const without = clusters.filter(({ state }) => state === 'none').length;
  const things = [
    counted(new Set(rows.map(({ projectId }) => projectId)).size, 'project'),
    `${counted(clusters.length, 'cluster')}${without > 0 ? ` (${without} without backups)` : ''}`,
    counted(
      rows.reduce((sum, { jobs }) => sum + jobs, 0),
      'job',
    ),
  ];
  const unread = (['late', 'stale', 'failing', 'not-visible', 'never'] as const).flatMap((state) =>
    count(state) > 0 ? [`${count(state)} ${STATE[state].text}`] : [],
  );
  const proven = provenThrough(rows);
  return `${things.join(', ')}; ${[`${counted(count('read'), 'list')} of restore jobs up to date`, ...unread].join(', ')}.${proven}`;
}

/** Up to date is no proof: that takes a reading to the end. */
function provenThrough(rows: readonly CoverageRow[]): string {
  const claimed = rows.filter(({ claim }) => claim !== undefined);
  if (claimed.length === 0) return '';
  const incomplete = claimed.filter(({ claim }) => claim !== 'complete').length;
  const [first] = claimed.flatMap(({ provenThrough: at }) => at ?? []).sort();
  if (incomplete > 0) return `\nINCOMPLETE: restores can't be ruled out in ${counted(incomplete, 'row')} above.`;
  return first === undefined
    ? ''
    : `\nComplete, by what was read to its end, for restores requested before ${first.slice(0, 19)}Z.\nThe jobs in the table were not counted here: restore-ledger verify does that, and evidence.`;
}
