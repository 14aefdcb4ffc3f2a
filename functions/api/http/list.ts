// functions/api/http/list.ts: a page of a list as JSON, JSON lines or CSV, with a link to the next one.
import type { Context } from 'hono';
import type { Page } from '../../ledger/model/ledger.ts';
import { csvLine } from '../../views/csv/csv-line.ts';
import { taggedText } from './etag.ts';
import { FORMATS, type Format, formatOf } from './negotiate.ts';
import { queryOf } from './parameters.ts';
import { fitting } from './payload-limit.ts';
import type { ApiEnv } from './ports.ts';

export interface Listing<Item> {
  /** What the list is called in JSON, and its file as CSV. */
  name: string;
  columns: readonly string[];
  /** As JSON shows it. An item may be several rows. */
  rows(item: Item): object[];
  /** What JSON says beside the list. */
  beside?(): Record<string, unknown>;
  /** Beside those of its form. */
  headers?(): Record<string, string>;
  /** As CSV shows a row. @default the row */
  cells?(row: object): Record<string, unknown>;
  /** Asked again with a smaller limit where a page is too large to be sent. */
  read(limit: number): Promise<Page<Item>>;
}

/** @throws RequestProblem 406, and what `read` throws */
export async function listAnswer<Item>(context: Context<ApiEnv>, listing: Listing<Item>, limit: number) {
  const format = formatOf(context);
  const write = (item: Item) => listing.rows(item).map((row) => line(row, format, listing));
  for (let max = limit; ; ) {
    const { items, cursor, previous } = await listing.read(max);
    const parts = items.map((item) => write(item));
    const fit = fitting(parts.map((lines) => lines.join(',')));
    if (fit < items.length) {
      max = fit; // and the cursor will be where the smaller page ends
      continue;
    }
    const headers: Record<string, string> = { 'content-type': `${FORMATS[format]}; charset=utf-8`, vary: 'accept' };
    const links = [
      ...(cursor === undefined ? [] : [`<${urlAt(context, { cursor })}>; rel="next"`]),
      ...(previous === undefined ? [] : [`<${urlAt(context, { before: previous })}>; rel="prev"`]),
    ];
    Object.assign(headers, listing.headers?.());
    if (links.length > 0) headers.link = links.join(', ');
    if (format === 'csv') headers['content-disposition'] = `attachment; filename="${listing.name}.csv"`;
    const mark = format === 'csv' && queryOf(context).get('bom') === 'true' ? BYTE_ORDER_MARK : '';
    return taggedText(
      context,
      mark + body(parts.flat(), format, listing, { cursor, previous, ...listing.beside?.() }),
      headers,
    );
  }
}

export const BYTE_ORDER_MARK = '\ufeff';

export type Shape = Pick<Listing<unknown>, 'name' | 'columns' | 'cells'>;

export function line(row: object, format: Format, { columns, cells = (same) => ({ ...same }) }: Shape): string {
  if (format === 'json') return JSON.stringify(row);
  if (format === 'ndjson') return `${JSON.stringify(row)}\n`;
  const values = cells(row);
  return csvLine(columns.map((name) => values[name]));
}

function body(lines: string[], format: Format, { name, columns }: Shape, beside: Record<string, unknown>): string {
  if (format === 'ndjson') return lines.join('');
  if (format === 'csv') return csvLine(columns) + lines.join('');
  const around = Object.entries(beside).filter(([, value]) => value !== undefined);
  const fields = around.map(([which, value]) => `,${JSON.stringify(which)}:${JSON.stringify(value)}`).join('');
  return `{${JSON.stringify(name)}:[${lines.join(',')}]${fields}}`;
}

/** This request, at another place. */
export function urlAt(context: Context<ApiEnv>, at: { cursor: string } | { before: string }): string {
  const url = new URL(context.req.url);
  for (const name of ['cursor', 'before']) url.searchParams.delete(name);
  for (const [name, value] of Object.entries(at)) url.searchParams.set(name, value);
  return url.href;
}
