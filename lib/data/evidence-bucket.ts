// lib/data/evidence-bucket.ts: the bucket of evidence, made by the stack or existing: what is in it can be added to, and not changed.
import { ArnFormat, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectLockRetention,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { NodeFunction } from '../compute/node-function.ts';
import { shownArn } from '../compute/shown-arn.ts';

export interface EvidenceBucketProps {
  /** What its keys begin with, so that ledgers can share a bucket. */
  readonly ledgerName: string;
  /** Of this AWS account. @default one is made */
  readonly existing?: { readonly bucketName: string; readonly keyArn?: string | undefined } | undefined;
  /** Of the bucket that is made. @default a key that S3 manages */
  readonly encryptionKey?: IKey | undefined;
  /** Of the bucket that is made. */
  readonly lock: { readonly mode: 'governance' | 'compliance'; readonly years: number };
}

/** No shorter than a year, whichever years they are. */
const DAYS_A_YEAR = 366;
/** Anchors are read for at most a month, by the ones after them. */
const SELDOM_READ_AFTER = Duration.days(90);

export class EvidenceBucket extends Construct {
  readonly bucketName: string;
  readonly bucketArn: string;
  readonly keyArn: string | undefined;
  readonly prefix: string;

  constructor(scope: Construct, id: string, props: EvidenceBucketProps) {
    super(scope, id);
    const { ledgerName, existing, encryptionKey } = props;
    this.prefix = `${ledgerName}/evidence/`;
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

  /** Kept when the stack is deleted, whatever its settings say. Nothing in it expires: a first anchor that is gone would look taken away. */
  #made({ encryptionKey, lock: { mode, years } }: EvidenceBucketProps): Bucket {
    const bucket = new Bucket(this, 'Bucket', {
      ...(encryptionKey
        ? { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention[mode](Duration.days(years * DAYS_A_YEAR)),
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
        {
          transitions: [{ storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: SELDOM_READ_AFTER }],
        },
      ],
    });
    const reason =
      'Whoever changes nothing leaves nothing to find. Who reads it, CloudTrail records by data events, which are the account’s to switch on.';
    Validations.of(bucket).acknowledge({ id: 'AwsSolutions-S1', reason });
    return bucket;
  }

  get location() {
    return `s3://${this.bucketName}/${this.prefix}`;
  }

  get #files() {
    return `${this.bucketArn}/${this.prefix}*`;
  }

  get #inPrefix() {
    return { StringLike: { 's3:prefix': `${this.prefix}*` } };
  }

  /** Adding files, and reading those that are there; no deleting, and nothing of the lock. */
  grantAdd(grantee: NodeFunction) {
    grantee.allow(['s3:GetObject', 's3:PutObject'], [this.#files]);
    grantee.allow(['s3:ListBucket'], [this.bucketArn], this.#inPrefix);
    if (this.keyArn) grantee.allow(['kms:Decrypt', 'kms:GenerateDataKey'], [this.keyArn]);
    grantee.acknowledgeWildcard(this.#files, 'Each anchor and each report has a key of its own under this prefix.');
  }

  /** Reading files, and how they are locked. */
  grantRead(role: Role) {
    const allow = (actions: string[], resource: string, conditions = {}) =>
      role.addToPolicy(new PolicyStatement({ actions, resources: [resource], conditions }));
    allow(['s3:GetObject', 's3:GetObjectRetention'], this.#files);
    allow(['s3:ListBucket'], this.bucketArn, this.#inPrefix);
    if (this.keyArn) allow(['kms:Decrypt'], this.keyArn);
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${shownArn(this, this.#files)}]`,
      reason: 'An auditor reads every anchor and every report under this prefix.',
    });
  }
}
