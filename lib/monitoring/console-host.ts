// lib/monitoring/console-host.ts: the host of the AWS console, which differs by partition, and addresses on it.
import { Aws, CfnCondition, Fn, Stack, Token } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

const USUAL = 'console.aws.amazon.com';
const HOSTS: Readonly<Record<string, string>> = {
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

export function dashboardUrl(scope: Construct, { dashboardName }: Dashboard): string {
  const { region } = Stack.of(scope);
  return `https://${consoleHost(scope)}/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName}`;
}

/** Chosen when it is deployed if the stack has no region: a template fits every partition. */
export function consoleHost(scope: Construct): string {
  const { partition } = Stack.of(scope);
  if (!Token.isUnresolved(partition)) return HOSTS[partition] ?? USUAL;
  return Object.entries(HOSTS).reduce((otherwise, [name, host]) => {
    const expression = Fn.conditionEquals(Aws.PARTITION, name);
    const { logicalId } = new CfnCondition(scope, `Partition-${name}`, { expression });
    return Fn.conditionIf(logicalId, host, otherwise).toString();
  }, USUAL);
}
