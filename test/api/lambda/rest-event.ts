// test/api/lambda/rest-event.ts: events as API Gateway's private REST API sends them (payload format 1.0).
import type { APIGatewayProxyEvent } from 'aws-lambda';

export const REST_HOST = 'r3pmxmplak-vpce-0123456789abcdef0.execute-api.eu-west-1.amazonaws.com';

/** Names of headers as they were sent, parameters decoded and with all their values. */
export function restEventOf(
  target: string,
  { method = 'GET', headers = {}, body = null as string | null, stage = '/ledger' } = {},
): APIGatewayProxyEvent {
  const [rawPath = '/', query = ''] = target.split('?');
  const path = decodeURIComponent(rawPath);
  const parameters = new URLSearchParams(query);
  const values = Object.fromEntries([...parameters.keys()].map((name) => [name, parameters.getAll(name)]));
  const sent: Record<string, string> = { Host: REST_HOST, Accept: '*/*', 'X-Forwarded-Proto': 'https', ...headers };
  return {
    resource: '/{proxy+}',
    path,
    httpMethod: method,
    headers: sent,
    multiValueHeaders: Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, [value]])),
    queryStringParameters: query === '' ? null : Object.fromEntries(parameters),
    multiValueQueryStringParameters: query === '' ? null : values,
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    body,
    isBase64Encoded: false,
    requestContext: {
      requestId: 'JKJaXmPLvHcESHA=',
      path: `${stage}${path}`,
      domainName: REST_HOST,
      stage: 'ledger',
    } as APIGatewayProxyEvent['requestContext'],
  };
}
