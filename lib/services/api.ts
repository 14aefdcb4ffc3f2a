// lib/services/api.ts: the HTTP API. Its function reads the table and starts runs; it can't write a job, read the secret or call Atlas.
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CorsHttpMethod,
  type CorsPreflightOptions,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { defined } from '../../functions/platform/defined.ts';
import { logGroup } from '../compute/log-group.ts';
import { NodeFunction } from '../compute/node-function.ts';
import type { LedgerTable } from '../data/table.ts';
import { longestMinutesBetween } from '../settings/schedule.ts';
import type { Settings } from '../settings/settings.ts';

export interface ApiProps {
  readonly table: LedgerTable;
  /** Starts runs, for POST /runs. */
  readonly plan: NodeFunction;
  readonly settings: Settings;
  /** Of the logs. @default a key that AWS owns */
  readonly encryptionKey?: IKey | undefined;
}

export class Api extends Construct {
  readonly function: NodeFunction;
  readonly api: HttpApi;
  /** Without a slash at its end. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const { table, plan, settings, encryptionKey } = props;
    const { corsOrigins, apiRequestsPerSecond } = settings;
    this.function = new NodeFunction(this, 'Handler', {
      handler: 'api',
      description: 'Answers questions about restore jobs over HTTP',
      timeout: Duration.seconds(29), // API Gateway waits for 30
      memoryMb: settings.apiMemoryMb,
      environment: {
        TABLE_NAME: table.tableName,
        RUN_RETENTION_DAYS: String(settings.runRetentionDays),
        PLAN_FUNCTION_NAME: plan.function.functionName,
        EXPECTED_RUN_MINUTES: longestMinutesBetween(settings.schedule)?.toString(),
      },
      settings,
      encryptionKey,
    });
    table.grant(this.function, ['BatchGetItem', 'GetItem', 'Query'], ['byCluster', 'byStatus', 'feed']);
    table.grantAddRuns(this.function); // a run is recorded when it is accepted
    this.function.allow(['lambda:InvokeFunction'], [plan.function.functionArn]);

    this.api = new HttpApi(this, 'Api', {
      description: `Restore jobs of ${Stack.of(this).stackName}`,
      createDefaultStage: false,
      ...(corsOrigins.length > 0 ? { corsPreflight: { allowOrigins: [...corsOrigins], ...CORS } } : {}),
    });
    const authorizer = authorizerOf(settings);
    const integration = new HttpLambdaIntegration('Integration', this.function.function);
    for (const path of ['/', '/{proxy+}']) {
      this.api.addRoutes({ path, methods: [HttpMethod.ANY], integration, ...defined({ authorizer }) });
    }
    if (corsOrigins.length > 0) this.#allowPreflight(integration);
    const logs = logGroup(this, 'AccessLogs', settings, encryptionKey);
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: apiRequestsPerSecond, burstLimit: apiRequestsPerSecond * 2 },
      accessLogSettings: { destination: new LogGroupLogDestination(logs), format: ACCESS_LOG },
    });
    this.url = `https://${this.api.apiId}.execute-api.${Stack.of(stage).region}.${Stack.of(stage).urlSuffix}`;
  }

  /** Preflight requests carry no credentials. API Gateway answers them itself if a route lets them in. */
  #allowPreflight(integration: HttpLambdaIntegration) {
    const authorizer = new HttpNoneAuthorizer();
    const routes = this.api.addRoutes({ path: '/{proxy+}', methods: [HttpMethod.OPTIONS], integration, authorizer });
    for (const route of routes) {
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason: 'Only for preflight requests, which carry no credentials and are answered by API Gateway itself.',
      });
    }
  }
}

const CORS: CorsPreflightOptions = {
  allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.HEAD, CorsHttpMethod.POST],
  allowHeaders: [
    'authorization',
    'content-type',
    'idempotency-key',
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
