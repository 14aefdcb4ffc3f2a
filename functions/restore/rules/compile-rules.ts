// functions/restore/rules/compile-rules.ts: rules ready for use: patterns and hours are parsed once, not for each restore.

import { defined } from '../../platform/defined.ts';
import { anyOf, clusterPattern } from '../../platform/patterns.ts';
import type { Rule } from '../../schema/words.ts';
import type { DrillNeeds } from '../drills/judged.ts';
import { needsOf, parseNeeds } from '../drills/needs.ts';
import { type Objectives, objectivesOf } from '../objectives/objective.ts';
import {
  type ClusterPattern,
  firstFit,
  NOT_KNOWN,
  type NotKnown,
  type PatternedCluster,
  patternOfClusters,
} from '../tags/cluster-pattern.ts';
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
  /** The first pattern of the clusters to hear of that a cluster fits, or may fit as its tags are not known. */
  watchedBy(cluster: PatternedCluster): FittedPattern | undefined;
  /** The same of the clusters that ask for announcements. */
  announcedBy(cluster: PatternedCluster): FittedPattern | undefined;
  /** Whether a name or an id is one of those who may ask. Absent where there is no such list. */
  expects?: (nameOrId: string) => boolean;
  /** Absent where there are none. */
  hours?: WorkingHours;
  /** Days within which a cluster must have been restored; 0: it need not be. Not known: that depends on tags that are not known. */
  drillDays(cluster: PatternedCluster): number | NotKnown;
  /** What a drill of a cluster needs. Undefined: a completed restore counts. */
  drillNeeds(cluster: PatternedCluster): DrillNeeds | NotKnown | undefined;
  objectives: Objectives;
}

export interface FittedPattern {
  /** As written. */
  text: string;
  /** Whether it fits is not known. */
  isNotKnown: boolean;
}

/** @throws RulesError where `readRules` would */
export function compileRules(input: Rules): CompiledRules {
  const rules = readRules(input);
  const { allowedDirections, protectedTargets, requested, expectedRequesters, drillDays } = rules;
  const off = new Set<Rule>(rules.rulesOff);
  const directions = parsed(allowedDirections, directionPattern);
  const targets = parsed(protectedTargets, clusterPattern);
  const watched = parsed(requested, patternOfClusters);
  const announced = parsed(rules.announcements, patternOfClusters);
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
    watchedBy: (cluster: PatternedCluster) => fitted(watched, cluster),
    announcedBy: (cluster: PatternedCluster) => fitted(announced, cluster),
    expects: expectedRequesters.length > 0 ? anyOf(expectedRequesters) : undefined,
    hours: hours.length > 0 ? workingHours(rules.workingHours, hours, rules.workingHoursTimeZone) : undefined,
    drillDays: (cluster: PatternedCluster) => {
      const exception = firstFit(exceptions, cluster);
      return exception === NOT_KNOWN ? NOT_KNOWN : (exception?.days ?? drillDays);
    },
    drillNeeds: needsOf(parsed(rules.drillNeeds, parseNeeds), objectives),
    objectives,
  });
}

/** What `readRules` let through can be parsed. */
const parsed = <T>(texts: readonly string[], parse: (text: string) => T | undefined): T[] =>
  texts.flatMap((text) => parse(text) ?? []);

/** One that fits for certain, before those that may. */
function fitted(patterns: readonly ClusterPattern[], cluster: PatternedCluster): FittedPattern | undefined {
  const all = patterns.map(({ text, fits }) => ({ text, fits: fits(cluster) }));
  const one = all.find(({ fits }) => fits === true) ?? all.find(({ fits }) => fits === NOT_KNOWN);
  return one && { text: one.text, isNotKnown: one.fits === NOT_KNOWN };
}
