// functions/atlas/auth/secrets-manager.ts: Atlas credentials in AWS Secrets Manager.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AtlasError } from '../model/errors.ts';
import { type CredentialSource, type Credentials, parseSecret } from './credentials.ts';

export interface SecretsManagerOptions {
  /** Name or ARN. */
  secretId: string;
  /** @default one for this environment, which gives up a request after 5 s and tries again */
  client?: Pick<SecretsManagerClient, 'send'>;
}

const ADVICE: Record<string, string> = {
  ResourceNotFoundException: 'it does not exist: create it, in this account and region',
  AccessDeniedException:
    'access is denied: grant secretsmanager:GetSecretValue, and kms:Decrypt where it has its own key',
  DecryptionFailure: 'it cannot be decrypted: grant kms:Decrypt on its key',
  InvalidRequestException: 'it is marked for deletion, or has no value yet',
  CredentialsProviderError: 'no AWS credentials: sign in (aws sso login), or set AWS_PROFILE',
  ExpiredTokenException: 'the AWS credentials have expired: sign in again (aws sso login)',
  UnrecognizedClientException: 'the AWS credentials are not valid: check AWS_PROFILE, or sign in again (aws sso login)',
  TimeoutError: 'Secrets Manager did not answer in time: check AWS_REGION, the network and any VPC endpoint',
};

/** Only the message of the SDK's error shows that the region is missing. */
const adviceFor = (error: unknown, name: string): string =>
  error instanceof Error && /^Region is missing/.test(error.message)
    ? 'no AWS region: set AWS_REGION'
    : (ADVICE[name] ?? `Secrets Manager failed with ${name}`);

// Lambda may hold a sandbox still in the middle of a request, and its connection is gone when it goes on.
const defaultClient = () =>
  new SecretsManagerClient({
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  });

/** Read once, then kept until asked for a fresh copy: a warm function costs no further call. */
export class SecretsManagerCredentials implements CredentialSource {
  readonly describe: string;
  readonly #secretId: string;
  readonly #client: Pick<SecretsManagerClient, 'send'>;
  #cached: Credentials | undefined;
  #reading: Promise<Credentials> | undefined;

  constructor({ secretId, client = defaultClient() }: SecretsManagerOptions) {
    this.#secretId = secretId;
    this.#client = client;
    this.describe = `secret ${secretId}`;
  }

  async read({ fresh = false }: { fresh?: boolean } = {}): Promise<Credentials> {
    if (this.#cached && !fresh) return this.#cached;
    this.#reading ??= this.#fetch().finally(() => {
      this.#reading = undefined;
    });
    this.#cached = await this.#reading;
    return this.#cached;
  }

  async #fetch() {
    let text: string | undefined;
    try {
      ({ SecretString: text } = await this.#client.send(new GetSecretValueCommand({ SecretId: this.#secretId })));
    } catch (error) {
      // No cause: the SDK's errors carry whole requests and answers.
      const name = error instanceof Error && /^\w{1,60}$/.test(error.name) ? error.name : 'an unknown error';
      throw new AtlasError('ATLAS_CREDENTIALS', `${this.describe} could not be read: ${adviceFor(error, name)}`);
    }
    if (text === undefined) throw new AtlasError('ATLAS_CREDENTIALS', `${this.describe} holds no text`);
    return parseSecret(text, this.describe);
  }
}
