import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { LedgerStack } from '../../lib/ledger-stack.ts';
import { readSettings } from '../../lib/settings/read-settings.ts';
import { EVERY_OPTION } from '../deploy/every-option.ts';
import { type Json, resolved } from './resolved.ts';
import { templateOf } from './template.ts';

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

describe.each(CONSOLES)('in the partition %s', (partition, region, host) => {
  const url = `https://${host}/cloudwatch/home?region=${region}#dashboards/dashboard/name`;
  const urlOf = (template: Json) => {
    const { Outputs, Resources, Conditions } = template as Record<string, Record<string, { Value?: unknown }>>;
    const [outputs = {}, resources = {}, conditions = {}] = [Outputs, Resources, Conditions];
    const [dashboard = ''] = Object.keys(resources).filter((id) => id.startsWith('MonitoringDashboard'));
    const refs = { 'AWS::Region': region, 'AWS::Partition': partition, [dashboard]: 'name' };
    return resolved(outputs.DashboardUrl?.Value, refs, conditions);
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
