import { createSecureServer } from 'node:http2';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { HttpTransport } from '../../../functions/atlas/http/http-transport.ts';
import type { TransportRequest } from '../../../functions/atlas/http/transport.ts';
import { listen } from '../../../local/listen.ts';
import { makeCertificate } from '../certificate.ts';
import { failureOf } from '../clients.ts';
import { type Http2Reply, type Http2ServerOptions, serveHttp2 } from '../http2-server.ts';

const [INTERNAL_ERROR, REFUSED_STREAM, CANCEL, HTTP_1_1_REQUIRED] = [2, 7, 8, 13];
const ok: Http2Reply = (stream) => stream.respond(200, 'HTTP/2');

const requestTo = (url: string, request: Partial<TransportRequest> = {}): TransportRequest => ({
  ...{ method: 'GET', headers: { authorization: 'Bearer CANARY' }, timeoutMs: 20_000, maxBytes: 10_000_000 },
  ...request,
  url: new URL(`${url}/api/atlas/v2/groups?pageNum=1`),
});

/** A server that replies so, and a transport that trusts it. */
async function connected(reply: Http2Reply, options?: Http2ServerOptions & { connections?: number; stallMs?: number }) {
  const server = await serveHttp2(reply, options);
  const { connections, stallMs } = options ?? {};
  const transport = new HttpTransport({ ca: server.ca, connections, stallMs });
  const send = (request?: Partial<TransportRequest>) => transport.send(requestTo(server.url, request));
  return {
    ...{ server, transport, send },
    sendAll: (count: number) => Promise.all(Array.from({ length: count }, () => send())),
    async [Symbol.asyncDispose]() {
      await transport.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const bodiesOf = (answers: { body: string }[]) => [...new Set(answers.map(({ body }) => body))];

afterEach(() => {
  vi.useRealTimers();
});

describe('the HTTP version', () => {
  test('is 2 where the server agrees to it: one connection carries all', async () => {
    await using to = await connected(ok, { maxStreams: 100 });
    await to.send();
    expect(bodiesOf(await to.sendAll(100))).toEqual(['HTTP/2']);
    expect(to.server.connections).toEqual(['h2']);
  });

  test('is 1.1 where it does not, on the connection that found out and on others', async () => {
    await using to = await connected(ok, { protocols: () => ['http/1.1'], connections: 4 });
    await to.send();
    expect(to.server.connections).toEqual(['http/1.1']);
    expect(bodiesOf(await to.sendAll(20))).toEqual(['HTTP/1.1']);
    expect(to.server.connections.length).toBeLessThanOrEqual(4);
  });

  test('is 1.1 from then on where the server requires it for a request', async () => {
    let protocols = ['h2'];
    const refuse: Http2Reply = (stream) => {
      protocols = ['http/1.1'];
      stream.reset(HTTP_1_1_REQUIRED);
    };
    await using to = await connected(refuse, { protocols: () => protocols });
    expect(bodiesOf(await to.sendAll(5))).toEqual(['HTTP/1.1']);
  });

  test('is 1.1 where a server that spoke 2 was replaced by one that does not', async () => {
    let protocols = ['h2'];
    const goaway: Http2Reply = (stream, nth) => {
      if (nth > 0) protocols = ['http/1.1'];
      if (nth === 0) ok(stream, nth);
      else stream.goaway(1);
    };
    await using to = await connected(goaway, { protocols: () => protocols });
    expect((await to.send()).body).toBe('HTTP/2');
    expect(bodiesOf(await to.sendAll(5))).toEqual(['HTTP/1.1']);
  });

  test('of a server whose certificate is not trusted is none', async () => {
    await using server = await serveHttp2(ok);
    const transport = new HttpTransport();
    const failure = await failureOf(transport.send(requestTo(server.url)));
    expect(failure).toMatchObject({ code: 'ATLAS_UNAVAILABLE', lasting: true });
    expect(failure.message).toContain('is not trusted');
    expect(server.requests()).toBe(0);
    await transport.close();
  });

  test('of a server whose certificate is of another name is none, however often it is asked', async () => {
    await using to = await connected(ok, { protocols: () => ['h2'] });
    const url = to.server.url.replace('localhost', '127.0.0.1');
    for (let n = 0; n < 2; n++)
      expect(await failureOf(to.transport.send(requestTo(url)))).toMatchObject({
        ...{ code: 'ATLAS_UNAVAILABLE', lasting: true },
        message: expect.stringContaining('is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)'),
      });
    expect(to.server.requests()).toBe(0);
  });

  test('of a server that speaks no TLS is none, which says nothing of its certificate', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).on('error', () => socket.destroy());
    });
    const url = (await listen(server)).replace('http:', 'https:');
    const transport = new HttpTransport();
    const { message } = await failureOf(transport.send(requestTo(url)));
    expect(message).toContain('failed: no TLS connection to 127.0.0.1:');
    expect(message).not.toContain('certificate');
    await transport.close();
    server.close();
  });
});

describe('streams', () => {
  test.each([1, 7, 100])(
    'are at most what the server takes, %i, over as many connections as that needs',
    async (maxStreams) => {
      const open = new Map<number, number>();
      let most = 0;
      await using to = await connected(
        (stream) => {
          const count = (open.get(stream.connection) ?? 0) + 1;
          open.set(stream.connection, count);
          most = Math.max(most, count);
          setTimeout(() => {
            open.set(stream.connection, (open.get(stream.connection) ?? 0) - 1);
            stream.respond(200, 'HTTP/2');
          }, 5);
        },
        { maxStreams, connections: 16 },
      );
      await to.send();
      expect(await to.sendAll(60)).toHaveLength(60);
      expect(most, 'ten may be sent before the server says how many').toBeLessThanOrEqual(maxStreams);
      expect(to.server.connections.length).toBeLessThanOrEqual(16);
    },
  );

  test('that a limit, sent late, finds open, wait for their turn', async () => {
    await using to = await connected(ok, { maxStreams: 1, connections: 2 });
    expect(await to.sendAll(30)).toHaveLength(30);
  });

  test('refused once are sent again, on the same connection', async () => {
    const refuse: Http2Reply = (stream, nth) => (nth % 2 === 0 ? stream.reset(REFUSED_STREAM) : ok(stream, nth));
    await using to = await connected(refuse);
    expect((await to.send()).body).toBe('HTTP/2');
    expect(to.server).toMatchObject({ connections: ['h2'] });
  });

  test('refused again and again fail in the end, and may be tried later', async () => {
    await using to = await connected((stream) => stream.reset(REFUSED_STREAM));
    const failure = await failureOf(to.send());
    expect(failure).toMatchObject({ code: 'ATLAS_UNAVAILABLE', transient: true });
    expect(failure.message).toMatch(/was not processed: localhost:\d+ refused it 4 times \(REFUSED_STREAM\)/);
    expect(to.server.requests()).toBe(4);
  });

  test('misdirected (421) are sent again on another connection', async () => {
    const misdirect: Http2Reply = (stream, nth) => {
      if (stream.connection > 0) return ok(stream, nth);
      // Now and then Node tells of such a body before its status.
      setTimeout(() => stream.respond(421, 'elsewhere'), nth);
    };
    await using to = await connected(misdirect);
    expect(bodiesOf(await to.sendAll(50))).toEqual(['HTTP/2']);
    expect(to.server.connections).toEqual(['h2', 'h2']);
  });

  test.each([
    ['reset', (stream) => stream.reset(INTERNAL_ERROR)],
    ['cancelled', (stream) => stream.reset(CANCEL)],
    ['cut with the connection', (stream) => stream.cut()],
  ] satisfies [string, Http2Reply][])(
    '%s before an answer fail, and may be tried later: the server may have processed them',
    async (_, reply) => {
      await using to = await connected(reply);
      expect(await failureOf(to.send())).toMatchObject({ code: 'ATLAS_UNAVAILABLE', transient: true });
      expect(to.server.requests()).toBe(1);
    },
  );

  test.each([
    ['reset', (stream) => stream.reset(INTERNAL_ERROR)],
    ['cancelled', (stream) => stream.reset(CANCEL)],
    ['refused', (stream) => stream.reset(REFUSED_STREAM)],
    ['cut with the connection', (stream) => stream.cut()],
  ] satisfies [string, Http2Reply][])('%s in the middle of an answer are no answer', async (_, reply: Http2Reply) => {
    await using to = await connected((stream, nth) => {
      stream.headers(200);
      stream.data('{"results":[');
      setTimeout(() => reply(stream, nth), 20);
    });
    const failure = await failureOf(to.send());
    expect(failure).toMatchObject({ code: 'ATLAS_BAD_ANSWER', transient: true });
    expect(failure.message).toContain('was answered 200, then cut off');
    expect(to.server.requests()).toBe(1);
  });

  test('that fall silent are given up, alone', async () => {
    const silent: Http2Reply = (stream, nth) => {
      stream.headers(200);
      if (nth > 0) stream.data('HTTP/2', true);
    };
    await using to = await connected(silent, { stallMs: 100 });
    const first = failureOf(to.send());
    expect((await to.send()).body).toBe('HTTP/2');
    expect((await first).message).toContain('took too long');
    expect(to.server.connections).toEqual(['h2']);
  });
});

describe('a connection', () => {
  test('that the server leaves (GOAWAY) finishes what it took; the rest goes to another, and nothing is sent twice', async () => {
    const answered: string[] = [];
    const streams: Parameters<Http2Reply>[0][] = [];
    const leave: Http2Reply = (stream, nth) => {
      if (nth === 0 || stream.connection > 0) return stream.respond(200, 'HTTP/2');
      streams.push(stream);
      if (streams.length < 10) return;
      const last = streams[4]?.id ?? 0;
      stream.goaway(last);
      for (const one of streams.filter(({ id }) => id <= last)) {
        answered.push('before');
        setTimeout(() => one.respond(200, 'HTTP/2'), 30);
      }
    };
    await using to = await connected(leave, { maxStreams: 100 });
    await to.send();
    expect(bodiesOf(await to.sendAll(10))).toEqual(['HTTP/2']);
    expect(answered).toHaveLength(5);
    expect(to.server.requests()).toBe(1 + 10 + 5);
    expect(to.server.connections).toEqual(['h2', 'h2']);
  });

  test('that is cut while others wait for a stream fails those on it alone', async () => {
    let cut = false;
    const cutOnce: Http2Reply = (stream, nth) => {
      if (nth < 5 || cut) return ok(stream, nth);
      cut = true;
      stream.cut();
    };
    await using to = await connected(cutOnce, { maxStreams: 2, connections: 1 });
    const answers = await Promise.allSettled(Array.from({ length: 60 }, () => to.send()));
    const failed = answers.filter(({ status }) => status === 'rejected');
    expect(failed.length).toBeLessThanOrEqual(10);
    expect((await to.send()).body).toBe('HTTP/2');
  });

  test('is not asked for what HTTP does not allow in a header', async () => {
    await using to = await connected(ok);
    await to.send();
    const failure = await failureOf(to.send({ headers: { 'no token': 'CANARY' } }));
    expect(failure.code).toBe('ATLAS_UNAVAILABLE');
    expect(failure.message).not.toContain('CANARY');
  });

  test('to HTTP/1.1 that comes too late for its only request is closed', async () => {
    await using to = await connected(ok, { protocols: () => ['http/1.1'] });
    expect((await failureOf(to.send({ timeoutMs: 1 }))).code).toBe('ATLAS_UNAVAILABLE');
    expect((await to.send()).body).toBe('HTTP/1.1');
  });

  test('that the server ends with an error is replaced', async () => {
    const leave: Http2Reply = (stream, nth) => (nth === 0 ? stream.goaway(0, INTERNAL_ERROR) : ok(stream, nth));
    await using to = await connected(leave);
    await failureOf(to.send());
    expect((await to.send()).body).toBe('HTTP/2');
  });

  test('on which nothing comes any more is replaced at the first deadline', async () => {
    await using to = await connected((stream, nth) => (stream.connection > 0 ? ok(stream, nth) : undefined), {
      maxStreams: 9,
    });
    const lost = await Promise.all([1, 2, 3].map(() => failureOf(to.send({ timeoutMs: 300 }))));
    expect(lost.map(({ code }) => code)).toEqual(Array(3).fill('ATLAS_UNAVAILABLE'));
    expect((await to.send()).body).toBe('HTTP/2');
    expect(to.server.connections).toEqual(['h2', 'h2']);
  });

  test('unused for ten minutes, as in a frozen function, is not trusted', async () => {
    await using to = await connected(ok);
    await to.send();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 });
    expect((await to.send()).body).toBe('HTTP/2');
    expect(to.server.connections).toEqual(['h2', 'h2']);
  });

  test('of frames that are none fails, at the latest at the deadline', async () => {
    await using to = await connected((stream) => stream.raw(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')));
    expect(await failureOf(to.send({ timeoutMs: 300 }))).toMatchObject({ code: 'ATLAS_UNAVAILABLE', transient: true });
  });

  test('is closed with the transport, and so is what waits for one', async () => {
    const to = await connected(() => {}, { maxStreams: 1, connections: 1 });
    const failures = Promise.all(Array.from({ length: 30 }, () => failureOf(to.send())));
    await vi.waitFor(() => expect(to.server.requests()).toBeGreaterThan(0));
    await to.transport.close();
    expect((await failures).map(({ code }) => code)).toEqual(Array(30).fill('ATLAS_UNAVAILABLE'));
    expect(to.server.requests()).toBeLessThan(30);
    expect((await failureOf(to.send())).message).toContain('the client is closed');
    await to[Symbol.asyncDispose]();
  });

  test('that is still being made is closed with the transport, though the server never speaks TLS', async () => {
    const sockets = new Set<Socket>();
    let gone = 0;
    const server = createServer((socket) => {
      sockets.add(socket.on('close', () => (gone += 1)).resume());
    });
    const url = (await listen(server)).replace('http:', 'https:');
    const transport = new HttpTransport();
    const failing = failureOf(transport.send(requestTo(url)));
    await vi.waitFor(() => expect(sockets.size).toBe(1));
    await transport.close();
    expect(await failing).toMatchObject({ code: 'ATLAS_UNAVAILABLE', message: expect.stringContaining('(CLOSED)') });
    await vi.waitFor(() => expect(gone).toBe(1));
    server.close();
  });

  test('does not keep the process alive between requests', async () => {
    await using to = await connected(ok);
    await to.send();
    const { stdout } = process; // what vitest itself holds is not counted
    expect(process.getActiveResourcesInfo().filter((name) => name === 'TLSSocketWrap' && stdout)).toHaveLength(0);
  });
});

describe("an answer from Node's own server", () => {
  const large = 'x'.repeat(6_000_000);

  test.each([
    ['larger than the windows', large, {}],
    ['in gzip', gzipSync(large), { 'content-encoding': 'gzip' }],
  ])('%s comes whole', async (_, body, headers) => {
    const { key, cert } = makeCertificate('localhost');
    const server = createSecureServer({ key, cert, maxSessionMemory: 100 }, (__, response) =>
      response.writeHead(200, headers).end(body),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const transport = new HttpTransport({ ca: cert });
    const url = `https://localhost:${(server.address() as AddressInfo).port}`;
    const answers = await Promise.all([1, 2, 3].map(() => transport.send(requestTo(url))));
    expect(answers.map((answer) => answer.body === large)).toEqual([true, true, true]);
    const failure = await failureOf(transport.send(requestTo(url, { maxBytes: 1_000 })));
    expect(failure).toMatchObject({ code: 'ATLAS_BAD_ANSWER', lasting: true });
    await transport.close();
    await new Promise((resolve) => server.close(resolve));
  });
});

test('a POST carries its body', async () => {
  const { key, cert } = makeCertificate('localhost');
  const server = createSecureServer({ key, cert }, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    response.end(`${request.method} ${body}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const transport = new HttpTransport({ ca: cert });
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  const answer = await transport.send(requestTo(url, { method: 'POST', body: 'grant_type=client_credentials' }));
  expect(answer.body).toBe('POST grant_type=client_credentials');
  await transport.close();
  await new Promise((resolve) => server.close(resolve));
});
