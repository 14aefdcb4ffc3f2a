// lib/services/public-edge.ts: an HTTP API of API Gateway, for callers from anywhere.
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CorsHttpMethod,
  type CorsPreflightOptions,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { BROWSER_PREFIX } from '../../functions/api/sign-in/prefix.ts';
import { defined } from '../../functions/platform/defined.ts';
import { logGroup } from '../compute/log-group.ts';
import { hasSignIn, type Settings } from '../settings/settings.ts';
import type { Edge, EdgeProps } from './edge.ts';

export function publicEdge(scope: Construct, { handler, settings, encryptionKey }: EdgeProps): Edge {
  const { apiRequestsPerSecond, corsOrigins } = settings;
  const domain = domainOf(scope, settings);
  const api = new HttpApi(scope, 'Api', {
    description: `Restore jobs of ${Stack.of(scope).stackName}`,
    createDefaultStage: false,
    ...(domain ? { disableExecuteApiEndpoint: true } : {}), // one address, and the certificate that goes with it
    ...(corsOrigins.length > 0 ? { corsPreflight: { allowOrigins: [...corsOrigins], ...CORS } } : {}),
  });
  addRoutes(api, new HttpLambdaIntegration('Integration', handler), settings);
  const stage = new HttpStage(scope, 'Stage', {
    httpApi: api,
    stageName: '$default',
    autoDeploy: true,
    throttle: { rateLimit: apiRequestsPerSecond, burstLimit: apiRequestsPerSecond * 2 },
    accessLogSettings: {
      destination: new LogGroupLogDestination(logGroup(scope, 'AccessLogs', settings, encryptionKey)),
      format: ACCESS_LOG,
    },
    ...(domain ? { domainMapping: { domainName: domain } } : {}),
  });
  const { region, urlSuffix } = Stack.of(stage);
  return {
    url: `https://${domain ? domain.name : `${api.apiId}.execute-api.${region}.${urlSuffix}`}`,
    domainTarget: domain?.regionalDomainName,
    serverErrors: (period: Duration) => api.metricServerError({ statistic: Stats.SUM, period }),
  };
}

function domainOf(scope: Construct, { apiDomainName, apiCertificate }: Settings): DomainName | undefined {
  if (apiDomainName === '') return undefined;
  const certificate = Certificate.fromCertificateArn(scope, 'Certificate', apiCertificate);
  return new DomainName(scope, 'Domain', { domainName: apiDomainName, certificate });
}

function addRoutes(api: HttpApi, integration: HttpLambdaIntegration, settings: Settings) {
  const { corsOrigins, jwtReadScopes, jwtRunScopes, jwtAnnotateScopes } = settings;
  const authorizer = authorizerOf(settings);
  const add = (path: string, method: HttpMethod, scopes: readonly string[]) =>
    api.addRoutes({
      path,
      methods: [method],
      integration,
      ...defined({ authorizer }),
      ...(scopes.length > 0 ? { authorizationScopes: [...scopes] } : {}),
    });
  for (const path of ['/', '/{proxy+}']) add(path, HttpMethod.ANY, jwtReadScopes);
  // By method: a path can be spelled in ways that API Gateway and the function may read differently.
  if (jwtRunScopes.length > 0) add('/{proxy+}', HttpMethod.POST, jwtRunScopes);
  if (jwtAnnotateScopes.length > 0)
    for (const method of [HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE])
      add('/{proxy+}', method, jwtAnnotateScopes);
  // Starting runs is a POST, too: the function takes announcements of this route only.
  if (jwtAnnotateScopes.length > 0) add('/expected-restores', HttpMethod.POST, jwtAnnotateScopes);
  if (corsOrigins.length > 0) allowPreflight(api, integration);
  if (hasSignIn(settings)) admitBrowsers(api, integration);
}

/** The function answers them only to people who have signed in: by the route, which API Gateway tells it. */
function admitBrowsers(api: HttpApi, integration: HttpLambdaIntegration) {
  const authorizer = new HttpNoneAuthorizer();
  const methods = [HttpMethod.GET, HttpMethod.POST];
  for (const path of [BROWSER_PREFIX, `${BROWSER_PREFIX}/{proxy+}`])
    for (const route of api.addRoutes({ path, methods, integration, authorizer }))
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason: 'Browsers can’t sign requests. The function asks for a session on each of these routes.',
      });
}

/** Preflight requests carry no credentials. API Gateway answers them itself if a route lets them in. */
function allowPreflight(api: HttpApi, integration: HttpLambdaIntegration) {
  const authorizer = new HttpNoneAuthorizer();
  const routes = api.addRoutes({ path: '/{proxy+}', methods: [HttpMethod.OPTIONS], integration, authorizer });
  for (const route of routes) {
    Validations.of(route).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'Only for preflight requests, which carry no credentials and are answered by API Gateway itself.',
    });
  }
}

const CORS: CorsPreflightOptions = {
  allowMethods: [
    ...[CorsHttpMethod.GET, CorsHttpMethod.HEAD, CorsHttpMethod.POST],
    ...[CorsHttpMethod.PUT, CorsHttpMethod.PATCH, CorsHttpMethod.DELETE],
  ],
  allowHeaders: [
    'authorization',
    'content-type',
    'idempotency-key',
    'if-match',
    'if-none-match',
    'prefer',
    'x-amz-content-sha256',
    'x-amz-date',
    'x-amz-security-token',
  ],
  exposeHeaders: ['etag', 'link', 'location', 'retry-after', 'x-request-id'],
  maxAge: Duration.hours(1),
};

/** No query: it may name what is searched for. */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    at: '$context.requestTime',
    requestId: '$context.requestId',
    ip: '$context.identity.sourceIp',
    caller: '$context.identity.userArn',
    method: '$context.httpMethod',
    path: '$context.path',
    status: '$context.status',
    latencyMs: '$context.responseLatency',
    error: '$context.error.responseType',
  }),
);

function authorizerOf({ apiAuthorization, jwtIssuer, jwtAudience }: Settings): IHttpRouteAuthorizer | undefined {
  switch (apiAuthorization) {
    case 'iam':
      return new HttpIamAuthorizer();
    case 'jwt':
      return new HttpJwtAuthorizer('Jwt', jwtIssuer, { jwtAudience: [...jwtAudience] });
    case 'none':
      return undefined;
  }
}
