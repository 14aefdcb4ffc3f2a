// bench/atlas/process.ts is the simulator's own process: it serves one world, and does what bench/atlas/atlas.ts tells it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Gate } from '../../local/atlas/auth/gate.ts';
import { Buckets } from '../../local/atlas/base/buckets.ts';
import { Gateway } from '../../local/atlas/http/gateway.ts';
import { Front } from './front.ts';
import type { AtlasAccess, Handlers, Message, Reply } from './orders.ts';
import { Traffic } from './traffic.ts';
import { BenchWorld, type ListRef, type WorldSize } from './world.ts';

/** Far above any pause of a client. */
const KEEP_ALIVE_MS = 10 * 60_000;

class Simulator {
  readonly #world: BenchWorld;
  readonly #gate = new Gate({
    seed: 1,
    nonceLifetimeMs: Number.POSITIVE_INFINITY,
    reuseNonce: true,
    lifetimeSeconds: 3_600,
    limited: false,
  });
  readonly #server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
  readonly #traffic = new Traffic(this.#server);
  #front: Front | undefined;

  constructor(size: WorldSize) {
    this.#world = new BenchWorld(size);
  }

  async listen(): Promise<AtlasAccess> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    const { world, clock } = this.#world;
    const gateway = new Gateway({
      world,
      buckets: new Buckets('off'),
      serverless: 'sunset',
      baseUrl: url,
      canary: '',
      rateLimitHeaders: true,
      mostItems: 500,
    });
    const front = new Front({ gate: this.#gate, gateway, now: () => clock.now() });
    this.#server.on('request', (request, response) => void front.serve(request, response));
    this.#front = front;
    return { url, ...this.#gate.credentials };
  }

  setLatency(ms: number) {
    this.#listening.latencyMs = ms;
    return null;
  }

  addNews = () => this.#refresh(this.#world.addNews());

  removeNews = () => this.#refresh(this.#world.removeNews());

  expected = () => this.#world.answer();

  counted() {
    const { requests, challenges } = this.#listening;
    return { requests, challenges, ...this.#traffic.counted };
  }

  #refresh(changed: readonly ListRef[]) {
    const pathOf = ({ projectId, clusterName }: ListRef) =>
      `/api/atlas/v2/groups/${projectId}/clusters/${clusterName}/backup/`;
    this.#listening.refresh(changed.map(pathOf));
    return null;
  }

  get #listening(): Front {
    if (!this.#front) throw new Error('the simulator was told something before it was started');
    return this.#front;
  }
}

let simulator: Simulator | undefined;
const started = () => {
  if (!simulator) throw new Error('the simulator was told something before it was started');
  return simulator;
};

const handlers: Handlers = {
  start: (size) => {
    simulator = new Simulator(size);
    return simulator.listen();
  },
  latency: (ms) => started().setLatency(ms),
  addNews: () => started().addNews(),
  removeNews: () => started().removeNews(),
  expected: () => started().expected(),
  counted: () => started().counted(),
};

process.on('message', (message: Message) => {
  const reply = (said: Reply) => process.send?.(said);
  const handle = handlers[message.name] as (told: unknown) => unknown;
  Promise.resolve()
    .then(() => handle(message.told))
    .then(
      (answer) => reply({ nth: message.nth, answer }),
      (error: unknown) => reply({ nth: message.nth, failed: String(error) }),
    );
});
process.on('disconnect', () => process.exit());
