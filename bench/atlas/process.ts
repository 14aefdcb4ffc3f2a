// bench/atlas/process.ts: the simulator's process, which serves one world.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { Gate } from '../../local/atlas/auth/gate.ts';
import { Buckets } from '../../local/atlas/base/buckets.ts';
import { Gateway } from '../../local/atlas/http/gateway.ts';
import { serve } from '../harness/serve.ts';
import { type AtlasAccess, HOST } from './access.ts';
import { Front, Traffic } from './front.ts';
import { BenchWorld, type ListRef, type WorldSize } from './world.ts';

/** Far above any pause of a client. */
const KEEP_ALIVE_MS = 10 * 60_000;
/** On one HTTP/2 connection, as usual servers take. */
const MAX_STREAMS = 100;

/** In PEM. */
interface Certificate {
  key: string;
  cert: string;
}

export interface SimulatorAccess {
  access: AtlasAccess;
  /** Over TLS, in HTTP/2 or HTTP/1.1 as the client wants it. */
  secureUrl: string;
}

class Simulator {
  readonly front: Front;
  readonly world: BenchWorld;
  readonly traffic: Traffic;
  readonly access: SimulatorAccess;

  private constructor(front: Front, world: BenchWorld, traffic: Traffic, access: SimulatorAccess) {
    this.front = front;
    this.world = world;
    this.traffic = traffic;
    this.access = access;
  }

  static async start(size: WorldSize, certificate: Certificate): Promise<Simulator> {
    const world = new BenchWorld(size);
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
    // Its HTTP/1.1 connections are kept until the client closes them.
    const secureServer = createSecureServer({
      ...certificate,
      allowHTTP1: true,
      settings: { maxConcurrentStreams: MAX_STREAMS },
    });
    const url = `http://${await listen(server)}`;
    const secureUrl = `https://${await listen(secureServer)}`;
    const gate = new Gate({
      seed: 1,
      nonceLifetimeMs: Number.POSITIVE_INFINITY,
      reuseNonce: true,
      lifetimeSeconds: 3_600,
      limited: false,
    });
    const gateway = new Gateway({
      world: world.world,
      buckets: new Buckets('off'),
      serverless: 'sunset',
      baseUrl: url,
      canary: '',
      rateLimitHeaders: true,
      mostItems: 500,
    });
    const front = new Front({ gate, gateway, now: () => world.clock.now() });
    const answer = (request: IncomingMessage, response: ServerResponse) => void front.serve(request, response);
    server.on('request', answer);
    // What an HTTP/2 server gives to its listeners has the same methods.
    secureServer.on('request', answer as never);
    const access = { url, ...gate.credentials };
    return new Simulator(front, world, new Traffic([server, secureServer]), { access, secureUrl });
  }

  refresh(changed: readonly ListRef[]) {
    const pathOf = ({ projectId, clusterName }: ListRef) =>
      `/api/atlas/v2/groups/${projectId}/clusters/${clusterName}/backup/`;
    this.front.refresh(changed.map(pathOf));
  }
}

/** @returns host and port */
async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  return `${HOST}:${(server.address() as AddressInfo).port}`;
}

let simulator: Simulator;

const handlers = {
  /** First, once. */
  start: async (size: WorldSize, certificate: Certificate) => {
    simulator = await Simulator.start(size, certificate);
    return simulator.access;
  },
  /** @param ms waited before each answer */
  setLatency: (ms: number) => {
    simulator.front.latencyMs = ms;
  },
  /** A restore starts, and ends, in every tenth cluster. */
  addRestores: () => simulator.refresh(simulator.world.addRestores()),
  removeRestores: () => simulator.refresh(simulator.world.removeRestores()),
  /** Every job there is. */
  expected: () => simulator.world.answer(),
  /** Since the start; bytes on the wire, headers included. */
  counted: () => {
    const { requests: atlasRequests, challenges } = simulator.front;
    return { atlasRequests, challenges, ...simulator.traffic.counted };
  },
};
export type AtlasHandlers = typeof handlers;

serve(handlers);
