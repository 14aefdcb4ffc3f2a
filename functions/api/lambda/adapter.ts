// functions/api/lambda/adapter.ts: the app as a handler of API Gateway's HTTP API, payload format 2.0.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Hono } from 'hono';
import type { ApiEnv } from '../http/ports.ts';

export const gatewayHandler =
  (app: Hono<ApiEnv>) =>
  async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const { requestContext } = event;
    const response = await app.fetch(requestOf(event), { requestContext });
    return {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
      isBase64Encoded: false, // everything we answer is text; base64 would make it a third larger
    };
  };

function requestOf(event: APIGatewayProxyEventV2): Request {
  const { requestContext, rawPath, rawQueryString, isBase64Encoded } = event;
  const query = rawQueryString ? `?${rawQueryString}` : '';
  const headers = new Headers();
  for (const [name, value] of Object.entries(event.headers)) if (value) headers.set(name, value);
  // The body is here as a whole, however it was sent.
  headers.delete('transfer-encoding');
  const { method } = requestContext.http;
  // Fetch forbids a body here, and no route of ours reads one.
  const hasNoBody = method === 'GET' || method === 'HEAD';
  const body = event.body && !hasNoBody ? Buffer.from(event.body, isBase64Encoded ? 'base64' : 'utf8') : null;
  if (body) headers.set('content-length', String(body.length));
  // API Gateway has decoded the path.
  return new Request(new URL(`https://${requestContext.domainName}${rawPath}${query}`), { method, headers, body });
}
