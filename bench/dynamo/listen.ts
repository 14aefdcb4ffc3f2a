// bench/dynamo/listen.ts is how the servers of the bench come up: on a free port, over HTTPS with the certificate that dynalite brings.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo, Server } from 'node:net';

const require = createRequire(import.meta.url);

/** @returns the port on 127.0.0.1 */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Out of date, and made for nobody: whoever connects has to be told to take it. */
export function certificate(): { key: Buffer; cert: Buffer } {
  const read = (file: string) => readFileSync(require.resolve(`dynalite/ssl/${file}`));
  return { key: read('server-key.pem'), cert: read('server-crt.pem') };
}
