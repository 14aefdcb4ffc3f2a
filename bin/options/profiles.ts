// bin/options/profiles.ts: named sets of flags in a file of the user's, so that a ledger need not be named with every command.
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Environment } from '../../functions/runtime/settings.ts';
import { UsageError } from '../process/exit-codes.ts';
import { reasonOf } from '../process/output-file.ts';
import { FLAGS, PLACES, type Profile, VARIABLES } from './profile.ts';

const FILE_VARIABLE = 'RESTORE_LEDGER_CONFIG';
const NAME_VARIABLE = 'RESTORE_LEDGER_PROFILE';
/** Used where it exists and none is named. */
const DEFAULT = 'default';
/** What names a ledger without a flag, so that a profile nobody asked for leaves it alone. */
const PLACE_VARIABLES = ['RESTORE_LEDGER_API', 'TABLE_NAME'];

export const addProfileOption = (command: Command) =>
  command.option(
    '--profile <name>',
    `a profile of ${FILE_VARIABLE}, by default ~/.config/restore-ledger/config.yaml (env: ${NAME_VARIABLE})`,
  );

/**
 * Gives a command, before it runs, the flags of its profile that it has and wasn't given. A flag beats the profile that `--profile`
 * names; that one beats environment variables, and they beat the profile that a variable names, or the one called `default`.
 * @param env where AWS_PROFILE and AWS_REGION are set, for the AWS SDK
 * @throws UsageError
 */
export async function applyProfile(command: Command, env: NodeJS.ProcessEnv): Promise<void> {
  const has = (flag: string) => command.options.some(({ long }) => long === `--${flag}`);
  if (!has('profile')) return;
  const { profile: named } = command.opts<{ profile?: string }>();
  const { name, values } = await chosenProfile(named, env);
  const given = (flag: string) => command.getOptionValueSource(attributeOf(flag)) === 'cli';
  // All flags of a profile are of its ledger: where another is named, they are none of its business.
  const isPlaceGiven = PLACES.some(given) || (named === undefined && PLACE_VARIABLES.some((variable) => env[variable]));
  for (const flag of isPlaceGiven ? [] : FLAGS) {
    const value = values[flag];
    if (value === undefined || !has(flag) || given(flag)) continue;
    command.setOptionValueWithSource(attributeOf(flag), checkedValue(command, flag, value, name), 'config');
  }
  for (const variable of VARIABLES) {
    const value = values[variable];
    if (value !== undefined && (named !== undefined || !env[variable])) env[variable] = value;
  }
}

async function chosenProfile(named: string | undefined, env: Environment): Promise<{ name: string; values: Profile }> {
  const asked = named ?? (env[NAME_VARIABLE] || undefined);
  const name = asked ?? DEFAULT;
  const profiles = await profilesIn(env, asked !== undefined);
  const values = profiles.get(name);
  if (values) return { name, values };
  if (asked === undefined) return { name, values: {} };
  const all = [...profiles.keys()].join(', ') || 'none';
  const flag = named === undefined ? NAME_VARIABLE : '--profile';
  throw new UsageError(`${flag}: expected a profile of ${fileOf(env)} (${all}), got ${JSON.stringify(asked)}`);
}

/** $XDG_CONFIG_HOME: https://specifications.freedesktop.org/basedir-spec/latest */
const fileOf = (env: Environment) =>
  env[FILE_VARIABLE] || join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'restore-ledger', 'config.yaml');

/** @param needed whether a profile was asked for, so that there must be a file */
async function profilesIn(env: Environment, needed: boolean): Promise<Map<string, Profile>> {
  const file = fileOf(env);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (isMissing && !needed && !env[FILE_VARIABLE]) return new Map();
    if (isMissing && !env[FILE_VARIABLE])
      throw new UsageError(
        `--profile: expected ${file}, which holds the profiles, and there is none: write it, or name another in ${FILE_VARIABLE}`,
      );
    throw new UsageError(`${file}, which holds the profiles, can't be read: ${reasonOf(error)}`);
  }
  return (await import('./profile-file.ts')).profilesOf(text, file);
}

export interface NamedProfile {
  name: string;
  /** Without a --profile, commands use it. */
  isChosen: boolean;
  values: Profile;
}

/** All of the file, in its order; none where there is no file. @throws UsageError where it can't be read, or holds no profiles */
export async function allProfiles(env: Environment): Promise<{ file: string; profiles: NamedProfile[] }> {
  const isPlaceGiven = PLACE_VARIABLES.some((variable) => env[variable]);
  const chosen = isPlaceGiven ? undefined : env[NAME_VARIABLE] || DEFAULT;
  const profiles = [...(await profilesIn(env, false))];
  return {
    file: fileOf(env),
    profiles: profiles.map(([name, values]) => ({ name, isChosen: name === chosen, values })),
  };
}

const attributeOf = (flag: string) => flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** As the flag itself would be checked. */
function checkedValue(command: Command, flag: string, value: string, profile: string): unknown {
  const option = command.options.find(({ long }) => long === `--${flag}`);
  try {
    return option?.parseArg ? option.parseArg(value, undefined) : value;
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`profile ${JSON.stringify(profile)}: ${error.message}`) : error;
  }
}
