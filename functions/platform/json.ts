// functions/platform/json.ts: JSON from outside, which may hold anything, and JSON that people may look at.

/** Undefined for text that isn't JSON. */
export function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** The fields of an object; none for anything else. */
export const fieldsOf = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});

/** Control characters, and those that reverse the direction of what follows: JSON leaves some of them as they are; as escapes they mean the same. */
const UNSAFE = /(?!\n)[\p{Cc}\p{Bidi_Control}]/gu;
const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Safe to show on a terminal. @param indent spaces a level; 0: all on one line */
export const sanitizeJson = (value: unknown, indent = 2) =>
  JSON.stringify(value, undefined, indent).replace(UNSAFE, escaped);
