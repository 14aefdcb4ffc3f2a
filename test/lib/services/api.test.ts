import { describe, expect, test } from 'vitest';
import { plain } from '../grants.ts';
import { type Json, resolved } from '../resolved.ts';
import { templateOf } from '../template.ts';

interface Resource {
  Type: string;
  Properties: Json;
}
const resourcesOf = (given: Json) => templateOf(given).toJSON().Resources as Record<string, Resource>;
const of = (given: Json, type: string) =>
  Object.values(resourcesOf(given)).flatMap(({ Type, Properties }) => (Type === type ? [Properties] : []));
const jwt = { apiAuthorization: 'jwt', jwtIssuer: 'https://issuer.example.com', jwtAudience: 'a,b' };

test.each([
  ['iam', {}, { AuthorizationType: 'AWS_IAM' }],
  ['jwt', jwt, { AuthorizationType: 'JWT' }],
  ['none', { apiOpenToEveryone: true }, { AuthorizationType: 'NONE' }],
])('the API asks for %s', (apiAuthorization, more, expected) => {
  templateOf({ apiAuthorization, ...more }).allResourcesProperties('AWS::ApiGatewayV2::Route', expected);
});

describe('scopes of tokens', () => {
  const scopesOf = (given: Json) =>
    Object.fromEntries(
      of({ ...jwt, ...given }, 'AWS::ApiGatewayV2::Route').map((route) => [route.RouteKey, route.AuthorizationScopes]),
    );

  test('none are asked for by default', () => {
    expect(scopesOf({})).toEqual({ 'ANY /': undefined, 'ANY /{proxy+}': undefined });
  });

  test('reading and starting runs take scopes of their own; every POST takes those for runs, however its path is spelled', () => {
    expect(scopesOf({ jwtReadScopes: 'read,admin', jwtRunScopes: 'run,admin' })).toEqual({
      'ANY /': ['read', 'admin'],
      'ANY /{proxy+}': ['read', 'admin'],
      'POST /{proxy+}': ['run', 'admin'],
    });
  });

  test('annotating takes scopes of its own, by its methods, however the path is spelled', () => {
    expect(scopesOf({ jwtReadScopes: 'read', jwtAnnotateScopes: 'annotate' })).toEqual({
      'ANY /': ['read'],
      'ANY /{proxy+}': ['read'],
      'PUT /{proxy+}': ['annotate'],
      'PATCH /{proxy+}': ['annotate'],
      'DELETE /{proxy+}': ['annotate'],
      'POST /expected-restores': ['annotate'],
    });
  });

  test('all routes check the token itself', () => {
    for (const route of of({ ...jwt, jwtRunScopes: 'run', jwtAnnotateScopes: 'say' }, 'AWS::ApiGatewayV2::Route'))
      expect(route).toMatchObject({ AuthorizationType: 'JWT', AuthorizerId: expect.anything() });
  });
});

describe('a domain name', () => {
  const certificate = 'arn:aws:acm:eu-west-1:111111111111:certificate/1234abcd';
  const given = { apiDomainName: 'ledger.example.com', apiCertificate: certificate };

  test('is the only address of the API, with its certificate', () => {
    const template = templateOf(given);
    template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: 'ledger.example.com',
      DomainNameConfigurations: [{ CertificateArn: certificate, EndpointType: 'REGIONAL' }],
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::ApiMapping', { Stage: '$default' });
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
    const { ApiUrl, ApiDomainTarget } = template.toJSON().Outputs;
    expect(JSON.stringify(ApiDomainTarget.Value)).toContain('RegionalDomainName');
    const [[id = ''] = []] = Object.entries(template.findResources('AWS::ApiGatewayV2::DomainName'));
    expect(resolved(ApiUrl.Value, { [id]: 'ledger.example.com' })).toBe('https://ledger.example.com');
  });
});

describe('a private API', () => {
  const endpoints = ['vpce-0123456789abcdef0', 'vpce-0123456789abcdef1'];
  const given = { httpApi: 'private', apiVpcEndpoints: endpoints };

  const statementsOf = (more: Json) => {
    const [{ Policy } = {}] = of({ ...given, ...more }, 'AWS::ApiGateway::RestApi');
    return (Policy as { Statement: { Effect: string; Principal: { AWS: unknown } }[] }).Statement;
  };

  test('is reached through its VPC endpoints, and nothing else', () => {
    const [api] = of(given, 'AWS::ApiGateway::RestApi');
    expect(api).toMatchObject({ EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: endpoints } });
    expect(statementsOf({}).filter(({ Effect }) => Effect === 'Deny')).toEqual([
      {
        Action: 'execute-api:Invoke',
        Condition: { StringNotEquals: { 'aws:SourceVpce': endpoints } },
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Resource: 'execute-api:/*',
      },
    ]);
    expect(of(given, 'AWS::ApiGatewayV2::Api')).toEqual([]);
  });

  test('is for AWS identities, whom their own policies let in; for everyone behind the endpoints if that is asked for', () => {
    const allowed = (more: Json) => {
      const statements = statementsOf(more).filter(({ Effect }) => Effect === 'Allow');
      return JSON.stringify(statements.map(({ Principal }) => Principal.AWS));
    };
    const methods = (more: Json) =>
      of({ ...given, ...more }, 'AWS::ApiGateway::Method').map((method) => method.AuthorizationType);
    expect(methods({})).toEqual(['AWS_IAM', 'AWS_IAM']);
    expect(allowed({})).toMatch(/AWS::AccountId.*:root/);
    const open = { apiAuthorization: 'none', apiOpenToEveryone: true };
    expect(methods(open)).toEqual(['NONE', 'NONE']);
    expect(allowed(open)).toBe('["*"]');
  });

  test('has an address that needs no private DNS, below its stage', () => {
    const template = templateOf(given).toJSON();
    const [id = ''] =
      Object.entries(resourcesOf(given)).find(([, { Type }]) => Type === 'AWS::ApiGateway::RestApi') ?? [];
    const refs = { [id]: 'abc', 'AWS::Region': 'eu-west-1', 'AWS::URLSuffix': 'amazonaws.com' };
    expect(resolved(template.Outputs.ApiUrl.Value, refs)).toBe(
      `https://abc-${endpoints[0]}.execute-api.eu-west-1.amazonaws.com/ledger`,
    );
    expect(Object.keys(template.Outputs).filter((name) => name.includes('Endpoint'))).toEqual([]);
    expect(of(given, 'AWS::ApiGateway::Stage')).toMatchObject([
      { StageName: 'ledger', MethodSettings: [{ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 }] },
    ]);
  });

  test('has its alarm and its place on the dashboard', () => {
    templateOf(given).hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'AtlasRestoreLedger-ApiErrors',
      MetricName: '5XXError',
      Dimensions: [{ Name: 'ApiName', Value: 'AtlasRestoreLedger' }],
    });
    expect(JSON.stringify(of(given, 'AWS::CloudWatch::Dashboard'))).toContain('"ApiHandlerFunction');
  });

  test('sets nothing for the whole AWS account', () => {
    expect(of(given, 'AWS::ApiGateway::Account')).toEqual([]);
  });
});

describe('without an API', () => {
  const given = { httpApi: 'none' };

  test('there is no way in, no function for it, no alarm and no output', () => {
    const added = (settings: Json) => Object.keys(resourcesOf(settings)).map(plain);
    const left = new Set(added(given));
    const gone = added({}).filter((id) => !left.has(id));
    expect(gone.filter((id) => !/^(Api|MonitoringAlarmsApiErrors)/.test(id))).toEqual([]);
    expect([...left].filter((id) => /^Api/.test(id))).toEqual([]);
    const { Outputs } = templateOf(given).toJSON();
    expect(Object.keys(Outputs)).not.toContain('ApiUrl');
  });
});
