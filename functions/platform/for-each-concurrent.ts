// functions/platform/for-each-concurrent.ts: a bounded concurrent for-each.

/**
 * Calls `work` for each item in order, at most `width` at once. After a failure no further item is begun; those under
 * way are waited for, so that nothing goes on in the background.
 * @throws the first error of `work`
 */
export async function forEachConcurrent<T>(
  items: Iterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const worker = async () => {
    for (let next = queue.next(); !next.done && failures.length === 0; next = queue.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  if (failures.length > 0) throw failures[0];
}
