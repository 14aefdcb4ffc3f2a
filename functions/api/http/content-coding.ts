// functions/api/http/content-coding.ts: answers made shorter on the wire, where the caller can read that (RFC 9110, section 8.4).
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { weighted } from './negotiate.ts';

/** What we offer, the best first. */
const CODINGS = ['br', 'gzip'] as const;
export type Coding = (typeof CODINGS)[number];

/** Below, what is saved is less than a packet. */
export const LEAST_BYTES = 1_024;
const TEXT = /^(text\/|application\/([\w.-]+\+)?(json|x-ndjson)|image\/svg\+xml)/;
/** Of 11: beyond it time grows faster than the answer shrinks. */
const BROTLI_QUALITY = 4;

/** Undefined where the answer is to stay as it is. @param headers of the answer @param accepts the request's `Accept-Encoding` */
export function codingFor(headers: Headers, bytes: number, accepts: string | undefined): Coding | undefined {
  const isText = TEXT.test(headers.get('content-type') ?? '') && !headers.has('content-encoding');
  if (!isText || bytes < LEAST_BYTES || accepts === undefined) return undefined;
  const offers = CODINGS.map((coding) => ({ coding, q: weighted(accepts, coding) }));
  const { coding, q } = offers.reduce((best, offer) => (offer.q > best.q ? offer : best));
  return q > 0 ? coding : undefined;
}

export const brotliParameters = () => ({ [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY });

export const coded = (body: Uint8Array, coding: Coding): Buffer =>
  coding === 'gzip' ? gzipSync(body) : brotliCompressSync(body, { params: brotliParameters() });

/** Other bytes have another strong ETag (RFC 9110, section 8.8.3.3). */
export function markCoded(headers: Headers, coding: Coding) {
  headers.set('content-encoding', coding);
  headers.delete('content-length');
  headers.append('vary', 'accept-encoding');
  const etag = headers.get('etag');
  if (etag?.startsWith('"')) headers.set('etag', `${etag.slice(0, -1)}-${coding}"`);
}

/** The tag before `markCoded`: of the same content. */
export const uncodedTag = (etag: string) => etag.replace(/-(?:br|gzip)"$/, '"');
