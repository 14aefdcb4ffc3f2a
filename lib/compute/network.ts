// lib/compute/network.ts: fixed addresses for calls to Atlas, for the access list of an Atlas API key.
import { Aws, Fn, Validations } from 'aws-cdk-lib';
import {
  CfnEIP,
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  NatProvider,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Settings } from '../settings/settings.ts';
import { logGroup } from './log-group.ts';

export interface NetworkProps {
  readonly settings: Pick<
    Settings,
    'closeDefaultSecurityGroup' | 'fixedAddresses' | 'logRetentionDays' | 'removalPolicy' | 'vpcCidr' | 'vpcFlowLogs'
  >;
  /** Of flow logs. @default a key that AWS owns */
  readonly encryptionKey?: IKey | undefined;
}

/** A VPC whose private subnets reach the internet from known addresses. DynamoDB is reached without them, free of charge. */
export class Network extends Construct {
  readonly vpc: IVpc;
  /** For the API access list in Atlas. They last as long as the stack. */
  readonly addresses: readonly string[];

  constructor(scope: Construct, id: string, { settings, encryptionKey }: NetworkProps) {
    super(scope, id);
    const { fixedAddresses, vpcCidr, vpcFlowLogs, closeDefaultSecurityGroup } = settings;
    const eips = Array.from(
      { length: fixedAddresses },
      (_, index) => new CfnEIP(this, `Address${index + 1}`, { domain: 'vpc' }),
    );
    this.addresses = eips.map(({ attrPublicIp }) => attrPublicIp);
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(vpcCidr),
      // Functions run in both zones even where one gateway serves them.
      availabilityZones: firstZones(Math.max(2, fixedAddresses)),
      natGateways: fixedAddresses,
      natGatewayProvider: NatProvider.gateway({
        eipAllocationIds: eips.map(({ attrAllocationId }) => attrAllocationId),
      }),
      subnetConfiguration: [
        { name: 'Public', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
        { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      ],
      gatewayEndpoints: { DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB } },
      restrictDefaultSecurityGroup: closeDefaultSecurityGroup,
    });
    if (vpcFlowLogs) this.#flowLogs(vpc, settings, encryptionKey);
    else
      Validations.of(vpc).acknowledge({
        id: 'AwsSolutions-VPC7',
        reason:
          'Nothing listens in this VPC; its functions call Atlas and AWS, and log what they do. Flow logs cost by the GB.',
      });
    this.vpc = vpc as unknown as IVpc; // they differ in how an absent VPN gateway is spelled
  }

  #flowLogs(vpc: Vpc, settings: NetworkProps['settings'], encryptionKey: IKey | undefined) {
    const conditions = { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } };
    const role = new Role(this, 'FlowLogsRole', {
      assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com', { conditions }),
    });
    const logs = logGroup(this, 'FlowLogs', settings, encryptionKey);
    vpc.addFlowLog('FlowLog', { destination: FlowLogDestination.toCloudWatchLogs(logs, role) });
  }
}

/**
 * Of whatever region the stack is deployed to. The CDK's own choice is two where a stack names no region, and a lookup that takes
 * credentials where it does.
 */
export const firstZones = (count: number) => Array.from({ length: count }, (_, index) => Fn.select(index, Fn.getAzs()));
