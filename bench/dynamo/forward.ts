// bench/dynamo/forward.ts: requests passed on to another server, byte for byte.
import { Agent, type RequestListener, request as send } from 'node:http';

/** @param endpoint over plain HTTP */
export function forwardTo(endpoint: string): RequestListener {
  const agent = new Agent({ keepAlive: true });
  return (request, response) => {
    const { method, url = '/', headers } = request;
    const sent = send(new URL(url, endpoint), { agent, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    sent.on('error', (error) => {
      console.error(error);
      response.destroy();
    });
    request.pipe(sent);
  };
}
