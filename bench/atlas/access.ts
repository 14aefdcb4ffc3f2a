// bench/atlas/access.ts: where the simulator listens, and the credentials that it accepts.
import { type CredentialSource, fixedCredentials } from '../../functions/atlas/auth/credentials.ts';

/** Where the simulator listens, and what its certificate is for. */
export const HOST = '127.0.0.1';

export interface AtlasAccess {
  url: string;
  apiKey: { publicKey: string; privateKey: string };
  serviceAccount: { clientId: string; clientSecret: string };
}

export type Scheme = 'digest' | 'oauth';

/** For every contender that reads Atlas. */
export interface AtlasConfig {
  access: AtlasAccess;
  scheme: Scheme;
}

/** For the project's own client. */
export function credentialsOf({ access, scheme }: AtlasConfig): CredentialSource {
  const { url: baseUrl, apiKey, serviceAccount } = access;
  return fixedCredentials(
    scheme === 'digest'
      ? { type: 'apiKey', ...apiKey, baseUrl }
      : { type: 'serviceAccount', ...serviceAccount, baseUrl },
    'the bench',
  );
}
