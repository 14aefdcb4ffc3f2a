// functions/api/http/whole-list.ts: all of a list in one answer, as CSV or JSON lines. Where answers stream, it streams, with one page
// in memory; Lambda's answers are limited, so there it ends where the limit is, and says so.
import type { Context } from 'hono';
import type { Page } from '../../ledger/model/ledger.ts';
import type { Log } from '../../platform/log.ts';
import { csvLine } from '../../views/csv/csv-line.ts';
import { BYTE_ORDER_MARK, type Listing, line, urlAt } from './list.ts';
import { FORMATS, formatOf } from './negotiate.ts';
import { queryOf } from './parameters.ts';
import { MAX_BODY_BYTES, wireBytes } from './payload-limit.ts';
import type { ApiEnv } from './ports.ts';
import { badParameter } from './problem.ts';

export interface WholeListing<Item> extends Omit<Listing<Item>, 'read'> {
  read(cursor: string | undefined): Promise<Page<Item>>;
}

/** API Gateway waits 30 s for an answer; a page takes a second or two where the ledger is slow. */
const GATEWAY_MS = 20_000;

/** @param now in ms @throws RequestProblem 400 for JSON, which would be one value that can be cut anywhere; and what the first `read` throws */
export async function wholeListAnswer<Item>(
  context: Context<ApiEnv>,
  listing: WholeListing<Item>,
  { cursor: from, now, log }: { cursor: string | undefined; now(): number; log: Log },
): Promise<Response> {
  const format = formatOf(context);
  if (format === 'json') throw badParameter('limit', 'all needs `format` csv or ndjson');
  const write = ({ items }: Page<Item>) =>
    items.flatMap((item) => listing.rows(item).map((row) => line(row, format, listing))).join('');
  const mark = format === 'csv' && queryOf(context).get('bom') === 'true' ? BYTE_ORDER_MARK : '';
  const head = format === 'csv' ? mark + csvLine(listing.columns) : '';
  const headersOf = (name: string) => ({
    'content-type': `${FORMATS[format]}; charset=utf-8`,
    vary: 'accept',
    'content-disposition': `attachment; filename="${name}.${format}"`,
    ...listing.headers?.(),
  });
  const first = await listing.read(from);
  if (context.env?.requestContext === undefined) {
    const failed = (error: Error) => {
      log.error('answer broken off', { requestId: context.get('requestId'), error: error.name, reason: error.message });
      context.env?.breakOff?.();
    };
    return context.body(streamed(first, listing, { head, write, failed }), 200, headersOf(listing.name));
  }

  const began = now();
  let body = head;
  let left = MAX_BODY_BYTES - wireBytes(head);
  for (let page = first; ; ) {
    const text = write(page);
    left -= wireBytes(text);
    body += text;
    if (page.cursor === undefined)
      return context.body(body, 200, headersOf(from === undefined ? listing.name : `${listing.name}-last-part`));
    // The next page may be as large as the largest so far.
    const isFull = left < 2 * wireBytes(text) || now() - began > GATEWAY_MS;
    if (isFull) {
      const link = `<${urlAt(context, { cursor: page.cursor })}>; rel="next"`;
      return context.body(body, 200, { ...headersOf(`${listing.name}-part`), link });
    }
    page = await listing.read(page.cursor);
  }
}

/** An error after the first page breaks the connection, so that nobody takes a part for the whole. */
function streamed<Item>(
  first: Page<Item>,
  { read }: Pick<WholeListing<Item>, 'read'>,
  { head, write, failed }: { head: string; write(page: Page<Item>): string; failed(error: Error): void },
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  async function* texts() {
    yield head;
    for (let page = first; ; page = await read(page.cursor)) {
      yield write(page);
      if (page.cursor === undefined) return;
    }
  }
  const left = texts();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await left.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        failed(error instanceof Error ? error : new Error(String(error)));
        controller.error(error);
      }
    },
  });
}
