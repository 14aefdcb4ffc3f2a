// functions/ledger/model/item-size.ts: values that DynamoDB can hold, and their size there.
import { digest } from './fingerprint.ts';

/** Bytes that an item may take: DynamoDB's limit is 409,600 (2026-11); the rest is for keys and for what we miscount. */
export const MAX_ITEM_BYTES = 380_000;

/** The SDK's marshaller loses the one, and asks the other for the name of a class. */
const isUnsafe = (name: string, value: unknown) =>
  name === '__proto__' || (name === 'constructor' && typeof value === 'object' && value !== null && 'name' in value);
// DynamoDB's number range is 1e-130 to 9.99e125; integers past 2^53 don't come back as they went.
const fits = (n: number) =>
  Number.isSafeInteger(n) || (Number.isFinite(n) && !Number.isInteger(n) && Math.abs(n) > 1e-129);

/** DynamoDB nests 32 deep (2026-11), and an item has a few levels of ours around this. */
const MAX_DEPTH = 25;
/** A name may take 65,535 bytes there, as often as it is repeated: ours are short. In UTF-16 units. */
const MAX_NAME = 255;
const NAME_KEPT = 200;

/**
 * JSON as DynamoDB can hold it. A number it can't becomes its text, half a character U+FFFD. An unsafe or an empty name gets a
 * `_`, a long one a digest for its end. What is nested deeper than any of Atlas's answers goes.
 */
export const storable = (value: unknown): unknown => storableAt(value, 0);

function storableAt(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value === 'number') return fits(value) ? value + 0 : String(value); // + 0: -0 comes back as 0
  if (value === null || typeof value !== 'object') return value;
  if (depth > MAX_DEPTH) return '[too deep]';
  if (Array.isArray(value)) return value.map((inner) => storableAt(inner, depth + 1));
  const safe: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    let as = storableName(name, inner);
    while (Object.hasOwn(safe, as)) as += '_';
    safe[as] = storableAt(inner, depth + 1);
  }
  return safe;
}

function storableName(name: string, value: unknown): string {
  if (name === '' || isUnsafe(name, value)) return `${name}_`;
  const whole = wellFormed(name);
  return whole.length <= MAX_NAME ? whole : `${wellFormed(whole.slice(0, NAME_KEPT))}…${digest(name)}`;
}

const HALF_CHARACTER = /\p{Surrogate}/gu;
const wellFormed = (text: string) => text.replace(HALF_CHARACTER, '\ufffd');

/** What the names of all fields of an answer may take, beside a digest each; real ones take some hundred bytes. */
const MAX_NAME_BYTES = 60_000;
/** Stands for the fields past that. */
const OTHER_FIELDS = '(others)';

/** The fields of an answer, of which each can be left out by itself: where there are too many even for that, the last go together. */
export function boundedFields(fields: Record<string, unknown>): Record<string, unknown> {
  let bytes = 0;
  const isPast = (name: string) => {
    bytes += Buffer.byteLength(name) + DIGEST_BYTES;
    return bytes > MAX_NAME_BYTES;
  };
  const entries = Object.entries(fields);
  const first = entries.findIndex(([name]) => isPast(name));
  if (first === -1) return fields;
  const others = Object.fromEntries(entries.slice(first));
  const count = entries.length - first;
  return { ...Object.fromEntries(entries.slice(0, first)), [OTHER_FIELDS]: { count, digest: digest(others) } };
}

/** With its length and its place in a map. */
const DIGEST_BYTES = 20;

/** Bytes of an item by DynamoDB's rules, or a little more: fractions count as the longest number. */
export const itemBytes = (item: Record<string, unknown>): number => fieldBytes(item, exactBytes);

/** Whether an item is small enough. Most are by far, and need no exact look. */
export const isStorable = (item: Record<string, unknown>): boolean =>
  fieldBytes(item, mostBytes) <= MAX_ITEM_BYTES || itemBytes(item) <= MAX_ITEM_BYTES;

type TextBytes = (text: string) => number;
const exactBytes: TextBytes = (text) => Buffer.byteLength(text);
/** No UTF-16 unit takes more than 3 bytes in UTF-8. */
const mostBytes: TextBytes = (text) => 3 * text.length;

function fieldBytes(item: Record<string, unknown>, textBytes: TextBytes): number {
  let sum = 0;
  for (const name of Object.keys(item)) sum += textBytes(name) + valueBytes(item[name], textBytes);
  return sum;
}

function valueBytes(value: unknown, textBytes: TextBytes): number {
  if (typeof value === 'string') return textBytes(value);
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? 2 + Math.ceil(String(Math.abs(value)).length / 2) : 21;
  if (value === undefined) return 0;
  if (value === null || typeof value !== 'object') return 1;
  if (Array.isArray(value)) return value.reduce((sum: number, inner) => sum + 1 + valueBytes(inner, textBytes), 3);
  return 3 + fieldBytes(value as Record<string, unknown>, textBytes) + Object.keys(value).length;
}
