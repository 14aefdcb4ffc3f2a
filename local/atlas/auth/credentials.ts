// local/atlas/auth/credentials.ts: the credentials that the simulator accepts, by seed and rotation.
import { Random } from '../base/random.ts';
import type { ApiKey } from './digest.ts';
import type { ServiceAccount } from './oauth.ts';

export interface Credentials {
  apiKey: ApiKey;
  serviceAccount: ServiceAccount;
}

const SEED = 10;

/** @param generation 0 at the start; every rotation adds one. */
export function makeCredentials(seed: number, generation: number): Credentials {
  const random = new Random(seed, SEED, generation);
  const publicKey = random.letters(8);
  const privateKey = [8, 4, 4, 4, 12].map((length) => random.hex(length)).join('-');
  return {
    apiKey: { publicKey, privateKey },
    serviceAccount: { clientId: `mdb_sa_id_${random.hex(24)}`, clientSecret: `mdb_sa_sk_${random.mixed(40)}` },
  };
}
