// bin/process/sanitize.ts: text from outside made safe to show: a cluster's name must not be able to move the cursor.
import { stripVTControlCharacters } from 'node:util';

const BREAKS = /[\t\n\v\f\r\u0085\p{Zl}\p{Zp}]+/gu;
/** Control characters, and those that reverse the direction of what follows. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}]/gu;

/** One line, without escape sequences. */
export const sanitize = (text: string) => stripVTControlCharacters(text).replace(BREAKS, ' ').replace(UNSAFE, '');

/** JSON leaves some of them as they are; as escapes they mean the same. */
const UNSAFE_IN_JSON = /(?!\n)[\p{Cc}\p{Bidi_Control}]/gu;
const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** @param indent spaces a level; 0: all on one line */
export const sanitizeJson = (value: unknown, indent = 2) =>
  JSON.stringify(value, undefined, indent).replace(UNSAFE_IN_JSON, escaped);
