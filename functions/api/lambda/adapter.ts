// functions/api/lambda/adapter.ts: the app as a handler of API Gateway: of its HTTP API (payload format 2.0) or a REST API.
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';
import { coded, codingFor, markCoded } from '../http/content-coding.ts';
import type { ApiEnv } from '../http/ports.ts';
import { AUTHORIZED_ROUTES } from '../sign-in/prefix.ts';
import type { Answer, Asked } from './exchange.ts';
import { askedOfRest, belowStage, stagePath } from './rest-event.ts';

/** `text()` would take away the byte order mark of CSV. */
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

type Fetch = (request: Request, bindings: ApiEnv['Bindings']) => Response | Promise<Response>;

/**
 * @param app for callers that API Gateway has authorized
 * @param browser for those whom it has not. By the route that it chose, and never by the path, which both might read differently.
 * @default app, where there is no such route
 */
export const gatewayHandler =
  (app: { fetch: Fetch }, browser?: Fetch) =>
  async (event: APIGatewayProxyEventV2 | APIGatewayProxyEvent): Promise<Answer> => {
    const isRest = 'httpMethod' in event;
    const asked = isRest ? askedOfRest(event) : askedOfHttp(event);
    const answerTo = browser && !(isRest || AUTHORIZED_ROUTES.includes(event.routeKey)) ? browser : app.fetch;
    const prefix = isRest ? stagePath(event) : '';
    const request = requestOf(asked);
    if (isRest) request.headers.delete('accept-encoding'); // API Gateway's own matter
    const response = await answerTo(request, { requestContext: event.requestContext, prefix });
    const { 'set-cookie': _, ...headers } = Object.fromEntries(response.headers);
    const cookies = response.headers.getSetCookie();
    const answer: Answer = {
      statusCode: response.status,
      headers,
      ...(cookies.length > 0 ? { cookies } : {}),
      body: UTF8.decode(await response.arrayBuffer()),
      isBase64Encoded: false,
    };
    return isRest ? belowStage(answer, asked, prefix) : shortened(answer, asked);
  };

/** A REST API compresses by itself, and takes no bytes from us (lib/services/private-edge.ts). */
function shortened(answer: Answer, { headers: asked }: Asked): Answer {
  const body = Buffer.from(answer.body);
  const headers = new Headers(answer.headers);
  const coding = codingFor(headers, body.length, asked['accept-encoding']);
  if (coding === undefined) return answer;
  markCoded(headers, coding);
  const base64 = coded(body, coding).toString('base64');
  return { ...answer, headers: Object.fromEntries(headers), body: base64, isBase64Encoded: true };
}

const askedOfHttp = ({
  requestContext,
  rawPath,
  rawQueryString,
  headers,
  cookies,
  body,
  isBase64Encoded,
}: APIGatewayProxyEventV2) =>
  ({
    method: requestContext.http.method,
    origin: `https://${requestContext.domainName}`,
    path: rawPath,
    query: rawQueryString,
    headers: cookies ? { ...headers, cookie: cookies.join('; ') } : headers,
    body,
    isBase64Encoded,
  }) satisfies Asked;

function requestOf({ method, origin, path, query, headers: given, body: text, isBase64Encoded }: Asked): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) if (value) headers.set(name, value);
  // The body is here as a whole, however it was sent.
  headers.delete('transfer-encoding');
  // Fetch forbids a body here, and no route of ours reads one.
  const hasNoBody = method === 'GET' || method === 'HEAD';
  const body = text && !hasNoBody ? Buffer.from(text, isBase64Encoded ? 'base64' : 'utf8') : null;
  if (body) headers.set('content-length', String(body.length));
  // API Gateway has decoded the path.
  return new Request(new URL(`${origin}${path}${query ? `?${query}` : ''}`), { method, headers, body });
}
