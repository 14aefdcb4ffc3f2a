// bench/contenders/credentials.ts gives the project's own client its credentials.
import { type CredentialSource, fixedCredentials } from '../../functions/atlas/auth/credentials.ts';
import type { AtlasAccess } from '../atlas/orders.ts';
import type { Scheme } from '../probe/sign.ts';

export function sourceOf({ url: baseUrl, apiKey, serviceAccount }: AtlasAccess, scheme: Scheme): CredentialSource {
  return fixedCredentials(
    scheme === 'digest'
      ? { type: 'apiKey', ...apiKey, baseUrl }
      : { type: 'serviceAccount', ...serviceAccount, baseUrl },
    'the bench',
  );
}
