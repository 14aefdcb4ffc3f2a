import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { HttpTransport } from '../../../functions/atlas/http/http-transport.ts';
import type { TransportRequest } from '../../../functions/atlas/http/transport.ts';
import { listen } from '../../../local/listen.ts';
import { failureOf } from '../clients.ts';
import { json, type Reply, serve } from '../scripted-server.ts';

class DisposableTransport extends HttpTransport implements AsyncDisposable {
  [Symbol.asyncDispose]() {
    return this.close();
  }
}

/** Asks a server that answers so. */
async function ask(reply: Reply, request: Partial<TransportRequest> = {}) {
  await using server = await serve(reply);
  await using transport = new DisposableTransport();
  return await transport.send(requestTo(server.url, request));
}

const requestTo = (url: string, request: Partial<TransportRequest> = {}): TransportRequest => ({
  ...{ method: 'GET', headers: { authorization: 'Bearer CANARY' }, timeoutMs: 10_000, maxBytes: 1_000_000 },
  ...request,
  url: new URL(`${url}/api/atlas/v2/groups?pageNum=1`),
});

describe('an answer', () => {
  test('comes with its status, its headers in lower case, and its body as text', async () => {
    const answer = await ask(json(404, { detail: 'Zürich ✓' }, { 'X-Error-Code': 'CLUSTER_NOT_FOUND' }));
    expect(answer).toMatchObject({ status: 404, body: '{"detail":"Zürich ✓"}' });
    expect(answer.headers).toMatchObject({ 'x-error-code': 'CLUSTER_NOT_FOUND' });
  });

  test('compressed by gzip is decoded; nothing else is asked for', async () => {
    await using server = await serve((response) =>
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('x'.repeat(100_000))),
    );
    await using transport = new DisposableTransport();
    expect((await transport.send(requestTo(server.url))).body).toHaveLength(100_000);
    expect(server.seen[0]?.headers['accept-encoding']).toBe('gzip');
  });

  test('is decoded whatever its length, its letters, and what gzip says of its size', async () => {
    const texts = ['', 'x', 'x'.repeat(3_000), 'Zürich ✓ 🦆'.repeat(2_000), 'x'.repeat(2_500_000)];
    for (const text of texts) {
      const zipped = gzipSync(text);
      const twoParts = Buffer.concat([gzipSync(text), gzipSync('end')]); // the trailer speaks of the second only
      for (const [body, expected] of [
        [zipped, text],
        [twoParts, `${text}end`],
      ] as const) {
        const answer = ask((response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(body), {
          maxBytes: 3_000_000,
        });
        expect((await answer).body === expected, `${text.length} characters`).toBe(true);
      }
    }
  });

  test('that redirects is an answer like any other, and not followed', async () => {
    await using elsewhere = await serve(json(200, {}));
    const answer = await ask((response) => response.writeHead(301, { Location: elsewhere.url }).end());
    expect(answer.status).toBe(301);
    expect(elsewhere.seen).toEqual([]);
  });
});

describe('connections', () => {
  test('are kept and used again', async () => {
    await using server = await serve(json(200, {}));
    await using transport = new DisposableTransport();
    for (let call = 0; call < 5; call++) await transport.send(requestTo(server.url));
    // The pool opens a second one when the next request comes before the first is tidied up.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  test('are never more than were asked for', async () => {
    await using server = await serve(json(200, {}));
    await using transport = new DisposableTransport({ connections: 3 });
    await Promise.all(Array.from({ length: 30 }, () => transport.send(requestTo(server.url))));
    expect(server.connections()).toBeLessThanOrEqual(3);
  });

  test('are closed with the transport, which then sends nothing more', async () => {
    await using server = await serve(() => {});
    const transport = new HttpTransport();
    const hanging = failureOf(transport.send(requestTo(server.url)));
    await transport.close();
    expect((await hanging).code).toBe('ATLAS_UNAVAILABLE');
    expect((await failureOf(transport.send(requestTo(server.url)))).message).toContain('the client is closed');
  });
});

describe('no answer', () => {
  const never: Reply = () => {};
  const beginning: Reply = (response) =>
    void response.writeHead(200, { 'Content-Length': '100' }).write('{"results":[');

  test.each([
    ['never begins', never],
    ['never ends', beginning],
  ])('in time: one that %s is given up at the deadline', async (_, reply) => {
    const failure = await failureOf(ask(reply, { timeoutMs: 60 }));
    expect(failure).toMatchObject({ code: 'ATLAS_UNAVAILABLE', transient: true });
    expect(failure.message).toBe('GET /api/atlas/v2/groups was not answered in full within 60 ms');
  });

  test('in time: waiting for a connection counts, and what waited too long is never sent', async () => {
    await using server = await serve(never);
    await using transport = new DisposableTransport({ connections: 1 });
    const send = (name: string, timeoutMs: number) =>
      failureOf(transport.send(requestTo(server.url, { timeoutMs, headers: { name } })));
    const first = send('first', 200);
    expect((await send('second', 60)).message).toContain('60 ms');
    await first;
    await send('third', 200);
    expect(server.seen.map(({ headers }) => headers.name)).toEqual(['first', 'third']);
  });

  test('after a silence in its middle', async () => {
    await using server = await serve(beginning);
    await using transport = new DisposableTransport({ stallMs: 50 });
    const failure = await failureOf(transport.send(requestTo(server.url)));
    expect(failure).toMatchObject({ code: 'ATLAS_UNAVAILABLE', message: expect.stringContaining('took too long') });
  });

  test('from a connection that is reset', async () => {
    const failure = await failureOf(ask((response) => void response.socket?.destroy()));
    expect(failure).toMatchObject({ code: 'ATLAS_UNAVAILABLE', transient: true });
  });

  test('from a port where nobody listens', async () => {
    await using transport = new DisposableTransport();
    const failure = await failureOf(transport.send(requestTo('http://127.0.0.1:1')));
    expect(failure).toMatchObject({ code: 'ATLAS_UNAVAILABLE', message: expect.stringContaining('ECONNREFUSED') });
  });

  test('from a body that is cut', async () => {
    const failure = await failureOf(
      ask((response) => response.writeHead(200, { 'Content-Length': '100' }).write('{"a":', () => response.destroy())),
    );
    expect(failure).toMatchObject({
      code: 'ATLAS_BAD_ANSWER',
      transient: true,
      message: expect.stringContaining('cut off'),
    });
  });

  test('from gzip that is cut, or is none', async () => {
    const cut = gzipSync('x'.repeat(1000)).subarray(0, 20);
    for (const body of [cut, Buffer.from('no gzip')]) {
      const failure = await failureOf(
        ask((response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(body)),
      );
      expect(failure).toMatchObject({
        code: 'ATLAS_BAD_ANSWER',
        message: expect.stringContaining('truncated or corrupt'),
      });
    }
  });

  test('from an encoding that nobody requested', async () => {
    const failure = await failureOf(ask((response) => response.writeHead(200, { 'Content-Encoding': 'br' }).end('x')));
    expect(failure.code).toBe('ATLAS_BAD_ANSWER');
  });

  test('from something that is not HTTP', async () => {
    const server = createServer((socket) => void socket.end('SSH-2.0-synthetic\r\n\r\n'));
    const url = await listen(server);
    await using transport = new DisposableTransport();
    expect((await failureOf(transport.send(requestTo(url)))).code).toBe('ATLAS_BAD_ANSWER');
    server.close();
  });
});

describe('the largest answer', () => {
  const large = 'x'.repeat(2_000_000);

  test.each<[string, Reply]>([
    ['announced', (response) => response.writeHead(200, { 'Content-Length': String(large.length) }).flushHeaders()],
    ['in chunks', (response) => response.writeHead(200).end(large)],
    ['from a small gzip', (response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(large))],
    [
      'without end',
      (response) => {
        response.writeHead(200);
        const pour = () => {
          if (response.destroyed) return;
          response.write(large);
          setImmediate(pour);
        };
        pour();
      },
    ],
  ])('is not exceeded: one %s is given up, for good', async (_, reply) => {
    const failure = await failureOf(ask(reply));
    expect(failure).toMatchObject({ code: 'ATLAS_BAD_ANSWER', lasting: true, transient: false });
    expect(failure.message).toContain('more than 1000000 bytes');
  });

  test('may be as large as that', async () => {
    expect((await ask(json(200, 'x'.repeat(999_998)))).body).toHaveLength(1_000_000);
  });
});
