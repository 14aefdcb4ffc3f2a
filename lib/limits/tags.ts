// lib/limits/tags.ts: tags that CloudFormation puts on every resource of a stack, by the strictest rules of any service.

/** CloudFormation's own. */
const MAX_TAGS = 50;
const MAX_KEY = 128;
const MAX_VALUE = 256;
/** IAM's, which roles follow. */
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+@-]*$/u;

export const TAGS_ALLOWED =
  'a JSON object of at most 50 texts: keys of 1 to 128 characters that do not start with aws:, values of 1 to 256; letters, digits, spaces and _ . : / = + - @';

/** @returns what is wrong, for people; undefined if nothing is */
export function tagsProblem(tags: Readonly<Record<string, string>>): string | undefined {
  const entries = Object.entries(tags);
  if (entries.length > MAX_TAGS) return `there are ${entries.length} tags, at most ${MAX_TAGS}`;
  for (const [key, value] of entries) {
    const name = JSON.stringify(key);
    if (key === '' || key.length > MAX_KEY) return `the key ${name} has ${key.length} characters, not 1 to ${MAX_KEY}`;
    if (/^aws:/i.test(key)) return `the key ${name} starts with aws:, which is AWS's own`;
    if (value === '' || value.length > MAX_VALUE)
      return `the value of ${name} has ${value.length} characters, not 1 to ${MAX_VALUE}`;
    for (const text of [key, value])
      if (!CHARACTERS.test(text)) return `${JSON.stringify(text)} has other characters than those allowed`;
  }
  // IAM takes keys that differ in case only for the same.
  const seen = new Map<string, string>();
  for (const [key] of entries) {
    const other = seen.get(key.toLowerCase());
    if (other !== undefined) return `the keys ${JSON.stringify(other)} and ${JSON.stringify(key)} differ only in case`;
    seen.set(key.toLowerCase(), key);
  }
  return undefined;
}
