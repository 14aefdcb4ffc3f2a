// functions/atlas/credentials.ts turns a secret of any shape seen in the field (FACTS 3.3) into credentials.
// No message here ever quotes a value, nor a field name that wasn't expected: people do paste keys in the wrong place.
import { parseBaseUrl } from './base-url.ts';
import { AtlasError } from './errors.ts';

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

const ENVIRONMENT = {
  publicKey: 'MONGODB_ATLAS_PUBLIC_API_KEY',
  privateKey: 'MONGODB_ATLAS_PRIVATE_API_KEY',
  clientId: 'MONGODB_ATLAS_CLIENT_ID',
  clientSecret: 'MONGODB_ATLAS_CLIENT_SECRET',
  baseUrl: 'MONGODB_ATLAS_BASE_URL',
} as const;

type Half = Exclude<keyof typeof NAMES, 'baseUrl'>;

const EXPECTED = '{"publicKey","privateKey"} of an API key or {"clientId","clientSecret"} of a service account';
/** What templates put where a value belongs. */
const PLACEHOLDER =
  /^(<.*>|\$?\{.*\}|\.{3,}|x{3,}|-+|todo\b.*|tbd|none|null|undefined|placeholder.*|dummy|(change|replace|fill)[-_ ]?(me|this|in).*|(your|my)[-_ ].*)$/i;
/** Printable, without spaces: anything else can't travel in a header, and comes from a bad paste. */
const SENDABLE = /^[\x21-\x7e]+$/;

const refuse = (message: string) => new AtlasError('ATLAS_CREDENTIALS', message);

/**
 * @param text what the secret holds: JSON
 * @param where names the secret in messages
 * @throws AtlasError ATLAS_CREDENTIALS
 */
export function parseSecret(text: string, where: string): Credentials {
  if (text.trim() === '') throw notFilledIn(where);
  let secret: unknown;
  try {
    secret = JSON.parse(text);
  } catch {
    throw refuse(`${where} is not JSON: it should be ${EXPECTED}. Has the secret been filled in yet?`);
  }
  if (secret === null || typeof secret !== 'object' || Array.isArray(secret)) {
    throw refuse(`${where} is not a JSON object: it should be ${EXPECTED}`);
  }
  const fields = secret as Record<string, unknown>;
  const found = (half: keyof typeof NAMES) => {
    const name = NAMES[half].find((candidate) => Object.hasOwn(fields, candidate) && fields[candidate] !== null);
    return name === undefined ? undefined : { name, value: fields[name] };
  };
  return assemble(found, where, (half) => `"${NAMES[half][0]}"`);
}

/**
 * Reads the variables that MongoDB's own tools read. Nothing is read until asked, so that a missing one fails by name.
 * @param env usually `process.env`
 */
export function credentialsFromEnv(env: Record<string, string | undefined>): CredentialSource {
  const where = 'the environment';
  const found = (half: keyof typeof NAMES) => {
    const value = env[ENVIRONMENT[half]];
    // An empty variable is how a shell or a .env file says "not set".
    return value === undefined || value.trim() === '' ? undefined : { name: ENVIRONMENT[half], value };
  };
  return {
    describe: where,
    read: async () => assemble(found, where, (half) => ENVIRONMENT[half]),
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
  if (trimmed === '' || PLACEHOLDER.test(trimmed)) throw notFilledIn(where, name);
  if (!SENDABLE.test(trimmed)) throw refuse(`${name} in ${where} holds a space or a character outside ASCII`);
  return trimmed;
}

const notFilledIn = (where: string, name?: string) =>
  refuse(
    `${where} has not been filled in yet${name === undefined ? '' : ` (${name} is still a placeholder)`}: it should be ${EXPECTED}`,
  );
