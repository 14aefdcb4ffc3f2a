import { describe, expect, test } from 'vitest';
import { AUTHORIZED_ROUTES } from '../../../functions/api/sign-in/prefix.ts';
import { grants } from '../grants.ts';
import type { Json } from '../resolved.ts';
import { templateOf } from '../template.ts';

const ISSUER = { signInIssuer: 'https://issuer.example.com', signInClientId: 'page' };
const COGNITO = { signInCognitoDomain: 'restore-ledger-example' };
const JWT = {
  ...{ apiAuthorization: 'jwt', jwtIssuer: 'https://issuer.example.com', jwtAudience: 'a' },
  ...{ jwtRunScopes: 'run', jwtAnnotateScopes: 'annotate' },
};
const SECRET = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:page-client-Ab12Cd';
const CORS = { corsOrigins: 'https://example.com' };

const routesOf = (given: Json) =>
  Object.values(templateOf(given).findResources('AWS::ApiGatewayV2::Route')).map(
    ({ Properties }) => [Properties.RouteKey, Properties.AuthorizationType] as [string, string],
  );
const OPEN = [
  ['GET /app', 'NONE'],
  ['GET /app/{proxy+}', 'NONE'],
  ['POST /app', 'NONE'],
  ['POST /app/{proxy+}', 'NONE'],
];

test('by default, nobody signs in', () => {
  expect(routesOf({}).map(([route]) => route)).toEqual(['ANY /', 'ANY /{proxy+}']);
  templateOf({}).resourceCountIs('AWS::Cognito::UserPool', 0);
  expect(templateOf({}).toJSON().Outputs).not.toHaveProperty('PageUrl');
});

describe.each([
  ['iam', {}, 'AWS_IAM'],
  ['jwt', JWT, 'JWT'],
  ['iam with CORS', CORS, 'AWS_IAM'],
])('with %s', (_, more, authorization) => {
  test.each([ISSUER, COGNITO])('only the routes for browsers are open; the others are those of before: %o', (given) => {
    const routes = routesOf({ ...given, ...more });
    expect(routes.filter(([route]) => route.includes('/app')).sort()).toEqual(OPEN);
    const others = routes.filter(([route]) => !route.includes('/app'));
    expect(others).toEqual(routesOf(more));
    for (const [route, type] of others) {
      expect(AUTHORIZED_ROUTES).toContain(route);
      if (route !== 'OPTIONS /{proxy+}') expect(type).toBe(authorization);
    }
  });
});

test('the function may read the key of its sessions and the secret of its client, and no other', () => {
  const secrets = (given: Json) => grants(given).ApiHandlerRole?.filter((line) => line.startsWith('secretsmanager:'));
  expect(secrets({})).toEqual([]);
  expect(secrets(ISSUER)).toEqual(['secretsmanager:GetSecretValue on ApiSignInSessionKey']);
  expect(secrets({ ...ISSUER, signInClientSecretArn: SECRET })).toEqual([
    'secretsmanager:GetSecretValue on ApiSignInSessionKey',
    `secretsmanager:GetSecretValue on ${SECRET}`,
  ]);
  const others = ({ ApiHandlerRole: _, ...rest }: Record<string, string[]>) => rest;
  expect(others(grants(ISSUER))).toEqual(others(grants()));
});

test('the function may annotate for people who signed in, though tokens may not; in a hub, or for nobody, it may not', () => {
  const { jwtAnnotateScopes: _, ...readersOnly } = JWT;
  const annotating = (given: Json) =>
    (grants(given).ApiHandlerRole ?? []).filter(
      (line) => line.startsWith('dynamodb:UpdateItem') && line.includes('PROJECT#'),
    ).length;
  const [none, tokens] = [annotating(readersOnly), annotating(JWT)];
  expect(tokens).toBe(none + 1);
  expect(annotating({ ...readersOnly, ...ISSUER })).toBe(none + 1);
  expect(annotating({ ...readersOnly, ...ISSUER, signInAnnotateValues: '' })).toBe(none);
  const hub = { role: 'hub', organizationId: 'o-a1b2c3d4e5' };
  expect(annotating({ ...hub, ...ISSUER })).toBe(annotating(hub));
  const values = (given: Json) =>
    Object.values(templateOf(given).findResources('AWS::Lambda::Function')).flatMap(
      ({ Properties }) => Properties.Environment.Variables.SIGN_IN_ANNOTATE_VALUES ?? [],
    );
  expect(values({ ...ISSUER, signInAnnotateValues: 'auditors,dba' })).toEqual(['auditors,dba']);
  expect(values({ ...hub, ...ISSUER }).filter(Boolean)).toEqual([]);
});

test('the key is generated, and in no variable', () => {
  const template = templateOf(ISSUER);
  template.hasResourceProperties('AWS::SecretsManager::Secret', {
    GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
  });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: {
        SIGN_IN_ISSUER: 'https://issuer.example.com',
        SIGN_IN_CLIENT_ID: 'page',
        SIGN_IN_SESSION_MINUTES: '60',
      },
    },
  });
});

test('the user pool takes nobody who was not added, and asks everyone for a second factor', () => {
  const template = templateOf(COGNITO);
  template.hasResourceProperties('AWS::Cognito::UserPool', {
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    MfaConfiguration: 'ON',
    EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
  });
  template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
    AllowedOAuthFlows: ['code'],
    GenerateSecret: false,
    PreventUserExistenceErrors: 'ENABLED',
  });
  const groups = Object.values(template.findResources('AWS::Cognito::UserPoolGroup'));
  expect(groups.map(({ Properties }) => Properties.GroupName).sort()).toEqual(['annotate', 'read', 'run']);
});

test.each<[string, Json, string]>([
  ['an issuer without a client', { signInIssuer: ISSUER.signInIssuer }, 'signInClientId: got nothing'],
  [
    'a client without an issuer',
    { signInClientId: 'page' },
    'signInClientId: got a value, allowed: only with signInIssuer',
  ],
  ['an issuer and a user pool', { ...ISSUER, ...COGNITO }, 'signInIssuer, signInCognitoDomain: got both'],
  ['roles for nobody', { signInRunValues: 'admin' }, 'signInRunValues: got ["admin"]'],
  ['no HTTP API', { ...ISSUER, httpApi: 'none' }, 'httpApi: got "none"'],
  [
    'an API that is open anyway',
    { ...ISSUER, apiAuthorization: 'none', apiOpenToEveryone: true },
    'apiAuthorization: got "none"',
  ],
  ['an issuer over http', { ...ISSUER, signInIssuer: 'http://issuer.example.com' }, 'signInIssuer: got'],
  [
    'the address of the configuration',
    { ...ISSUER, signInIssuer: 'https://a.example/.well-known/openid-configuration' },
    'signInIssuer: got',
  ],
  ['a role with a space at its end', { ...ISSUER, signInRunValues: ['run '] }, 'signInRunValues: got'],
  ['a secret by its name', { ...ISSUER, signInClientSecretArn: 'page-client' }, 'signInClientSecretArn: got'],
  ['a reserved prefix', { signInCognitoDomain: 'my-aws-ledger' }, 'signInCognitoDomain: got'],
])('refused: %s', (_, given, message) => {
  expect(() => templateOf(given)).toThrow(message);
});
