// functions/atlas/http/proxied.ts makes connections through a proxy. Loaded only where there is one, since it takes all of undici.
import { type Dispatcher, ProxyAgent } from 'undici';
import type { ProxySettings } from './proxy.ts';

/** Tunnels (CONNECT), so that TLS is between this process and Atlas, and the proxy sees neither calls nor credentials. */
export const throughProxy = ({ url }: ProxySettings, connections: number): Dispatcher =>
  new ProxyAgent({ uri: url, connections, pipelining: 1 });
