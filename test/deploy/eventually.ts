// test/deploy/eventually.ts: waits for what happens elsewhere, by polling up to a bound.

/** @returns the first value that is neither undefined nor false; what `look` throws counts as "not yet" */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  { withinMs = 180_000, everyMs = 1_000 } = {},
): Promise<T> {
  const until = Date.now() + withinMs;
  let last: unknown;
  do {
    try {
      const value = await look();
      if (value !== undefined && value !== false) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  } while (Date.now() < until);
  throw new Error(`${what}: not within ${withinMs / 1000} s`, { cause: last });
}
