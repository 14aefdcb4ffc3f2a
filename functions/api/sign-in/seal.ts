// functions/api/sign-in/seal.ts: values that only this service can read or write, for cookies (AES-256-GCM).
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { tryJson } from '../../platform/json.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Browsers keep 4,096 bytes of a cookie, its name and attributes included. */
export const MAX_SEALED = 3_800;

export interface Seal {
  /** @param context what the value is for: it opens in the same context only */
  seal(value: object, context: string): string;
  /** Undefined for anything that was not sealed with this key in this context. */
  open(sealed: string, context: string): unknown;
}

export function sealOf(secret: string): Seal {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'restore-ledger sign-in', 32));
  return {
    seal(value, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(context));
      const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64url');
    },
    open(sealed, context) {
      if (sealed.length > MAX_SEALED || !/^[\w-]+$/.test(sealed)) return undefined;
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length <= NONCE_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
        return tryJson(Buffer.concat([text, decipher.final()]).toString('utf8'));
      } catch {
        return undefined; // forged, or sealed with another key or in another context
      }
    },
  };
}
