// functions/api/http/negotiate.ts: the format of an answer: what `Accept` prefers, or what a link names in `format`.
import type { Context } from 'hono';
import { described, flag, oneOf, queryOf } from './parameters.ts';
import type { ApiEnv } from './ports.ts';
import { RequestProblem } from './problem.ts';

export const FORMATS = { json: 'application/json', ndjson: 'application/x-ndjson', csv: 'text/csv' } as const;
export type Format = keyof typeof FORMATS;

/** A browser can't set `Accept` for a link. */
export const FORMAT = described(oneOf(['json', 'ndjson', 'csv']), 'Instead of `Accept`.');

/** Pipes would take a mark for a part of the first column's name, so it has to be asked for. */
export const BOM = described(
  flag,
  'Begins CSV with a byte order mark, by which Excel knows UTF-8. Other formats have none.',
);

/** @param format has been checked @throws RequestProblem 406 */
export function formatOf(context: Context<ApiEnv>): Format {
  const asked = queryOf(context).get('format');
  if (asked !== null && Object.hasOwn(FORMATS, asked)) return asked as Format;
  const type = acceptable(context, Object.values(FORMATS));
  return (Object.keys(FORMATS) as Format[]).find((format) => FORMATS[format] === type) ?? 'json';
}

/** The best of what is offered. @throws RequestProblem 406 */
export function acceptable(context: Context<ApiEnv>, offered: readonly string[] = [FORMATS.json]): string {
  const type = preferred(context.req.header('accept'), offered);
  if (type !== undefined) return type;
  throw new RequestProblem('not-acceptable', { field: 'Accept', detail: `there are: ${offered.join(', ')}` });
}

/** The weight that a list such as `Accept-Encoding` gives to a word: 0 where it is refused, or named neither itself nor as `*`. */
export function weighted(list: string, word: string): number {
  const given = list.split(',').map((entry) => {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
    return { name, q: weightIn(parameters) };
  });
  const found = given.find(({ name }) => name === word) ?? given.find(({ name }) => name === '*');
  return found?.q ?? 0;
}

interface MediaRange {
  type: string;
  subtype: string;
  q: number;
}

/** RFC 9110: of the ranges that match, the most specific one gives a type its weight. Ties go to what is offered first. */
export function preferred(accept: string | undefined, offered: readonly string[]): string | undefined {
  if (accept === undefined || accept.trim() === '') return offered[0];
  const ranges = accept.split(',').flatMap(mediaRange);
  const weights = offered.map((name) => ({ name, q: weightOf(name, ranges) }));
  const best = weights.reduce((a, b) => (b.q > a.q ? b : a), { name: '', q: 0 });
  return best.q > 0 ? best.name : undefined;
}

function weightOf(name: string, ranges: readonly MediaRange[]): number {
  const [type = '', subtype = ''] = name.split('/');
  const levels = [
    ranges.filter((range) => range.type === type && range.subtype === subtype),
    ranges.filter((range) => range.type === type && range.subtype === '*'),
    ranges.filter((range) => range.type === '*' && range.subtype === '*'),
  ];
  const matching = levels.find((level) => level.length > 0) ?? [];
  return Math.max(0, ...matching.map(({ q }) => q));
}

function mediaRange(text: string): MediaRange[] {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const match = /^([^\s/]+)\/([^\s/]+)$/.exec(name);
  const q = weightIn(parameters);
  return match?.[1] && match[2] && q !== undefined ? [{ type: match[1], subtype: match[2], q }] : [];
}

/** Undefined where it is none. */
function weightIn(parameters: readonly string[]): number | undefined {
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '') ?? '1';
  return /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : undefined;
}
