// functions/atlas/auth/credentials.ts: credentials from a secret of any shape seen in the field (docs/atlas.md#3-3), or from the
// environment.
// No message here quotes a value, or a field name that was not expected: people do paste keys in the wrong place.
import { tryJson } from '../../platform/json.ts';
import { parseBaseUrl } from '../http/base-url.ts';
import { AtlasError } from '../model/errors.ts';

export interface ApiKey {
  type: 'apiKey';
  publicKey: string;
  privateKey: string;
  baseUrl?: string;
}

export interface ServiceAccount {
  type: 'serviceAccount';
  clientId: string;
  clientSecret: string;
  baseUrl?: string;
}

export type Credentials = ApiKey | ServiceAccount;

/** Where credentials come from. */
export interface CredentialSource {
  /**
   * @param options.fresh ask the source itself, whatever is cached: the credentials in hand were refused.
   * @throws AtlasError ATLAS_CREDENTIALS
   */
  read(options?: { fresh?: boolean }): Promise<Credentials>;
  /** Names the source in a message: 'secret atlas/key'. */
  readonly describe: string;
}

/** What one half of a pair is called, most usual first. */
const NAMES = {
  publicKey: ['publicKey', 'PublicKey', 'public_key'],
  privateKey: ['privateKey', 'PrivateKey', 'private_key'],
  clientId: ['clientId', 'ClientId', 'client_id'],
  clientSecret: ['clientSecret', 'ClientSecret', 'client_secret'],
  baseUrl: ['baseUrl', 'BaseUrl', 'base_url'],
} as const;

/** The Atlas CLI's names first, then those of the Terraform provider. */
const ENVIRONMENT = {
  publicKey: ['MONGODB_ATLAS_PUBLIC_API_KEY', 'MONGODB_ATLAS_PUBLIC_KEY'],
  privateKey: ['MONGODB_ATLAS_PRIVATE_API_KEY', 'MONGODB_ATLAS_PRIVATE_KEY'],
  clientId: ['MONGODB_ATLAS_CLIENT_ID'],
  clientSecret: ['MONGODB_ATLAS_CLIENT_SECRET'],
  baseUrl: ['MONGODB_ATLAS_BASE_URL'],
} as const;

type Environment = Record<string, string | undefined>;

/** The variables that hold credentials. */
export const CREDENTIAL_VARIABLES: readonly string[] = [
  ...ENVIRONMENT.publicKey,
  ...ENVIRONMENT.privateKey,
  ...ENVIRONMENT.clientId,
  ...ENVIRONMENT.clientSecret,
];

/** Public key, or client id, that the environment names. */
export const principalsFromEnv = (env: Environment): string[] =>
  [...ENVIRONMENT.publicKey, ...ENVIRONMENT.clientId].flatMap((name) =>
    isBlank(env[name]) ? [] : [env[name]?.trim() ?? ''],
  );

type Half = Exclude<keyof typeof NAMES, 'baseUrl'>;
const HALVES: readonly Half[] = ['publicKey', 'privateKey', 'clientId', 'clientSecret'];

const EXPECTED = '{"publicKey","privateKey"} of an API key or {"clientId","clientSecret"} of a service account';
/** What templates put where a value belongs. */
const PLACEHOLDER =
  /^(<.*>|\$?\{.*\}|\.{3,}|x{3,}|-+|todo\b.*|tbd|none|null|undefined|placeholder.*|dummy|(change|replace|fill)[-_ ]?(me|this|in).*|(your|my)[-_ ].*)$/i;
/** Printable, without spaces: anything else can't travel in a header, and comes from a bad paste. */
const SENDABLE = /^[\x21-\x7e]+$/;

/** null and an empty text are how templates leave a field out. */
const isBlank = (value: unknown) =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

const isJson = (text: string) => /^\s*[{[]/.test(text) && tryJson(text) !== undefined;

const refuse = (message: string) => new AtlasError('ATLAS_CREDENTIALS', message);

/**
 * @param text what the secret holds: JSON
 * @param where names the secret in messages
 * @throws AtlasError ATLAS_CREDENTIALS
 */
export function parseSecret(text: string, where: string): Credentials {
  if (text.trim() === '') throw notFilledIn(where);
  const secret = tryJson(text);
  if (secret === undefined) {
    throw refuse(`${where} is not JSON: it should be ${EXPECTED}. Has the secret been filled in yet?`);
  }
  if (secret === null || typeof secret !== 'object' || Array.isArray(secret)) {
    const nested = typeof secret === 'string' && isJson(secret) ? 'a string that holds JSON' : 'not a JSON object';
    throw refuse(`${where} is ${nested}: it should be ${EXPECTED}`);
  }
  const fields = secret as Record<string, unknown>;
  const found = (half: keyof typeof NAMES) => {
    const name = NAMES[half].find((candidate) => Object.hasOwn(fields, candidate) && !isBlank(fields[candidate]));
    return name === undefined ? undefined : { name, value: fields[name] };
  };
  const blank = HALVES.flatMap((half) => NAMES[half].find((name) => Object.hasOwn(fields, name)) ?? []);
  if (blank.length > 0 && !HALVES.some(found)) throw notFilledIn(where, blank[0]);
  return assemble(found, where, (half) => `"${NAMES[half][0]}"`);
}

/**
 * Reads the variables that MongoDB's own tools read. Nothing is read before the first call, so that a missing variable is named then.
 * @param env usually `process.env`
 */
export function credentialsFromEnv(env: Environment): CredentialSource {
  const where = 'the environment';
  const found = (half: keyof typeof NAMES) => {
    // An empty variable is how a shell or a .env file says "not set".
    const [name, ...others] = ENVIRONMENT[half].filter((candidate) => !isBlank(env[candidate]));
    if (name === undefined) return undefined;
    const value = env[name];
    const different = others.find((other) => env[other]?.trim() !== value?.trim());
    if (different)
      throw refuse(`${where} has ${name} and ${different}, which differ: expected one of them; unset the other`);
    return { name, value };
  };
  return {
    describe: where,
    read: async () => assemble(found, where, (half) => ENVIRONMENT[half][0]),
  };
}

/** Credentials that are already in hand. */
export function fixedCredentials(credentials: Credentials, describe = 'the given credentials'): CredentialSource {
  return { describe, read: async () => credentials };
}

interface Found {
  name: string;
  value: unknown;
}

function assemble(
  found: (half: keyof typeof NAMES) => Found | undefined,
  where: string,
  nameOf: (half: Half) => string,
): Credentials {
  const key = { publicKey: found('publicKey'), privateKey: found('privateKey') };
  const account = { clientId: found('clientId'), clientSecret: found('clientSecret') };
  const names = (pair: Record<string, Found | undefined>) =>
    Object.values(pair).flatMap((half) => (half ? [half.name] : []));

  if (names(key).length > 0 && names(account).length > 0) {
    throw refuse(
      `${where} holds both an API key (${names(key).join(', ')}) and a service account (${names(account).join(', ')}): ` +
        `remove ${names(key).join(' and ')} to use the service account, or ${names(account).join(' and ')} to use the API key`,
    );
  }
  const base = found('baseUrl');
  const baseUrl = base && parseBaseUrl(text(base, where), `${base.name} in ${where}`);
  const withBase = baseUrl === undefined ? {} : { baseUrl };
  if (names(key).length > 0) {
    const [publicKey, privateKey] = pair(key, 'publicKey', 'privateKey', where, nameOf);
    return { type: 'apiKey', publicKey, privateKey, ...withBase };
  }
  if (names(account).length > 0) {
    const [clientId, clientSecret] = pair(account, 'clientId', 'clientSecret', where, nameOf);
    return { type: 'serviceAccount', clientId, clientSecret, ...withBase };
  }
  throw refuse(
    `${where} holds no credentials: set ${nameOf('publicKey')} and ${nameOf('privateKey')} of an API key, ` +
      `or ${nameOf('clientId')} and ${nameOf('clientSecret')} of a service account`,
  );
}

function pair<First extends Half, Second extends Half>(
  halves: Record<First | Second, Found | undefined>,
  first: First,
  second: Second,
  where: string,
  nameOf: (half: Half) => string,
): [string, string] {
  const [one, other] = [halves[first], halves[second]];
  if (one === undefined) throw refuse(`${where} has ${other?.name} but no ${nameOf(first)}: set both`);
  if (other === undefined) throw refuse(`${where} has ${one.name} but no ${nameOf(second)}: set both`);
  const user = text(one, where);
  // The part before the colon, in a Basic header as in a digest, ends at the first colon.
  if (user.includes(':')) throw refuse(`${one.name} in ${where} holds a colon: it is not the id alone`);
  return [user, text(other, where)];
}

function text({ name, value }: Found, where: string): string {
  if (typeof value !== 'string') throw refuse(`${name} in ${where} is not a string`);
  const trimmed = value.trim();
  if (isJson(trimmed)) throw refuse(`${name} in ${where} holds JSON: expected the value alone, got all of a secret`);
  if (trimmed === '' || PLACEHOLDER.test(trimmed)) throw notFilledIn(where, name);
  if (!SENDABLE.test(trimmed)) throw refuse(`${name} in ${where} holds a space or a character outside ASCII`);
  return trimmed;
}

const notFilledIn = (where: string, name?: string) =>
  refuse(
    `${where} has not been filled in yet${name === undefined ? '' : ` (${name} is still a placeholder)`}: it should be ${EXPECTED}`,
  );
