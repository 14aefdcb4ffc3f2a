// functions/signing/public-key.ts: public keys that check signatures: ed25519, and P-256 with ECDSA and SHA-256.
import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { SignatureError } from './errors.ts';

export type Algorithm = 'ed25519' | 'P-256';

/** A PEM file of either kind is some 200 bytes. */
const MAX_PEM = 10_000;

export class PublicKey {
  /** SHA-256 of the key as DER (SubjectPublicKeyInfo), in hex: `openssl pkey -pubin -in KEY.pem -outform DER | sha256sum` */
  readonly id: string;
  readonly algorithm: Algorithm;
  /** As `openssl pkey -pubin` writes it. */
  readonly pem: string;
  readonly #key: KeyObject;

  /** @param key public, or private, of which only the public half is kept @throws SignatureError */
  constructor(key: KeyObject) {
    this.#key = key.type === 'private' ? createPublicKey(key) : key;
    this.algorithm = algorithmOf(this.#key);
    this.id = hash('sha256', this.#key.export({ type: 'spki', format: 'der' }), 'hex');
    this.pem = String(this.#key.export({ type: 'spki', format: 'pem' }));
  }

  /** @param text of a PEM file @throws SignatureError */
  static parse(text: string): PublicKey {
    // Of a private key Node would make a public one: whoever hands that around should know.
    if (text.length > MAX_PEM || /PRIVATE KEY/.test(text)) throw noKey(text);
    try {
      return new PublicKey(createPublicKey(text));
    } catch (error) {
      throw error instanceof SignatureError ? error : noKey(text);
    }
  }

  /** @param der SubjectPublicKeyInfo @throws SignatureError */
  static fromDer(der: Uint8Array): PublicKey {
    return new PublicKey(createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' }));
  }

  /** ECDSA signatures are in DER, as KMS and openssl write them. */
  verifies(bytes: Uint8Array, signature: Uint8Array): boolean {
    return verify(this.algorithm === 'ed25519' ? null : 'sha256', bytes, this.#key, signature);
  }
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): Algorithm {
  if (asymmetricKeyType === 'ed25519') return 'ed25519';
  if (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'P-256';
  throw new SignatureError('KEY_UNUSABLE', `expected an ed25519 or P-256 key, got one of ${asymmetricKeyType}`);
}

const noKey = (text: string) =>
  new SignatureError(
    'KEY_UNUSABLE',
    `expected a public key in PEM, got ${/PRIVATE KEY/.test(text) ? 'a private key: keep it to yourself' : 'something else'}`,
  );
