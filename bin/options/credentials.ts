// bin/options/credentials.ts makes the Atlas clients that the environment has credentials for.

import {
  CREDENTIAL_VARIABLES,
  type CredentialSource,
  credentialsFromEnv,
} from '../../functions/atlas/auth/credentials.ts';
import type { AtlasClient } from '../../functions/atlas/client.ts';
import type { AtlasUsage } from '../../functions/atlas/model/atlas.ts';
import { AtlasError } from '../../functions/atlas/model/errors.ts';
import type { Wait } from '../../functions/atlas/request/rate-limits.ts';
import type { Environment } from '../../functions/runtime/settings.ts';
import type { Context } from '../process/context.ts';
import { CommandError, UsageError } from '../process/exit-codes.ts';

export interface Account {
  /** What its secret is called, or where it comes from. */
  name: string;
  atlas: AtlasClient;
}

export class Accounts implements AsyncDisposable {
  readonly all: readonly Account[];

  constructor(all: readonly Account[]) {
    this.all = all;
  }

  /** Of all together, so far. */
  get usage(): AtlasUsage {
    const sum = { requests: 0, tokenRequests: 0, throttles: 0, waitedMs: 0 };
    for (const { atlas } of this.all) {
      for (const name of Object.keys(sum) as (keyof AtlasUsage)[]) sum[name] += atlas.usage[name];
    }
    return sum;
  }

  /** This machine's clock less Atlas's, as measured by any of them. */
  get clockSkewMs(): number | undefined {
    return this.all.map(({ atlas }) => atlas.clockSkewMs).find((skewMs) => skewMs !== undefined);
  }

  /** The client that sees a project. With several credentials each is asked for its projects. @throws AtlasError */
  async thatSees(projectId: string): Promise<AtlasClient> {
    const [only] = this.all;
    if (only && this.all.length === 1) return only.atlas;
    for (const { atlas } of this.all) {
      for await (const { projects } of atlas.projects()) if (projects.some(({ id }) => id === projectId)) return atlas;
    }
    throw new CommandError(`no project ${projectId} is visible to the credentials in ATLAS_SECRET_ID: check the id`);
  }

  async [Symbol.asyncDispose]() {
    await Promise.all(this.all.map(({ atlas }) => atlas.close()));
  }
}

const NAMES = {
  key: ['MONGODB_ATLAS_PUBLIC_API_KEY', 'MONGODB_ATLAS_PRIVATE_API_KEY'],
  account: ['MONGODB_ATLAS_CLIENT_ID', 'MONGODB_ATLAS_CLIENT_SECRET'],
} as const;

export interface AccountOptions {
  /** Told of each wait of a second or more. @default the log is */
  onWait?: (wait: Wait) => void;
}

/** Checks what the environment itself holds before any call is made. @throws UsageError, also where there are none */
export async function atlasAccounts(context: Context, options: AccountOptions = {}): Promise<Accounts> {
  const accounts = await accountsAtHand(context, options);
  if (accounts) return accounts;
  throw new UsageError(
    `no Atlas credentials: set ${NAMES.key.join(' and ')} (or ${NAMES.account.join(' and ')}), or ATLAS_SECRET_ID; ` +
      'to try it without an Atlas account, run restore-ledger simulate',
  );
}

/** None where the environment has no credentials at all. @throws UsageError for half of them, and for two at once */
export async function accountsAtHand(
  { env, log }: Context,
  { onWait = (wait) => log.info('waiting', { ...wait }) }: AccountOptions = {},
): Promise<Accounts | undefined> {
  const secretIds = (env.ATLAS_SECRET_ID ?? '').split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
  const inVariables = CREDENTIAL_VARIABLES.filter((name) => (env[name] ?? '').trim() !== '');
  if (secretIds.length > 0 && inVariables.length > 0) {
    throw new UsageError(
      `ATLAS_SECRET_ID and ${inVariables.join(', ')}: expected credentials in one place, got both; unset one`,
    );
  }
  if (secretIds.length === 0 && inVariables.length === 0) return undefined;
  const { AtlasClient } = await import('../../functions/atlas/client.ts');
  const baseUrl = secretIds.length > 0 ? env.MONGODB_ATLAS_BASE_URL || undefined : undefined;
  const proxy = await proxyOf(env);
  const sources = secretIds.length > 0 ? await secretSources(secretIds) : [await environmentSource(env)];
  try {
    return new Accounts(
      sources.map((credentials) => ({
        name: credentials.describe,
        atlas: new AtlasClient({ credentials, baseUrl, proxy, log, onWait }),
      })),
    );
  } catch (error) {
    throw asUsage(error, 'MONGODB_ATLAS_BASE_URL: ');
  }
}

async function secretSources(secretIds: readonly string[]): Promise<CredentialSource[]> {
  const { SecretsManagerCredentials } = await import('../../functions/atlas/auth/secrets-manager.ts');
  return secretIds.map((secretId) => new SecretsManagerCredentials({ secretId }));
}

async function environmentSource(env: Environment): Promise<CredentialSource> {
  const source = credentialsFromEnv(env);
  try {
    await source.read();
  } catch (error) {
    throw asUsage(error);
  }
  return source;
}

async function proxyOf(env: Environment) {
  const { proxySettings, SettingsError } = await import('../../functions/runtime/settings.ts');
  try {
    return proxySettings(env);
  } catch (error) {
    throw error instanceof SettingsError ? new UsageError(error.message) : error;
  }
}

const asUsage = (error: unknown, prefix = '') =>
  error instanceof AtlasError && error.code === 'ATLAS_CREDENTIALS'
    ? new UsageError(`${prefix}${error.message}`)
    : error;
