// lib/compute/placement.ts: where the functions that call Atlas run.
import { type IVpc, Subnet, type SubnetSelection, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { Settings } from '../settings/settings.ts';

export interface Placement {
  /** Where calls leave from. @default Lambda's own network, from changing addresses */
  readonly vpc?: IVpc | undefined;
  /** @default private subnets with a way out */
  readonly vpcSubnets?: SubnetSelection | undefined;
}

/** Only a choice of subnets would ask for zones; these are given. */
const NOT_LOOKED_UP = 'unknown';

/** In an existing VPC, by ids alone: a lookup would take credentials. */
export function existingPlacement(
  scope: Construct,
  { vpcId, vpcSubnetIds }: Pick<Settings, 'vpcId' | 'vpcSubnetIds'>,
): Placement {
  if (vpcId === '') return {};
  const vpc = Vpc.fromVpcAttributes(scope, 'ExistingVpc', { vpcId, availabilityZones: [NOT_LOOKED_UP] });
  const subnets = vpcSubnetIds.map((id, index) => Subnet.fromSubnetId(scope, `ExistingSubnet${index + 1}`, id));
  return { vpc, vpcSubnets: { subnets } };
}
