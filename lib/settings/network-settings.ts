// lib/settings/network-settings.ts: settings of the network from which Atlas is called.
import { isNetworkRange } from '../limits/cidr.ts';
import { matches } from './checks.ts';
import { flag, text, texts, whole } from './setting.ts';

/** Lambda's. */
const MAX_SUBNETS = 16;

export const networkSettings = {
  fixedAddresses: whole(0, 3, {
    means:
      'Elastic IPs for calls to Atlas, to put on its API access list. More than 0 creates a VPC with as many NAT gateways, each in its own zone and billed by the hour; 3 need a region with three zones.',
    unit: 'addresses',
    default: 0,
  }),
  vpcCidr: text('an IPv4 range of /16 to /24 such as 10.20.0.0/24', isNetworkRange, {
    means: 'CIDR range of the VPC that `fixedAddresses` creates.',
    default: '10.20.0.0/24',
  }),
  vpcFlowLogs: flag({
    means: 'Keep flow logs of the VPC that `fixedAddresses` creates. They are billed by the GB.',
    default: false,
  }),
  closeDefaultSecurityGroup: flag({
    means:
      'Remove all rules from the default security group of the VPC that `fixedAddresses` creates. Nothing uses the group. It takes a custom resource with a function of its own.',
    default: false,
  }),
  vpcId: text('the id of a VPC such as vpc-0123456789abcdef0', matches(/^vpc-[0-9a-f]{8,17}$/), {
    means:
      'Existing VPC for the functions that call Atlas. Its subnets must reach Atlas, DynamoDB, SQS and Secrets Manager: by NAT or VPC endpoints.',
    default: '',
  }),
  vpcSubnetIds: texts('ids of private subnets such as subnet-0123456789abcdef0', matches(/^subnet-[0-9a-f]{8,17}$/), {
    means: 'Subnets of `vpcId` for these functions, best in several zones.',
    default: [],
    most: MAX_SUBNETS,
  }),
};
