// lib/services/api.ts is how the ledger is asked over HTTP. Its function reads the table and starts runs; it can't write a job,
// read the secret or call Atlas.
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
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
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type FunctionDefaults, NodeFunction } from '../compute/node-function.ts';
import { longestMinutesBetween } from '../compute/schedule.ts';
import type { LedgerTable } from '../data/table.ts';

/** Who may ask: AWS identities with `execute-api:Invoke`, bearers of a token, or everyone on the internet. */
export type ApiAuthorization =
  | { readonly by: 'iam' }
  | { readonly by: 'jwt'; readonly issuer: string; readonly audience: readonly string[] }
  | { readonly by: 'none' };

export interface ApiProps {
  readonly table: LedgerTable;
  /** Starts runs, for POST /runs. */
  readonly plan: NodeFunction;
  /** @default { by: 'iam' } */
  readonly authorization?: ApiAuthorization | undefined;
  /** Web pages that may ask. @default none */
  readonly corsOrigins?: readonly string[] | undefined;
  /** More are answered with 429; bursts may be twice as large. @default 50 */
  readonly requestsPerSecond?: number | undefined;
  /** @default 256 */
  readonly memoryMb?: number | undefined;
  /** How long runs are kept, so that none is promised that may be gone. @default Duration.days(90) */
  readonly runRetention?: Duration | undefined;
  /** What the collection runs by, so that the page knows what is late. @default 'rate(15 minutes)' */
  readonly schedule?: string | undefined;
  readonly defaults?: FunctionDefaults | undefined;
}

export class Api extends Construct {
  readonly function: NodeFunction;
  readonly api: HttpApi;
  /** Without a slash at its end. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const {
      table,
      plan,
      authorization = { by: 'iam' },
      corsOrigins = [],
      requestsPerSecond = 50,
      memoryMb = 256,
    } = props;
    const { runRetention, schedule = 'rate(15 minutes)', defaults = {} } = props;
    this.function = new NodeFunction(this, 'Handler', {
      handler: 'api',
      description: 'Answers questions about restore jobs over HTTP',
      timeout: Duration.seconds(29), // API Gateway waits for 30
      memoryMb,
      environment: {
        TABLE_NAME: table.tableName,
        RUN_RETENTION_DAYS: runRetention?.toDays().toString(),
        PLAN_FUNCTION_NAME: plan.function.functionName,
        EXPECTED_RUN_MINUTES: longestMinutesBetween(schedule)?.toString(),
      },
      defaults,
    });
    table.grant(this.function, ['BatchGetItem', 'GetItem', 'Query'], ['byCluster', 'byStatus', 'feed']);
    table.grantAddRuns(this.function); // a run is written down once it is accepted
    this.function.allow(['lambda:InvokeFunction'], [plan.function.functionArn]);

    this.api = new HttpApi(this, 'Api', {
      description: `Restore jobs of ${Stack.of(this).stackName}`,
      createDefaultStage: false,
      ...(corsOrigins.length > 0 ? { corsPreflight: { allowOrigins: [...corsOrigins], ...CORS } } : {}),
    });
    const authorizer = authorizerOf(authorization);
    const integration = new HttpLambdaIntegration('Integration', this.function.function);
    for (const path of ['/', '/{proxy+}']) {
      this.api.addRoutes({ path, methods: [HttpMethod.ANY], integration, ...(authorizer ? { authorizer } : {}) });
    }
    if (corsOrigins.length > 0) this.#letBrowsersAsk(integration);
    const { logRetention = RetentionDays.ONE_MONTH, removalPolicy = RemovalPolicy.RETAIN } = defaults;
    const logs = new LogGroup(this, 'AccessLogs', { retention: logRetention, removalPolicy });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: requestsPerSecond, burstLimit: requestsPerSecond * 2 },
      accessLogSettings: { destination: new LogGroupLogDestination(logs), format: ACCESS_LOG },
    });
    this.url = `https://${this.api.apiId}.execute-api.${Stack.of(stage).region}.${Stack.of(stage).urlSuffix}`;
  }

  /** A browser asks without credentials whether it may ask. API Gateway answers that by itself, if a route lets it in. */
  #letBrowsersAsk(integration: HttpLambdaIntegration) {
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

/** Who asked what, and how it went. No query: it may name what is searched for. */
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

function authorizerOf(authorization: ApiAuthorization): IHttpRouteAuthorizer | undefined {
  switch (authorization.by) {
    case 'iam':
      return new HttpIamAuthorizer();
    case 'jwt':
      return new HttpJwtAuthorizer('Jwt', authorization.issuer, { jwtAudience: [...authorization.audience] });
    case 'none':
      return undefined;
  }
}
