// functions/restore/rules/shape-checks.ts: the rule on fields that this version can't understand.

import { problemText } from '../field-reader.ts';
import { printable } from '../text.ts';
import type { Check } from './check.ts';

/** Fields that are named. */
const MAX_NAMED = 3;
const MAX_PROBLEM = 160;

/** Stays once the job is understood: until then nobody knew what the restore was. */
export const unknownShape: Check = ({ problems = [] }) => {
  if (problems.length === 0) return undefined;
  const named = problems.slice(0, MAX_NAMED).map((problem) => printable(problemText(problem), MAX_PROBLEM));
  const more = problems.length > named.length ? `; and ${problems.length - named.length} more` : '';
  return {
    severity: 'warning',
    why: `Atlas says something of it that can't be understood: ${named.join('; ')}${more}.`,
  };
};
