// functions/accounts.ts makes a client for each set of Atlas credentials in Secrets Manager.
import { AtlasClient } from './atlas/client.ts';
import { SecretsManagerCredentials } from './atlas/secrets-manager.ts';
import type { Log } from './log.ts';

export interface AtlasAccount {
  /** What its secret is called. */
  name: string;
  atlas: AtlasClient;
}

export function atlasAccounts(
  settings: { secretIds: readonly string[]; baseUrl: string | undefined },
  log: Log,
): AtlasAccount[] {
  const baseUrl = settings.baseUrl === undefined ? {} : { baseUrl: settings.baseUrl };
  return settings.secretIds.map((secretId) => ({
    name: secretId,
    atlas: new AtlasClient({ credentials: new SecretsManagerCredentials({ secretId }), log, ...baseUrl }),
  }));
}
