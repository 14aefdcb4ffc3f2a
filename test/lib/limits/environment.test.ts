import { describe, expect, test } from 'vitest';
import { MAX_ENVIRONMENT_BYTES } from '../../../lib/limits/environment.ts';
import { Longest, type Template } from '../../../lib/limits/longest.ts';
import { SETTINGS } from '../../../lib/settings/settings.ts';
import { stackOf, templateOf } from '../template.ts';

const synthesis = (given: Record<string, unknown>) => () => templateOf(given);
const many = (count: number, text: (n: number) => string) => Array.from({ length: count }, (_, n) => text(n));
const secret = (n: number) => `arn:aws:secretsmanager:eu-west-1:111111111111:secret:atlas-organization-${n}-AbCdEf`;

describe('an environment that Lambda has no room for is refused, with its size and the settings that fill it', () => {
  test.each([
    ['includeProjects', many(200, (n) => `production-project-${n}`), ['CollectionPlan']],
    ['excludeProjects', many(200, (n) => `production-project-${n}`), ['CollectionPlan']],
    ['includeClusters', many(200, (n) => `production-cluster-${n}`), ['CollectionCollect']],
    ['excludeClusters', many(200, (n) => `production-cluster-${n}`), ['CollectionCollect']],
    ['secrets', many(60, secret), ['CollectionPlan', 'CollectionCollect']],
    ['protectedTargets', many(200, (n) => `production-${n}/cluster`), ['CollectionCollect']],
    ['expectedRequesters', many(200, (n) => `somebody-${n}@example.com`), ['CollectionCollect']],
  ])('%s', (name, value, functions) => {
    for (const each of functions)
      expect(synthesis({ [name]: value })).toThrow(
        new RegExp(`${each}Function\\w+ Environment: got \\d{4,5} bytes, allowed: 4096, .*${name} \\d{4}`),
      );
    expect(Object.keys(SETTINGS)).toContain(name);
  });

  test('of several, the longest comes first; rules are named as their settings', () => {
    const some = { includeClusters: many(60, (n) => `cluster-${n}`), drillDaysFor: many(150, (n) => `p-${n}/* = 90`) };
    expect(synthesis({ ...some, protectedTargets: many(60, (n) => `p-${n}/*`) })).toThrow(
      /longest: protectedTargets and drillDaysFor \d+, includeClusters \d+/,
    );
  });
});

/** As CloudFormation would fill them in, for the longest name that the setting allows. */
function deployed(given: Record<string, unknown>) {
  const template = templateOf(given).toJSON() as Template;
  const name = (id: string, most: number) => `${given.stackName}-${id}-AbCdEfGhIjKl`.slice(0, most);
  const arn = (service: string, rest: string) => `arn:aws-us-gov:${service}:us-gov-west-1:111111111111:${rest}`;
  const byType: Record<string, (id: string) => string> = {
    'AWS::DynamoDB::Table': (id) => name(id, 255),
    'AWS::SecretsManager::Secret': (id) => arn('secretsmanager', `secret:${id}-AbCdEfGhIjKl-AbCdEf`),
    'AWS::SQS::Queue': (id) => `https://sqs.us-gov-west-1.amazonaws.com/111111111111/${name(id, 80)}`,
    'AWS::Events::EventBus': () => String(given.stackName),
    'AWS::Lambda::Function': (id) => name(id, 64),
  };
  const functions = Object.entries(template.Resources ?? {}).filter(([, { Type }]) => Type === 'AWS::Lambda::Function');
  return functions.map(([id, { Properties = {} }]) => {
    const { Variables } = Properties.Environment as { Variables: Record<string, unknown> };
    const texts = Object.entries(Variables).map(([variable, value]) => {
      const ref = (value as { Ref?: string }).Ref;
      const type = ref && template.Resources?.[ref]?.Type;
      return [variable, type ? byType[type]?.(ref) : value];
    });
    return { id, template, Variables, environment: Object.fromEntries(texts) as Record<string, string> };
  });
}

test.each([['A'], ['AtlasRestoreLedger'], ['L'.repeat(100)]])(
  'an environment is never measured shorter than it is: %s',
  (stackName) => {
    for (const { template, Variables, environment } of deployed({ stackName })) {
      const longest = new Longest(template, stackName);
      for (const [name, value] of Object.entries(Variables)) {
        expect(environment[name]).toEqual(expect.any(String));
        expect(longest.text(value).length).toBeGreaterThanOrEqual(environment[name]?.length ?? Number.NaN);
      }
    }
  },
);

test('the bound is exact for what the template says literally', () => {
  const problemsOf = (length: number) => stackOf({ includeProjects: ['x'.repeat(length)] }).node.validate();
  const [problem = ''] = problemsOf(MAX_ENVIRONMENT_BYTES);
  const tooMany = Number(/got (\d+) bytes/.exec(problem)?.[1]) - MAX_ENVIRONMENT_BYTES;
  expect(problemsOf(MAX_ENVIRONMENT_BYTES - tooMany)).toEqual([]);
  expect(problemsOf(MAX_ENVIRONMENT_BYTES - tooMany + 1)).toEqual([
    expect.stringContaining(`got ${MAX_ENVIRONMENT_BYTES + 1} bytes`),
  ]);
});
