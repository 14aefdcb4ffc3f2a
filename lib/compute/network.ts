// lib/compute/network.ts: fixed addresses for calls to Atlas, for the access list of an Atlas API key.
import { Validations } from 'aws-cdk-lib';
import {
  CfnEIP,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  NatProvider,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { Settings } from '../settings/settings.ts';

/** A VPC whose private subnets reach the internet from known addresses. DynamoDB is reached without them, free of charge. */
export class Network extends Construct {
  readonly vpc: IVpc;
  /** For the API access list in Atlas. They last as long as the stack. */
  readonly addresses: readonly string[];

  constructor(scope: Construct, id: string, { fixedAddresses, vpcCidr }: Pick<Settings, 'fixedAddresses' | 'vpcCidr'>) {
    super(scope, id);
    const eips = Array.from(
      { length: fixedAddresses },
      (_, index) => new CfnEIP(this, `Address${index + 1}`, { domain: 'vpc' }),
    );
    this.addresses = eips.map(({ attrPublicIp }) => attrPublicIp);
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(vpcCidr),
      maxAzs: Math.max(2, fixedAddresses), // functions run in both zones even where one gateway serves them
      natGateways: fixedAddresses,
      natGatewayProvider: NatProvider.gateway({
        eipAllocationIds: eips.map(({ attrAllocationId }) => attrAllocationId),
      }),
      subnetConfiguration: [
        { name: 'Public', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
        { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      ],
      gatewayEndpoints: { DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB } },
      restrictDefaultSecurityGroup: false, // it would take a custom resource with a function of its own; nothing uses the group
    });
    Validations.of(vpc).acknowledge({
      id: 'AwsSolutions-VPC7',
      reason:
        'Nothing listens in this VPC; its functions call Atlas and AWS, and log what they do. Flow logs cost by the GB.',
    });
    this.vpc = vpc as unknown as IVpc; // they differ in how an absent VPN gateway is spelled
  }
}
