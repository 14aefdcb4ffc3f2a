// functions/relay/received.ts: a message of the hub's queue: an event as EventBridge wrapped it, and whose it is.
import { hash } from 'node:crypto';
import * as z from 'zod/mini';
import { itemBytes, MAX_ITEM_BYTES } from '../ledger/model/item-size.ts';
import { type Spoke, spokeName } from '../ledger/model/known-project.ts';
import type { Item } from '../ledger/table/job-item.ts';
import type { Key } from '../ledger/table/keys.ts';
import { RECORD_SOURCE, RECORD_TYPE, type RecordDetail, recordDetail } from './record-event.ts';

/** Who sent it. EventBridge writes the account and the region of the sender, which can't write them itself. */
export type Sender = Omit<Spoke, 'ranAt'>;

export interface Received {
  sender: Sender;
  detail: RecordDetail;
}

/** The message names a field, never its value. */
export class RelayError extends Error {
  override readonly name = 'RelayError';
}

const envelope = z.object({
  source: z.literal(RECORD_SOURCE),
  'detail-type': z.literal(RECORD_TYPE),
  account: z.string().check(z.regex(/^\d{12}$/)),
  region: z.string().check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/)),
  detail: recordDetail,
});

/** @throws RelayError */
export function received(body: string): Received {
  const read = z.safeParse(envelope, parsed(body));
  if (!read.success) throw new RelayError(`${at(read.error.issues)}: expected that of a record`);
  const { account: accountId, region, detail } = read.data;
  const { ledger, everyMinutes } = detail;
  const sender = { spoke: spokeName(accountId, region, ledger), accountId };
  return { sender: everyMinutes === undefined ? sender : { ...sender, everyMinutes }, detail };
}

/** An item of a record, which must be the one that its key names. @throws RelayError */
export function itemOf(value: unknown, { key }: RecordDetail): Item & Key {
  const item = value as Item & Key;
  if (typeof item !== 'object' || item === null || item.pk !== key.pk || item.sk !== key.sk)
    throw new RelayError('item: expected the one of its key');
  if (itemBytes(item) > MAX_ITEM_BYTES) throw new RelayError('item: expected one that fits into DynamoDB');
  return item;
}

export const digestOf = (json: string) => hash('sha256', json, 'base64url');

export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new RelayError('expected JSON');
  }
}

const at = (issues: readonly { path: PropertyKey[] }[]) => issues[0]?.path.join('.') || 'the event';
