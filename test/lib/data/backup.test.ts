import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { readSettings } from '../../../lib/settings/read-settings.ts';
import { grants } from '../grants.ts';
import { stackOf, templateOf } from '../template.ts';

test('there is none by default', () => {
  for (const type of ['BackupPlan', 'BackupSelection', 'BackupVault']) {
    templateOf().resourceCountIs(`AWS::Backup::${type}`, 0);
  }
});

test('a daily backup of the table alone, kept for as long as the setting says, in a vault that stays', () => {
  const template = templateOf({ backupDays: 2557 });
  template.hasResourceProperties('AWS::Backup::BackupPlan', {
    BackupPlan: {
      BackupPlanRule: [{ Lifecycle: { DeleteAfterDays: 2557 }, ScheduleExpression: 'cron(0 3 * * ? *)' }],
    },
  });
  template.hasResourceProperties('AWS::Backup::BackupSelection', {
    BackupSelection: { Resources: [{ 'Fn::GetAtt': ['LedgerTable9343E4AA', 'Arn'] }] },
  });
  template.hasResource('AWS::Backup::BackupVault', { DeletionPolicy: 'Retain' });
});

test('its role may back up this table into this vault, and nothing else', () => {
  expect(grants({ backupDays: 30 }).BackupRole).toEqual([
    'backup:CopyIntoBackupVault on BackupVault',
    'backup:DescribeBackupVault on BackupVault',
    'backup:TagResource on arn:AWS::Partition:backup:AWS::Region:AWS::AccountId:recovery-point:*',
    'dynamodb:CreateBackup on LedgerTable',
    'dynamodb:DeleteBackup on LedgerTable/backup/*',
    'dynamodb:DescribeBackup on LedgerTable/backup/*',
    'dynamodb:DescribeTable on LedgerTable',
    'dynamodb:ListTagsOfResource on LedgerTable',
    'dynamodb:StartAwsBackupJob on LedgerTable',
  ]);
  const managed = Object.values(templateOf({ backupDays: 30 }).findResources('AWS::IAM::Role')).filter(
    ({ Properties }) => Properties.ManagedPolicyArns,
  );
  expect(managed).toEqual([]);
});

test('into a vault that is there, and of a table that is there', () => {
  const tableStreamArn = 'arn:aws:dynamodb:eu-central-1:111122223333:table/kept/stream/2026-11-20T11:00:00.000';
  const template = templateOf({ backupDays: 30, backupVault: 'locked', tableName: 'kept', tableStreamArn });
  template.resourceCountIs('AWS::Backup::BackupVault', 0);
  template.hasResourceProperties('AWS::Backup::BackupPlan', {
    BackupPlan: { BackupPlanRule: [{ TargetBackupVault: 'locked' }] },
  });
  expect(JSON.stringify(template.findResources('AWS::Backup::BackupSelection'))).toContain(':table/kept');
});

test('a vault without backups is refused at synthesis', () => {
  expect(() => readSettings({ backupVault: 'locked' })).toThrow(/^backupVault: got without backupDays/);
});

test('cdk-nag finds nothing that is not acknowledged with a reason', () => {
  const { violations } = new AwsSolutionsChecks().validateScope(stackOf({ backupDays: 30, encryption: 'new' }));
  expect(violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources])).toEqual([]);
});
