// test/lib/upgrade/former.ts: the former version that an upgrade starts from, from the history of this repository.
import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PACKAGE_DIR } from '../../cli/command-line.ts';
import type { Json } from '../resolved.ts';

const run = promisify(execFile);

/** Each set of settings is a template of its own. */
export const VARIANTS: Readonly<Record<string, Json>> = {
  defaults: {},
  options: {
    alarmEmail: 'ops@example.com',
    messageEmail: 'dba@example.com',
    encryption: 'new',
    fixedAddresses: 2,
    backupDays: 35,
  },
};

/** They hold data, or people and other systems know them by name, address or confirmation. */
export const KEPT_TYPES: ReadonlySet<string> = new Set([
  'AWS::ApiGatewayV2::Api',
  'AWS::Backup::BackupPlan',
  'AWS::Backup::BackupVault',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::DynamoDB::Table',
  'AWS::EC2::EIP',
  'AWS::EC2::Subnet',
  'AWS::EC2::VPC',
  'AWS::Events::EventBus',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::SecretsManager::Secret',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
]);

export interface Resource {
  readonly Type: string;
  readonly Properties?: Json;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}
export type Resources = Readonly<Record<string, Resource>>;

export interface Former {
  readonly commit: string;
  /** Of each variant, the resources that are kept. */
  readonly resources: Readonly<Record<string, Resources>>;
}

export const FORMER_FILE = join(PACKAGE_DIR, 'test/fixtures/former-template.json');
export const readFormer = async (): Promise<Former> => JSON.parse(await readFile(FORMER_FILE, 'utf8'));

/** A shallow clone may not have it. */
export const hasCommit = (commit: string): Promise<boolean> =>
  run('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: PACKAGE_DIR }).then(
    () => true,
    () => false,
  );

/** The app as it was, with the packages of today. */
export async function checkOut(commit: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const archive = join(folder, 'archive.tar');
  await run('git', ['archive', '--output', archive, commit], { cwd: PACKAGE_DIR });
  await run('tar', ['-xf', archive, '-C', folder]);
  await symlink(join(PACKAGE_DIR, 'node_modules'), join(folder, 'node_modules'));
}

export const keptOf = (resources: Resources): Resources =>
  Object.fromEntries(Object.entries(resources).filter(([, { Type }]) => KEPT_TYPES.has(Type)));
