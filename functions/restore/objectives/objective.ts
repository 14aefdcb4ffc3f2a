// functions/restore/objectives/objective.ts: recovery objectives by cluster, as an operator writes them: `prod-*/orders = rto 60m, rpo 24h`.
import { clusterPattern, type PairPattern } from '../../platform/patterns.ts';

/** In seconds. */
export interface Limits {
  /** Recovery time objective: within it, a restore must be completed. */
  rtoSeconds?: number;
  /** Recovery point objective: how old the restored data may have been when the restore was requested. */
  rpoSeconds?: number;
}

/** Without either limit, clusters that fit have no objective, whatever comes after. */
export interface Objective extends PairPattern, Limits {}

export interface Objectives {
  /** As written, in order. */
  lines: readonly string[];
  /** The first that fits. */
  of(projectName: string, clusterName: string): Objective | undefined;
}

/** The sides of an objective. */
export const SIDES = ['rto', 'rpo'] as const;
export type Side = (typeof SIDES)[number];

export const OBJECTIVE_EXPECTED =
  'a pattern of a project and a cluster with objectives from 1m to 3650d, such as prod-*/orders = rto 60m, rpo 24h, or none';

const SECONDS = { m: 60, h: 3_600, d: 86_400 };
/** Ten years. */
const MAX_SECONDS = 3_650 * SECONDS.d;

/** Undefined for what is none. The last equals sign ends the pattern: names may hold others. */
export function parseObjective(text: string): Objective | undefined {
  const equals = text.lastIndexOf('=');
  const pattern = clusterPattern(text.slice(0, Math.max(0, equals)));
  const durations = durationsIn(text.slice(equals + 1));
  return pattern && durations && { ...pattern, text: text.trim(), ...durations };
}

/** @throws TypeError for a line that `parseObjective` refuses */
export function objectivesOf(lines: readonly string[]): Objectives {
  const all = lines.map((line) => {
    const objective = parseObjective(line);
    if (objective) return objective;
    throw new TypeError(`expected ${OBJECTIVE_EXPECTED}, got ${JSON.stringify(line)}`);
  });
  return {
    lines: all.map(({ text }) => text),
    of: (project, cluster) => all.find(({ fits }) => fits(project, cluster)),
  };
}

export const NO_OBJECTIVES: Objectives = objectivesOf([]);

function durationsIn(text: string): Limits | undefined {
  if (/^\s*none\s*$/i.test(text)) return {};
  const durations: Limits = {};
  for (const part of text.split(',')) {
    const [, side, digits, unit] = /^\s*(rto|rpo)\s+(\d{1,7})([mhd])\s*$/i.exec(part) ?? [];
    if (side === undefined || unit === undefined) return undefined;
    const field = `${side.toLowerCase() as Side}Seconds` as const;
    const seconds = Number(digits) * SECONDS[unit.toLowerCase() as keyof typeof SECONDS];
    if (durations[field] !== undefined || seconds === 0 || seconds > MAX_SECONDS) return undefined;
    durations[field] = seconds;
  }
  return durations;
}
