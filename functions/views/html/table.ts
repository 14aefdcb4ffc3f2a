// functions/views/html/table.ts: the head of a table, whose rows are cards on a narrow screen.
import { html, raw } from 'hono/html';

/** A title, or a title and its class. */
type Heading = string | readonly [title: string, look: string];

/** The roles are what the elements are anyway, until a narrow screen makes blocks of them. */
export const tableHead = (headings: readonly Heading[]) => html`<thead role="rowgroup"><tr role="row">
${headings.map((heading) => {
  const [title, look = ''] = typeof heading === 'string' ? [heading] : heading;
  return html`<th role="columnheader" scope="col"${look && raw(` class="${look}"`)}>${title}</th>`;
})}</tr></thead>
`;
