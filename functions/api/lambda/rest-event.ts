// functions/api/lambda/rest-event.ts: events of API Gateway's REST API, payload format 1.0, and the paths of its stage.
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { belowPrefix } from '../http/prefix.ts';
import type { Answer, Asked } from './exchange.ts';

export function askedOfRest(event: APIGatewayProxyEvent): Asked {
  const { httpMethod, path, multiValueQueryStringParameters, multiValueHeaders, headers, requestContext } = event;
  const query = new URLSearchParams();
  for (const [name, values = []] of Object.entries(multiValueQueryStringParameters ?? {}))
    for (const value of values) query.append(name, value);
  const joined = Object.entries(multiValueHeaders ?? {}).map(([name, values = []]) => [name, values.join(', ')]);
  return {
    method: httpMethod,
    origin: `https://${requestContext.domainName}`,
    path,
    query: query.toString(),
    headers: { ...headers, ...Object.fromEntries(joined) },
    body: event.body,
    isBase64Encoded: event.isBase64Encoded,
  };
}

/** `/ledger` where the stage is in the path; nothing behind a domain of one's own. */
export const stagePath = ({ path, requestContext }: APIGatewayProxyEvent) =>
  requestContext.path.endsWith(path) ? requestContext.path.slice(0, -path.length) : '';

/** The app doesn't know that its paths are below a stage. */
export const belowStage = ({ headers, body, ...answer }: Answer, { origin }: Asked, stage: string): Answer => ({
  ...answer,
  ...belowPrefix({ headers, body }, origin, stage),
});
