// lib/limits/environment.ts: the room in a function's environment, and which settings fill it.
import type { VariableName } from '../../functions/runtime/variables.ts';
import type { Json, Longest } from './longest.ts';

/** Lambda measures the environment as JSON, names included: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_ENVIRONMENT_BYTES = 4_096;
/** Variables shorter than this are not worth naming. */
const WORTH_NAMING_BYTES = 256;

/** Settings of any length, by the variable that holds them. */
const SETTINGS_OF: Partial<Record<VariableName, string>> = {
  ATLAS_SECRET_ID: 'secrets',
  INCLUDE_PROJECTS: 'includeProjects',
  EXCLUDE_PROJECTS: 'excludeProjects',
  INCLUDE_CLUSTERS: 'includeClusters',
  EXCLUDE_CLUSTERS: 'excludeClusters',
  MONGODB_ATLAS_BASE_URL: 'atlasBaseUrl',
  EVENT_BUS_NAME: 'eventBus',
  OBJECTIVES: 'objectives',
  SPOKE_ACCOUNTS: 'spokeAccounts',
};

const bytesOf = (value: Json) => Buffer.byteLength(JSON.stringify(value));

/** @param variables as in the template @returns what is wrong, for people; undefined if nothing is */
export function environmentProblem(variables: Readonly<Record<string, Json>>, longest: Longest): string | undefined {
  const filled = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, longest.text(value)]));
  const bytes = bytesOf(filled);
  if (bytes <= MAX_ENVIRONMENT_BYTES) return undefined;
  const fullest = Object.entries(filled)
    .map(([name, value]) => ({ name, value, bytes: bytesOf({ [name]: value }) - 1 }))
    .filter((each) => each.bytes >= WORTH_NAMING_BYTES)
    .sort((a, b) => b.bytes - a.bytes)
    .map((each) => `${settingOf(each.name, each.value)} ${each.bytes}`);
  return `Environment: got ${bytes} bytes, allowed: ${MAX_ENVIRONMENT_BYTES}, by Lambda, names included; bytes of the longest: ${fullest.join(', ')}`;
}

/** Rules are settings of the same names. */
function settingOf(variable: string, value: string): string {
  if (variable === 'RULES') return Object.keys(JSON.parse(value)).join(' and ');
  return SETTINGS_OF[variable as VariableName] ?? variable;
}
