// functions/restore/rules/compile-rules.ts makes rules ready for use: patterns and hours are parsed once, not for each restore.
import { anyOf } from '../../platform/patterns.ts';
import type { Rule } from './finding.ts';
import { readRules } from './read-rules.ts';
import { clusterPattern, daysPattern, directionPattern } from './rule-patterns.ts';
import type { Rules } from './rules.ts';
import { dailyHours, type WorkingHours, workingHours } from './working-hours.ts';

export interface CompiledRules extends Pick<Rules, 'slowMinutes' | 'slowFactor' | 'stuckMinutes'> {
  isOff(rule: Rule): boolean;
  /** Whether restores may go from a project to another, by their names. Absent where no direction is set. */
  allows?: (from: string, to: string) => boolean;
  /** The pattern that protects a target, as written. */
  protectedBy(projectName: string, clusterName: string): string | undefined;
  /** Whether a name or an id is one of those who may ask. Absent where there is no such list. */
  expects?: (nameOrId: string) => boolean;
  /** Absent where there are none. */
  hours?: WorkingHours;
  /** Days within which a cluster must have been restored; 0: it need not be. */
  drillDays(projectName: string, clusterName: string): number;
}

/** @throws RulesError where `readRules` would */
export function compileRules(input: Rules): CompiledRules {
  const rules = readRules(input);
  const { allowedDirections, protectedTargets, expectedRequesters, drillDays } = rules;
  const off = new Set<Rule>(rules.rulesOff);
  const directions = parsed(allowedDirections, directionPattern);
  const targets = parsed(protectedTargets, clusterPattern);
  const exceptions = parsed(rules.drillDaysFor, daysPattern);
  const hours = parsed(rules.workingHours, dailyHours);
  return {
    slowMinutes: rules.slowMinutes,
    slowFactor: rules.slowFactor,
    stuckMinutes: rules.stuckMinutes,
    isOff: (rule) => off.has(rule),
    ...(directions.length > 0 && { allows: (from, to) => directions.some((direction) => direction.fits(from, to)) }),
    protectedBy: (project, cluster) => targets.find((target) => target.fits(project, cluster))?.text,
    ...(expectedRequesters.length > 0 && { expects: anyOf(expectedRequesters) }),
    ...(hours.length > 0 && { hours: workingHours(rules.workingHours, hours, rules.workingHoursTimeZone) }),
    drillDays: (project, cluster) => exceptions.find((e) => e.fits(project, cluster))?.days ?? drillDays,
  };
}

/** What `readRules` let through can be parsed. */
const parsed = <T>(texts: readonly string[], parse: (text: string) => T | undefined): T[] =>
  texts.flatMap((text) => parse(text) ?? []);
