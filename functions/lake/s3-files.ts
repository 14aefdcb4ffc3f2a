// functions/lake/s3-files.ts: the files of days in an S3 bucket.
import { PutObjectCommand, paginateListObjectsV2, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { dayOfFile, fileOf, folderOf } from './layout.ts';

export interface Bucket {
  bucket: string;
  /** The AWS account that it belongs to. */
  bucketOwner: string;
  /** Of the keys, such as `AtlasRestoreLedger/changes/`. */
  prefix: string;
}

export class S3Files {
  readonly #client: S3Client;
  readonly #at: { Bucket: string; ExpectedBucketOwner: string };
  readonly #prefix: string;

  /** @param config @default this environment's region and credentials */
  constructor({ bucket, bucketOwner, prefix }: Bucket, config: S3ClientConfig = {}) {
    this.#client = new S3Client(config);
    this.#at = { Bucket: bucket, ExpectedBucketOwner: bucketOwner };
    this.#prefix = prefix;
  }

  /** Days that have a file, from this one on. Requests: 1 for each 1,000. @throws what the SDK throws */
  async days(from: string): Promise<Set<string>> {
    const days = new Set<string>();
    const asked = { ...this.#at, Prefix: this.#prefix, StartAfter: this.#prefix + folderOf(from) };
    for await (const { Contents = [] } of paginateListObjectsV2({ client: this.#client }, asked))
      for (const { Key = '' } of Contents) {
        const day = dayOfFile(Key.slice(this.#prefix.length));
        if (day !== undefined) days.add(day);
      }
    return days;
  }

  /** Encrypted as the bucket says. Requests: 1. @throws what the SDK throws */
  async write(day: string, file: Uint8Array): Promise<void> {
    const Key = this.#prefix + fileOf(day);
    const ContentType = 'application/vnd.apache.parquet';
    await this.#client.send(new PutObjectCommand({ ...this.#at, Key, Body: file, ContentType }));
  }
}
