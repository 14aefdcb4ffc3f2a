// test/template/variants.ts: the templates that are scanned.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CfnElement, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EVERY_OPTION } from '../deploy/every-option.ts';
import { hubOf, stackOf } from '../lib/template.ts';

export interface Variant {
  name: string;
  /** Settings, as under `ledger` in cdk.json. */
  given: Readonly<Record<string, unknown>>;
  /** Where it is deployed. */
  region: string;
  /** Absent: one template for every region, as the app makes it. */
  env?: { region: string };
}

const inRegion = (region: string) => [
  { name: `defaults, ${region}`, given: {}, region, env: { region } },
  { name: `every option, ${region}`, given: EVERY_OPTION, region, env: { region } },
];

export const VARIANTS: readonly Variant[] = [
  { name: 'defaults', given: {}, region: 'us-east-1' },
  { name: 'every option', given: EVERY_OPTION, region: 'us-east-1' },
  { name: 'a hub', given: { role: 'hub' }, region: 'us-east-1' },
  {
    name: 'a spoke',
    given: { role: 'spoke', hubBusArn: 'arn:aws:events:us-east-1:999999999999:event-bus/Hub' },
    region: 'us-east-1',
  },
  ...inRegion('us-gov-west-1'),
  ...inRegion('cn-north-1'),
];

export interface Synthesized {
  stack: Stack;
  /** Path of the template. */
  file: string;
  /** The construct of a logical id, by its path in the stack. */
  pathOf: (logicalId: string) => string;
}

export function synthesize({ name, given, env }: Variant, folder: string): Synthesized {
  const stack = given.role === 'hub' ? hubOf(given, env) : stackOf(given, env);
  const file = join(folder, `${name.replaceAll(/\W+/g, '-')}.template.json`);
  writeFileSync(file, JSON.stringify(Template.fromStack(stack).toJSON(), undefined, 1));
  const paths = new Map(
    stack.node
      .findAll()
      .filter((construct) => CfnElement.isCfnElement(construct))
      .map((element) => [stack.resolve(element.logicalId) as string, pathIn(stack, element.node.path)]),
  );
  return { stack, file, pathOf: (logicalId) => paths.get(logicalId) ?? logicalId };
}

/** As cdk-nag names it: without the stack, and without the last step to the CloudFormation resource. */
export const pathIn = (stack: Stack, path: string) => path.slice(stack.node.path.length + 1).replace(/\/Resource$/, '');
