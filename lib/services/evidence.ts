// lib/services/evidence.ts: signed anchors and reports in a bucket that nobody can change, and the role of an auditor.
import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccountPrincipal, ArnPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { NodeFunction } from '../compute/node-function.ts';
import { scheduled } from '../compute/schedule.ts';
import { EvidenceBucket } from '../data/evidence-bucket.ts';
import type { LedgerTable } from '../data/table.ts';
import type { Settings } from '../settings/settings.ts';

export interface EvidenceProps {
  readonly table: LedgerTable;
  /** The dimension of its metrics; the keys of the bucket begin with it, and anchors and reports name it. */
  readonly ledgerName: string;
  /** `evidenceBucket` is set. */
  readonly settings: Settings;
  /** Of the logs, and of a bucket that is made. @default keys that AWS owns */
  readonly encryptionKey?: IKey | undefined;
}

export class Evidence extends Construct {
  readonly bucket: EvidenceBucket;
  /** Signs; it never leaves AWS KMS, and is kept when the stack is deleted. */
  readonly key: Key;
  readonly evidence: NodeFunction;
  /** Undefined: nobody was named. */
  readonly auditor: Role | undefined;

  constructor(scope: Construct, id: string, { table, ledgerName, settings, encryptionKey }: EvidenceProps) {
    super(scope, id);
    const { evidenceBucket, evidenceBucketKey, evidenceLockMode, evidenceLockYears, auditorPrincipal } = settings;
    this.bucket = new EvidenceBucket(this, 'Storage', {
      ledgerName,
      existing:
        evidenceBucket === 'new' ? undefined : { bucketName: evidenceBucket, keyArn: evidenceBucketKey || undefined },
      encryptionKey,
      lock: { mode: evidenceLockMode, years: evidenceLockYears },
    });
    this.key = new Key(this, 'SigningKey', {
      description: 'Signs anchors and reports of the Atlas Restore Ledger',
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.evidence = new NodeFunction(this, 'Evidence', {
      handler: 'evidence',
      description: 'Anchors the histories of Atlas restore jobs each day, and writes the report of each month',
      timeout: Duration.minutes(15),
      memoryMb: 1_769, // one processor
      diskMb: 2_048, // the reports, and what is gathered for each
      environment: {
        TABLE_NAME: table.tableName,
        LEDGER_NAME: ledgerName,
        EVIDENCE_BUCKET: this.bucket.bucketName,
        EVIDENCE_BUCKET_OWNER: Aws.ACCOUNT_ID,
        EVIDENCE_PREFIX: this.bucket.prefix,
        SIGNING_KEY_ARN: this.key.keyArn,
        ANCHOR_RETENTION_DAYS: String(settings.jobRetentionDays),
        OBJECTIVES: settings.objectives.length > 0 ? JSON.stringify(settings.objectives) : undefined,
      },
      settings,
      encryptionKey,
    });
    table.grantReadAll(this.evidence);
    table.grantFindStrays(this.evidence);
    this.bucket.grantAdd(this.evidence);
    this.evidence.allow(['kms:GetPublicKey', 'kms:Sign'], [this.key.keyArn]);
    scheduled(this, { role: 'ScheduleRole', schedule: 'Schedule' }, this.evidence.function, {
      description: 'Takes the anchor of the day, and writes the reports of months that are due',
      schedule: 'rate(1 hour)',
      input: {},
      retry: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 3_600 }, // the next comes soon
    });
    this.auditor = auditorPrincipal === '' ? undefined : this.#auditor(auditorPrincipal);
  }

  #auditor(principal: string): Role {
    const role = new Role(this, 'Auditor', {
      description: 'Reads evidence of Atlas restores and the public key that it is signed with, and nothing else',
      assumedBy: principal.startsWith('arn:') ? new ArnPrincipal(principal) : new AccountPrincipal(principal),
    });
    this.bucket.grantRead(role);
    role.addToPolicy(
      new PolicyStatement({ actions: ['kms:GetPublicKey', 'kms:Verify'], resources: [this.key.keyArn] }),
    );
    return role;
  }
}
