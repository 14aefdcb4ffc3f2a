// functions/restore/rules/compile-rules.ts: rules ready for use: patterns and hours are parsed once, not for each restore.

import { defined } from '../../platform/defined.ts';
import { anyOf, clusterPattern } from '../../platform/patterns.ts';
import type { Rule } from '../../schema/words.ts';
import type { DrillNeeds } from '../drills/judged.ts';
import { needsOf, parseNeeds } from '../drills/needs.ts';
import { type Objectives, objectivesOf } from '../objectives/objective.ts';
import { readRules } from './read-rules.ts';
import { daysPattern, directionPattern } from './rule-patterns.ts';
import type { Rules } from './rules.ts';
import { dailyHours, type WorkingHours, workingHours } from './working-hours.ts';

export interface CompiledRules extends Pick<Rules, 'slowMinutes' | 'slowFactor' | 'stuckMinutes'> {
  isOff(rule: Rule): boolean;
  /** Whether restores may go from a project to another, by their names. Absent where no direction is set. */
  allows?: (from: string, to: string) => boolean;
  /** The pattern that protects a target, as written. */
  protectedBy(projectName: string, clusterName: string): string | undefined;
  /** The pattern of the clusters to hear of that a cluster fits, as written. */
  watchedBy(projectName: string, clusterName: string): string | undefined;
  /** Whether a name or an id is one of those who may ask. Absent where there is no such list. */
  expects?: (nameOrId: string) => boolean;
  /** Absent where there are none. */
  hours?: WorkingHours;
  /** Days within which a cluster must have been restored; 0: it need not be. */
  drillDays(projectName: string, clusterName: string): number;
  /** What a drill of a cluster needs. Undefined: a completed restore counts. */
  drillNeeds(projectName: string, clusterName: string): DrillNeeds | undefined;
  objectives: Objectives;
}

/** @throws RulesError where `readRules` would */
export function compileRules(input: Rules): CompiledRules {
  const rules = readRules(input);
  const { allowedDirections, protectedTargets, requested, expectedRequesters, drillDays } = rules;
  const off = new Set<Rule>(rules.rulesOff);
  const directions = parsed(allowedDirections, directionPattern);
  const targets = parsed(protectedTargets, clusterPattern);
  const watched = parsed(requested, clusterPattern);
  const exceptions = parsed(rules.drillDaysFor, daysPattern);
  const objectives = objectivesOf(rules.objectives);
  const hours = parsed(rules.workingHours, dailyHours);
  return defined({
    slowMinutes: rules.slowMinutes,
    slowFactor: rules.slowFactor,
    stuckMinutes: rules.stuckMinutes,
    isOff: (rule: Rule) => off.has(rule),
    allows:
      directions.length > 0 ? (from: string, to: string) => directions.some((each) => each.fits(from, to)) : undefined,
    protectedBy: (project: string, cluster: string) => targets.find((target) => target.fits(project, cluster))?.text,
    watchedBy: (project: string, cluster: string) => watched.find((each) => each.fits(project, cluster))?.text,
    expects: expectedRequesters.length > 0 ? anyOf(expectedRequesters) : undefined,
    hours: hours.length > 0 ? workingHours(rules.workingHours, hours, rules.workingHoursTimeZone) : undefined,
    drillDays: (project: string, cluster: string) =>
      exceptions.find((e) => e.fits(project, cluster))?.days ?? drillDays,
    drillNeeds: needsOf(parsed(rules.drillNeeds, parseNeeds), objectives),
    objectives,
  });
}

/** What `readRules` let through can be parsed. */
const parsed = <T>(texts: readonly string[], parse: (text: string) => T | undefined): T[] =>
  texts.flatMap((text) => parse(text) ?? []);
