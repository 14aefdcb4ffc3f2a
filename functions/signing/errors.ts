// functions/signing/errors.ts: the one error of signatures.

export type SignatureErrorCode =
  /** What is signed, or its signature, is not what was signed, or has not the form of it. */
  | 'SIGNATURE_WRONG'
  /** It is signed, by none of the keys that are trusted. */
  | 'SIGNATURE_UNTRUSTED'
  /** A key, or the service that holds it, can't be used. */
  | 'KEY_UNUSABLE';

/** Callers branch on `code`. The message says what was tried and what to do; it holds no key. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';
  readonly code: SignatureErrorCode;

  constructor(code: SignatureErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
