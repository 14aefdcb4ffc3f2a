// lib/stack-parts.ts: what the stacks of a ledger and of a hub have in common.
import { Duration, PermissionsBoundary, type Stack, type StackProps } from 'aws-cdk-lib';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { defined } from '../functions/platform/defined.ts';
import { Backup } from './data/backup.ts';
import { Encryption } from './data/encryption.ts';
import type { LedgerTable } from './data/table.ts';
import { templateProblems } from './limits/template-problems.ts';
import { removalPolicyOf, type Settings } from './settings/settings.ts';

/** @param given by default the id names the stack */
export const stackPropsOf = ({ permissionsBoundary, tags }: Settings, given: Partial<Settings>): StackProps => ({
  tags,
  ...defined({
    stackName: given.stackName,
    permissionsBoundary: permissionsBoundary ? PermissionsBoundary.fromArn(permissionsBoundary) : undefined,
  }),
});

export function encryptionKeyOf(stack: Stack, settings: Settings): IKey | undefined {
  const { encryption } = settings;
  if (encryption === 'aws') return undefined;
  return encryption === 'new'
    ? new Encryption(stack, 'Encryption', { removalPolicy: removalPolicyOf(settings) }).key
    : Key.fromKeyArn(stack, 'EncryptionKey', encryption);
}

/** None unless the settings say for how long. */
export function backupOf(stack: Stack, settings: Settings, table: LedgerTable, encryptionKey: IKey | undefined) {
  const { backupDays, backupVault } = settings;
  if (backupDays === 0) return undefined;
  return new Backup(stack, 'Backup', {
    ...{ table, encryptionKey, removalPolicy: removalPolicyOf(settings) },
    retention: Duration.days(backupDays),
    vaultName: backupVault || undefined,
  });
}

/**
 * What AWS would refuse of the template as it is when it is written, with all that the app added to it.
 * @param template as it is then
 */
export function validateTemplate(stack: Stack, template: () => unknown) {
  const validate = () => templateProblems(stack.resolve(template()), stack.stackName, stack.tags.tagValues());
  stack.node.addValidation({ validate });
}
