// bench/api/handler.ts enters the API's function: its handler, called with events of API Gateway, in a process that is warm.
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { TABLE } from '../dynamo/orders.ts';
import { contend } from '../harness/contender.ts';
import { manyCalls, routeNamed } from './calls.ts';
import type { ApiConfig } from './config.ts';
import { gatewayEvent } from './gateway-event.ts';
import { idsIn, type Route } from './routes.ts';

contend<ApiConfig>(async (config) => {
  Object.assign(process.env, {
    TABLE_NAME: TABLE,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL: config.dynamo.endpoint,
  });
  const { handler } = await import('../../functions/handlers/api.ts');
  const ask = async ({ target, accept, ids: { kind }, holds }: Route): Promise<string[]> => {
    const answer = await handler(gatewayEvent(target, accept));
    const { statusCode, body = '' } = answer as APIGatewayProxyStructuredResultV2;
    if (statusCode !== 200) throw new Error(`GET ${target} answered ${statusCode}: ${body.slice(0, 300)}`);
    if (holds !== undefined && !body.includes(holds)) throw new Error(`GET ${target} answered without ${holds}`);
    return idsIn(body, kind);
  };
  return {
    pass: async (name) => {
      const route = routeNamed(config.routes, name);
      return manyCalls(route, config, () => ask(route));
    },
  };
});
