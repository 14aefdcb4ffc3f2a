// functions/ledger/transfer/lines.ts: an export as lines of JSON, between a header and a trailer with counts and a digest.
import { createHash, type Hash } from 'node:crypto';
import * as z from 'zod/mini';
import { tryJson } from '../../platform/json.ts';
import { canonicalJson } from '../model/fingerprint.ts';
import {
  FORMAT,
  FORMAT_VERSION,
  header,
  noRecords,
  RECORD_KINDS,
  type RecordCounts,
  record,
  type TransferRecord,
  trailer,
} from './record.ts';

/** What was read is not a whole export that this version understands. The message names the line. */
export class ExportError extends Error {
  override readonly name = 'ExportError';
}

/** A coverage in parts is one line, and no larger than this, by far. In bytes. */
const MAX_LINE = 256 * 1_048_576;
/** Of a wrong value in a message. In characters. */
const MAX_ECHO = 60;

/** Each with its line feed, and names in order: equal ledgers give equal lines. @param exportedAt ISO 8601 */
export async function* exportLines(
  records: AsyncIterable<TransferRecord>,
  exportedAt: string,
): AsyncGenerator<string, RecordCounts> {
  const digest = createHash('sha256');
  const hashed = (value: object) => {
    const line = `${canonicalJson(value)}\n`;
    digest.update(line);
    return line;
  };
  const counts = noRecords();
  yield hashed({ format: FORMAT, version: FORMAT_VERSION, exportedAt });
  for await (const each of records) {
    counts[each.kind] += 1;
    yield hashed(each);
  }
  yield `${JSON.stringify({ end: { records: counts, sha256: digest.digest('hex') } })}\n`;
  return counts;
}

export interface Numbered {
  /** From 1. */
  line: number;
  record: TransferRecord;
}

/** The records; at their end, that they are all there and as they were written is known. @throws ExportError */
export async function* readExport(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Numbered, RecordCounts> {
  const digest = createHash('sha256');
  const counts = noRecords();
  let number = 0;
  let isOver = false;
  for await (const line of linesOf(bytes)) {
    number += 1;
    if (isOver) throw new ExportError(`line ${number}: expected nothing after the trailer, got another line`);
    const value = parsed(line, number);
    if (number === 1) checkHeader(value);
    else if (isTrailer(value)) {
      checkTrailer(value, counts, digest, number);
      isOver = true;
      continue;
    } else {
      const each = checkedRecord(value, number);
      counts[each.kind] += 1;
      yield { line: number, record: each };
    }
    digest.update(line).update('\n');
  }
  if (!isOver) {
    throw new ExportError(
      `the export is cut after line ${number}: expected a trailer at its end, got none; export again`,
    );
  }
  return counts;
}

async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      yield Buffer.concat([...parts, chunk.subarray(from, at)]);
      parts = [];
      length = 0;
      from = at + 1;
    }
    length += chunk.length - from;
    if (length > MAX_LINE) throw new ExportError(`expected lines of at most ${MAX_LINE} bytes, got a longer one`);
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

function parsed(line: Buffer, number: number): unknown {
  const text = line.toString('utf8');
  const value = tryJson(text);
  if (value !== undefined) return value;
  throw new ExportError(`line ${number}: expected JSON, got ${JSON.stringify(text.slice(0, MAX_ECHO))}`);
}

function checkHeader(value: unknown) {
  const read = z.safeParse(header, value);
  if (!read.success) throw new ExportError('line 1: expected the header of an export, got something else');
  if (read.data.version === FORMAT_VERSION) return;
  throw new ExportError(
    `line 1: version: expected ${FORMAT_VERSION}, got ${read.data.version}: import it with the release that wrote it, or a later one`,
  );
}

const isTrailer = (value: unknown): value is { end: unknown } =>
  typeof value === 'object' && value !== null && 'end' in value;

function checkTrailer(value: unknown, counts: RecordCounts, digest: Hash, number: number) {
  const read = z.safeParse(trailer, value);
  if (!read.success) throw new ExportError(`line ${number}: expected a trailer with counts and a digest`);
  const { records, sha256 } = read.data.end;
  const wrong = RECORD_KINDS.find((kind) => records[kind] !== counts[kind]);
  if (wrong) {
    throw new ExportError(
      `line ${number}: expected ${records[wrong]} records of kind ${wrong}, got ${counts[wrong]}: lines are missing`,
    );
  }
  if (digest.digest('hex') !== sha256) {
    throw new ExportError(`line ${number}: sha256: the lines before differ from those that were exported`);
  }
}

/** The value itself: a copy would lose names such as `__proto__`. */
function checkedRecord(value: unknown, number: number): TransferRecord {
  const read = z.safeParse(record, value);
  if (read.success) return value as TransferRecord;
  const [issue] = read.error.issues;
  throw new ExportError(`line ${number}: ${issue?.path.join('.') || 'the record'}: ${issue?.message}`);
}
