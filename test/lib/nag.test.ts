import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { EVERY_OPTION } from '../deploy/every-option.ts';
import { hubOf, stackOf } from './template.ts';

const violations = (given: Record<string, unknown>) =>
  new AwsSolutionsChecks()
    .validateScope(given.role === 'hub' ? hubOf(given) : stackOf(given))
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    );

describe('cdk-nag (AwsSolutions) finds nothing that is not acknowledged with a reason', () => {
  test('with defaults', () => expect(violations({})).toEqual([]));
  test('with every option', () => expect(violations(EVERY_OPTION)).toEqual([]));
  test('of a spoke', () => {
    expect(violations({ role: 'spoke', hubBusArn: 'arn:aws:events:eu-west-1:999999999999:event-bus/Hub' })).toEqual([]);
  });
  test('of a hub', () => expect(violations({ role: 'hub' })).toEqual([]));
  test('with a private API', () => {
    const given = { httpApi: 'private', apiVpcEndpoints: ['vpce-0123456789abcdef0'] };
    expect(violations(given)).toEqual([]);
  });
  test('with sign-in', () => {
    expect(violations({ signInIssuer: 'https://issuer.example.com', signInClientId: 'page' })).toEqual([]);
    expect(violations({ signInCognitoDomain: 'restore-ledger-example' })).toEqual([]);
  });
  test('an API that is open to everyone is found, whoever acknowledged it in the settings', () => {
    expect(violations({ apiAuthorization: 'none', apiOpenToEveryone: true })).toEqual([
      'AwsSolutions-APIG4 Ledger/Api/Api/ANY--/Resource',
      'AwsSolutions-APIG4 Ledger/Api/Api/ANY--{proxy+}/Resource',
    ]);
  });
});
