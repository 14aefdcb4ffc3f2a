import { App, CfnOutput, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { LedgerStack, type LedgerStackProps } from '../../../lib/ledger-stack.ts';
import { MAX_ITEMS, MAX_LENGTHS } from '../../../lib/limits/lengths.ts';
import { templateProblems } from '../../../lib/limits/template-problems.ts';
import { MAX_RUNBOOK_URL } from '../../../lib/settings/monitoring-settings.ts';
import { EVERY_OPTION } from '../../deploy/every-option.ts';
import { templateOf } from '../template.ts';

const synthesized = (props: LedgerStackProps, change?: (stack: LedgerStack) => void) => {
  const stack = new LedgerStack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Ledger', props);
  change?.(stack);
  return Template.fromStack(stack);
};
const problemsOf = (Type: string, Properties: Record<string, unknown>) =>
  templateProblems({ Resources: { It: { Type, Properties } } }, 'Ledger');

test('nothing is wrong with the defaults, with every option, and with the longest names', () => {
  for (const given of [{}, EVERY_OPTION]) expect(() => templateOf(given)).not.toThrow();
  const longest = { stackName: 'L'.repeat(100), runbookUrl: 'x'.repeat(MAX_RUNBOOK_URL) };
  expect(() => synthesized({ settings: longest })).not.toThrow();
});

const BOUNDS = (table: typeof MAX_LENGTHS) =>
  Object.entries(table).flatMap(([type, properties]) =>
    Object.entries(properties).map(([name, most]) => ({ type, name, most })),
  );

test.each(BOUNDS(MAX_LENGTHS))('$type $name has at most $most characters', ({ type, name, most }) => {
  expect(problemsOf(type, { [name]: 'x'.repeat(most) })).toEqual([]);
  expect(problemsOf(type, { [name]: 'x'.repeat(most + 1) })).toEqual([
    `It ${name}: got ${most + 1} characters, allowed: ${most}`,
  ]);
});

test.each(BOUNDS(MAX_ITEMS))('$type $name has at most $most items', ({ type, name, most }) => {
  expect(problemsOf(type, { [name]: Array(most).fill('x') })).toEqual([]);
  expect(problemsOf(type, { [name]: Array(most + 1).fill('x') })).toEqual([
    `It ${name}: got ${most + 1} items, allowed: ${most}`,
  ]);
});

describe('what an app adds is measured too', () => {
  test('outputs and exports', () => {
    const output = (props: { description?: string; exportName?: string }) =>
      synthesized({}, (stack) => void new CfnOutput(stack, 'Mine', { value: 'x', ...props }));
    expect(() => output({ description: 'x'.repeat(1_025) })).toThrow(
      'the description of the output Mine: got 1025 characters, allowed: 1024',
    );
    expect(() => output({ exportName: 'x'.repeat(256) })).toThrow(/Mine.*255|255.*256/);
  });

  test('tags of the stack, and of one resource', () => {
    expect(() => synthesized({ tags: { 'aws:owner': 'a' } })).toThrow('"aws:owner" starts with aws:');
    const tagged = () => synthesized({}, (stack) => Tags.of(stack.table).add('owner', 'a;b'));
    expect(tagged).toThrow(/LedgerTable.* "a;b" has other characters/);
  });
});

test('a role with more statements than its inline policies have room for has managed policies for the others', () => {
  const secrets = Array.from({ length: 150 }, (_, n) => `s${n}`);
  synthesized({ settings: { secrets } }).hasResource('AWS::IAM::ManagedPolicy', {});
});
