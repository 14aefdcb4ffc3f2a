// lib/data/ledger-bucket.ts: what the buckets of a ledger have in common: made by the stack, private and encrypted, or existing.
import { ArnFormat, Duration, Stack, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type BucketProps, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

export interface LedgerBucketProps {
  /** What its keys begin with, so that ledgers can share a bucket. */
  readonly ledgerName: string;
  /** Of this AWS account. @default one is made */
  readonly existing?: { readonly bucketName: string; readonly keyArn?: string | undefined } | undefined;
  /** Of the bucket that is made. @default a key that S3 manages */
  readonly encryptionKey?: IKey | undefined;
}

/** Of the bucket that is made, what others haven't got. */
export interface MadeBucket extends Pick<BucketProps, 'removalPolicy' | 'versioned' | 'lifecycleRules'> {
  readonly lock?: Pick<BucketProps, 'objectLockEnabled' | 'objectLockDefaultRetention'> | undefined;
  /** Why there is no log of who reads it, for cdk-nag. */
  readonly noAccessLog: string;
}

export class LedgerBucket extends Construct {
  readonly bucketName: string;
  readonly bucketArn: string;
  /** Of the customer's key that it is encrypted with. */
  readonly keyArn: string | undefined;

  constructor(scope: Construct, id: string, { existing, encryptionKey }: LedgerBucketProps, made: MadeBucket) {
    super(scope, id);
    if (existing) {
      this.bucketName = existing.bucketName;
      const place = { service: 's3', region: '', account: '', resource: existing.bucketName };
      this.bucketArn = Stack.of(this).formatArn({ ...place, arnFormat: ArnFormat.NO_RESOURCE_NAME });
      this.keyArn = existing.keyArn;
      return;
    }
    const { lock, noAccessLog, lifecycleRules = [], ...props } = made;
    const bucket = new Bucket(this, 'Bucket', {
      ...(encryptionKey
        ? { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      ...props,
      ...lock,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }, ...lifecycleRules],
    });
    const reason = `${noAccessLog} Who reads it, CloudTrail records by data events, which are the account’s to switch on.`;
    Validations.of(bucket).acknowledge({ id: 'AwsSolutions-S1', reason });
    this.bucketName = bucket.bucketName;
    this.bucketArn = bucket.bucketArn;
    this.keyArn = encryptionKey?.keyArn;
  }

  protected locationOf(prefix: string): string {
    return `s3://${this.bucketName}/${prefix}`;
  }

  /** The ARN of all files under a prefix. */
  protected filesOf(prefix: string): string {
    return `${this.bucketArn}/${prefix}*`;
  }
}

/** Of s3:ListBucket: under this prefix alone. */
export const listing = (prefix: string) => ({ StringLike: { 's3:prefix': `${prefix}*` } });
