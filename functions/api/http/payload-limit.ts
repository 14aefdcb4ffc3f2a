// functions/api/http/payload-limit.ts: the room that an answer takes on its way out of Lambda.

/**
 * Lambda's limit is 6,291,556 bytes for the whole answer, in which the body is a JSON string: each `"` takes two bytes.
 * The rest is for headers.
 */
export const MAX_BODY_BYTES = 5_500_000;

/** Bytes of a body, or part of one, as a JSON string. */
export const wireBytes = (text: string) => Buffer.byteLength(JSON.stringify(text)) - 2;

/** How many of these, from the first on, stay within `budget`. At least one: nothing of ours is larger alone. */
export function fitting(texts: readonly string[], budget = MAX_BODY_BYTES): number {
  let left = budget;
  const fit = texts.findIndex((text) => {
    left -= wireBytes(text);
    return left < 0;
  });
  return fit === -1 ? texts.length : Math.max(1, fit);
}
