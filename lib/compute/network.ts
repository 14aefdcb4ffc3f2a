// lib/compute/network.ts gives the calls to Atlas fixed addresses, for the access list of an Atlas API key.

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

export interface NetworkProps {
  /** Elastic IPs, each with a NAT gateway and an availability zone of its own: 1 to 3. @default 1 */
  readonly addresses?: number | undefined;
  /** @default '10.20.0.0/24' */
  readonly cidr?: string | undefined;
}

/** A VPC whose private subnets reach the internet from known addresses. DynamoDB is reached without them, free of charge. */
export class Network extends Construct {
  readonly vpc: IVpc;
  /** To be put on the API access list in Atlas. They stay as long as the stack does. */
  readonly addresses: readonly string[];

  constructor(scope: Construct, id: string, { addresses = 1, cidr = '10.20.0.0/24' }: NetworkProps = {}) {
    super(scope, id);
    const eips = Array.from(
      { length: addresses },
      (_, index) => new CfnEIP(this, `Address${index + 1}`, { domain: 'vpc' }),
    );
    this.addresses = eips.map(({ attrPublicIp }) => attrPublicIp);
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(cidr),
      maxAzs: Math.max(2, addresses), // functions run in both zones even where one gateway serves them
      natGateways: addresses,
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
