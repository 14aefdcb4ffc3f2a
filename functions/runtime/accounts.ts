// functions/runtime/accounts.ts: an Atlas client for each set of credentials in Secrets Manager.
import { SecretsManagerCredentials } from '../atlas/auth/secrets-manager.ts';
import { AtlasClient, type AtlasClientOptions } from '../atlas/client.ts';
import type { Log } from '../platform/log.ts';

export interface AtlasAccount {
  /** Of its secret. */
  name: string;
  atlas: AtlasClient;
}

/** It starts to read their secrets. */
export function atlasAccounts(
  settings: { secretIds: readonly string[] } & Pick<AtlasClientOptions, 'baseUrl' | 'proxy' | 'maxConcurrency'>,
  log: Log,
): AtlasAccount[] {
  const { secretIds, baseUrl, proxy, maxConcurrency } = settings;
  return secretIds.map((secretId) => {
    const credentials = new SecretsManagerCredentials({ secretId });
    // Started here, so that the rest of a cold start doesn't wait. A failure is retried, and reported, where they are needed.
    credentials.read().catch(() => undefined);
    return { name: secretId, atlas: new AtlasClient({ credentials, log, baseUrl, proxy, maxConcurrency }) };
  });
}
