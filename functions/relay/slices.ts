// functions/relay/slices.ts: items that came in slices, kept until all of them are there.
import { gunzipSync } from 'node:zlib';
import { sliceKey, slicePk } from '../ledger/table/keys.ts';
import { everything, type Table } from '../ledger/table/table-port.ts';
import { digestOf, parsed, RelayError } from './received.ts';
import type { RecordDetail } from './record-event.ts';

/** After that, what has not come won't: EventBridge and the queue have given up. */
const KEPT_SECONDS = 20 * 86_400;
/** Of an item's JSON: an item has at most 400 KB, and a control character takes six in JSON. */
const MAX_JSON_BYTES = 3 * 1_048_576;

/**
 * The value, once the last of its slices is there; until then undefined. Requests: 1 write, and 1 query a MB.
 * @throws RelayError
 */
export async function joined(
  table: Pick<Table, 'put' | 'query'>,
  spoke: string,
  { n, of, digest, text }: NonNullable<RecordDetail['slice']>,
  now: number,
): Promise<unknown> {
  const ttl = Math.floor(now / 1_000) + KEPT_SECONDS;
  await table.put({ ...sliceKey(spoke, digest, n), text, ttl });
  const texts: string[] = [];
  const range = { partition: slicePk(spoke, digest), consistent: true };
  for await (const slice of everything(table, range)) texts.push(String(slice.text));
  if (texts.length < of) return undefined;
  const json = unpacked(texts.join(''));
  if (digestOf(json) !== digest) throw new RelayError('slice.digest: expected that of the item');
  return parsed(json);
}

function unpacked(text: string): string {
  try {
    return gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: MAX_JSON_BYTES }).toString();
  } catch {
    throw new RelayError('slice.text: expected gzip in base64');
  }
}
