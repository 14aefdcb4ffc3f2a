// functions/atlas/auth/credentials.ts: credentials from a secret of any shape seen in the field (docs/atlas.md#3-3), or from the
// environment.
import { tryJson } from '../../platform/json.ts';
import { assemble, EXPECTED, type Half, isBlank, isJson, NAMES, notFilledIn, refuse } from './credential-fields.ts';

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
   * @param options.fresh read the source itself, whatever is cached: the credentials in hand were refused.
   * @throws AtlasError ATLAS_CREDENTIALS
   */
  read(options?: { fresh?: boolean }): Promise<Credentials>;
  /** Names the source in a message: 'secret atlas/key'. */
  readonly describe: string;
}

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

const HALVES: readonly Half[] = ['publicKey', 'privateKey', 'clientId', 'clientSecret'];

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
