// functions/restore/rules/read-rules.ts: rules from what an operator wrote, or everything that is wrong with it.
import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { clusterPattern, isPattern } from '../../platform/patterns.ts';
import { RULES } from '../../schema/words.ts';
import { NEEDS_EXPECTED, parseNeeds } from '../drills/needs.ts';
import { FieldError } from '../field-reader.ts';
import { OBJECTIVE_EXPECTED, parseObjective } from '../objectives/objective.ts';
import { CLUSTERS_EXPECTED, patternOfClusters } from '../tags/cluster-pattern.ts';
import { printable } from '../text.ts';
import { CAN_BE_OFF } from './finding.ts';
import { daysPattern, directionPattern, MAX_DRILL_DAYS } from './rule-patterns.ts';
import { DEFAULT_RULES, type Rules } from './rules.ts';
import { dailyHours, isTimeZone } from './working-hours.ts';

/** Rules that cannot be used. `problems` has each field that is wrong, with what is allowed and what was there; the message, one a line. */
export class RulesError extends Error {
  override readonly name = 'RulesError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(['The rules are wrong:', ...problems].join('\n'));
    this.problems = problems;
  }
}

const words = (expected: string, fits: (text: string) => boolean) =>
  z.string({ error: expected }).check(z.trim(), z.refine(fits, { error: expected }));

const list = (expected: string, fits: (text: string) => boolean) => z.array(words(expected, fits), { error: 'a list' });

/** Of the target, which may be in another project: its tags are not looked up. */
const targets = list(
  'patterns of a project and a cluster such as prod-*/orders',
  (text) => clusterPattern(text) !== undefined,
);
const clusters = list(CLUSTERS_EXPECTED, (text) => patternOfClusters(text) !== undefined);

const number = (expected: string, fits: (value: number) => boolean) =>
  z.number({ error: expected }).check(z.refine(fits, { error: expected }));

const whole = (what: string, max: number) =>
  number(
    `a whole number of ${what} from 0 to ${max}`,
    (value) => Number.isInteger(value) && value >= 0 && value <= max,
  );

// 525600: a year of minutes, longer than any restore and any download lasts.
const minutes = whole('minutes', 525_600);

const SHAPE = z.strictObject({
  rulesOff: z._default(z.array(z.enum(CAN_BE_OFF, { error: `one of ${CAN_BE_OFF.join(', ')}` }), { error: 'a list' }), [
    ...DEFAULT_RULES.rulesOff,
  ]),
  allowedDirections: z._default(
    list('two patterns of projects such as prod-* -> staging-*', (text) => directionPattern(text) !== undefined),
    [],
  ),
  protectedTargets: z._default(targets, []),
  requested: z._default(clusters, []),
  announcements: z._default(clusters, []),
  expectedRequesters: z._default(list('a pattern of a user name, a public key or an id', isPattern), []),
  workingHours: z._default(
    list('days and hours such as Mon-Fri 07:00-19:00', (text) => dailyHours(text) !== undefined),
    [],
  ),
  workingHoursTimeZone: z._default(
    words('a time zone such as Europe/Berlin', isTimeZone),
    DEFAULT_RULES.workingHoursTimeZone,
  ),
  slowMinutes: z._default(minutes, DEFAULT_RULES.slowMinutes),
  slowFactor: z._default(
    number('0, or a number from 1 to 1000', (value) => value === 0 || (value >= 1 && value <= 1_000)),
    DEFAULT_RULES.slowFactor,
  ),
  stuckMinutes: z._default(minutes, DEFAULT_RULES.stuckMinutes),
  drillDays: z._default(whole('days', MAX_DRILL_DAYS), DEFAULT_RULES.drillDays),
  drillDaysFor: z._default(
    list(
      `patterns of a project and a cluster, or of a tag, with days from 0 to ${MAX_DRILL_DAYS}, such as prod-*/orders = 90 or tag:env=prod = 90`,
      (text) => daysPattern(text) !== undefined,
    ),
    [],
  ),
  objectives: z._default(
    list(OBJECTIVE_EXPECTED, (text) => parseObjective(text) !== undefined),
    [],
  ),
  drillNeeds: z._default(
    list(NEEDS_EXPECTED, (text) => parseNeeds(text) !== undefined),
    [],
  ),
});

/**
 * Rules from an object of any shape, such as parsed JSON. Nothing at all, and a field that is missing, is as by default.
 * @throws RulesError
 */
export function readRules(input: unknown): Rules {
  const result = z.safeParse(SHAPE, input ?? {});
  if (result.success) return result.data;
  throw new RulesError(result.error.issues.flatMap((issue) => problemsOf(issue, input)));
}

/** Rules from JSON, which may be empty. @throws RulesError */
export function parseRules(json: string): Rules {
  if (json.trim() === '') return readRules(undefined);
  let input: unknown;
  try {
    input = JSON.parse(json);
  } catch (cause) {
    // The runtime's message quotes the text, which may be another file, given by mistake: only the place of the error is shown.
    const [, place] = /position (\d+)/.exec(String(cause)) ?? [];
    throw new RulesError([`rules: invalid JSON${place ? ` at character ${place}` : ''}`]);
  }
  return readRules(input);
}

function problemsOf(issue: z.core.$ZodIssue, input: unknown): string[] {
  if (issue.code === 'unrecognized_keys') {
    const expected = `no field of this name, only ${Object.keys(SHAPE.shape).join(', ')}`;
    return issue.keys.map((key) => problem(key, expected, valueAt(input, [key])));
  }
  if (issue.path.length === 0) return [problem('rules', 'an object', input)];
  const [field, ...within] = issue.path;
  const place = `${String(field)}${within.map((index) => `[${String(index)}]`).join('')}`;
  return [problem(place, issue.message, valueAt(input, issue.path))];
}

const problem = (field: string, expected: string, value: unknown) =>
  printable(new FieldError(printable(field), expected, value).message, 600);

const valueAt = (input: unknown, path: readonly PropertyKey[]) =>
  path.reduce((value: unknown, key) => (value as Record<PropertyKey, unknown>)[key], input);

/** Lists whose order says nothing. */
const SETS: readonly (keyof Rules)[] = [
  'rulesOff',
  'allowedDirections',
  'protectedTargets',
  'requested',
  'announcements',
  'expectedRequesters',
  'workingHours',
];

/**
 * Stands for the rules: rules that mean the same by their fields have the same one. It changes with the list of rules too, so
 * that open jobs are evaluated again after a release that adds one. 16 characters, 96 bits of a SHA-256.
 */
export function rulesDigest(rules: Rules, names: readonly string[] = RULES): string {
  const fields = (Object.keys(DEFAULT_RULES) as (keyof Rules)[]).sort().map((field) => {
    const value = rules[field];
    return [field, SETS.includes(field) && Array.isArray(value) ? [...new Set(value)].sort() : value];
  });
  const all = [[...names].sort(), fields];
  return createHash('sha256').update(JSON.stringify(all)).digest('base64url').slice(0, 16);
}
