// lib/data/encryption.ts: a customer-managed key, where AWS-owned keys are not enough.
import { Aws, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

export interface EncryptionProps {
  /** Without the key, the table can't be read any more. @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy | undefined;
}

/** A key that is rotated every year, for everything in the stack that holds data. */
export class Encryption extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, { removalPolicy = RemovalPolicy.RETAIN }: EncryptionProps = {}) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'Data of the Atlas Restore Ledger',
      enableKeyRotation: true,
      removalPolicy,
    });
    // Alarms go through an encrypted topic, and what EventBridge can't deliver into an encrypted queue.
    this.key.addToResourcePolicy(
      new PolicyStatement({
        principals: ['cloudwatch.amazonaws.com', 'events.amazonaws.com'].map((name) => new ServicePrincipal(name)),
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    // CloudWatch Logs encrypts what it is sent, for the log groups of this stack only.
    const { partition, region, account, urlSuffix } = Stack.of(this);
    this.key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(`logs.${region}.${urlSuffix}`)],
        actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:${Aws.STACK_NAME}-*`,
          },
        },
      }),
    );
  }
}
