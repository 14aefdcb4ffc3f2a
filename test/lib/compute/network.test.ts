import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type IVpc, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { describe, expect, test } from 'vitest';
import { LedgerStack } from '../../../lib/ledger-stack.ts';
import { plain } from '../grants.ts';
import { templateOf } from '../template.ts';

interface Resource {
  Properties: Record<string, unknown>;
}
const app = () => new App({ context: { 'aws:cdk:bundling-stacks': [] } });
/** They differ in how an absent VPN gateway is spelled. */
const vpcIn = (root: App) => new Vpc(new Stack(root, 'Base'), 'Vpc') as unknown as IVpc;
const vpcConfigs = (template: Template) =>
  Object.entries(template.findResources('AWS::Lambda::Function') as Record<string, Resource>).flatMap(
    ([id, { Properties }]) => (Properties.VpcConfig ? [[plain(id), Properties.VpcConfig as object] as const] : []),
  );
const CALLERS = ['CollectionPlanFunction', 'CollectionCollectFunction'];

describe.each([1, 2, 3])('%i fixed addresses', (fixedAddresses) => {
  const template = templateOf({ fixedAddresses });
  const of = (type: string) => Object.values(template.findResources(type) as Record<string, Resource>);

  test('are as many NAT gateways, each in a zone of its own and with an address of its own', () => {
    const gateways = of('AWS::EC2::NatGateway').map(({ Properties }) => Properties);
    const zoneOf = (subnet: unknown) => {
      const subnets = template.findResources('AWS::EC2::Subnet') as Record<string, Resource>;
      return JSON.stringify(subnets[(subnet as { Ref: string }).Ref]?.Properties.AvailabilityZone);
    };
    expect(of('AWS::EC2::EIP')).toHaveLength(fixedAddresses);
    expect(new Set(gateways.map(({ AllocationId }) => JSON.stringify(AllocationId))).size).toBe(fixedAddresses);
    expect(new Set(gateways.map(({ SubnetId }) => zoneOf(SubnetId))).size).toBe(fixedAddresses);
  });

  test('are all used: a private subnet leads to each, and the functions that call Atlas run in these', () => {
    const routes = of('AWS::EC2::Route').flatMap(({ Properties }) => Properties.NatGatewayId ?? []);
    expect(new Set(routes.map((gateway) => JSON.stringify(gateway))).size).toBe(fixedAddresses);
    const subnets = Math.max(2, fixedAddresses);
    expect(routes).toHaveLength(subnets);
    expect(vpcConfigs(template).map(([id]) => id)).toEqual(CALLERS);
    for (const [, config] of vpcConfigs(template)) expect(config).toMatchObject({ SubnetIds: { length: subnets } });
  });

  test('are all named in the outputs', () => {
    const { EgressAddresses } = template.toJSON().Outputs;
    expect(JSON.stringify(EgressAddresses).match(/PublicIp/g)).toHaveLength(fixedAddresses);
  });
});

test('a stack that names its region and account looks up no zones, which would take credentials', () => {
  const root = app();
  const env = { region: 'eu-west-1', account: '111111111111' };
  const { stackName } = new LedgerStack(root, 'Ledger', { env, settings: { fixedAddresses: 3 } });
  const assembly = root.synth();
  expect(assembly.manifest.missing).toBeUndefined();
  const { template } = assembly.getStackByName(stackName);
  expect(JSON.stringify(template).match(/"AWS::EC2::NatGateway"/g)).toHaveLength(3);
});

test('no VPC by default; flow logs and a closed default security group only where they are asked for', () => {
  templateOf().resourceCountIs('AWS::EC2::VPC', 0);
  templateOf({ fixedAddresses: 1 }).resourceCountIs('AWS::EC2::FlowLog', 0);
  const template = templateOf({ fixedAddresses: 1, vpcFlowLogs: true, closeDefaultSecurityGroup: true });
  template.hasResourceProperties('AWS::EC2::FlowLog', { ResourceType: 'VPC', TrafficType: 'ALL' });
  template.resourceCountIs('Custom::VpcRestrictDefaultSG', 1);
});

describe('an existing VPC', () => {
  const vpcId = 'vpc-0123456789abcdef0';
  const vpcSubnetIds = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];

  test('by its ids: the functions that call Atlas run in its subnets, and nothing of it is made', () => {
    const template = templateOf({ vpcId, vpcSubnetIds });
    expect(vpcConfigs(template)).toEqual(
      CALLERS.map((id) => [id, { SubnetIds: vpcSubnetIds, SecurityGroupIds: [expect.anything()] }]),
    );
    template.allResourcesProperties('AWS::EC2::SecurityGroup', { VpcId: vpcId });
    const made = Object.values(template.toJSON().Resources as Record<string, { Type: string }>);
    expect(new Set(made.map(({ Type }) => Type).filter((type) => type.startsWith('AWS::EC2')))).toEqual(
      new Set(['AWS::EC2::SecurityGroup']),
    );
  });

  test('as a prop of the stack, with its subnets', () => {
    const root = app();
    const vpc = vpcIn(root);
    const stack = new LedgerStack(root, 'Ledger', { vpc, vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS } });
    const [[, config] = []] = vpcConfigs(Template.fromStack(stack));
    expect(JSON.stringify(config)).toMatch(/Fn::ImportValue.*VpcPrivateSubnet1/);
  });

  test('as a prop and as a setting is refused', () => {
    const root = app();
    const vpc = vpcIn(root);
    for (const [id, settings] of Object.entries({ A: { fixedAddresses: 1 }, B: { vpcId, vpcSubnetIds } }))
      expect(() => new LedgerStack(root, id, { vpc, settings })).toThrow('one of the three');
  });
});
