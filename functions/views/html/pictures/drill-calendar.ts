// functions/views/html/pictures/drill-calendar.ts: in which months the backup of each cluster was restored.
import { html } from 'hono/html';
import type { DrillLine, DrillMonth, MonthState } from '../../pictures/drill-months.ts';
import { spanLabel, spanName } from '../../pictures/spans.ts';
import { counted } from '../../text.ts';
import { type Html, name, whole } from '../text.ts';
import { type Cell, type CellLook, cellTable } from './cells.ts';
import { ends } from './plot.ts';

const LOOK: Record<MonthState, CellLook> = {
  restored: 'full',
  due: 'half',
  missing: 'line',
  unknown: 'cross',
  none: 'bare',
  absent: 'dot',
};
const LABEL: Record<MonthState, string> = {
  restored: 'Restored',
  due: 'None known, to be proven',
  missing: 'Not restored',
  unknown: 'Not known',
  none: 'Nothing to read',
  absent: 'Not there, or not yet',
};
const STATES = Object.keys(LABEL) as MonthState[];

export interface DrillCalendar {
  lines: readonly DrillLine[];
  caption: string;
  /** Of a row. @default the name of the cluster */
  head?: (line: DrillLine) => Html;
  /** To the restores of a month. */
  href?: (line: DrillLine, month: DrillMonth) => string;
  /** Beside the words of a row. */
  beside?: (line: DrillLine) => Html | string;
}

export function drillCalendar({ lines, caption, head = plainHead, href, beside }: DrillCalendar): Html {
  const present = new Set(lines.flatMap(({ months }) => months.map(({ state }) => state)));
  return cellTable({
    caption,
    headings: ['Cluster', 'Restored whole, by month', 'In words'],
    axis: ends(lines[0]?.months ?? [], (month) => spanLabel(month, 'month')),
    rows: lines.map((line) => ({
      head: head(line),
      cells: runs(line.months).map(
        ({ length, ...month }): Cell => ({
          ...{ look: LOOK[month.state], length, title: titleOf(month) },
          ...(href && month.state === 'restored' ? { href: href(line, month) } : {}),
        }),
      ),
      words: html`${whole(wordsOf(line.months))}${beside ? html`<span class="sub">${beside(line)}</span>` : ''}`,
    })),
    legend: STATES.filter((state) => present.has(state)).map((state) => ({ look: LOOK[state], label: LABEL[state] })),
  });
}

const plainHead = ({ projectName, clusterName }: DrillLine) =>
  html`${name(clusterName)}<span class="sub">${name(projectName)}</span>`;

/** Months alike that follow one another are one, but for those with restores: each of these leads to its own. */
function runs(months: readonly DrillMonth[]): (DrillMonth & { length: number })[] {
  const all: (DrillMonth & { length: number })[] = [];
  for (const month of months) {
    const last = all.at(-1);
    if (last?.state === month.state && month.state !== 'restored') {
      last.until = month.until;
      last.length += 1;
    } else all.push({ ...month, length: 1 });
  }
  return all;
}

const titleOf = (month: DrillMonth) =>
  `${spanName(month, 'month')}: ${month.state === 'restored' ? counted(month.restores, 'whole restore') : LABEL[month.state].toLowerCase()}`;

function wordsOf(months: readonly DrillMonth[]): string {
  const there = months.filter(({ state }) => state !== 'absent' && state !== 'none');
  if (there.length === 0) return 'Nothing to restore';
  const restored = there.filter(({ state }) => state === 'restored');
  const unknown = there.filter(({ state }) => state === 'unknown').length;
  const last = restored.at(-1);
  const known = last
    ? `${restored.length} of ${counted(there.length, 'month')}, last ${spanName(last, 'month')}`
    : `None known in ${counted(there.length, 'month')}`;
  return `${known}${unknown > 0 ? `; ${counted(unknown, 'month')} not known` : ''}`;
}
