// functions/restore/rules/rule-patterns.ts: the patterns of rules alone: directions, and days for clusters.
import { type PairPattern, pairPattern } from '../../platform/patterns.ts';
import { type ClusterPattern, patternOfClusters } from '../tags/cluster-pattern.ts';

export interface DaysPattern extends ClusterPattern {
  days: number;
}

/** 36500: a hundred years, far from where dates end. */
export const MAX_DRILL_DAYS = 36_500;

/** `prod-* -> staging-*`: from project to project. Neither name can hold the arrow. */
export function directionPattern(text: string): PairPattern | undefined {
  const [from, to, ...more] = text.split('->');
  return more.length > 0 ? undefined : pairPattern(text, from, to);
}

/** `project/cluster = 90`, `tag:env=prod = 90`. */
export function daysPattern(text: string): DaysPattern | undefined {
  const [, clusters = '', digits] = /^(.*)=\s*(\d{1,5})$/s.exec(text) ?? [];
  const pattern = patternOfClusters(clusters);
  const days = Number(digits);
  return pattern && days <= MAX_DRILL_DAYS ? { ...pattern, days } : undefined;
}
