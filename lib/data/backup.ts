// lib/data/backup.ts: a daily AWS Backup of the table, for longer than the 35 days of point-in-time recovery.
import { ArnFormat, Aws, type Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { BackupPlan, BackupPlanRule, BackupResource, BackupVault, type IBackupVault } from 'aws-cdk-lib/aws-backup';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { defined } from '../../functions/platform/defined.ts';
import { shownArn } from '../compute/shown-arn.ts';
import type { LedgerTable } from './table.ts';

export interface BackupProps {
  readonly table: LedgerTable;
  /** How long each backup is kept. */
  readonly retention: Duration;
  /** Name of a vault in this account and region, as one that is locked. @default one is created */
  readonly vaultName?: string | undefined;
  /** Of the vault that is created. @default the AWS-managed key */
  readonly encryptionKey?: IKey | undefined;
  /** Of the vault that is created; one that holds backups can't be deleted. @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy | undefined;
}

export class Backup extends Construct {
  readonly vault: IBackupVault;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: BackupProps) {
    super(scope, id);
    const { table, retention, vaultName, encryptionKey, removalPolicy = RemovalPolicy.RETAIN } = props;
    this.vault =
      vaultName === undefined
        ? new BackupVault(this, 'Vault', { removalPolicy, ...defined({ encryptionKey }) })
        : BackupVault.fromBackupVaultName(this, 'Vault', vaultName);
    const plan = new BackupPlan(this, 'Plan', { backupVault: this.vault });
    plan.addRule(
      new BackupPlanRule({
        ruleName: 'Daily',
        scheduleExpression: Schedule.cron({ hour: '3', minute: '0' }),
        deleteAfter: retention,
      }),
    );
    this.role = this.#role(table);
    plan.addSelection('Table', {
      resources: [BackupResource.fromArn(table.table.tableArn)],
      role: this.role,
      disableDefaultBackupPolicy: true, // it may back up whatever an account has
    });
  }

  /** What AWSBackupServiceRolePolicyForBackup (2026-02) allows for DynamoDB, of this table and this vault alone. */
  #role({ table }: LedgerTable): Role {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('backup.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    const allow = (actions: string[], arn: string) =>
      role.addToPolicy(new PolicyStatement({ actions: actions.sort(), resources: [arn] }));
    allow(
      ['CreateBackup', 'DescribeTable', 'ListTagsOfResource', 'StartAwsBackupJob'].map((name) => `dynamodb:${name}`),
      table.tableArn,
    );
    // Its backups have names of their own: by the table where AWS Backup's features for DynamoDB are off, else of the vault.
    const namedByAws = (actions: string[], arn: string) => {
      allow(actions, arn);
      const reason = "AWS names the table's backups and the vault's recovery points when it makes them.";
      Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${shownArn(this, arn)}]`, reason });
    };
    namedByAws(['dynamodb:DeleteBackup', 'dynamodb:DescribeBackup'], `${table.tableArn}/backup/*`);
    allow(['backup:CopyIntoBackupVault', 'backup:DescribeBackupVault'], this.vault.backupVaultArn);
    const resource = 'recovery-point';
    const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
    namedByAws(
      ['backup:TagResource'],
      Stack.of(this).formatArn({ service: 'backup', resource, resourceName: '*', arnFormat }),
    );
    return role;
  }
}
