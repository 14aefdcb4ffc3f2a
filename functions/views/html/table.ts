// functions/views/html/table.ts: the head of a table, whose rows are cards on a narrow screen.
import { html, raw } from 'hono/html';
import type { Html } from './text.ts';

/** Of a column by which the rows can be sorted. */
export interface SortHeading {
  title: string;
  /** The class. */
  look?: string;
  /** To the rows sorted by it, or, where they are, the other way round. */
  href: string;
  /** Absent: they are sorted by something else. */
  sorted?: 'ascending' | 'descending';
}

/** A title, a title and its class, or one to sort by. */
export type Heading = string | readonly [title: string, look: string] | SortHeading;

/** The roles are what the elements are anyway, until a narrow screen makes blocks of them. */
export const tableHead = (headings: readonly Heading[]) => html`<thead role="rowgroup"><tr role="row">
${headings.map(cell)}</tr></thead>
`;

function cell(heading: Heading): Html {
  if (typeof heading === 'string') return plain(heading, '');
  if (!('href' in heading)) return plain(...heading);
  const { title, look = '', href, sorted } = heading;
  const arrow = sorted && html`\u00a0<span aria-hidden="true">${sorted === 'ascending' ? '↑' : '↓'}</span>`;
  return html`<th role="columnheader" scope="col"${look && raw(` class="${look}"`)}${sorted ? raw(` aria-sort="${sorted}"`) : ''}><a class="sort" href="${href}">${title}</a>${arrow ?? ''}</th>`;
}

const plain = (title: string, look: string) =>
  html`<th role="columnheader" scope="col"${look && raw(` class="${look}"`)}>${title}</th>`;
