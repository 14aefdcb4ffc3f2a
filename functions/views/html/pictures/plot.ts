// functions/views/html/pictures/plot.ts: what all pictures of values over time have: axes beside a drawing that takes the width there
// is, the same in words, and its numbers as a table. Drawings are for the eye and the mouse: everything in them is in the table too.
import { html } from 'hono/html';
import type { Html } from '../text.ts';

/** Of a drawing, in its own units: it is stretched to the width of the page. */
export const WIDTH = 600;
export const HEIGHT = 150;

export interface Plot {
  /** For those who don't see it. */
  says: string;
  /** From the top to the bottom. */
  y: readonly string[];
  /** From the left to the right. */
  x: readonly string[];
  /** Inside the `svg`. */
  drawing: Html;
  legend: readonly { look: string; label: string }[];
  /** What the table is about, in a few words. */
  about: string;
  table: Html;
}

export const plot = ({ says, y, x, drawing, legend, about, table }: Plot): Html =>
  html`<figure class="chart small"><figcaption class="hidden">${says} The same numbers follow as a table.</figcaption>
<div class="y soft" aria-hidden="true">${y.map((label) => html`<span>${label}</span>`)}</div>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
${y.map((_, i) => rule((i * HEIGHT) / Math.max(1, y.length - 1), i === y.length - 1))}${drawing}</svg>
<div class="x soft" aria-hidden="true">${x.map((label) => html`<span>${label}</span>`)}</div></figure>
<div class="under"><ul class="legend" aria-hidden="true">${legend.map(({ look, label }) => html`<li><svg viewBox="0 0 8 8"><rect class="${look}" width="8" height="8" rx="2"/></svg>${label}</li>`)}</ul>
${asTable(about, table)}</div>`;

const rule = (y: number, isBase: boolean) =>
  html`<line${isBase ? html` class="base"` : ''} x2="${WIDTH}" y1="${fixed(y)}" y2="${fixed(y)}"/>`;

/** Folded, since the picture shows it. */
export const asTable = (about: string, table: Html): Html =>
  html`<details><summary>The same numbers as a table</summary>
<div class="scroll" role="region" aria-label="${about}" tabindex="0">${table}</div></details>`;

/** For the mouse alone: the table has the same link, and a keyboard should not pass hundreds of them. */
export const linked = (href: string | undefined, drawing: Html): Html =>
  href === undefined ? html`<g>${drawing}</g>` : html`<a href="${href}" tabindex="-1">${drawing}</a>`;

export const fixed = (n: number) => Math.round(n * 100) / 100;

/** The first, the middle and the last, as labels below a drawing. */
export function ends<T>(all: readonly T[], label: (one: T) => string): string[] {
  const [first, middle, last] = [all[0], all[Math.floor(all.length / 2)], all.at(-1)];
  const shown = all.length < 3 ? [...all] : [first, middle, last];
  return shown.flatMap((one) => (one === undefined ? [] : [label(one)]));
}

/** The next of 2, 4, 6, 10, 20, 40, 60, 100, ...: even, so that the line in the middle has a whole number. */
export function roundUp(n: number): number {
  for (let unit = 1; ; unit *= 10) {
    const fit = [2, 4, 6, 10].find((step) => n <= step * unit);
    if (fit !== undefined) return fit * unit;
  }
}

const STEPS = [10, 20, 60, 120, 240, 600, 1_200, 2_400, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400];

/** As `roundUp`, of seconds: 10 s, 1 min, 2 min, ... 12 h, 1 d, 2 d, 4 d, 6 d, 10 d, ... */
export function roundUpSeconds(seconds: number): number {
  return STEPS.find((step) => seconds <= step) ?? 86_400 * roundUp(seconds / 86_400);
}
