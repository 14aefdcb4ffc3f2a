// functions/signing/kms-signer.ts: signatures by a key in AWS KMS that never leaves it: ECC_NIST_P256 with ECDSA_SHA_256.
import { hash } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { SignatureError } from './errors.ts';
import { PublicKey } from './public-key.ts';
import type { Signer } from './signer.ts';

export interface KmsSignerOptions {
  /** ARN of the key, or of an alias. */
  keyId: string;
  /** @default one for this environment, which gives up a request after 5 s and tries again */
  client?: Pick<KMSClient, 'send'>;
}

const ADVICE: Record<string, string> = {
  NotFoundException: 'it does not exist: check the ARN, and AWS_REGION',
  AccessDeniedException: 'access is denied: grant kms:Sign and kms:GetPublicKey on it',
  DisabledException: 'it is disabled: enable it',
  KMSInvalidStateException: 'it is disabled, or marked for deletion',
  InvalidKeyUsageException: 'it is no key for signatures: use one of ECC_NIST_P256 for SIGN_VERIFY',
  CredentialsProviderError: 'no AWS credentials: sign in (aws sso login), or set AWS_PROFILE',
};

const defaultClient = () =>
  new KMSClient({
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  });

/** Requests: 1 for the public key, once, and 1 a signature. */
export function kmsSigner({ keyId, client = defaultClient() }: KmsSignerOptions): Signer {
  let publicKey: Promise<PublicKey> | undefined;
  /** No cause: the SDK's errors carry whole requests and answers. */
  const tried = async <T>(request: Promise<T>): Promise<T> => {
    try {
      return await request;
    } catch (error) {
      const name = error instanceof Error && /^\w{1,60}$/.test(error.name) ? error.name : 'an unknown error';
      throw new SignatureError('KEY_UNUSABLE', `KMS key ${keyId}: ${ADVICE[name] ?? `KMS failed with ${name}`}`);
    }
  };
  const fetched = async () => {
    const { PublicKey: der } = await tried(client.send(new GetPublicKeyCommand({ KeyId: keyId })));
    if (der === undefined) throw new SignatureError('KEY_UNUSABLE', `KMS key ${keyId}: it has no public key`);
    const key = PublicKey.fromDer(der);
    if (key.algorithm !== 'P-256')
      throw new SignatureError('KEY_UNUSABLE', `KMS key ${keyId}: expected ECC_NIST_P256, got ${key.algorithm}`);
    return key;
  };
  return {
    publicKey() {
      publicKey ??= fetched().catch((error: unknown) => {
        publicKey = undefined;
        throw error;
      });
      return publicKey;
    },
    async sign(bytes) {
      // The digest, as KMS takes no message of more than 4,096 bytes.
      const Message = hash('sha256', bytes, 'buffer');
      const request = { KeyId: keyId, Message, MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' } as const;
      const { Signature } = await tried(client.send(new SignCommand(request)));
      if (Signature === undefined) throw new SignatureError('KEY_UNUSABLE', `KMS key ${keyId}: it gave no signature`);
      return Signature;
    },
  };
}
