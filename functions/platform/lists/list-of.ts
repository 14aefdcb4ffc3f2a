// functions/platform/lists/list-of.ts: `Array.fromAsync`, which Node 20 lacks.
export async function listOf<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
