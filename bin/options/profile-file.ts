// bin/options/profile-file.ts: profiles read from YAML, with every mistake named. Loaded only where there is a file.
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { UsageError } from '../process/exit-codes.ts';
import { FLAGS, OF_THE_API, PLACES, type Profile, VARIABLES } from './profile.ts';

/** Relative ones start from the file's folder, wherever a command is called. */
const PATHS = ['data', 'rules'] as const;

/** @throws UsageError */
export function profilesOf(text: string, file: string): Map<string, Profile> {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    // A colon at its end introduces the lines in question.
    throw new UsageError(`${file}: expected YAML: ${(error as Error).message.split('\n')[0]?.replace(/:$/, '')}`);
  }
  if (content === null) return new Map();
  const { profiles = {}, ...others } = objectAt(content, file, 'an object with `profiles`');
  refuseOthers(Object.keys(others), `${file}: expected profiles`);
  const named = Object.entries(objectAt(profiles, `${file}: profiles`, 'profiles by name'));
  return new Map(named.map(([name, values]) => [name, profileOf(values, `${file}: profiles.${name}`, dirname(file))]));
}

/** @param folder that relative paths start from */
function profileOf(value: unknown, where: string, folder: string): Profile {
  const known: readonly string[] = [...FLAGS, ...VARIABLES];
  const expected = `one of ${known.join(', ')}`;
  const all = Object.entries(objectAt(value, where, expected));
  refuseOthers(
    all.flatMap(([field]) => (known.includes(field) ? [] : [field])),
    `${where}: expected ${expected}`,
  );
  const wrong = all.find(([, of]) => typeof of !== 'string' || of.trim() === '');
  if (wrong) throw new UsageError(`${where}.${wrong[0]}: expected a text`);
  const fields: Profile = Object.fromEntries(all);
  const places = PLACES.filter((place) => fields[place] !== undefined);
  if (places.length > 1) throw new UsageError(`${where}: expected one of ${places.join(' and ')}, got both`);
  const apart = OF_THE_API.filter((flag) => fields[flag] !== undefined && fields.api === undefined);
  if (apart.length > 0) throw new UsageError(`${where}.${apart[0]}: expected api with it, got none`);
  if (fields.api !== undefined && fields.rules !== undefined) {
    throw new UsageError(`${where}.rules: expected none beside api, whose collector has its own rules`);
  }
  const paths = PATHS.flatMap((flag) => (fields[flag] === undefined ? [] : [[flag, resolve(folder, fields[flag])]]));
  return { ...fields, ...Object.fromEntries(paths) };
}

function objectAt(value: unknown, where: string, expected: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new UsageError(`${where}: expected ${expected}`);
}

/** The values of unknown fields may be secrets, so they aren't repeated. */
function refuseOthers(names: readonly string[], expected: string) {
  if (names.length > 0)
    throw new UsageError(`${expected}, got ${names.map((name) => JSON.stringify(name)).join(', ')}`);
}
