// local/atlas/base/answer.ts: a response on the wire: headers, compression, length.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Shorter bodies are not worth compressing. */
const GZIP_ABOVE_BYTES = 1024;

const compress = promisify(gzip);

/** Sent with every answer but a 401, as recorded. */
export const USUAL_HEADERS = {
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'Strict-Transport-Security': 'max-age=31536000; includeSubdomains;',
  'X-Content-Type-Options': 'nosniff',
  'X-Envoy-Upstream-Service-Time': '1',
  'X-Frame-Options': 'DENY',
  'X-Java-Version': '17.0.19+10-LTS',
  'X-Mongodb-Service-Version': 'gitHash=simulated; versionString=master',
  'X-Permitted-Cross-Domain-Policies': 'none',
};

/** @param cut promise all of the body, send half, and break the connection. */
export async function send(request: IncomingMessage, response: ServerResponse, answer: Answer, cut = false) {
  const plain = Buffer.from(answer.body);
  const zipped = plain.length > GZIP_ABOVE_BYTES && acceptsGzip(request);
  const bytes = zipped ? await compress(plain, { level: constants.Z_BEST_SPEED }) : plain;
  response.writeHead(answer.status, {
    ...answer.headers,
    Server: 'mdbws', // on a 401 too
    'Content-Length': bytes.length,
    ...((zipped || answer.status >= 400) && { Vary: 'Accept-Encoding' }),
    ...(zipped && { 'Content-Encoding': 'gzip' }),
  });
  if (!cut) return response.end(bytes);
  return response.write(bytes.subarray(0, bytes.length >> 1), () => request.socket.destroy());
}

const acceptsGzip = ({ headers }: IncomingMessage) =>
  /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(String(headers['accept-encoding'] ?? ''));
