// test/template/acknowledged.ts: findings in the template that stay, and why.
import { anyOf } from '../../functions/platform/patterns.ts';
import type { Settings } from '../../lib/settings/settings.ts';
import type { Finding } from './scanners.ts';

export interface Acknowledgement {
  /** Patterns. */
  rules: readonly string[];
  /** Constructs, as patterns of their paths in the stack. */
  at: readonly string[];
  /** The setting that ends the finding. Where it is given, the finding is not acknowledged. */
  unless?: keyof Settings;
  reason: string;
}

export const ACKNOWLEDGED: readonly Acknowledgement[] = [
  {
    rules: ['CKV_AWS_119', 'CKV_AWS_149', '*-SecretsManagerUsingKMSKey', 'CKV_AWS_26', '*-SNSEncryptedKMS'],
    at: ['Ledger/Table', 'Credentials/Secret', 'Messages/Topic'],
    unless: 'encryption',
    reason:
      "By default the table and the secret are encrypted with AWS's own keys, and the topic is not encrypted: it hands each message on by e-mail at once. `encryption=new` or the ARN of a key encrypts all three with that key, which costs a dollar a month.",
  },
  {
    rules: ['CKV_AWS_27'],
    at: ['*'],
    unless: 'encryption',
    reason:
      'The queues are encrypted with keys of SQS (`SqsManagedSseEnabled`), which this check does not look at; with a KMS key by `encryption`.',
  },
  {
    rules: ['CKV_AWS_158', '*-CloudWatchLogGroupEncrypted'],
    at: ['*Logs'],
    reason:
      "CloudWatch Logs encrypts log groups with its own keys. Logs hold no credential and no download URL. They do hold names of projects and clusters, and the callers' ARNs and addresses.",
  },
  {
    rules: ['CKV_AWS_116', '*-LambdaDLQ'],
    at: ['*/Function'],
    reason:
      "No event is lost for want of a function's own queue. The schedule and the plan function have PlanDeadLetters, the collect function's queue has DeadLetters, the notify function's stream has Unpublished, the message function's queue has Undelivered, and the caller of the HTTP API sees its errors.",
  },
  {
    rules: ['CKV_AWS_115', '*-LambdaConcurrency'],
    at: ['*/Function'],
    reason:
      "Reserved concurrency takes from the account's quota; a new account, with a quota of 10, could not deploy. What bounds each function: the schedule (plan), `collectConcurrency` (collect), one batch for each shard (notify), `apiRequestsPerSecond` (api).",
  },
  {
    rules: ['CKV_AWS_117', '*-LambdaInsideVPC'],
    at: ['Collection/*/Function'],
    unless: 'fixedAddresses',
    reason: 'They call Atlas and AWS over TLS, and nothing calls them. `fixedAddresses` moves them into a VPC.',
  },
  {
    rules: ['CKV_AWS_117', '*-LambdaInsideVPC'],
    at: [
      ...['ChangeFeed/Notify/Function', 'Messages/Message/Function', 'Api/Handler/Function', 'Hub/Writer/Function'],
      ...[
        'Retention/Retention/Function',
        'Lake/Lake/Function',
        'Evidence/Evidence/Function',
        'Reports/Report/Function',
      ],
    ],
    reason:
      'They call AWS, by its signed APIs over TLS, and with sign-in the issuer. A VPC would add endpoints to pay for, and no check.',
  },
  {
    rules: ['CKV_AWS_18', '*-S3BucketLoggingEnabled'],
    at: ['Lake/Storage/Bucket'],
    reason:
      "Who reads the lake, CloudTrail records by data events, which are the account's to switch on; the logs of a bucket need a bucket of their own.",
  },
  {
    rules: ['CKV_AWS_18', '*-S3BucketLoggingEnabled', '*-S3BucketReplicationEnabled'],
    at: ['Evidence/Storage/Bucket'],
    reason:
      "Nothing in it can be changed, by its lock. Who reads it, CloudTrail records by data events, which are the account's to switch on; a copy in another region or account is for the account to make.",
  },
  {
    rules: ['CKV_AWS_21', '*-S3BucketVersioningEnabled', '*-S3BucketReplicationEnabled'],
    at: ['Lake/Storage/Bucket'],
    reason:
      'The ledger is the record; the lake is made from it, and a day can be written again. Former versions would keep a name that was erased, and jobs that were let go.',
  },
  {
    rules: ['CKV_AWS_173'],
    at: ['*/Function'],
    reason:
      'No environment variable holds a secret, only the name of one; Lambda encrypts them with its own key all the same.',
  },
  {
    rules: ['CKV_AWS_111'],
    at: ['Collection/*/Role/DefaultPolicy'],
    reason:
      "In a VPC, Lambda makes and deletes the function's network interfaces with its role. EC2 has no ARN for one yet to be made.",
  },
  {
    rules: ['*-IAMNoInlinePolicy'],
    at: ['*Role/DefaultPolicy', 'Evidence/Auditor/DefaultPolicy'],
    reason:
      'Each role has one policy, written for it alone and deleted with it. A managed policy could be attached to others.',
  },
  {
    rules: ['*-CloudWatchAlarmAction'],
    at: ['Monitoring/Alarms/*', 'Alarms/*'],
    unless: 'alarmEmail',
    reason: 'Only who deploys knows whom an alarm should reach: `alarmEmail` or `alarmTopic`.',
  },
  {
    rules: ['*-SecretsManagerRotationEnabled'],
    at: ['Credentials/Secret'],
    reason:
      'Only Atlas can issue its keys, and a function that asks for one would need a role in Atlas that may create keys for the organization: far more than reading restores. A person rotates the key; the functions pick it up without a deployment.',
  },
  {
    rules: ['*-DynamoDBInBackupPlan'],
    at: ['Ledger/Table'],
    reason:
      "The table has point-in-time recovery and deletion protection. A backup plan is the account's: AWS Backup chooses tables by tag (`tags`).",
  },
  {
    rules: ['*-VPCDefaultSecurityGroupClosed'],
    at: ['Network/Vpc'],
    reason: 'Nothing uses the default security group. CloudFormation can close it only by a function of its own.',
  },
  {
    rules: ['*-VPCFlowLogsEnabled'],
    at: ['Network/Vpc'],
    reason: 'Nothing listens in this VPC, and its functions log what they do. Flow logs cost by the gigabyte.',
  },
  {
    rules: ['*-VPCNoUnrestrictedRouteToIGW'],
    at: ['Network/Vpc/PublicSubnet*/DefaultRoute'],
    reason: 'Only the NAT gateways are in the public subnets, and the addresses of Atlas are not known beforehand.',
  },
  {
    rules: ['Serverless-SQSRedrivePolicy'],
    at: [
      'Collection/DeadLetters',
      'Reports/DeadLetters',
      'Collection/PlanDeadLetters',
      'ChangeFeed/Unpublished',
      'Messages/Undelivered',
      'Forwarding/NotForwarded',
      'Hub/DeadLetters',
      'Hub/Unqueued',
    ],
    reason: 'They are dead-letter queues themselves, each with an alarm.',
  },
  {
    rules: ['Serverless-SNSRedrivePolicy'],
    at: ['Messages/Topic/*', 'Monitoring/Topic/*'],
    reason: 'SNS keeps no dead letters of e-mail. The event stays on the bus, and the alarm in CloudWatch.',
  },
  {
    rules: ['Serverless-LambdaEventSourceMappingDestination'],
    at: ['Collection/Tasks', 'Messages/Events', 'Hub/Records'],
    reason: 'A queue has no such destination: what fails stays in the queue, and goes to its dead-letter queue.',
  },
  {
    rules: ['Serverless-LambdaTracing'],
    at: ['*/Function'],
    unless: 'tracing',
    reason: 'Each run is in the logs by its `runId`. `tracing` adds X-Ray, which costs by the trace.',
  },
  {
    rules: ['W3005'],
    at: ['*'],
    reason: 'The CDK adds these dependencies so that a policy is in force before its role is used. They do no harm.',
  },
];

export const acknowledges = (
  { rules, at, unless }: Acknowledgement,
  finding: Finding,
  given: Readonly<Record<string, unknown>>,
) => anyOf(rules)(finding.rule) && anyOf(at)(finding.at) && (unless === undefined || given[unless] === undefined);
