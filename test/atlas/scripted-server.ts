// test/atlas/scripted-server.ts: a server on this machine that answers as a test says: real sockets, no Atlas behind it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../../local/listen.ts';

export interface Seen {
  method: string;
  /** Path and query, as they came. */
  target: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** @param nth counts the requests, from 0 */
export type Reply = (response: ServerResponse, request: Seen, nth: number) => void;

export interface ScriptedServer extends AsyncDisposable {
  url: string;
  seen: Seen[];
  /** Connections that were opened. */
  connections: () => number;
}

export async function serve(reply: Reply): Promise<ScriptedServer> {
  const seen: Seen[] = [];
  let connections = 0;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method = '', url: target = '', headers } = request;
    const nth = seen.push({ method, target, headers, body }) - 1;
    reply(response, { method, target, headers, body }, nth);
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.on('clientError', (_, socket) => socket.destroy());
  const url = await listen(server);
  return {
    url,
    seen,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** An answer with a JSON body. */
export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  (response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

/** An error in Atlas's shape. */
export const apiError = (status: number, errorCode: string, more: object = {}, headers: Record<string, string> = {}) =>
  json(status, { error: status, errorCode, reason: 'synthetic', detail: `synthetic ${errorCode}`, ...more }, headers);

/** One reply after another; the last one for ever. */
export function inOrder(...replies: Reply[]): Reply {
  let next = 0;
  return (response, request, nth) => replies[Math.min(next++, replies.length - 1)]?.(response, request, nth);
}

/** Gives out tokens, numbered; everything else goes to `reply`, which counts for itself. */
export function withTokens(reply: Reply, lifeSeconds = 3600): Reply {
  let [tokens, others] = [0, 0];
  return (response, request, nth) => {
    if (request.target !== '/api/oauth/token') return reply(response, request, others++);
    tokens += 1;
    json(200, { access_token: `token-${tokens}`, expires_in: lifeSeconds, token_type: 'Bearer' })(
      response,
      request,
      nth,
    );
  };
}

export const list = (results: unknown[], rels: string[] = ['self']) => ({
  results,
  totalCount: results.length,
  links: rels.map((rel) => ({ rel, href: 'https://elsewhere.example/api/atlas/v2/synthetic' })),
});
