// functions/views/html/pictures/bars.ts: restores over time, as columns of stacked parts and as a table.
import { html } from 'hono/html';
import { capitalized } from '../../../platform/text.ts';
import type { Column, OverTime } from '../../pictures/over-time.ts';
import { spanLabel, spanName } from '../../pictures/spans.ts';
import type { Without } from '../../pictures/spans-without.ts';
import { number } from '../../text.ts';
import type { Html } from '../text.ts';
import { ends, fixed, HEIGHT, linked, plot, roundUp, WIDTH } from './plot.ts';

/** One failure among a thousand restores has to show. */
const MIN_HEIGHT = 2;
/** Of what is still to be proven: at the foot of the drawing. */
const DUE_HEIGHT = 10;

/** What is not known is never left blank. */
const HOLES: Partial<Record<Without, { look: string; label: string }>> = {
  due: { look: 'cell line', label: 'None known, to be proven' },
  unknown: { look: 'cell cross', label: 'Not known' },
};
const WITHOUT: Record<Without, string> = {
  none: 'no restores',
  due: 'none known, to be proven',
  unknown: 'not known',
  ahead: 'not yet',
};
const withoutWords = ({ without }: Column) => (without ? WITHOUT[without] : 'none on record');
const holeOf = ({ without = 'none' }: Column) => HOLES[without];

export interface Bars {
  /** Of a value of the dimension, plain text. */
  label: (value: string) => string;
  /** The class that fills it. */
  look: (value: string, index: number) => string;
  /** To the restores of a column. */
  href?: (column: Column) => string;
  says: string;
}

export function bars(over: Omit<OverTime, 'dimension'>, { label, look, href, says }: Bars): Html {
  const { columns, series, unit, overlapping } = over;
  const heightOf = ({ counts }: Column) => counts.reduce((sum, n) => sum + n, 0);
  const top = roundUp(Math.max(...columns.map(heightOf), 0));
  const step = WIDTH / Math.max(1, columns.length);
  const looks = series.map((value, i) => ({ look: look(value, i), label: label(value) }));
  const holes = new Set(columns.flatMap((column) => holeOf(column) ?? []));
  return plot({
    says,
    y: [number(top), number(top / 2), '0'],
    x: ends(columns, (column) => spanLabel(column, unit)),
    drawing: html`${columns.map((column, i) => columnOf(column, i * step))}`,
    legend: [...looks, ...holes],
    about: `Restores by ${unit}`,
    table: html`<table><caption>${overlapping ? 'Findings of restores' : 'Restores'} by the ${unit} of their request (UTC), newest first; without those that have none on record</caption>
<thead><tr><th scope="col">${unit === 'day' ? 'Day' : unit === 'week' ? 'Week' : 'Month'}</th>${looks.map((each) => html`<th scope="col" class="r">${each.label}</th>`)}<th scope="col" class="r">${overlapping ? 'Restores' : 'All'}</th></tr></thead>
<tbody>
${columns
  .filter((column) => column.restores > 0 || holeOf(column))
  .toReversed()
  .map(row)}</tbody></table>`,
  });

  function columnOf(column: Column, x: number): Html {
    let y = HEIGHT;
    const parts = column.counts.flatMap((n, i) => {
      if (n === 0) return [];
      const height = Math.max(MIN_HEIGHT, (n / top) * HEIGHT);
      y -= height;
      return html`<rect class="${looks[i]?.look ?? ''}" x="${fixed(x + step * 0.12)}" y="${fixed(y)}" width="${fixed(step * 0.76)}" height="${fixed(height)}"/>`;
    });
    const words = column.counts.flatMap((n, i) => (n > 0 ? `${number(n)} ${looks[i]?.label.toLowerCase()}` : []));
    const title = `${spanName(column, unit)}: ${column.restores === 0 ? withoutWords(column) : words.join(', ') || `${number(column.restores)} without`}${column.least ? '; there may have been more' : ''}`;
    return html`${linked(
      column.restores === 0 ? undefined : href?.(column),
      html`<rect class="hit" x="${fixed(x)}" y="0" width="${fixed(step)}" height="${HEIGHT}"/><title>${title}</title>${parts}${hole(column, x)}`,
    )}
`;
  }

  function hole(column: Column, x: number): Html | '' {
    const drawn = holeOf(column);
    if (!drawn) return '';
    const [left, right] = [fixed(x + step * 0.12), fixed(x + step * 0.88)];
    const top = column.without === 'due' ? HEIGHT - DUE_HEIGHT : 0;
    const cross = `M${left} ${top}L${right} ${HEIGHT}M${right} ${top}L${left} ${HEIGHT}`;
    return html`<path class="${drawn.look}" d="M${left} ${top}H${right}V${HEIGHT}H${left}z${column.without === 'due' ? '' : cross}"/>`;
  }

  function row(column: Column): Html {
    const name = spanName(column, unit);
    if (column.restores === 0)
      return html`<tr><th scope="row">${name}</th><td colspan="${series.length + 1}" class="r">${capitalized(withoutWords(column))}</td></tr>
`;
    return html`<tr><th scope="row">${href ? html`<a href="${href(column)}">${name}</a>` : name}</th>${column.counts.map((n) => html`<td class="r">${number(n)}</td>`)}<td class="r">${column.least ? 'at least ' : ''}${number(column.restores)}</td></tr>
`;
  }
}
