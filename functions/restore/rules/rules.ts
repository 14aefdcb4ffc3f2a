// functions/restore/rules/rules.ts: every setting of findings, drills and objectives, with its default.
import type { CAN_BE_OFF } from './finding.ts';

/**
 * Patterns: * is any text, ? any character, letters of either case. `requested`, `announcements`, `drillDaysFor` and `drillNeeds` take
 * `tag:KEY=VALUE` in place of `project/cluster`, too, VALUE being a pattern.
 */
export interface Rules {
  /** Rules not to look at. @default ['point-in-time'] */
  rulesOff: readonly (typeof CAN_BE_OFF)[number][];
  /** Projects, by name: `prod-* -> staging-*`. A restore along one of them is no finding. @default none */
  allowedDirections: readonly string[];
  /** `project/cluster` names no restore should go to. None: the rule never applies. @default none */
  protectedTargets: readonly string[];
  /** `project/cluster` names whose restores are found as soon as they are requested. None: the rule never applies. @default none */
  requested: readonly string[];
  /** `project/cluster` names of which every restore is to be announced before. None: the rule never applies. @default none */
  announcements: readonly string[];
  /** Names or ids of those who may ask. None: the rule never applies. @default none */
  expectedRequesters: readonly string[];
  /** `Mon-Fri 07:00-19:00`; several are joined. None: the rule never applies. @default none */
  workingHours: readonly string[];
  /** Of the working hours, a name of the IANA database. @default 'UTC' */
  workingHoursTimeZone: string;
  /** A completed or running restore longer than this is slow, in minutes. 0: no such limit. @default 0 */
  slowMinutes: number;
  /** So is one longer than the 95th percentile of the cluster's own past by this factor. 0: no such limit. @default 3 */
  slowFactor: number;
  /** A restore that waits or runs for longer than this is stuck, in minutes. 0: never. @default 720 */
  stuckMinutes: number;
  /** Days within which a cluster must have been restored. 0: none has to. @default 365 */
  drillDays: number;
  /** Others for some: `project/cluster = 90`, the first that fits; 0: none. @default none */
  drillDaysFor: readonly string[];
  /** `project/cluster = rto 60m, rpo 24h`, the first that fits; `none`: it has no objective. @default none */
  objectives: readonly string[];
  /** `project/cluster = verdict, other-project, rto, rpo, checks, by ci-*`, the first that fits; `none`: a completed restore counts. @default none */
  drillNeeds: readonly string[];
}

/** Quiet: without settings, only what is unusual for any organization is found. */
export const DEFAULT_RULES: Rules = {
  rulesOff: ['point-in-time'],
  allowedDirections: [],
  protectedTargets: [],
  requested: [],
  announcements: [],
  expectedRequesters: [],
  workingHours: [],
  workingHoursTimeZone: 'UTC',
  slowMinutes: 0,
  slowFactor: 3,
  stuckMinutes: 720,
  drillDays: 365,
  drillDaysFor: [],
  objectives: [],
  drillNeeds: [],
};
