// functions/api/lambda/report-bucket.ts: where requested reports are, for whoever asked for one. A file of its own, loaded with the first.
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { StoreError } from '../../anchors/store.ts';

export interface ReportBucketOptions {
  bucket: string;
  /** The AWS account that the bucket belongs to: another's is refused, should ours be gone and its name be taken. */
  owner: string;
  /** Ends with `/`. */
  prefix: string;
  /** @default one for this environment */
  client?: S3Client | undefined;
}

interface AddressAbout {
  fileName: string;
  type: string;
  method: 'GET' | 'HEAD';
}

/** How long an address can be used to begin with a download, in s. */
export const ADDRESS_SECONDS = 300;

const defaultClient = () =>
  new S3Client({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });

export class ReportBucket {
  readonly #options: ReportBucketOptions;
  readonly #client: S3Client;

  constructor(options: ReportBucketOptions) {
    this.#options = options;
    this.#client = options.client ?? defaultClient();
  }

  /** @param most bytes @throws StoreError, which names neither an address nor a credential */
  async text(name: string, most: number): Promise<string> {
    const { bucket, prefix } = this.#options;
    try {
      const { Body, ContentLength = 0 } = await this.#client.send(new GetObjectCommand(this.#at(name)));
      if (!Body || ContentLength > most) throw new TypeError(`expected a report of at most ${most} bytes`);
      // Not transformToString, which takes away the byte order mark of CSV.
      return Buffer.from(await Body.transformToByteArray()).toString('utf8');
    } catch (error) {
      const reason = error instanceof Error && /^\w{1,60}$/.test(error.name) ? error.name : 'an unknown error';
      throw new StoreError(`s3://${bucket}/${prefix}${name}: reading it failed with ${reason}`);
    }
  }

  /**
   * Whoever has it can fetch the report for some minutes: it belongs into an answer, and nowhere else.
   * @param about its `method` is signed, too: S3 refuses any other
   */
  addressOf(name: string, { fileName, type, method }: AddressAbout): Promise<string> {
    const input = {
      ...this.#at(name),
      ResponseContentDisposition: `attachment; filename="${fileName}"`,
      ResponseContentType: type,
      ResponseCacheControl: 'no-store',
    };
    const command = method === 'HEAD' ? new HeadObjectCommand(input) : new GetObjectCommand(input);
    return getSignedUrl(this.#client, command, { expiresIn: ADDRESS_SECONDS });
  }

  #at(name: string) {
    const { bucket, owner, prefix } = this.#options;
    return { Bucket: bucket, Key: prefix + name, ExpectedBucketOwner: owner };
  }
}
