// functions/runtime/accounts.ts makes a client for each set of Atlas credentials in Secrets Manager.

import { SecretsManagerCredentials } from '../atlas/auth/secrets-manager.ts';
import { AtlasClient } from '../atlas/client.ts';
import type { ProxySettings } from '../atlas/http/proxy.ts';
import type { Log } from '../platform/log.ts';

export interface AtlasAccount {
  /** What its secret is called. */
  name: string;
  atlas: AtlasClient;
}

/** Their secrets are being read when it returns. */
export function atlasAccounts(
  settings: { secretIds: readonly string[]; baseUrl: string | undefined; proxy?: ProxySettings | undefined },
  log: Log,
): AtlasAccount[] {
  const { secretIds, baseUrl, proxy } = settings;
  return secretIds.map((secretId) => {
    const credentials = new SecretsManagerCredentials({ secretId });
    // Begun here, it is read while a start goes on. What fails is tried again, and told, where it is needed.
    credentials.read().catch(() => undefined);
    return { name: secretId, atlas: new AtlasClient({ credentials, log, baseUrl, proxy }) };
  });
}
