// test/api/lambda/lambda-event.ts: events as API Gateway's HTTP API sends them (payload format 2.0), and the responses.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Hono } from 'hono';
import type { ApiEnv } from '../../../functions/api/http/ports.ts';
import { gatewayHandler } from '../../../functions/api/lambda/adapter.ts';

export interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  base64?: boolean;
  cookies?: string[];
}

export const REQUEST_ID = 'JKJaXmPLvHcESHA=';

/** As recorded from a deployed HTTP API: header names in lower case, several values of one header or parameter joined. */
export function eventOf(target: string, { method = 'GET', headers = {}, body, base64, cookies }: Sent = {}) {
  const [rawPath = '/', rawQueryString = ''] = target.split('?');
  const values: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    values[name] = values[name] === undefined ? value : `${values[name]},${value}`;
  }
  const domainName = 'r3pmxmplak.execute-api.eu-west-1.amazonaws.com';
  const event: APIGatewayProxyEventV2 = {
    version: '2.0',
    routeKey: 'ANY /{proxy+}',
    rawPath: decodeURIComponent(rawPath),
    rawQueryString,
    ...(cookies ? { cookies } : {}),
    headers: {
      accept: '*/*',
      host: domainName,
      'x-amzn-trace-id': 'Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e',
      'x-forwarded-for': '205.255.255.176',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
      ...headers,
    },
    ...(rawQueryString ? { queryStringParameters: values } : {}),
    requestContext: {
      accountId: '123456789012',
      apiId: 'r3pmxmplak',
      domainName,
      domainPrefix: 'r3pmxmplak',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '205.255.255.176', userAgent: 'curl/8' },
      requestId: REQUEST_ID,
      routeKey: 'ANY /{proxy+}',
      stage: '$default',
      time: '23/Nov/2026:12:00:00 +0000',
      timeEpoch: 1795435200000,
    },
    ...(body === undefined ? {} : { body: base64 ? Buffer.from(body).toString('base64') : body }),
    isBase64Encoded: base64 ?? false,
  };
  return event;
}

/** The app as functions/handlers/api.ts wraps it. */
export function invoker(app: Hono<ApiEnv>) {
  const handler = gatewayHandler(app);
  return async (target: string, sent: Sent = {}) => {
    const answer = await handler(eventOf(target, sent));
    return answer as APIGatewayProxyStructuredResultV2 & { body: string; headers: Record<string, string> };
  };
}
