// bench/harness/table.ts: results and targets as tables that read well as text and as Markdown.
import { type Result, ratio } from './race.ts';
import type { Spread } from './statistics.ts';

export interface Column {
  title: string;
  /** The name of what was measured. */
  number: string;
  /** @default 0 */
  digits?: number;
  /** Divides the value, such as 1,000 for KB. @default 1 */
  unit?: number;
  /** `spread`: with minimum and maximum. `ratio`: divided by the baseline's. @default the median */
  as?: 'spread' | 'ratio';
}

/** Wall time and processor time, and how many times those of the baseline they are. */
export const TIME_COLUMNS: readonly Column[] = [
  { title: 'wall, ms', number: 'wallMs', as: 'spread' },
  { title: 'x', number: 'wallMs', as: 'ratio' },
  { title: 'CPU, ms', number: 'cpuMs', as: 'spread' },
  { title: 'x', number: 'cpuMs', as: 'ratio' },
];

/** One of the things that a benchmark promises. */
export interface Target {
  what: string;
  /** At most. */
  limit: number;
  measured: number;
}

export const isMet = ({ measured, limit }: Target) => measured <= limit;

/** @param baseline a contender; without ratios, none */
export function resultTable(columns: readonly Column[], results: readonly Result[], baseline?: string): string {
  const cell = (result: Result, { number, digits = 0, unit = 1, as }: Column) => {
    const text = (value: number | undefined) => (value === undefined ? '' : (value / unit).toFixed(digits));
    const spread = result.spread[number];
    if (as === 'spread') return spread ? spreadText(spread, text) : '';
    if (as !== 'ratio') return text(spread?.median);
    if (baseline === undefined || result.contender === baseline) return '';
    return ratio(results, result, baseline, number)?.toFixed(2) ?? '';
  };
  const titles = ['case', 'contender', 'pass', ...columns.map(({ title }) => title)];
  const rows = results.map((result) => [
    ...[result.case, result.contender, result.pass],
    ...columns.map((column) => cell(result, column)),
  ]);
  return markdown(titles, rows, 3);
}

const spreadText = ({ median, min, max }: Spread, text: (value: number) => string) =>
  `${text(median)} (${text(min)} to ${text(max)})`;

export const targetTable = (targets: readonly Target[]): string =>
  markdown(
    ['target', 'verdict', 'at most', 'measured'],
    targets.map((target) => [
      target.what,
      isMet(target) ? 'met' : `missed by ${((target.measured / target.limit - 1) * 100).toFixed(0)} %`,
      target.limit.toFixed(2),
      target.measured.toFixed(2),
    ]),
    2,
  );

/** @param left how many columns are aligned to the left */
function markdown(titles: readonly string[], rows: readonly string[][], left: number): string {
  const widths = titles.map((title, at) => Math.max(title.length, 3, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text, at) => (at < left ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, at) => (at < left ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(titles), line(rule), ...rows.map(line)].join('\n');
}
