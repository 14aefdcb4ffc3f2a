// test/collector/rewriting.ts: a proxy before the simulator, over real HTTP, that rewrites the text of responses.
import { createServer } from 'node:http';
import { fixedCredentials } from '../../functions/atlas/auth/credentials.ts';
import { AtlasClient } from '../../functions/atlas/client.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { listen } from '../../local/listen.ts';
import type { System } from './system.ts';

export interface Rewritten extends AsyncDisposable {
  client: AtlasClient;
}

/** @param rewrite the text of an answer of status 200, by the path of its request without the query */
export async function rewritten(system: System, rewrite: (path: string, text: string) => string): Promise<Rewritten> {
  const server = createServer(async (request, response) => {
    const { host: _, connection: __, 'accept-encoding': ___, ...headers } = request.headers;
    const answer = await fetch(`${system.atlas.url}${request.url}`, { headers: headers as Record<string, string> });
    const text = await answer.text();
    const { 'content-length': ____, 'content-encoding': _____, ...kept } = Object.fromEntries(answer.headers);
    response.writeHead(answer.status, kept);
    response.end(answer.status === 200 ? rewrite(request.url?.split('?')[0] ?? '', text) : text);
  });
  const baseUrl = await listen(server);
  const credentials = fixedCredentials({ type: 'apiKey', ...system.atlas.apiKey });
  const client = new AtlasClient({ credentials, baseUrl, clock: system.clock, log: silentLog });
  return {
    client,
    async [Symbol.asyncDispose]() {
      await client.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
