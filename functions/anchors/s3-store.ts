// functions/anchors/s3-store.ts: anchors and signed reports in an S3 bucket. Nothing is overwritten, nor deleted.
import { createReadStream } from 'node:fs';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { defined } from '../platform/defined.ts';
import { type AnchorStore, type StoredBody, StoreError } from './store.ts';

export interface S3StoreOptions {
  bucket: string;
  /** Ends with `/`, or is empty. */
  prefix: string;
  /** The AWS account that the bucket belongs to: another's is refused, should ours be gone and its name be taken. @default any */
  owner?: string | undefined;
  /** How long each file is locked, in ms, against the bucket's own default, which may be years. Takes s3:PutObjectRetention. @default as the bucket has it */
  lockMs?: number | undefined;
  /** Names the bucket in the path, as an emulator wants it, and not in the host. @default false */
  isPathStyle?: boolean | undefined;
  /** @default one for this environment's region and credentials, or its AWS_ENDPOINT_URL */
  client?: Pick<S3Client, 'send'>;
}

const ADVICE: Record<string, string> = {
  NoSuchBucket: 'the bucket does not exist: check its name',
  AccessDenied:
    'access is denied: it takes s3:ListBucket and s3:GetObject, s3:PutObject to write, and the use of its KMS key',
  PermanentRedirect: 'the bucket is in another region: set AWS_REGION',
  CredentialsProviderError: 'no AWS credentials: sign in (aws sso login), or set AWS_PROFILE',
  ExpiredToken: 'the AWS credentials have expired: sign in again (aws sso login)',
};

const TYPES: Record<string, string> = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  html: 'text/html; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  pdf: 'application/pdf',
  pem: 'application/x-pem-file',
};

const defaultClient = (forcePathStyle: boolean) =>
  new S3Client({
    forcePathStyle,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
  });

export class S3Store implements AnchorStore {
  readonly place: string;
  readonly #at: { Bucket: string; ExpectedBucketOwner?: string };
  readonly #prefix: string;
  readonly #lockMs: number | undefined;
  readonly #client: Pick<S3Client, 'send'>;

  constructor(options: S3StoreOptions) {
    const { bucket, prefix, owner, lockMs, isPathStyle = false, client = defaultClient(isPathStyle) } = options;
    this.place = `s3://${bucket}/${prefix}`;
    this.#at = defined({ Bucket: bucket, ExpectedBucketOwner: owner });
    this.#prefix = prefix;
    this.#lockMs = lockMs;
    this.#client = client;
  }

  async read(name: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ ...this.#at, Key: this.#keyOf(name) }));
      return Body && this.#read(name, Body as AsyncIterable<Uint8Array>);
    } catch (error) {
      if (nameOf(error) === 'NoSuchKey') return undefined;
      throw this.#failed(`reading ${name}`, error);
    }
  }

  /** An answer may be cut. */
  async *#read(name: string, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      throw this.#failed(`reading ${name}`, error);
    }
  }

  async create(name: string, body: StoredBody): Promise<boolean> {
    const isFile = typeof body !== 'string';
    try {
      await this.#client.send(
        new PutObjectCommand({
          ...this.#at,
          Key: this.#keyOf(name),
          Body: isFile ? createReadStream(body.path) : body,
          ContentLength: isFile ? body.bytes : Buffer.byteLength(body),
          ContentType: TYPES[name.slice(name.lastIndexOf('.') + 1)],
          ...this.#lock(),
          IfNoneMatch: '*', // a retry, or another writer, must leave what is there
        }),
      );
      return true;
    } catch (error) {
      // 412: it is there. 409: another is writing it at this moment, and either of us may come first.
      if (nameOf(error) === 'PreconditionFailed') return false;
      throw this.#failed(`writing ${name}`, error);
    }
  }

  async *list(prefix: string): AsyncIterable<string> {
    for (let token: string | undefined, more = true; more; ) {
      try {
        const request = { ...this.#at, Prefix: this.#keyOf(prefix), ContinuationToken: token };
        const page = await this.#client.send(new ListObjectsV2Command(request));
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key.slice(this.#prefix.length);
        token = page.NextContinuationToken;
        more = page.IsTruncated === true && token !== undefined;
      } catch (error) {
        throw error instanceof StoreError ? error : this.#failed(`listing ${prefix}`, error);
      }
    }
  }

  /** Governance, whatever the bucket's mode is: of a file that is to go soon, a mistake can be undone. */
  #lock() {
    if (this.#lockMs === undefined) return {};
    return {
      ObjectLockMode: 'GOVERNANCE',
      ObjectLockRetainUntilDate: new Date(Date.now() + this.#lockMs),
    } as const;
  }

  #keyOf = (name: string) => `${this.#prefix}${name}`;

  /** No cause: the SDK's errors carry whole requests and answers. */
  #failed(what: string, error: unknown) {
    const name = nameOf(error);
    return new StoreError(`${this.place}: ${what}: ${ADVICE[name] ?? `S3 failed with ${name}`}`);
  }
}

const nameOf = (error: unknown) =>
  error instanceof Error && /^\w{1,60}$/.test(error.name) ? error.name : 'an unknown error';
