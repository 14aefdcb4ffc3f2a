// functions/ledger/table/cursor.ts: where the next page of a query begins, in a form that only the same query accepts.
import { createHash } from 'node:crypto';
import { canonicalJson } from '../model/fingerprint.ts';
import { CursorError } from '../model/ledger.ts';

const ID_BYTES = 12;
const CHECK_BYTES = 8;

/** @param nextId the first id that the next page may hold @param query what must be the same: filters and order */
export function cursorAt(nextId: string, query: object): string {
  return Buffer.concat([Buffer.from(nextId, 'hex'), check(nextId, query)]).toString('base64url');
}

/**
 * The id that the page begins at. Not a secret and no permission: the check is there so that a cursor of another query,
 * or half of one, is refused rather than answered with the wrong page.
 * @throws CursorError
 */
export function cursorPosition(cursor: string, query: object): string {
  const bytes = Buffer.from(cursor, 'base64url');
  const nextId = bytes.toString('hex', 0, ID_BYTES);
  if (bytes.length === ID_BYTES + CHECK_BYTES && cursor === cursorAt(nextId, query)) return nextId;
  throw new CursorError('this cursor is not from a page of the same query: start again without it');
}

const check = (nextId: string, query: object) =>
  createHash('sha256')
    .update(`1 ${nextId} ${canonicalJson(query)}`)
    .digest()
    .subarray(0, CHECK_BYTES);
