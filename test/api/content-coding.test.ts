// Answers are compressed where the caller can read that, here and behind API Gateway, and can be asked about again.
import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiApp } from '../../functions/api/app.ts';
import { isMatched, tagged } from '../../functions/api/http/etag.ts';
import { weighted } from '../../functions/api/http/negotiate.ts';
import { gatewayHandler } from '../../functions/api/lambda/adapter.ts';
import { testEngine } from '../ledger/engines.ts';
import { job } from '../ledger/jobs.ts';
import { eventOf } from './lambda/lambda-event.ts';
import { type Service, startService } from './service.ts';

const engine = testEngine();
let service: Service;
const JOBS = 40;

beforeAll(async () => {
  service = await startService(engine);
  await service.add(...Array.from({ length: JOBS }, (_, n) => job({ jobId: n.toString(16).padStart(24, '0') })));
});
afterAll(() => service[Symbol.asyncDispose]());

type Headers = Record<string, string | string[] | undefined>;
interface Got {
  status: number;
  headers: Headers;
  bytes: Buffer;
}

/** As sent: `fetch` would decode it. */
function sentHere(path: string, headers: Record<string, string>, method = 'GET'): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = request(`${service.url}${path}`, { method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(chunks) }),
      );
    });
    asked.on('error', reject).end();
  });
}

async function sentByGateway(path: string, headers: Record<string, string>, method = 'GET'): Promise<Got> {
  const handler = gatewayHandler(apiApp(service.ports));
  const { statusCode, headers: answered, body, isBase64Encoded } = await handler(eventOf(path, { method, headers }));
  return { status: statusCode, headers: answered, bytes: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') };
}

const DECODE = { br: brotliDecompressSync, gzip: gunzipSync, none: (bytes: Buffer) => bytes };
const LIST = `/restore-jobs?limit=${JOBS}`;

describe.each([
  ['of this machine', sentHere],
  ['of API Gateway', sentByGateway],
])('an answer %s', (_, get) => {
  test.each<[string, keyof typeof DECODE]>([
    ['br, gzip', 'br'],
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0.1, gzip;q=0.5', 'gzip'],
    ['*', 'br'],
    ['br;q=0, *', 'gzip'],
    ['deflate', 'none'],
    ['identity', 'none'],
    ['gzip;q=0', 'none'],
    ['gzip;q=nonsense', 'none'],
  ])('to a caller that accepts %s: %s', async (accepts, coding) => {
    const plain = await get(LIST, {});
    const { headers, bytes } = await get(LIST, { 'accept-encoding': accepts });
    expect(headers['content-encoding']).toBe(coding === 'none' ? undefined : coding);
    expect(DECODE[coding](bytes).equals(plain.bytes)).toBe(true);
    if (coding === 'none') return;
    expect(bytes.length).toBeLessThan(plain.bytes.length / 3);
    expect(headers.vary).toMatch(/accept-encoding/);
    expect(headers.etag).toBe(String(plain.headers.etag).replace(/"$/, `-${coding}"`));
  });

  test.each(['/health', '/restore-jobs?limit=1&format=csv&status=FAILED'])(
    'that is short stays as it is: %s',
    async (path) => {
      const { headers, bytes, status } = await get(path, { 'accept-encoding': 'br' });
      expect({ status, coding: headers['content-encoding'] }).toEqual({ status: 200, coding: undefined });
      expect(bytes.length).toBeLessThan(1_024);
    },
  );

  test.each([
    LIST,
    `${LIST}&format=csv`,
    '/summary',
    '/coverage',
    '/runs',
    '/clusters',
    '/openapi.json',
    '/search?q=orders',
  ])('has a validator: %s', async (path) => {
    const first = await get(path, { 'accept-encoding': 'br' });
    expect(first.status).toBe(200);
    const { etag } = first.headers;
    expect(etag).toMatch(/^"[\w-]+"$/);
    const again = await get(path, { 'accept-encoding': 'br', 'if-none-match': String(etag) });
    expect({ status: again.status, bytes: again.bytes.length }).toEqual({ status: 304, bytes: 0 });
    // Of the answer that the client has: by another tag, a cache could not tell which.
    expect(again.headers).toMatchObject({ etag, ...(first.headers.vary ? { vary: first.headers.vary } : {}) });
    const weakly = await get(path, { 'if-none-match': `"x", W/${etag}` });
    expect(weakly).toMatchObject({ status: 304, headers: { etag } });
    const head = await get(path, { 'accept-encoding': 'br' }, 'HEAD');
    const of = ({ headers }: Got) => ['etag', 'vary', 'content-encoding', 'content-type'].map((name) => headers[name]);
    expect([head.status, head.bytes.length, of(head)]).toEqual([200, 0, of(first)]);
    const other = await get(path, { 'accept-encoding': 'br', 'if-none-match': '"another"' });
    expect(other).toMatchObject({ status: 200, headers: { etag } });
  });
});

test('HEAD is answered without a body', async () => {
  const { status, bytes } = await sentHere(LIST, { 'accept-encoding': 'br' }, 'HEAD');
  expect({ status, bytes: bytes.length }).toEqual({ status: 200, bytes: 0 });
});

test('a list of weights is read, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string(), (list) => {
      const weight = weighted(list, 'br');
      expect(weight >= 0 && weight <= 1).toBe(true);
    }),
  );
});

test('a tag that ends like one of a coded answer is found, too', async () => {
  const n = Array.from({ length: 2_000_000 }, (_, each) => each).find((each) => tagged(each).etag.endsWith('-br"'));
  const { etag } = tagged(n);
  expect([isMatched(etag, etag), isMatched(etag.replace(/"$/, '-gzip"'), etag), isMatched('"other-br"', etag)]).toEqual(
    [...[true, true, false]],
  );
});
