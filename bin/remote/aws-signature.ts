// bin/remote/aws-signature.ts: signatures (SigV4) of requests to API Gateway, with the caller's AWS credentials.
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Sha256Node } from '@smithy/core/checksum';
import { SignatureV4, type SignatureV4Init } from '@smithy/signature-v4';
import { CommandError } from '../process/exit-codes.ts';

export interface Signable {
  method: string;
  /** Encoded as RFC 3986 has it. */
  url: URL;
  /** All are signed. */
  headers: Readonly<Record<string, string>>;
  body?: string | undefined;
}

export interface AwsSignerOptions {
  region: string;
  /** @default the caller's: environment, profile, sign-in, container or instance */
  credentials?: SignatureV4Init['credentials'];
  now?: () => number;
}

export class AwsSigner {
  readonly #signer: SignatureV4;
  readonly #now: () => number;
  readonly #credentials: () => Promise<{ accessKeyId: string }>;

  constructor({ region, credentials = defaultProvider(), now = Date.now }: AwsSignerOptions) {
    this.#signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256Node });
    this.#now = now;
    this.#credentials = async () => (typeof credentials === 'function' ? credentials() : credentials);
  }

  /** The headers to send, but for `host`. @throws CommandError where there are no credentials */
  async sign({ method, url, headers, body }: Signable): Promise<Record<string, string>> {
    await this.accessKeyId();
    const { protocol, hostname, pathname: path, searchParams, host } = url;
    const query = Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)]));
    const request = { method, protocol, hostname, path, query, headers: { ...headers, host }, body };
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
