// bench/dynamo/units.ts says what DynamoDB charges for a request, by its published rules (Developer Guide, "Read and write
// capacity", "Item sizes and formats", "Global secondary indexes", 2026-11). dynalite itself leaves out the indexes.

/** One attribute as it travels: `{ S: 'text' }`. */
export interface Value {
  S?: string;
  N?: string;
  BOOL?: boolean;
  NULL?: boolean;
  L?: readonly Value[];
  M?: Item;
}
export type Item = { readonly [name: string]: Value };

/** The names of an index's, or the table's, key attributes. */
export type KeyNames = readonly string[];

const WRITE_UNIT_BYTES = 1_024;
const READ_UNIT_BYTES = 4_096;

/** Names and values, in bytes. */
export const itemBytes = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);

/** @throws TypeError for a binary or a set: the ledger has none */
function valueBytes({ S, N, BOOL, NULL, L, M }: Value): number {
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined) return numberBytes(N);
  if (BOOL !== undefined || NULL !== undefined) return 1;
  if (L) return L.reduce((sum, each) => sum + 1 + valueBytes(each), 3);
  if (M) return 3 + Object.keys(M).length + itemBytes(M);
  throw new TypeError('an attribute is neither text, number, flag, null, list nor map: units.ts has no rule for it');
}

/** One byte for two digits, but zeros at either end; one more, and another one for a sign. */
function numberBytes(text: string): number {
  const digits = text
    .replace(/e.*$/i, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '');
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

/** Of what was read together. Nothing found costs as much as the smallest item. */
export const readUnits = (bytes: number, consistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (consistent ? 1 : 0.5);

const writeUnits = (bytes: number) => Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES));

/** Of a table: the larger of what was and what is. A refused condition costs what is there. */
export const tableWriteUnits = (before: Item | undefined, after: Item | undefined): number =>
  writeUnits(Math.max(before ? itemBytes(before) : 0, after ? itemBytes(after) : 0));

/**
 * Of an index that holds whole items: nothing for an item that isn't in it or doesn't change, two writes for one that moves.
 * @param keys of the index
 */
export function indexWriteUnits(before: Item | undefined, after: Item | undefined, keys: KeyNames): number {
  const held = (item: Item | undefined): Item | undefined =>
    item && keys.every((name) => item[name]) ? item : undefined;
  const [was, is] = [held(before), held(after)];
  if (!was || !is) return was || is ? writeUnits(itemBytes((was ?? is) as Item)) : 0;
  if (keys.some((name) => was[name]?.S !== is[name]?.S)) return writeUnits(itemBytes(was)) + writeUnits(itemBytes(is));
  return isSame(was, is) ? 0 : writeUnits(Math.max(itemBytes(was), itemBytes(is)));
}

const isSame = (a: Item, b: Item) => canonical(a) === canonical(b);

/** Attributes in one order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
