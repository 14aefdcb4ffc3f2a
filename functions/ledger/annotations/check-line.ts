// functions/ledger/annotations/check-line.ts: a check on one line: `name=expected:got`, as a form and a command line have it.
import { AnnotationProblem } from './patch.ts';

export const CHECK_LINE = 'name=expected:got, with " : " in place of ":" where one of the values has a colon';

/** @throws AnnotationProblem, also where it could be read in two ways */
export function checkOfLine(line: string): { name: string; expected: string; got: string } {
  const equals = line.indexOf('=');
  const [name, values] = [line.slice(0, equals), line.slice(equals + 1)];
  for (const between of [' : ', ':']) {
    const [expected, got, ...more] = values.split(between);
    if (equals > 0 && expected !== undefined && got !== undefined && more.length === 0) return { name, expected, got };
  }
  throw new AnnotationProblem('checks', `expected ${CHECK_LINE}`);
}
