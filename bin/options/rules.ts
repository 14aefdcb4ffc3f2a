// bin/options/rules.ts reads what restores are held against: from a file, the variable RULES, or the built-in rules.
import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { DEFAULT_RULES, type Rules } from '../../functions/restore/rules/rules.ts';
import type { Environment } from '../../functions/runtime/settings.ts';
import { UsageError } from '../process/exit-codes.ts';

export interface RulesFlags {
  rules?: string;
}

export interface ChosenRules {
  rules: Rules;
  /** Where they are from, in words. */
  from: string;
}

const VARIABLE = 'RULES';

export const withRules = (command: Command) =>
  command.addOption(
    new Option(
      '--rules <file>',
      `what restores are held against, as JSON: an object of rules, or a cdk.json (default: the variable ${VARIABLE}, or the built-in rules)`,
    ),
  );

/** The collector behind an API has rules of its own, and a feed of events. @throws UsageError */
export function refuseBesideApi({ rules, events }: RulesFlags & { events?: string }) {
  const came = rules === undefined ? events && '--events' : '--rules';
  if (came) throw new UsageError(`${came}: expected without --api, whose collector has its own, got with it`);
}

/** A flag beats the variable. @throws UsageError that names the file or the variable, and each field that is wrong */
export async function chosenRules({ rules: file }: RulesFlags, env: Environment): Promise<ChosenRules> {
  if (file !== undefined) return { rules: await fromFile(file), from: file };
  const json = env[VARIABLE] ?? '';
  if (json.trim() === '') return { rules: DEFAULT_RULES, from: 'built in' };
  const { parseRules } = await readers();
  return { rules: named(VARIABLE, () => parseRules(json)), from: VARIABLE };
}

async function fromFile(file: string): Promise<Rules> {
  const name = `--rules ${file}`;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${name}: expected a file that can be read, got ${codeOf(error)}`);
  }
  const settings = cdkSettings(name, text);
  const { parseRules, readRules } = await readers();
  return named(name, () => (settings ? readRules(rulesIn(settings)) : parseRules(text)));
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

/** The settings of a stack that are rules; it has others. Left out, a rule is as the stack has it: built in. */
const rulesIn = (settings: object) =>
  Object.fromEntries(Object.entries(settings).filter(([field]) => Object.hasOwn(DEFAULT_RULES, field)));

/** Only now: most commands, and --help, have no use for them. */
const readers = () => import('../../functions/restore/rules/read-rules.ts');

function named(name: string, read: () => Rules): Rules {
  try {
    return read();
  } catch (error) {
    const problems = error instanceof Error && 'problems' in error ? error.problems : undefined;
    if (!Array.isArray(problems)) throw error;
    throw new UsageError(`${name}: ${problems.join('; ')}`);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const objectOf = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error);
