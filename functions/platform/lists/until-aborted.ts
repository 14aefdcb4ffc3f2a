// functions/platform/lists/until-aborted.ts: items of a long list, until somebody wants no more.

/** @throws the signal's reason, once it is raised */
export async function* untilAborted<T>(signal: AbortSignal | undefined, items: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const item of items) {
    signal?.throwIfAborted();
    yield item;
  }
}
