// bench/api/gateway-event.ts: GET events of API Gateway's HTTP API, payload format 2.0.
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { defined } from '../../functions/platform/defined.ts';

const HOST = 'bench.execute-api.us-east-1.amazonaws.com';

/** @param target path and query */
export function gatewayEvent(target: string, accept = 'application/json'): APIGatewayProxyEventV2 {
  const [rawPath = '/', rawQueryString = ''] = target.split('?');
  const http = { method: 'GET', path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'bench' };
  const query = defined({
    queryStringParameters: rawQueryString ? Object.fromEntries(new URLSearchParams(rawQueryString)) : undefined,
  });
  return {
    version: '2.0',
    routeKey: 'ANY /{proxy+}',
    rawPath,
    rawQueryString,
    headers: { accept, host: HOST, 'x-forwarded-proto': 'https', 'x-forwarded-port': '443' },
    ...query,
    requestContext: {
      accountId: '000000000000',
      apiId: 'bench',
      domainName: HOST,
      domainPrefix: 'bench',
      http,
      requestId: 'bench-request',
      routeKey: 'ANY /{proxy+}',
      stage: '$default',
      time: '24/Nov/2026:12:00:00 +0000',
      timeEpoch: 1_795_521_600_000,
    },
    isBase64Encoded: false,
  };
}
