// bench/atlas/process.ts: the simulator's process, which serves one world.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Gate } from '../../local/atlas/auth/gate.ts';
import { Buckets } from '../../local/atlas/base/buckets.ts';
import { Gateway } from '../../local/atlas/http/gateway.ts';
import { serve } from '../harness/serve.ts';
import type { AtlasAccess } from './access.ts';
import { Front, Traffic } from './front.ts';
import { BenchWorld, type ListRef, type WorldSize } from './world.ts';

/** Far above any pause of a client. */
const KEEP_ALIVE_MS = 10 * 60_000;

class Simulator {
  readonly front: Front;
  readonly world: BenchWorld;
  readonly traffic: Traffic;
  readonly access: AtlasAccess;

  private constructor(front: Front, world: BenchWorld, traffic: Traffic, access: AtlasAccess) {
    this.front = front;
    this.world = world;
    this.traffic = traffic;
    this.access = access;
  }

  static async start(size: WorldSize): Promise<Simulator> {
    const world = new BenchWorld(size);
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
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
    server.on('request', (request, response) => void front.serve(request, response));
    return new Simulator(front, world, new Traffic(server), { url, ...gate.credentials });
  }

  refresh(changed: readonly ListRef[]) {
    const pathOf = ({ projectId, clusterName }: ListRef) =>
      `/api/atlas/v2/groups/${projectId}/clusters/${clusterName}/backup/`;
    this.front.refresh(changed.map(pathOf));
  }
}

let simulator: Simulator;

const handlers = {
  /** First, once. */
  start: async (size: WorldSize) => {
    simulator = await Simulator.start(size);
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
