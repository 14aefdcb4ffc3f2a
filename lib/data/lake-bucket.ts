// lib/data/lake-bucket.ts: the bucket of the lake, made by the stack or existing, and where in it what is.
import { ArnFormat, Duration, type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { defined } from '../../functions/platform/defined.ts';
import type { NodeFunction } from '../compute/node-function.ts';

export interface LakeBucketProps {
  /** What its keys begin with, so that lakes can share a bucket. */
  readonly ledgerName: string;
  /** Of this AWS account. @default one is made */
  readonly existing?: { readonly bucketName: string; readonly keyArn?: string | undefined } | undefined;
  /** Of the bucket that is made. @default a key that S3 manages */
  readonly encryptionKey?: IKey | undefined;
  /** Of the bucket that is made. One that holds objects is not deleted, whatever it says. */
  readonly removalPolicy: RemovalPolicy;
  /** How long the files of days are kept in the bucket that is made. @default forever */
  readonly keepDays?: number | undefined;
}

/** How long the results of queries are kept in the bucket that is made. */
const KEEP_RESULTS = Duration.days(7);

export class LakeBucket extends Construct {
  readonly bucketName: string;
  readonly bucketArn: string;
  readonly keyArn: string | undefined;
  /** Of the files of days. */
  readonly prefix: string;
  /** Of the results of queries. */
  readonly resultPrefix: string;

  constructor(scope: Construct, id: string, props: LakeBucketProps) {
    super(scope, id);
    const { ledgerName, existing, encryptionKey } = props;
    this.prefix = `${ledgerName}/changes/`;
    this.resultPrefix = `${ledgerName}/athena/`;
    if (existing) {
      this.bucketName = existing.bucketName;
      const place = { service: 's3', region: '', account: '', resource: existing.bucketName };
      this.bucketArn = Stack.of(this).formatArn({ ...place, arnFormat: ArnFormat.NO_RESOURCE_NAME });
      this.keyArn = existing.keyArn;
      return;
    }
    const made = this.#made(props);
    this.bucketName = made.bucketName;
    this.bucketArn = made.bucketArn;
    this.keyArn = encryptionKey?.keyArn;
  }

  #made({ encryptionKey, removalPolicy, keepDays }: LakeBucketProps): Bucket {
    const bucket = new Bucket(this, 'Bucket', {
      ...(encryptionKey
        ? { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy,
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
        { prefix: this.resultPrefix, expiration: KEEP_RESULTS },
        ...(keepDays === undefined ? [] : [{ prefix: this.prefix, expiration: Duration.days(keepDays) }]),
      ],
    });
    const reason =
      'What is in it can be made again from the ledger. Who reads it, CloudTrail records by data events, which are the account’s to switch on.';
    Validations.of(bucket).acknowledge({ id: 'AwsSolutions-S1', reason });
    return bucket;
  }

  get location() {
    return `s3://${this.bucketName}/${this.prefix}`;
  }

  get resultLocation() {
    return `s3://${this.bucketName}/${this.resultPrefix}`;
  }

  /** Putting files of days in their places, and seeing which are there; not reading them, nor deleting any. */
  grantWrite(grantee: NodeFunction) {
    const files = `${this.bucketArn}/${this.prefix}*`;
    grantee.allow(['s3:PutObject'], [files]);
    grantee.allow(['s3:ListBucket'], [this.bucketArn], { StringLike: { 's3:prefix': `${this.prefix}*` } });
    if (this.keyArn) grantee.allow(['kms:GenerateDataKey'], [this.keyArn]);
    grantee.acknowledgeWildcard(files, 'The file of each day has a key of its own under this prefix.');
  }

  /** For Athena and the catalog. */
  get encryption() {
    return this.keyArn
      ? { encryptionOption: 'SSE_KMS', ...defined({ kmsKey: this.keyArn }) }
      : { encryptionOption: 'SSE_S3' };
  }
}
