// functions/signing/envelope.ts: a signed statement as one line of JSON (DSSE, https://github.com/secure-systems-lab/dsse).
import * as z from 'zod/mini';
import { tryJson } from '../platform/json.ts';
import { SignatureError } from './errors.ts';
import type { PublicKey } from './public-key.ts';
import type { Signer } from './signer.ts';
import { type Statement, statement } from './statement.ts';

export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
/** Far above what a statement takes, in bytes. */
export const MAX_ENVELOPE = 16 * 1_048_576;

const base64 = () => z.string().check(z.regex(/^[A-Za-z0-9+/]*={0,2}$/, 'base64'));
const envelope = z.object({
  payloadType: z.literal(PAYLOAD_TYPE),
  payload: base64(),
  signatures: z.array(z.object({ keyid: z.string(), sig: base64() })).check(z.minLength(1), z.maxLength(20)),
});

/** What is signed in place of a payload, so that one type can't be taken for another: DSSE's pre-authentication encoding. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType);
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `), payload]);
}

/** One line, with its line feed. @throws SignatureError */
export async function sealed(content: Statement, signer: Signer): Promise<string> {
  const payload = Buffer.from(JSON.stringify(content));
  const { id: keyid } = await signer.publicKey();
  const sig = await signer.sign(preAuthEncoding(PAYLOAD_TYPE, payload));
  const signatures = [{ keyid, sig: Buffer.from(sig).toString('base64') }];
  return `${JSON.stringify({ payloadType: PAYLOAD_TYPE, payload: payload.toString('base64'), signatures })}\n`;
}

export interface Opened {
  statement: Statement;
  /** By which it is signed. */
  key: PublicKey;
}

/**
 * The statement, once one of the keys is known to have signed it. Which one is tried, and not taken from `keyid`, which nobody signs.
 * @throws SignatureError
 */
export function unsealed(text: string, keys: readonly PublicKey[]): Opened {
  const { payload: encoded, signatures } = parsed(text);
  const payload = Buffer.from(encoded, 'base64');
  const signed = preAuthEncoding(PAYLOAD_TYPE, payload);
  const key = keys.find((each) => signatures.some(({ sig }) => each.verifies(signed, Buffer.from(sig, 'base64'))));
  if (key === undefined) {
    const isClaimed = signatures.some(({ keyid }) => keys.some(({ id }) => id === keyid));
    if (isClaimed) throw new SignatureError('SIGNATURE_WRONG', 'the signature does not fit: something was changed');
    const ids = signatures.map(({ keyid }) => keyid.slice(0, 64)).join(', ');
    throw new SignatureError('SIGNATURE_UNTRUSTED', `it is signed by another key (${ids}) than those that are trusted`);
  }
  const read = z.safeParse(statement, unambiguousJson(payload.toString('utf8')));
  if (!read.success)
    throw new SignatureError('SIGNATURE_WRONG', 'expected a signed in-toto statement, got something else');
  return { statement: read.data, key };
}

/**
 * As `tryJson`, but for what two readers could understand differently: a name that is there twice, of which one takes the first and one
 * the last, or a text with needless escapes, which a search for it doesn't find. @throws SignatureError
 */
function unambiguousJson(text: string): unknown {
  const value = tryJson(text);
  if (value !== undefined && compact(JSON.stringify(value)) !== compact(text))
    throw new SignatureError('SIGNATURE_WRONG', 'expected JSON with each name once, and without needless escapes');
  return value;
}

const compact = (json: string) => json.replaceAll(/\s/g, '');

function parsed(text: string): z.infer<typeof envelope> {
  if (text.length > MAX_ENVELOPE)
    throw new SignatureError('SIGNATURE_WRONG', `expected a signature of at most ${MAX_ENVELOPE} bytes, got more`);
  const read = z.safeParse(envelope, unambiguousJson(text));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue?.path.join('.');
  throw new SignatureError(
    'SIGNATURE_WRONG',
    `expected a DSSE envelope, got something else${where ? ` (${where}: ${issue?.message})` : ''}`,
  );
}
