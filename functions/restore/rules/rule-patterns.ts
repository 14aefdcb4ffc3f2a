// functions/restore/rules/rule-patterns.ts: the patterns in rules: directions, clusters, and days for clusters.
import { matcher } from '../../platform/patterns.ts';

/** A pair of names that a pattern fits: two projects, or a project and a cluster. */
export interface PairPattern {
  /** As written. */
  text: string;
  fits(first: string, second: string): boolean;
}

export interface DaysPattern extends PairPattern {
  days: number;
}

/** 36500: a hundred years, far from where dates end. */
export const MAX_DRILL_DAYS = 36_500;
const MAX_PATTERN = 200;

/** Whether it can be a pattern of one name. */
export const isPattern = (text: string) => text.length > 0 && text.length <= MAX_PATTERN && !/\p{Cc}/u.test(text);

/** `prod-* -> staging-*`: from project to project. Neither name can hold the arrow. */
export function directionPattern(text: string): PairPattern | undefined {
  const [from, to, ...more] = text.split('->');
  return more.length > 0 ? undefined : pair(text, from, to);
}

/** `project/cluster`. The first slash ends the project, whose name can hold none. */
export function clusterPattern(text: string): PairPattern | undefined {
  const slash = text.indexOf('/');
  return slash < 0 ? undefined : pair(text, text.slice(0, slash), text.slice(slash + 1));
}

/** `project/cluster = 90`. */
export function daysPattern(text: string): DaysPattern | undefined {
  const [, clusters = '', digits] = /^(.*)=\s*(\d{1,5})$/s.exec(text) ?? [];
  const pattern = clusterPattern(clusters);
  const days = Number(digits);
  return pattern && days <= MAX_DRILL_DAYS ? { ...pattern, days } : undefined;
}

function pair(text: string, first = '', second = ''): PairPattern | undefined {
  const [one, other] = [first.trim(), second.trim()];
  if (!isPattern(one) || !isPattern(other)) return undefined;
  const [fitsFirst, fitsSecond] = [matcher(one), matcher(other)];
  return { text, fits: (a, b) => fitsFirst(a) && fitsSecond(b) };
}
