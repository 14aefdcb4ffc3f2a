// functions/api/lambda/adapter.ts lets the app answer events of API Gateway's HTTP API, payload format 2.0.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Hono } from 'hono';
import type { ApiEnv } from '../http/ports.ts';
import { PlainHeaders } from './response.ts';

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

/** As much of a Request as Hono and this API take. */
function requestOf(event: APIGatewayProxyEventV2): Request {
  const { requestContext, rawPath, rawQueryString, isBase64Encoded } = event;
  const query = rawQueryString ? `?${rawQueryString}` : '';
  const headers = new PlainHeaders();
  for (const [name, value] of Object.entries(event.headers)) if (value) headers.set(name, value);
  const body = event.body ? Buffer.from(event.body, isBase64Encoded ? 'base64' : 'utf8') : null;
  // It is here as a whole, however it came.
  headers.delete('transfer-encoding');
  if (body) headers.set('content-length', String(body.length));
  const request: Pick<Request, 'method' | 'url' | 'text'> & { headers: PlainHeaders; body: Buffer | null } = {
    method: requestContext.http.method,
    url: new URL(`https://${requestContext.domainName}${rawPath}${query}`).href, // Gateway has decoded the path
    headers,
    body,
    text: async () => new TextDecoder().decode(body ?? undefined),
  };
  return request as unknown as Request;
}
