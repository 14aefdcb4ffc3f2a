// local/atlas/server.ts: a simulator of the Atlas Admin API: real HTTP on this machine, a made-up organization behind it.
import { createServer } from 'node:http';
import { systemClock } from '../../functions/platform/clock.ts';
import { KEEP_ALIVE_MS, listen } from '../listen.ts';
import type { ApiKey } from './auth/digest.ts';
import { Gate } from './auth/gate.ts';
import type { ServiceAccount } from './auth/oauth.ts';
import { type BucketOverrides, Buckets } from './base/buckets.ts';
import { Faults } from './faults/faults.ts';
import { Exchange, type SimulatedRequest } from './http/exchange.ts';
import { Gateway } from './http/gateway.ts';
import type { Serverless } from './routes/route.ts';
import { World, type WorldOptions } from './world/world.ts';

export type { SimulatedRequest };

export interface SimulatorOptions extends Omit<WorldOptions, 'serverlessInstances'> {
  /** @default 0, a free one */
  port?: number;
  /**
   * `sunset`: 410 on serverless restore jobs, and no instances. `empty`: empty lists of both. `alive`: an instance in
   * every project, with jobs. @default 'sunset'
   */
  serverless?: Serverless;
  /** Real time waited before each answer, in ms. @default 0 */
  latencyMs?: number;
  /** How far the `Date` of its answers is ahead of its clock, in ms; behind it, where negative. @default 0 */
  dateAheadMs?: number;
  /** How long a digest nonce works, in ms; then 401 with stale=true. @default 60_000 */
  nonceLifetimeMs?: number;
  /** False: every nonce works once. @default true */
  reuseNonce?: boolean;
  /** @default 3600 */
  tokenLifetimeSeconds?: number;
  /** Departures from the documented limits. `off` also lifts the one on token requests. @default {} */
  buckets?: BucketOverrides;
  /** @default true */
  rateLimitHeaders?: boolean;
  /** Atlas's own limit of `itemsPerPage`; a smaller one gives a small world many pages. @default 500 */
  maxItemsPerPage?: number;
  /** Put into every URL that hands out data, so that a leak is found by searching for it. @default '' */
  canary?: string;
}

export interface AtlasSimulator extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** The one that is accepted now. */
  readonly apiKey: ApiKey;
  /** The one that is accepted now. */
  readonly serviceAccount: ServiceAccount;
  readonly world: World;
  readonly faults: Faults;
  /** In the order of their arrival, the last 100,000 at most. Set its length to 0 to start afresh. */
  readonly requests: SimulatedRequest[];
  /** Makes a new key and secret. The old ones are refused at once, live tokens too. */
  rotateCredentials(): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** @throws RangeError for a clock that is before the simulated organization's own history. */
export async function startAtlas(options: SimulatorOptions = {}): Promise<AtlasSimulator> {
  const { seed = 1, port = 0, clock = systemClock, serverless = 'sunset', latencyMs = 0, canary = '' } = options;
  const { dateAheadMs = 0 } = options;
  const { nonceLifetimeMs = 60_000, reuseNonce = true, tokenLifetimeSeconds: lifetimeSeconds = 3600 } = options;
  const { buckets = {}, rateLimitHeaders = true, maxItemsPerPage = 500 } = options;

  const world = new World({ ...options, seed, clock, serverlessInstances: serverless === 'alive' ? 1 : 0 });
  const gate = new Gate({ seed, nonceLifetimeMs, reuseNonce, lifetimeSeconds, limited: buckets !== 'off' });
  const faults = new Faults();
  const requests: SimulatedRequest[] = [];

  const server = createServer();
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const url = await listen(server, port);
  const gateway = new Gateway({
    world,
    buckets: new Buckets(buckets),
    serverless,
    baseUrl: url,
    canary,
    rateLimitHeaders,
    mostItems: maxItemsPerPage,
  });
  const exchange = new Exchange({ gateway, gate, faults, clock, latencyMs, dateAheadMs, requests });
  server.on('request', (request, response) => void exchange.serve(request, response));

  async function close() {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  return {
    url,
    get apiKey() {
      return gate.credentials.apiKey;
    },
    get serviceAccount() {
      return gate.credentials.serviceAccount;
    },
    world,
    faults,
    requests,
    rotateCredentials() {
      gate.rotate();
      world.actors.rotateKey(gate.credentials.apiKey.publicKey);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
