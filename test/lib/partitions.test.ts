import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { LedgerStack } from '../../lib/ledger-stack.ts';
import { readSettings } from '../../lib/settings/read-settings.ts';
import { EVERY_OPTION } from '../deploy/every-option.ts';
import { templateOf } from './template.ts';

type Json = Record<string, unknown>;

const CONSOLES = [
  ['aws', 'eu-west-1', 'console.aws.amazon.com'],
  ['aws-cn', 'cn-north-1', 'console.amazonaws.cn'],
  ['aws-us-gov', 'us-gov-west-1', 'console.amazonaws-us-gov.com'],
] as const;

function inRegion(region: string, given: Json): Json {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const env = { region, account: '111111111111' };
  return Template.fromStack(new LedgerStack(app, 'Ledger', { env, settings: readSettings(given) })).toJSON();
}

/** What CloudFormation makes of a value, in a partition and region. */
function deployed(value: unknown, conditions: Json, partition: string, region: string): string {
  const of = (each: unknown): string => deployed(each, conditions, partition, region);
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument] = ['', undefined]] = Object.entries(value);
  const list = argument as unknown[];
  if (name === 'Ref') return argument === 'AWS::Region' ? region : argument === 'AWS::Partition' ? partition : 'name';
  if (name === 'Fn::Join') return (list[1] as unknown[]).map(of).join(String(list[0]));
  if (name === 'Fn::If') return of(of(conditions[String(list[0])]) === 'true' ? list[1] : list[2]);
  if (name === 'Fn::Equals') return String(of(list[0]) === of(list[1]));
  throw new Error(`expected a known function, got ${name}`);
}

describe.each(CONSOLES)('in the partition %s', (partition, region, host) => {
  const url = `https://${host}/cloudwatch/home?region=${region}#dashboards/dashboard/name`;
  const urlOf = ({ Outputs, Conditions = {} }: Json) => {
    const { Value } = (Outputs as Record<string, { Value: unknown }>).DashboardUrl as { Value: unknown };
    return deployed(Value, Conditions as Json, partition, region);
  };

  test('the address of the dashboard is right in a template for any region', () =>
    expect(urlOf(templateOf().toJSON())).toBe(url));
  test('and in one for this region', () => expect(urlOf(inRegion(region, {}))).toBe(url));
});

/** Names of services in policies are the same everywhere. The CDK says where a secret's key is used for Secrets Manager. */
const PRINCIPALS = /"[a-z-]+\.amazonaws\.com"/g;
const VIA_SECRETS_MANAGER = /"kms:ViaService":(\{"Fn::Join":\["",\[[^\]]+\]\]\}|"[^"]+")/g;
const literals = (template: Json) =>
  JSON.stringify(template).replaceAll(VIA_SECRETS_MANAGER, '').replaceAll(PRINCIPALS, '');

test.each([
  ['the defaults', {}],
  ['every option', EVERY_OPTION],
])('with %s, no template names a partition or the domain of one', (_, given) => {
  const { Outputs: _outputs, ...anywhere } = templateOf(given).toJSON() as Json;
  expect(literals(anywhere).match(/.{0,80}(arn:aws|amazonaws\.com).{0,40}/g)).toBeNull();
  const { Outputs: _ofChina, ...china } = inRegion('cn-north-1', given);
  expect(literals(china).match(/.{0,80}(arn:aws:|amazonaws\.com(?!\.cn)).{0,40}/g)).toBeNull();
});
