// bin/remote/aws-signature.ts signs requests to API Gateway with the caller's AWS credentials (SigV4).
import { createHash, createHmac } from 'node:crypto';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4, type SignatureV4Init } from '@smithy/signature-v4';
import { CommandError } from '../process/exit-codes.ts';

export interface Signable {
  method: string;
  /** Encoded as RFC 3986 has it. */
  url: URL;
  /** Each is signed. */
  headers: Readonly<Record<string, string>>;
  body?: string | undefined;
}

export interface AwsSignerOptions {
  region: string;
  /** @default the caller's: environment, profile, sign-in, container or instance */
  credentials?: SignatureV4Init['credentials'];
  /** Milliseconds since the epoch. @default Date.now */
  now?: () => number;
}

export class AwsSigner {
  readonly #signer: SignatureV4;
  readonly #now: () => number;
  readonly #credentials: () => Promise<{ accessKeyId: string }>;

  constructor({ region, credentials = defaultProvider(), now = Date.now }: AwsSignerOptions) {
    this.#signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
    this.#now = now;
    this.#credentials = async () => (typeof credentials === 'function' ? credentials() : credentials);
  }

  /** The headers to send, but for `host`. @throws CommandError where there are no credentials */
  async sign({ method, url, headers, body }: Signable): Promise<Record<string, string>> {
    await this.accessKeyId();
    const request = {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: queryOf(url),
      headers: { ...headers, host: url.host },
      ...(body === undefined ? {} : { body }),
    };
    const signed = await this.#signer.sign(request, { signingDate: new Date(this.#now()) });
    const { host: _, ...sent } = signed.headers;
    return sent;
  }

  /** Names who asks, and is no secret. @throws CommandError where there are no credentials */
  async accessKeyId(): Promise<string> {
    try {
      return (await this.#credentials()).accessKeyId;
    } catch (cause) {
      const advice = 'sign in (aws sso login) or set AWS_PROFILE; for an API that takes no AWS credentials: --api-auth';
      throw new CommandError(`no AWS credentials to sign requests with: ${advice}`, { cause });
    }
  }
}

function queryOf(url: URL): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(url.searchParams.keys())) query[name] = url.searchParams.getAll(name);
  return query;
}

type Data = Parameters<InstanceType<NonNullable<SignatureV4Init['sha256']>>['update']>[0];

/** SHA-256, or HMAC with it where there is a secret: what the signer wants of a hash. */
class Sha256 {
  readonly #secret: Data | undefined;
  #hash: ReturnType<typeof createHash | typeof createHmac>;

  constructor(secret?: Data) {
    this.#secret = secret;
    this.#hash = this.#fresh();
  }

  update(data: Data) {
    this.#hash.update(bytesOf(data));
  }

  digest = async (): Promise<Uint8Array> => this.#hash.digest();

  reset() {
    this.#hash = this.#fresh();
  }

  #fresh = () => (this.#secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(this.#secret)));
}

function bytesOf(data: Data): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, 'utf8');
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
