// functions/anchors/lines.ts: a signed file of lines of JSON, each checked.
import * as z from 'zod/mini';
import { tryJson } from '../platform/json.ts';
import { SignatureError } from '../signing/errors.ts';

/**
 * @param file its name in errors @param expected what a line is, in words
 * @throws SignatureError that names the line: it was signed, by another version, or by something else than this program
 */
export function* linesOf<S extends z.ZodMiniType>(
  text: string,
  line: S,
  file: string,
  expected: string,
): Generator<z.infer<S>> {
  let number = 0;
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    number += 1;
    const read = z.safeParse(line, tryJson(text.slice(from, end < 0 ? text.length : end)));
    if (!read.success) throw new SignatureError('SIGNATURE_WRONG', `${file}, line ${number}: expected ${expected}`);
    yield read.data;
    from = end < 0 ? text.length : end + 1;
  }
}
