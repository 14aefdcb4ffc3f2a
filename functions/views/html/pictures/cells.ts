// functions/views/html/pictures/cells.ts: a row of cells for each cluster, one a day or a month. What is not known has a shape of its own,
// and is never left blank.
import { html } from 'hono/html';
import type { Html } from '../text.ts';
import { fixed, linked } from './plot.ts';

/** full: known, and good. half: as far as is known. cross: a hole. stroke: known of in part. line: let go. bare: nothing to know. dot: not there. */
export type CellLook = 'full' | 'half' | 'cross' | 'stroke' | 'line' | 'bare' | 'dot';

export interface Cell {
  look: CellLook;
  /** In how many places of the row. */
  length: number;
  title: string;
  href?: string;
}

const HEIGHT = 10;
const GAP = 0.1;

/** Cells of one look are one shape, unless each has its own way. */
export function cellRow(cells: readonly Cell[]): Html {
  let at = 0;
  const parts = cells.map((cell) => {
    const first = at;
    at += cell.length;
    const places = Array.from({ length: cell.length }, (_, n) => first + n);
    const drawing = html`<title>${cell.title}</title><path class="cell ${cell.look}" d="${places.map((x) => SHAPES[cell.look](x)).join('')}"/>`;
    return linked(cell.href, drawing);
  });
  return html`<svg class="cells" viewBox="0 0 ${Math.max(1, at)} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`;
}

const box = (x: number, top = 0) => `M${fixed(x + GAP / 2)} ${top}h${1 - GAP}V${HEIGHT}h-${1 - GAP}z`;
const [left, right] = [(x: number) => fixed(x + GAP / 2), (x: number) => fixed(x + 1 - GAP / 2)];

const SHAPES: Record<CellLook, (x: number) => string> = {
  full: box,
  half: (x) => box(x, HEIGHT / 2),
  cross: (x) => `${box(x)}M${left(x)} 0L${right(x)} ${HEIGHT}M${right(x)} 0L${left(x)} ${HEIGHT}`,
  stroke: (x) => `${box(x)}M${left(x)} ${HEIGHT}L${right(x)} 0`,
  line: (x) => `${box(x)}M${left(x)} ${HEIGHT / 2}H${right(x)}`,
  bare: (x) => `M${left(x)} ${HEIGHT / 2}H${right(x)}`,
  dot: (x) => `M${fixed(x + 0.5)} ${HEIGHT / 2}h.01`,
};

export interface CellTable {
  caption: string;
  /** Of the rows' heads, of the picture and of the words. */
  headings: readonly [head: string, picture: string, words: string];
  /** Below the heading of the picture: where it begins, and ends. */
  axis: readonly string[];
  rows: readonly { head: Html; cells: readonly Cell[]; words: Html | string }[];
  legend: readonly { look: CellLook; label: string }[];
}

/** The picture and its table are one: the words of a row say what its cells show. */
export const cellTable = ({ caption, headings: [head, picture, words], axis, rows, legend }: CellTable): Html =>
  html`<ul class="legend" aria-hidden="true">${legend.map(({ look, label }) => html`<li><svg class="key" viewBox="0 0 1 ${HEIGHT}" preserveAspectRatio="none"><path class="cell ${look}" d="${SHAPES[look](0)}"/></svg>${label}</li>`)}</ul>
<table class="pictured" role="table"><caption class="hidden">${caption}</caption>
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">${head}</th><th role="columnheader" scope="col"><span class="hidden">${picture}</span><span class="axis" aria-hidden="true">${axis.map((label) => html`<span>${label}</span>`)}</span></th><th role="columnheader" scope="col">${words}</th></tr></thead>
<tbody role="rowgroup">${rows.map(
    (
      row,
    ) => html`<tr role="row"><th role="rowheader" scope="row">${row.head}</th><td role="cell" class="drawn">${cellRow(row.cells)}</td><td role="cell" class="words">${row.words}</td></tr>
`,
  )}</tbody></table>`;
