// lib/settings/storage-settings.ts: settings of what is kept, and how it is encrypted.
import { MAX_RETENTION_DAYS, MIN_RETENTION_DAYS } from '../../functions/ledger/let-go/retention-days.ts';
import { RANGES } from '../../functions/runtime/variables.ts';
import { isKeyArn, isPrincipal, isStreamArn } from '../limits/arn.ts';
import { matches, ranged } from './checks.ts';
import { choice, number, text, whole } from './setting.ts';

const isKey = (value: string) => (value.startsWith('arn:') ? isKeyArn(value) : ['aws', 'new'].includes(value));

/** As S3 takes them, without dots, which TLS can't check: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const isBucketName = matches(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);

export const storageSettings = {
  tableName: text('the name of a table', matches(/^[\w.-]{3,255}$/), {
    means:
      'Existing table of a ledger to use instead of creating one, as after a restore or a `cdk destroy`. Every run checks its keys, indexes and stream first.',
    default: '',
  }),
  tableStreamArn: text("the ARN of that table's stream", isStreamArn, {
    means: 'Latest stream of the existing table.',
    default: '',
  }),
  tableKey: text('the ARN of a KMS key', isKeyArn, {
    means: "Customer's key that the existing table is encrypted with. If empty, DynamoDB owns or manages its key.",
    default: '',
  }),
  runRetentionDays: ranged(RANGES.RUN_RETENTION_DAYS, 'Retention of runs.'),
  jobRetentionDays: number(
    `0, or a whole number from ${MIN_RETENTION_DAYS} to ${MAX_RETENTION_DAYS}`,
    (days) => days === 0 || (Number.isInteger(days) && days >= MIN_RETENTION_DAYS && days <= MAX_RETENTION_DAYS),
    {
      means:
        'Retention of restore jobs, from their request. Once a day, older ones are let go on record, and deleted a day later; no period that reaches back to them is complete any more. 0 keeps them forever. Coverage is always kept.',
      unit: 'days',
      default: 0,
    },
  ),
  lakeBucket: text('new, or the name of an S3 bucket', (value) => value === 'new' || isBucketName(value), {
    means:
      "Bucket for the [lake](lake.md): each day's changes of restore jobs as Parquet, under a table that Athena asks in SQL. `new` makes one; an existing one has to be in this AWS account and region. If empty, there is none.",
    default: '',
  }),
  lakeBucketKey: text('the ARN of a KMS key', isKeyArn, {
    means: "Customer's key that the existing bucket of the lake is encrypted with. If empty, S3 manages its key.",
    default: '',
  }),
  evidenceBucket: text('new, or the name of an S3 bucket', (value) => value === 'new' || isBucketName(value), {
    means:
      "Bucket for [evidence](signatures.md#by-the-stack): each day's signed anchor of all histories, each month's signed report, and for an hour the reports for which the API has no time, PDFs among them. `new` makes one that nobody can change, with Object Lock; an existing one has to be in this AWS account and region. If empty, there is none.",
    default: '',
  }),
  evidenceBucketKey: text('the ARN of a KMS key', isKeyArn, {
    means: "Customer's key that the existing bucket of evidence is encrypted with. If empty, S3 manages its key.",
    default: '',
  }),
  evidenceLockMode: choice(['governance', 'compliance'], {
    means:
      'Object Lock of the new bucket of evidence. With governance, whoever has `s3:BypassGovernanceRetention` can end it; with compliance nobody can, nor make it shorter, not even AWS.',
    default: 'governance',
  }),
  evidenceLockYears: whole(1, 100, {
    means: 'How long Object Lock keeps each file of the new bucket of evidence. They hold names of people.',
    unit: 'years',
    default: 7,
  }),
  auditorPrincipal: text('the ARN of a role or user, or the id of an AWS account', isPrincipal, {
    means:
      "Who may take on the auditor's role, which reads the bucket of evidence and the public key, and nothing else. Of an account, whoever it lets. If empty, there is no such role.",
    default: '',
  }),
  removalPolicy: choice(['keep', 'delete'], {
    means:
      'What happens to the table, the secret and the logs when the stack is deleted. With keep, the table is also protected against deletion.',
    default: 'keep',
  }),
  backupDays: whole(0, 36_500, {
    means:
      'Retention of a daily AWS Backup of the table, beside point-in-time recovery. 0 makes none. DynamoDB must be switched on in the settings of AWS Backup of the account and region.',
    unit: 'days',
    default: 0,
  }),
  backupVault: text('the name of a backup vault', matches(/^[\w-]{2,50}$/), {
    means: 'Existing vault for the backups, such as one with a vault lock. If empty, the stack creates one.',
    default: '',
  }),
  encryption: text('aws, new, or the ARN of a KMS key', isKey, {
    means:
      'Key for the table, queues, secret, event bus, topics and logs: AWS-owned keys, a key that the stack creates, or an existing key with the policy in [key-policy.json](key-policy.json).',
    default: 'aws',
  }),
};
