// functions/anchors/store.ts: the port to where anchors and signed reports are kept: a bucket (s3-store.ts), or a directory.

export interface AnchorStore {
  /** For people: `s3://bucket/prefix`, or a path. */
  readonly place: string;
  /** Undefined where there is none of this name. @throws StoreError */
  read(name: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** False where there is one of this name already, which stays as it is. @throws StoreError */
  create(name: string, body: StoredBody): Promise<boolean>;
  /** The names that begin so, in the order of their bytes. @throws StoreError */
  list(prefix: string): AsyncIterable<string>;
}

/** A text, or a file of which nothing changes meanwhile. */
export type StoredBody = string | { path: string; bytes: number };

/** The message says what was tried, where, and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** @param most bytes @throws StoreError */
export async function readText(store: AnchorStore, name: string, most: number): Promise<string | undefined> {
  const bytes = await store.read(name);
  if (bytes === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    length += chunk.length;
    if (length > most) throw new StoreError(`${store.place}: ${name}: expected at most ${most} bytes, got more`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
