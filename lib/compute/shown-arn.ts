// lib/compute/shown-arn.ts: an ARN as cdk-nag shows it, to acknowledge what it found of it.
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** `arn:<AWS::Partition>:...` */
export function shownArn(scope: Construct, arn: string): string {
  const resolved: unknown = Stack.of(scope).resolve(arn);
  const { 'Fn::Join': [, parts] = ['', [resolved]] } = resolved as { 'Fn::Join'?: [string, unknown[]] };
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      const [argument] = Object.values(part as Record<string, string | string[]>);
      return `<${[argument].flat().join('.')}>`;
    })
    .join('');
}
