// test/cli/remote/scripted-api.ts: an API on real HTTP that answers as a test says, and keeps the requests.
import { createServer, type ServerResponse } from 'node:http';
import { listen } from '../../../local/listen.ts';
import type { SentRequest } from './signature-check.ts';

export interface ScriptedApi extends AsyncDisposable {
  url: string;
  requests: SentRequest[];
}

export type Reply = (request: SentRequest, response: ServerResponse) => void;

/** One reply a request, the last one for all that follow. */
export async function startScriptedApi(...replies: readonly Reply[]): Promise<ScriptedApi> {
  const requests: SentRequest[] = [];
  const server = createServer((incoming, response) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    incoming.on('end', () => {
      const { method = '', url: target = '', headers } = incoming;
      const request = { method, target, headers, body };
      const reply = replies[requests.length] ?? replies.at(-1);
      requests.push(request);
      reply?.(request, response);
    });
  });
  const url = await listen(server);
  return {
    url,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

export const text =
  (status: number, body: string, headers: Record<string, string> = {}): Reply =>
  (_, response) =>
    response.writeHead(status, headers).end(body);
