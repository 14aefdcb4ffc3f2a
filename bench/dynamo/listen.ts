// bench/dynamo/listen.ts: servers on a free port, over HTTPS with the certificate that dynalite brings.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo, Server } from 'node:net';

const require = createRequire(import.meta.url);

/** @returns the port on 127.0.0.1 */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Expired, and made for no host: clients have to be set to accept it. */
export function certificate(): { key: Buffer; cert: Buffer } {
  const read = (file: string) => readFileSync(require.resolve(`dynalite/ssl/${file}`));
  return { key: read('server-key.pem'), cert: read('server-crt.pem') };
}
