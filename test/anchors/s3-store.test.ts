// The store over S3's own client, on a server that keeps objects and answers as S3 does where it matters here.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { S3Store } from '../../functions/anchors/s3-store.ts';
import { readText } from '../../functions/anchors/store.ts';
import { listOf } from '../../functions/platform/lists/list-of.ts';

const objects = new Map<string, Buffer>();
let server: Server;
let client: S3Client;
let isRefusing = false;

const error = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>synthetic</Message></Error>`;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://s3');
    const [, bucket, ...rest] = decodeURIComponent(pathname).split('/');
    const key = rest.join('/');
    const end = (status: number, body: string | Buffer = '') => response.writeHead(status).end(body);
    if (isRefusing) return end(403, error('AccessDenied'));
    if (bucket !== 'evidence') return end(404, error('NoSuchBucket'));
    if (request.method === 'PUT') {
      if (request.headers['if-none-match'] === '*' && objects.has(key)) return end(412, error('PreconditionFailed'));
      objects.set(key, Buffer.concat(chunks));
      return end(200);
    }
    if (key !== '') return objects.has(key) ? end(200, objects.get(key)) : end(404, error('NoSuchKey'));
    const prefix = searchParams.get('prefix') ?? '';
    const names = [...objects.keys()].filter((name) => name.startsWith(prefix)).sort();
    const from = Number(searchParams.get('continuation-token') ?? 0);
    const page = names.slice(from, from + 2);
    const more = from + 2 < names.length;
    const token = more ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : '';
    const contents = page.map((name) => `<Contents><Key>${name}</Key></Contents>`).join('');
    return end(
      200,
      `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${token}${contents}</ListBucketResult>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new S3Client({
    ...{ region: 'eu-west-1', forcePathStyle: true, maxAttempts: 1 },
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
});
afterAll(() => {
  client.destroy();
  server.close();
});

const storeOf = (bucket = 'evidence') => new S3Store({ bucket, prefix: 'mine/', client });

test('what is there stays, what is listed comes in order over all pages, and what is not there is nothing', async () => {
  const store = storeOf();
  for (const name of ['heads/c', 'heads/a', 'heads/b', 'keys/k.pem']) expect(await store.create(name, name)).toBe(true);
  expect(await store.create('heads/a', 'another')).toBe(false);
  expect(await readText(store, 'heads/a', 100)).toBe('heads/a');
  expect(await listOf(store.list('heads/'))).toEqual(['heads/a', 'heads/b', 'heads/c']);
  expect(await store.read('heads/none')).toBeUndefined();
  await expect(readText(store, 'heads/a', 3)).rejects.toThrow('heads/a: expected at most 3 bytes, got more');
  expect([...objects.keys()].every((key) => key.startsWith('mine/'))).toBe(true);
});

test('a refusal says what to do', async () => {
  await expect(storeOf('nobody').create('x', 'y')).rejects.toThrow(
    's3://nobody/mine/: writing x: the bucket does not exist: check its name',
  );
  isRefusing = true;
  await expect(storeOf().read('heads/a')).rejects.toThrow('reading heads/a: access is denied: it takes s3:ListBucket');
  await expect(listOf(storeOf().list(''))).rejects.toThrow('listing : access is denied');
  isRefusing = false;
});
