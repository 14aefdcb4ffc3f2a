// functions/atlas/model/element-problem.ts: an element of a list that can't be used, while the rest of the list can.
import { quote } from '../../restore/redact/quote.ts';

export interface ElementProblem {
  what: 'project' | 'cluster';
  field: string;
  /** 'text', 'an object'. */
  expected: string;
  /** Describes the value, with a few characters of it at most: 'null', '"a1"', 'a list'. */
  got: string;
}

/** Characters of a text that are repeated. */
const MAX_SHOWN = 40;

export function elementProblem(
  what: ElementProblem['what'],
  field: string,
  expected: string,
  value: unknown,
): ElementProblem {
  return { what, field, expected, got: described(value) };
}

/** One line about all of a list's problems: 'GET /x: 2 clusters can't be used: name: expected text, got null'. */
export function describeProblems(list: string, problems: readonly ElementProblem[]): string {
  const [first] = problems;
  if (!first) return `${list}: every element can be used`;
  const { what, field, expected, got } = first;
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : '';
  const number = `${problems.length} ${what}${problems.length > 1 ? 's' : ''}`;
  return `${list}: ${number} can't be used, or in part only, and may be missing here: ${field}: expected ${expected}, got ${got}${more}`;
}

/** 'null', '"a1"', 'a list': a few characters of it at most. */
export function described(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return quote(value.slice(0, MAX_SHOWN));
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : 'an object';
}
