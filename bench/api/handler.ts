// bench/api/handler.ts: the API's function in a warm process, called with events of API Gateway.
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { TABLE } from '../dynamo/access.ts';
import { contend } from '../harness/contender.ts';
import { type ApiConfig, routeNamed, timed } from './config.ts';
import { gatewayEvent } from './gateway-event.ts';
import { idsIn } from './routes.ts';

contend<ApiConfig>((config) => {
  Object.assign(process.env, {
    TABLE_NAME: TABLE,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL: config.access.endpoint,
  });
  const loading = import('../../functions/handlers/api.ts');
  let ids: string[] = [];
  return {
    async pass(name) {
      const { handler } = await loading;
      const { target, accept, ids: wanted, holds } = routeNamed(config, name);
      let answer: APIGatewayProxyStructuredResultV2 = {};
      const numbers = await timed(config, async () => {
        answer = (await handler(gatewayEvent(target, accept))) as APIGatewayProxyStructuredResultV2;
      });
      const { statusCode, body = '' } = answer;
      if (statusCode !== 200) throw new Error(`GET ${target} answered ${statusCode}: ${body.slice(0, 300)}`);
      if (holds !== undefined && !body.includes(holds)) throw new Error(`GET ${target} answered without ${holds}`);
      ids = idsIn(body, wanted.kind);
      return numbers;
    },
    ids: () => ids,
  };
});
