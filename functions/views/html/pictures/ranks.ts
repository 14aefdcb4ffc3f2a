// functions/views/html/pictures/ranks.ts: things by how many restores they have: a bar each, and the number beside it.
import { html } from 'hono/html';
import { number } from '../../text.ts';
import type { Html } from '../text.ts';
import { fixed } from './plot.ts';

export interface Rank {
  label: Html | string;
  restores: number;
  /** The class that fills the bar. @default fill-c1 */
  look?: string;
  /** Beside the number. */
  about?: Html | string;
}

export interface Ranks {
  caption: string;
  /** Of the labels, and of what is beside the numbers. */
  headings: readonly [label: string, about?: string];
  rows: readonly Rank[];
  /** How many are shown. @default 10 */
  max?: number;
  /** Where the rest is. */
  rest?: Html | string;
}

/** A table whose bars are its picture. Of more rows than are shown, it says how many. */
export function ranks({ caption, headings: [label, about], rows, max = 10, rest = '' }: Ranks): Html {
  const most = Math.max(1, ...rows.map(({ restores }) => restores));
  const left = rows.slice(max);
  const restoresLeft = left.reduce((sum, { restores }) => sum + restores, 0);
  return html`<table class="ranks"><caption class="hidden">${caption}</caption>
<thead><tr><th scope="col">${label}</th><th scope="col" class="r">Restores</th><th scope="col"><span class="hidden">${about ?? 'Share'}</span></th></tr></thead>
<tbody>${rows.slice(0, max).map(
    (
      row,
    ) => html`<tr><th scope="row">${row.label}</th><td class="r">${number(row.restores)}</td><td><svg class="rank" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="${row.look ?? 'fill-c1'}" width="${fixed(Math.max(1, (100 * row.restores) / most))}" height="8"/></svg>${row.about ? html`<span class="sub">${row.about}</span>` : ''}</td></tr>
`,
  )}</tbody></table>${left.length === 0 ? '' : html`<p class="soft small">And ${number(left.length)} more, with ${number(restoresLeft)} restores. ${rest}</p>`}`;
}
