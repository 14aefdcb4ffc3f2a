import { describe, expect, test } from 'vitest';
import { AdaptiveConcurrency } from '../../../functions/atlas/http/adaptive-concurrency.ts';
import type { Transport, TransportAnswer, TransportRequest } from '../../../functions/atlas/http/transport.ts';
import { failureOf } from '../clients.ts';

const PROJECTS = ['0123456789abcdef01234567', '89abcdef0123456789abcdef'] as const;

const request = (project: string = PROJECTS[0], timeoutMs = 1e9): TransportRequest => ({
  ...{ method: 'GET', headers: {}, timeoutMs, maxBytes: 1 },
  url: new URL(`https://atlas.test/api/atlas/v2/groups/${project}/clusters/orders/backup/restoreJobs?pageNum=1`),
});

/** A server in a time of its own: what it answers, and when, follows from how much it has to do. */
class Server implements Transport {
  nowMs = 0;
  active = 0;
  most = 0;
  answered = 0;
  readonly seen: TransportRequest[] = [];
  readonly #due: { atMs: number; answer: () => void }[] = [];
  latencyMs: (active: number) => number = () => 120;
  status: (active: number) => number = () => 200;

  readonly clock = { now: () => this.nowMs, sleep: async () => {} };

  send(sent: TransportRequest): Promise<TransportAnswer> {
    this.seen.push(sent);
    this.active += 1;
    this.most = Math.max(this.most, this.active);
    const [status, atMs] = [this.status(this.active), this.nowMs + this.latencyMs(this.active)];
    return new Promise((resolve) => {
      const answer = () => {
        this.active -= 1;
        this.answered += 1;
        resolve({ status, headers: {}, body: '' });
      };
      this.#due.push({ atMs, answer });
    });
  }

  /** Lets time go on until all is answered, or for so long. */
  async run(ms = Number.POSITIVE_INFINITY) {
    const untilMs = this.nowMs + ms;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#due.sort((a, b) => a.atMs - b.atMs);
      const next = this.#due[0];
      if (!next || next.atMs > untilMs) break;
      this.nowMs = next.atMs;
      while (this.#due[0]?.atMs === next.atMs) this.#due.shift()?.answer();
    }
    if (Number.isFinite(untilMs)) this.nowMs = untilMs;
  }

  async close() {}
}

function start(options: { max?: number } = {}) {
  const server = new Server();
  const limited = new AdaptiveConcurrency(server, { ...options, clock: server.clock });
  const sendAll = (count: number, project?: string) =>
    Array.from({ length: count }, () => limited.send(request(project)));
  return { server, limited, sendAll };
}

describe('the number of requests under way', () => {
  test('grows while answers come in time: 200 lists after 25 other requests need one round', async () => {
    const { server, limited, sendAll } = start();
    sendAll(1);
    await server.run();
    sendAll(100);
    await server.run();
    expect(limited.limit).toBeGreaterThanOrEqual(200);
    const beforeMs = server.nowMs;
    sendAll(200);
    await server.run();
    expect(server.nowMs - beforeMs).toBe(120);
  });

  test.each([1, 8, 100, 256])('never exceeds its cap of %i', async (max) => {
    const { server, sendAll } = start({ max });
    sendAll(2_000);
    await server.run();
    expect(server.most).toBeLessThanOrEqual(max);
    expect(server.answered).toBe(2_000);
  });

  test('does not grow by requests that come one by one', async () => {
    const { server, limited, sendAll } = start();
    for (let round = 0; round < 500; round++) {
      sendAll(1);
      await server.run();
    }
    expect(limited.limit).toBe(100);
  });

  test.each([10, 40])('fits a server that works on %i at once, and keeps it busy', async (capacity) => {
    const { server, limited, sendAll } = start();
    server.latencyMs = (active) => 120 * Math.max(1, active / capacity);
    sendAll(4_000);
    await server.run();
    expect(limited.limit).toBeLessThan(4 * capacity);
    expect(server.nowMs).toBeLessThan((1.3 * 4_000 * 120) / capacity);
  });

  test.each([429, 500, 503])('shrinks on %i, and grows again', async (status) => {
    const { server, limited, sendAll } = start();
    server.status = (active) => (active > 20 ? status : 200);
    sendAll(300);
    await server.run();
    expect(limited.limit).toBeLessThan(45);
    server.status = () => 200;
    sendAll(3_000);
    await server.run();
    expect(limited.limit).toBeGreaterThan(100);
  });

  test('recovers where Atlas is slower today than it was, but does as much at once', async () => {
    const { server, limited, sendAll } = start();
    sendAll(500);
    await server.run();
    server.latencyMs = () => 2_000;
    sendAll(10_000);
    await server.run();
    expect(limited.limit).toBeGreaterThan(100);
  });

  test('is shared: a project with few requests does not wait for one with many', async () => {
    const { server, sendAll } = start({ max: 20 });
    sendAll(1_000, PROJECTS[0]);
    sendAll(20, PROJECTS[1]);
    await server.run(3 * 120);
    const few = server.seen.filter(({ url }) => url.pathname.includes(PROJECTS[1]));
    expect(few).toHaveLength(20);
  });
});

describe('a request that waits', () => {
  /** Of the server's own time; what waits has a real timer besides, which nothing here runs into. */
  const slow = () => {
    const started = start({ max: 1 });
    started.server.latencyMs = () => 120_000;
    return started;
  };

  test('has that much less time left', async () => {
    const { server, limited } = slow();
    limited.send(request());
    limited.send(request(PROJECTS[0], 1_000_000));
    await server.run();
    expect(server.seen.map(({ timeoutMs }) => timeoutMs)).toEqual([1e9, 880_000]);
  });

  test("has all of its call's time, where more is left", async () => {
    const { server, limited } = slow();
    limited.send(request());
    limited.send({ ...request(PROJECTS[0], 100_000), timeLeftMs: 1_000_000 });
    limited.send({ ...request(PROJECTS[0], 100_000), timeLeftMs: 300_000 });
    await server.run();
    expect(server.seen.map(({ timeoutMs }) => timeoutMs)).toEqual([1e9, 100_000, 60_000]);
  });

  test('beyond its time is not sent', async () => {
    const { server, limited } = slow();
    limited.send(request());
    const late = failureOf(limited.send(request(PROJECTS[0], 100_000)));
    await server.run();
    expect(await late).toMatchObject({ code: 'ATLAS_UNAVAILABLE', transient: true });
    expect((await late).message).toMatch(/ was not sent: others were under way for 120000 ms$/);
    expect(server.seen).toHaveLength(1);
  });

  test('and is not sent says nothing of Atlas: as many go on at once', async () => {
    const { server, limited } = start({ max: 64 });
    server.latencyMs = () => 200;
    const round = async () => {
      const answers = Array.from({ length: 64 }, () => limited.send(request()));
      await server.run();
      await Promise.all(answers);
    };
    await round();
    const answers = Array.from({ length: 64 }, () => limited.send(request()));
    const late = failureOf(limited.send({ ...request(), timeLeftMs: 150 }));
    await server.run();
    await Promise.all(answers);
    expect((await late).message).toContain('was not sent');
    await round();
    expect(limited.limit).toBe(64);
  });

  test('does so no longer than it may, though nothing is answered', async () => {
    const { server, limited } = start({ max: 1 });
    limited.send(request());
    const late = await failureOf(limited.send({ ...request(), timeLeftMs: 20 }));
    expect(late.message).toMatch(/ was not sent: others were under way for 20 ms$/);
    const other = limited.send(request());
    await server.run();
    expect((await other).status).toBe(200);
    expect(server.seen).toHaveLength(2);
  });

  test('does so no longer once the client is closed', async () => {
    const { server, limited } = start({ max: 1 });
    limited.send(request());
    const closing = new AbortController();
    const waiting = failureOf(limited.send({ ...request(), signal: closing.signal }));
    closing.abort();
    expect(await waiting).toMatchObject({
      message: expect.stringMatching(/ the client was closed$/),
      transient: false,
    });
    await server.run();
    expect(server.seen).toHaveLength(1);
  });

  test('goes on where the one before it failed', async () => {
    const { server, limited } = start({ max: 1 });
    const send = server.send.bind(server);
    server.send = () => Promise.reject(new Error('synthetic'));
    const failing = expect(limited.send(request())).rejects.toThrow('synthetic');
    const second = limited.send(request());
    server.send = send;
    await server.run();
    await failing;
    expect((await second).status).toBe(200);
  });
});
