// bin/options/rules.ts: the rules that restores are evaluated against: of a file, of the variable RULES, or built in.
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { NO_OBJECTIVES, type Objectives, objectivesOf } from '../../functions/restore/objectives/objective.ts';
import { DEFAULT_RULES, type Rules } from '../../functions/restore/rules/rules.ts';
import type { Environment } from '../../functions/runtime/settings.ts';
import { UsageError } from '../process/exit-codes.ts';
import { reasonOf } from '../process/output-file.ts';

export type RulesFlags = { rules?: string };

const VARIABLE = 'RULES';

/** For commands that evaluate nothing: of the rules, they use `objectives`. */
export const withObjectives = (command: Command) =>
  command.option(
    '--rules <file>',
    `rules whose objectives restores are measured by, as for collect (default: the variable ${VARIABLE}, or none)`,
  );

export const withRules = (command: Command) =>
  command.option(
    '--rules <file>',
    `rules that restores are evaluated against, as JSON: an object of rules, or a cdk.json (default: the variable ${VARIABLE}, or the built-in rules)`,
  );

/** For commands that show what restores are measured by. @throws as `chosenRules` */
export async function chosenObjectives(flags: RulesFlags, env: Environment): Promise<Objectives> {
  const { rules } = await chosenRules(flags, env);
  return rules === DEFAULT_RULES ? NO_OBJECTIVES : objectivesOf(rules.objectives);
}

/** The collector behind an API has rules and a change feed of its own. @throws UsageError */
export function refuseBesideApi({ rules, events }: RulesFlags & { events?: string }) {
  if (rules !== undefined) throw new UsageError("--rules can't be used with --api: its collector has its own rules");
  if (events) throw new UsageError("--events can't be used with --api: its collector has its own change feed");
}

/** A flag beats the variable. @throws UsageError that names the file or the variable, and each field that is wrong */
export async function chosenRules(
  { rules: file }: RulesFlags,
  env: Environment,
): Promise<{ rules: Rules; from: string }> {
  const variable = env[VARIABLE] ?? '';
  if (file === undefined && variable.trim() === '') return { rules: DEFAULT_RULES, from: 'built in' };
  const from = file ?? VARIABLE;
  const name = file === undefined ? VARIABLE : `--rules ${file}`;
  const text = file === undefined ? variable : await contentOf(file, name);
  const settings = file === undefined ? undefined : cdkSettings(name, text);
  // Loaded here, since most commands, and --help, do without it.
  const { parseRules, readRules, RulesError } = await import('../../functions/restore/rules/read-rules.ts');
  try {
    return { rules: settings ? readRules(rulesIn(settings)) : parseRules(text), from };
  } catch (error) {
    throw error instanceof RulesError ? new UsageError(`${name}: ${error.problems.join('; ')}`) : error;
  }
}

async function contentOf(file: string, name: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${name}: expected a file that can be read, got ${reasonOf(error)}`);
  }
}

/** The ledger's settings where the text is a cdk.json: rules have no field `context`. */
function cdkSettings(name: string, text: string): object | undefined {
  const context = objectOf(jsonOf(text))?.context;
  if (context === undefined) return undefined;
  const { ledger = {} } = objectOf(context) ?? { ledger: undefined };
  const settings = objectOf(typeof ledger === 'string' ? jsonOf(ledger) : ledger);
  if (settings) return settings;
  throw new UsageError(`${name}: context.ledger: expected an object of settings, got something else`);
}

/** The settings of a stack that are rules; it has others. A rule that is left out is built in, as in the stack. */
const rulesIn = (settings: object) =>
  Object.fromEntries(Object.entries(settings).filter(([field]) => Object.hasOwn(DEFAULT_RULES, field)));

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const objectOf = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
