// bench/harness/markdown.ts writes tables that read well as text and as Markdown.

export interface Column<T> {
  title: string;
  cell(row: T): string;
  align?: 'right';
}

export function markdownTable<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row).replaceAll('|', '\\|')));
  const widths = columns.map(({ title }, at) => Math.max(title.length, 4, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text, at) => (columns[at]?.align ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0))).join(' | ')} |`;
  const rule = columns.map(({ align }, at) => '-'.repeat((widths[at] ?? 4) - 1) + (align ? ':' : '-'));
  return [line(columns.map(({ title }) => title)), line(rule), ...cells.map(line)].join('\n');
}
