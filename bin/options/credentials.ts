// bin/options/credentials.ts: Atlas clients for the credentials in the environment.
import { CREDENTIAL_VARIABLES, credentialsFromEnv } from '../../functions/atlas/auth/credentials.ts';
import type { AtlasClient } from '../../functions/atlas/client.ts';
import type { AtlasUsage } from '../../functions/atlas/model/atlas.ts';
import { AtlasError } from '../../functions/atlas/model/errors.ts';
import type { Wait } from '../../functions/atlas/request/rate-limits.ts';
import type { Context } from '../process/context.ts';
import { CommandError, UsageError } from '../process/exit-codes.ts';

export interface Account {
  /** Of its secret, or where its credentials are from. */
  name: string;
  atlas: AtlasClient;
}

export class Accounts implements AsyncDisposable {
  readonly all: readonly Account[];

  constructor(all: readonly Account[]) {
    this.all = all;
  }

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

  /** The client that sees a project: of several, the first that lists it. @throws AtlasError */
  async thatSees(projectId: string): Promise<AtlasClient> {
    const [only] = this.all;
    if (only && this.all.length === 1) return only.atlas;
    for (const { atlas } of this.all) {
      for await (const { projects } of atlas.projects()) if (projects.some(({ id }) => id === projectId)) return atlas;
    }
    throw new CommandError(`no project ${projectId} is visible to the credentials in ATLAS_SECRET_ID: check the id`);
  }

  /** By id, of all projects that any of them sees. Requests: their lists of projects. @throws AtlasError where one can't be read */
  async projectNames(): Promise<ReadonlyMap<string, string>> {
    const names = new Map<string, string>();
    for (const { atlas } of this.all) {
      for await (const { projects } of atlas.projects()) for (const { id, name } of projects) names.set(id, name);
    }
    return names;
  }

  async [Symbol.asyncDispose]() {
    await Promise.all(this.all.map(({ atlas }) => atlas.close()));
  }
}

/**
 * Checks what the environment itself holds before any call is made. @throws UsageError, also where there are none
 * @param onWait called for each wait of a second or more. @default logs it
 */
export async function atlasAccounts(context: Context, onWait?: (wait: Wait) => void): Promise<Accounts> {
  const accounts = await accountsAtHand(context, onWait);
  if (accounts) return accounts;
  throw new UsageError(
    'no Atlas credentials: set MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY (or MONGODB_ATLAS_CLIENT_ID ' +
      'and MONGODB_ATLAS_CLIENT_SECRET), or ATLAS_SECRET_ID; to try it without an Atlas account, run restore-ledger simulate',
  );
}

/** Undefined where the environment has no credentials. @throws UsageError for half of them, and for two at once */
export async function accountsAtHand(
  { env, log }: Context,
  onWait = (wait: Wait) => log.info('waiting', { ...wait }),
): Promise<Accounts | undefined> {
  const secretIds = (env.ATLAS_SECRET_ID ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  const inVariables = CREDENTIAL_VARIABLES.filter((name) => (env[name] ?? '').trim() !== '');
  if (secretIds.length === 0 && inVariables.length === 0) return undefined;
  const fromSecrets = secretIds.length > 0;
  if (fromSecrets && inVariables.length > 0) {
    throw new UsageError(
      `ATLAS_SECRET_ID and ${inVariables.join(', ')}: expected credentials in one place, got both; unset one`,
    );
  }
  const [{ AtlasClient }, { proxySettings }, { SettingsError, variable }] = await Promise.all([
    import('../../functions/atlas/client.ts'),
    import('../../functions/runtime/settings.ts'),
    import('../../functions/runtime/variables.ts'),
  ]);
  const baseUrl = fromSecrets ? env.MONGODB_ATLAS_BASE_URL || undefined : undefined;
  try {
    const proxy = proxySettings(env);
    const maxConcurrency = variable(env, 'ATLAS_CONCURRENCY');
    const sources = fromSecrets ? await secretSources(secretIds) : [credentialsFromEnv(env)];
    if (!fromSecrets) await sources[0]?.read();
    return new Accounts(
      sources.map((credentials) => ({
        name: credentials.describe,
        atlas: new AtlasClient({ credentials, baseUrl, proxy, maxConcurrency, log, onWait }),
      })),
    );
  } catch (error) {
    if (error instanceof SettingsError) throw new UsageError(error.message);
    if (!(error instanceof AtlasError && error.code === 'ATLAS_CREDENTIALS')) throw error;
    // Secrets are read later, so what is wrong with them here is the address beside them.
    throw new UsageError(`${fromSecrets ? 'MONGODB_ATLAS_BASE_URL: ' : ''}${error.message}`);
  }
}

async function secretSources(secretIds: readonly string[]) {
  const { SecretsManagerCredentials } = await import('../../functions/atlas/auth/secrets-manager.ts');
  return secretIds.map((secretId) => new SecretsManagerCredentials({ secretId }));
}
