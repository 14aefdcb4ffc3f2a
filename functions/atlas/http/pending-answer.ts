// functions/atlas/http/pending-answer.ts: one answer on its way, within its limits, whatever the HTTP version.

import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { defined } from '../../platform/defined.ts';
import { fieldsOf } from '../../platform/json.ts';
import { AtlasError, type AtlasErrorDetails } from '../model/errors.ts';
import { headerOf, type TransportAnswer, type TransportRequest } from './transport.ts';

// Off the main thread, so that requests which wait for a free connection are not held back (docs/decisions/0018-round-trips.md).
const gunzipInThread = promisify(gunzip);

export class PendingAnswer {
  readonly request: TransportRequest;
  /** Its host, and the proxy on the way there. */
  readonly via: string;
  /** Fulfilled with the whole answer; rejected with an AtlasError. */
  readonly answer: Promise<TransportAnswer>;
  readonly #deadline: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #settle!: { resolve(head: Head): void; reject(error: AtlasError): void };
  #cancel: () => void = () => {};
  #settled = false;
  #bytes = 0;
  #head: Head | undefined;

  constructor(request: TransportRequest, via: string) {
    this.request = request;
    this.via = via;
    const head = new Promise<Head>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.answer = head.then(({ status, headers }) => this.#decoded(status, headers));
    this.#deadline = setTimeout(
      () => this.fail('ATLAS_UNAVAILABLE', `was not answered in full within ${Math.ceil(request.timeoutMs)} ms`),
      request.timeoutMs,
    );
    request.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (request.signal?.aborted) this.#onAbort();
  }

  /** Fulfilled or failed: nothing more is waited for, and nothing should be sent. */
  get settled() {
    return this.#settled;
  }

  get begun() {
    return this.#head !== undefined;
  }

  /** @param cancel ends the request where it is under way; called at once when nobody waits any more */
  onCancel(cancel: () => void) {
    this.#cancel = cancel;
    if (this.#settled) cancel();
  }

  start(status: number, headers: TransportAnswer['headers']) {
    this.#head = { status, headers };
    const announced = Number(headerOf(headers, 'content-length') ?? 0);
    if (announced > this.request.maxBytes) this.#tooLarge();
  }

  data(chunk: Buffer) {
    this.#bytes += chunk.length;
    if (this.#bytes > this.request.maxBytes) this.#tooLarge();
    else this.#chunks.push(chunk);
  }

  end() {
    const announced = this.#head && headerOf(this.#head.headers, 'content-length');
    if (announced !== undefined && Number(announced) !== this.#bytes) this.broken({ code: 'CONTENT_LENGTH_MISMATCH' });
    else if (this.#head && this.#over()) this.#settle.resolve(this.#head);
  }

  /** The connection failed, or what came over it is no HTTP. */
  broken(error: unknown) {
    const code = codeOf(error);
    if (/CONNECT_TIMEOUT|ETIMEDOUT/.test(code)) {
      this.fail('ATLAS_UNAVAILABLE', `failed: no connection to ${this.via}, which took too long (${code})`);
    } else if (/TIMEOUT/.test(code)) this.fail('ATLAS_UNAVAILABLE', `took too long (${code})`);
    else if (this.#head) this.fail('ATLAS_BAD_ANSWER', `was answered ${this.#head.status}, then cut off (${code})`);
    else if (/^HPE_|^HTTPParserError$|OVERFLOW|HTTP2_PROTOCOL/.test(code)) {
      this.fail('ATLAS_BAD_ANSWER', `was answered with something that isn't HTTP (${code})`);
    } else if (/^ERR_SSL|^EPROTO$/.test(code)) {
      this.fail('ATLAS_UNAVAILABLE', `failed: no TLS connection to ${this.via} (${code})`, { lasting: true });
    } else if (/CERT|SELF_SIGNED|SIGNATURE|ERR_TLS|PRX_TLS/.test(code)) {
      const problem = `failed: the certificate of ${this.via} is not trusted (${code})`;
      this.fail('ATLAS_UNAVAILABLE', problem, { lasting: true });
    } else this.fail('ATLAS_UNAVAILABLE', `failed: no connection to ${this.via} (${code})`);
  }

  /** No cause is kept: errors of HTTP clients can hold the request, and that holds the credentials. */
  fail(code: 'ATLAS_UNAVAILABLE' | 'ATLAS_BAD_ANSWER', problem: string, details: AtlasErrorDetails = {}) {
    if (!this.#over()) return;
    const status = this.#head?.status;
    this.#settle.reject(
      new AtlasError(code, `${nameOf(this.request)} ${problem}`, { ...defined({ status }), ...details }),
    );
    this.#cancel();
  }

  readonly #onAbort = () => this.fail('ATLAS_UNAVAILABLE', CLIENT_CLOSED, { lasting: true });

  #tooLarge() {
    this.fail('ATLAS_BAD_ANSWER', tooLarge(this.request.maxBytes), { lasting: true });
  }

  /** @returns false if it was over before */
  #over() {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#deadline);
    this.request.signal?.removeEventListener('abort', this.#onAbort);
    return true;
  }

  async #decoded(status: number, headers: TransportAnswer['headers']): Promise<TransportAnswer> {
    const [what, { maxBytes }] = [nameOf(this.request), this.request];
    return { status, headers, body: await decode(what, headers, Buffer.concat(this.#chunks), maxBytes) };
  }
}

interface Head {
  status: number;
  headers: TransportAnswer['headers'];
}

async function decode(what: string, headers: TransportAnswer['headers'], raw: Buffer, maxBytes: number) {
  const encoding = headerOf(headers, 'content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity' || raw.length === 0) return raw.toString('utf8');
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new AtlasError('ATLAS_BAD_ANSWER', `${what} was answered in an encoding that was not requested`);
  }
  try {
    return (await gunzipInThread(raw, { maxOutputLength: maxBytes, chunkSize: chunkSize(raw) })).toString('utf8');
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') {
      throw new AtlasError('ATLAS_BAD_ANSWER', `${what} ${tooLarge(maxBytes)} once decoded`, { lasting: true });
    }
    throw new AtlasError('ATLAS_BAD_ANSWER', `${what} was answered with truncated or corrupt gzip`);
  }
}

/** Node's own, in bytes. */
const SMALL_CHUNK = 16 * 1024;
const LARGE_CHUNK = 1024 * 1024;
/** Deflate makes no more of a byte (zlib.net/zlib_tech.html). */
const MAX_INFLATION = 1_032;

/**
 * Bytes to inflate in one go: what gzip says at its end that the text is long (RFC 1952, section 2.3.1), and one for zlib to find the end
 * by. Each chunk more is a way to the thread and back, and a copy. An answer that lies about it costs memory that nobody writes to.
 */
function chunkSize(raw: Buffer): number {
  const said = raw.length < 4 ? 0 : raw.readUInt32LE(raw.length - 4);
  return Math.max(SMALL_CHUNK, Math.min(said + 1, raw.length * MAX_INFLATION, LARGE_CHUNK));
}

export const CLIENT_CLOSED = 'was stopped: the client was closed';

/** The query is left out: messages stay short, and the path says what was requested. */
export const nameOf = ({ method, url }: TransportRequest) => `${method} ${url.pathname}`;
const tooLarge = (maxBytes: number) => `was answered with more than ${maxBytes} bytes`;

/** Only what looks like a code, or else a name: messages of other libraries may hold anything. */
function codeOf(error: unknown): string {
  const { code, name } = fieldsOf(error);
  const found = typeof code === 'string' ? code : name;
  return typeof found === 'string' && /^\w{1,60}$/.test(found) ? found : 'unknown cause';
}
