// test/atlas/proxy-server.ts: an HTTP proxy (CONNECT) on this machine that tunnels to one server, whatever host is requested.
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface Tunnelled {
  /** Host and port, as they were asked for. */
  host: string;
  authorization: string | undefined;
  /** Everything that went through from the client. */
  bytes: Buffer[];
}

export interface ProxyServer extends AsyncDisposable {
  /** Host and port. */
  host: string;
  seen: Tunnelled[];
}

/** @param refuse answer CONNECT with this status */
export async function startProxy(toPort: number, refuse?: number): Promise<ProxyServer> {
  const seen: Tunnelled[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((_, response) => response.writeHead(501).end());
  server.on('connect', ({ url = '', headers }, client: Socket) => {
    keep(client);
    const tunnelled: Tunnelled = { host: url, authorization: headers['proxy-authorization'], bytes: [] };
    seen.push(tunnelled);
    if (refuse !== undefined) {
      client.end(`HTTP/1.1 ${refuse} Refused\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(toPort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.on('data', (bytes: Buffer) => tunnelled.bytes.push(bytes));
      upstream.pipe(client).pipe(upstream);
    });
    keep(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
