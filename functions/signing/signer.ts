// functions/signing/signer.ts: the port that signs, and the local key that fills it. kms-signer.ts fills it with a key in AWS KMS.
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { SignatureError } from './errors.ts';
import { PublicKey } from './public-key.ts';

export interface Signer {
  /** @throws SignatureError */
  publicKey(): Promise<PublicKey>;
  /** @throws SignatureError */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** @param pem a private key, ed25519 or P-256, PKCS #8, without a passphrase @throws SignatureError */
export function localSigner(pem: string): Signer {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new SignatureError('KEY_UNUSABLE', 'expected a private key in PEM, without a passphrase, got something else');
  }
  const publicKey = new PublicKey(key);
  const digest = publicKey.algorithm === 'ed25519' ? null : 'sha256';
  return { publicKey: async () => publicKey, sign: async (bytes) => sign(digest, bytes, key) };
}
