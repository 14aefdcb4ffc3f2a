// functions/ledger/item-size.ts makes values fit for DynamoDB and tells how large they are there.

/** Bytes that an item may take: DynamoDB's limit is 409,600 (2026-11); the rest is for keys and for what we miscount. */
export const MAX_ITEM_BYTES = 380_000;

/** The SDK's marshaller loses the one, and asks the other for the name of a class. */
const isUnsafe = (name: string, value: unknown) =>
  name === '__proto__' || (name === 'constructor' && typeof value === 'object' && value !== null && 'name' in value);
// DynamoDB's number range is 1e-130 to 9.99e125; integers past 2^53 don't come back as they went.
const fits = (n: number) => n === 0 || Number.isSafeInteger(n) || (!Number.isInteger(n) && Math.abs(n) > 1e-129);

/** JSON as DynamoDB can hold it: a number it can't becomes its text, an unsafe name gets a `_`. */
export function storable(value: unknown): unknown {
  if (typeof value === 'number') return fits(value) ? value : String(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(storable);
  const safe: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    if (inner !== undefined) safe[isUnsafe(name, inner) ? `${name}_` : name] = storable(inner);
  }
  return safe;
}

/** Bytes of an item by DynamoDB's rules, or a little more: fractions count as the longest number. */
export function itemBytes(item: Record<string, unknown>): number {
  let sum = 0;
  for (const name of Object.keys(item)) sum += Buffer.byteLength(name) + valueBytes(item[name]);
  return sum;
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? 2 + Math.ceil(String(Math.abs(value)).length / 2) : 21;
  if (value === undefined) return 0;
  if (value === null || typeof value !== 'object') return 1;
  if (Array.isArray(value)) return value.reduce((sum: number, inner) => sum + 1 + valueBytes(inner), 3);
  return 3 + itemBytes(value as Record<string, unknown>) + Object.keys(value).length;
}
