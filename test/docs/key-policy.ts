// test/docs/key-policy.ts: docs/key-policy.json, the policy of the key that the stack makes, with names to fill in.
import { resolved } from '../lib/resolved.ts';
import { templateOf } from '../lib/template.ts';

export const KEY_POLICY_PATH = 'docs/key-policy.json';

const PLACEHOLDERS = {
  'AWS::AccountId': 'ACCOUNT',
  'AWS::Partition': 'PARTITION',
  'AWS::Region': 'REGION',
  'AWS::StackName': 'STACK',
  'AWS::URLSuffix': 'DOMAIN',
};

export function keyPolicy(): string {
  const [key] = Object.values(templateOf({ encryption: 'new', stackName: 'STACK' }).findResources('AWS::KMS::Key'));
  return `${JSON.stringify(resolved(key?.Properties.KeyPolicy, PLACEHOLDERS), undefined, 2)}\n`;
}
