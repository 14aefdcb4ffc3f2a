// bin/process/sanitize.ts: text from outside made safe to show: a cluster's name must not be able to move the cursor.
import { stripVTControlCharacters } from 'node:util';

export { sanitizeJson } from '../../functions/platform/json.ts';

const BREAKS = /[\t\n\v\f\r\u0085\p{Zl}\p{Zp}]+/gu;
/** Control characters, and those that reverse the direction of what follows. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}]/gu;

/** One line, without escape sequences. */
export const sanitize = (text: string) => stripVTControlCharacters(text).replace(BREAKS, ' ').replace(UNSAFE, '');
