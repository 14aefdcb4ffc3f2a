// lib/settings/settings.ts: every setting of a deployment. The stack, the context in cdk.json and docs/settings.md follow.
import { RemovalPolicy } from 'aws-cdk-lib';
import { apiSettings } from './api-settings.ts';
import { collectionSettings } from './collection-settings.ts';
import { eventSettings } from './event-settings.ts';
import { monitoringSettings } from './monitoring-settings.ts';
import { networkSettings } from './network-settings.ts';
import { ruleSettings } from './rule-settings.ts';
import type { ValuesOf } from './setting.ts';
import { signInSettings } from './sign-in-settings.ts';
import { stackSettings } from './stack-settings.ts';
import { storageSettings } from './storage-settings.ts';

/** In the order of docs/settings.md. */
export const SETTINGS = {
  ...stackSettings,
  ...collectionSettings,
  ...networkSettings,
  ...ruleSettings,
  ...eventSettings,
  ...apiSettings,
  ...signInSettings,
  ...monitoringSettings,
  ...storageSettings,
};

export type Settings = ValuesOf<typeof SETTINGS>;

/** Undefined where the stack creates one. */
export const existingTableOf = ({
  tableName,
  tableStreamArn: streamArn,
  tableKey,
}: Pick<Settings, 'tableName' | 'tableStreamArn' | 'tableKey'>) =>
  tableName === '' ? undefined : { tableName, streamArn, keyArn: tableKey || undefined };

export const hasSignIn = ({ signInIssuer, signInCognitoDomain }: Settings) =>
  signInIssuer !== '' || signInCognitoDomain !== '';

export const removalPolicyOf = ({ removalPolicy }: Pick<Settings, 'removalPolicy'>) =>
  removalPolicy === 'keep' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
