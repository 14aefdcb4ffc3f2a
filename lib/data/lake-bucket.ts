// lib/data/lake-bucket.ts: the bucket of the lake, made by the stack or existing, and where in it what is.
import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { defined } from '../../functions/platform/defined.ts';
import type { NodeFunction } from '../compute/node-function.ts';
import { LedgerBucket, type LedgerBucketProps, listing } from './ledger-bucket.ts';

export interface LakeBucketProps extends LedgerBucketProps {
  /** Of the bucket that is made. One that holds objects is not deleted, whatever it says. */
  readonly removalPolicy: RemovalPolicy;
  /** How long the files of days are kept in the bucket that is made. @default forever */
  readonly keepDays?: number | undefined;
}

/** How long the results of queries are kept in the bucket that is made. */
const KEEP_RESULTS = Duration.days(7);

export class LakeBucket extends LedgerBucket {
  /** Of the files of days. */
  readonly prefix: string;
  /** Of the results of queries. */
  readonly resultPrefix: string;

  constructor(scope: Construct, id: string, props: LakeBucketProps) {
    const { ledgerName, removalPolicy, keepDays } = props;
    const [prefix, resultPrefix] = [`${ledgerName}/changes/`, `${ledgerName}/athena/`];
    super(scope, id, props, {
      removalPolicy,
      lifecycleRules: [
        { prefix: resultPrefix, expiration: KEEP_RESULTS },
        ...(keepDays === undefined ? [] : [{ prefix, expiration: Duration.days(keepDays) }]),
      ],
      noAccessLog: 'What is in it can be made again from the ledger.',
    });
    this.prefix = prefix;
    this.resultPrefix = resultPrefix;
  }

  get location() {
    return this.locationOf(this.prefix);
  }

  get resultLocation() {
    return this.locationOf(this.resultPrefix);
  }

  /** Putting files of days in their places, and seeing which are there; not reading them, nor deleting any. */
  grantWrite(grantee: NodeFunction) {
    const files = this.filesOf(this.prefix);
    grantee.allow(['s3:PutObject'], [files]);
    grantee.allow(['s3:ListBucket'], [this.bucketArn], listing(this.prefix));
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
