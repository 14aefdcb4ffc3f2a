// functions/atlas/auth/signer.ts: the port that signs a call, by digest or by token.
import type { TransportAnswer } from '../http/transport.ts';

/** What a signature covers. */
export interface SignedCall {
  method: 'GET' | 'POST';
  /** Path and query, byte for byte as sent. */
  target: string;
}

export interface AuthRequest extends SignedCall {
  /** How it is counted in the usage. */
  as: 'call' | 'token';
  headers: Record<string, string>;
  body?: string;
}

/**
 * Makes a request that signing needs: a challenge, a token. Bounded in time and size by the call that needs it.
 * @throws AtlasError if there was no answer
 */
export type SendAuthRequest = (request: AuthRequest) => Promise<TransportAnswer>;

export interface Signature {
  /** The header's value; none where the server asks for none. */
  readonly authorization: string | undefined;
  /** The call was let in. */
  accepted(): void;
  /** The call was answered 401 with these headers: a signature that shares nothing with the refused one. */
  renew(headers: TransportAnswer['headers'], send: SendAuthRequest): Promise<Signature>;
}

export interface Signer {
  /** @throws AtlasError */
  sign(call: SignedCall, send: SendAuthRequest): Promise<Signature>;
  /** What may appear in no message: keys, secrets, tokens. */
  secrets(): string[];
}
