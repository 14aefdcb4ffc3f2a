// local/listen.ts: the start of a server on 127.0.0.1.
import type { AddressInfo, Server } from 'node:net';

/** @param port 0: a free one @returns `http://127.0.0.1:PORT` @throws Error where the port is in use */
export async function listen(server: Server, port = 0): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Far above any pause of a client, so that it never meets a connection that is just being closed. */
export const KEEP_ALIVE_MS = 10 * 60_000;
