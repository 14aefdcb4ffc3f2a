// functions/platform/chunks.ts: the parts of a list that is too long for one request.

/** The items in order, at most `size` at a time. */
export function* chunks<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
