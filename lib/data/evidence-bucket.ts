// lib/data/evidence-bucket.ts: the bucket of evidence, made by the stack or existing: what is in it can be added to, and not changed.
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { ObjectLockRetention, StorageClass } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { NodeFunction } from '../compute/node-function.ts';
import { shownArn } from '../compute/shown-arn.ts';
import { LedgerBucket, type LedgerBucketProps, listing } from './ledger-bucket.ts';

export interface EvidenceBucketProps extends LedgerBucketProps {
  /** Of the bucket that is made. */
  readonly lock: { readonly mode: 'governance' | 'compliance'; readonly years: number };
}

/** How long the report function locks what it puts, in hours, where the bucket has a lock: years of it would be the bucket's default. */
const REQUESTED_LOCK_HOURS = 24;
/** Of the bucket that is made: a report is fetched within the hour, but not deleted while it is locked. */
const KEEP_REQUESTED = Duration.days(2);

/** No shorter than a year, whichever years they are. */
const DAYS_A_YEAR = 366;
/** Anchors are read for at most a month, by the ones after them. */
const SELDOM_READ_AFTER = Duration.days(90);

export class EvidenceBucket extends LedgerBucket {
  readonly prefix: string;
  /** Of reports that were asked for of the API, which are no archive. */
  readonly requestedPrefix: string;
  /** Undefined: as the owner of the existing bucket has it. */
  readonly requestedLockHours: number | undefined;

  /** Kept when the stack is deleted, whatever its settings say. No evidence expires: a first anchor that is gone would look taken away. */
  constructor(scope: Construct, id: string, props: EvidenceBucketProps) {
    const { mode, years } = props.lock;
    const requestedPrefix = `${props.ledgerName}/requested/`;
    super(scope, id, props, {
      removalPolicy: RemovalPolicy.RETAIN,
      versioned: true,
      lock: {
        objectLockEnabled: true,
        objectLockDefaultRetention: ObjectLockRetention[mode](Duration.days(years * DAYS_A_YEAR)),
      },
      lifecycleRules: [
        { prefix: requestedPrefix, expiration: KEEP_REQUESTED, noncurrentVersionExpiration: Duration.days(1) },
        {
          transitions: [{ storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: SELDOM_READ_AFTER }],
        },
      ],
      noAccessLog: 'Whoever changes nothing leaves nothing to find.',
    });
    this.prefix = `${props.ledgerName}/evidence/`;
    this.requestedPrefix = requestedPrefix;
    this.requestedLockHours = props.existing ? undefined : REQUESTED_LOCK_HOURS;
  }

  get location() {
    return this.locationOf(this.prefix);
  }

  /** Adding files, and reading those that are there; no deleting, and nothing of the lock. */
  grantAdd(grantee: NodeFunction) {
    const files = this.filesOf(this.prefix);
    grantee.allow(['s3:GetObject', 's3:PutObject'], [files]);
    grantee.allow(['s3:ListBucket'], [this.bucketArn], listing(this.prefix));
    if (this.keyArn) grantee.allow(['kms:Decrypt', 'kms:GenerateDataKey'], [this.keyArn]);
    grantee.acknowledgeWildcard(files, 'Each anchor and each report has a key of its own under this prefix.');
  }

  /** Putting reports that were asked for, locked for a day; not reading any, nor anything of the evidence. */
  grantPutRequested(grantee: NodeFunction) {
    const files = this.filesOf(this.requestedPrefix);
    const lock = this.requestedLockHours === undefined ? [] : ['s3:PutObjectRetention'];
    grantee.allow(['s3:PutObject', ...lock], [files]);
    if (this.keyArn) grantee.allow(['kms:GenerateDataKey'], [this.keyArn]);
    grantee.acknowledgeWildcard(files, 'Each report that was asked for has a key of its own under this prefix.');
  }

  /** Reading reports that were asked for, by their keys; nothing of the evidence. */
  grantGetRequested(grantee: NodeFunction) {
    const files = this.filesOf(this.requestedPrefix);
    grantee.allow(['s3:GetObject'], [files]);
    if (this.keyArn) grantee.allow(['kms:Decrypt'], [this.keyArn]);
    grantee.acknowledgeWildcard(files, 'Each report that was asked for has a key of its own under this prefix.');
  }

  /** Reading files, and how they are locked. */
  grantRead(role: Role) {
    const files = this.filesOf(this.prefix);
    const allow = (actions: string[], resource: string, conditions = {}) =>
      role.addToPolicy(new PolicyStatement({ actions, resources: [resource], conditions }));
    allow(['s3:GetObject', 's3:GetObjectRetention'], files);
    allow(['s3:ListBucket'], this.bucketArn, listing(this.prefix));
    if (this.keyArn) allow(['kms:Decrypt'], this.keyArn);
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${shownArn(this, files)}]`,
      reason: 'An auditor reads every anchor and every report under this prefix.',
    });
  }
}
