import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { fixedCredentials } from '../../functions/atlas/auth/credentials.ts';
import { AtlasClient } from '../../functions/atlas/client.ts';
import { HttpTransport } from '../../functions/atlas/http/http-transport.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { accountOf, all, clustersOf, failureOf, keyOf, projectsOf } from '../atlas/clients.ts';
import { type Front, startNghttpx, startNginx } from './servers.ts';

/** 3 projects, 36 clusters. */
const WORLD = { projects: 3, clusters: 12, jobs: 40, latencyMs: 20, maxItemsPerPage: 10, buckets: 'off' as const };

let atlas: AtlasSimulator;
let expected: string[];

beforeAll(async () => {
  atlas = await startAtlas(WORLD);
  await using client = new AtlasClient({ credentials: fixedCredentials(keyOf(atlas)), baseUrl: atlas.url });
  expected = await jobIds(client);
  expect(expected.length).toBeGreaterThan(500);
  return () => atlas.close();
});

/** Ids of all jobs of all clusters, read at once, in order. */
async function jobIds(client: AtlasClient): Promise<string[]> {
  const perProject = (await projectsOf(client)).map(async ({ id }) => {
    const clusters = await clustersOf(client, id, 'dedicated');
    const dedicated = clusters.filter(({ tier }) => tier === 'dedicated');
    const lists = dedicated.map(({ name }) =>
      all(client.jobPages({ kind: 'dedicated', projectId: id, clusterName: name })),
    );
    return (await Promise.all(lists)).flat().flatMap(({ jobs }) => jobs);
  });
  const jobs = (await Promise.all(perProject)).flat();
  return jobs.map((job) => ('atlas' in job ? String(job.atlas.id) : 'damaged')).sort();
}

function clientOf(front: Front, credentials = accountOf(atlas)) {
  const transport = new HttpTransport({ ca: front.ca, connections: 32 });
  return new AtlasClient({ credentials: fixedCredentials(credentials), baseUrl: front.url, transport });
}

/** A server may log a request after its answer has arrived: waits until it has logged so many, or ten seconds are over. */
async function servedAtLeast(front: Front, requests: number) {
  for (const endsAt = Date.now() + 10_000; Date.now() < endsAt && (await front.served()).length < requests; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  // A duplicate may be logged last.
  await new Promise((resolve) => setTimeout(resolve, 200));
  return front.served();
}

const count = (served: { protocol: string; connection: string }[], of: 'protocol' | 'connection') =>
  new Set(served.map((one) => one[of])).size;

describe.each<[string, (options?: 'one stream') => Promise<Front>]>([
  ['nginx', (one) => startNginx(atlas.url, one ? { http: 'http2_max_concurrent_streams 1;' } : {})],
  ['nghttpx', (one) => startNghttpx(atlas.url, one ? ['--frontend-http2-max-concurrent-streams=1'] : [])],
])('%s', (_, start) => {
  test.each([
    ['with a service account', () => accountOf(atlas)],
    ['with an API key', () => keyOf(atlas)],
  ])('carries everything over one connection, %s', async (__, credentials) => {
    await using front = await start();
    await using client = clientOf(front, credentials());
    expect(await jobIds(client)).toEqual(expected);
    const served = await front.served();
    expect(new Set(served.map(({ protocol }) => protocol))).toEqual(new Set(['HTTP/2.0']));
    expect(count(served, 'connection')).toBe(1);
  });

  test('that takes one stream a connection gets more connections', async () => {
    await using front = await start('one stream');
    await using client = clientOf(front);
    expect(await jobIds(client)).toEqual(expected);
    expect(count(await front.served(), 'connection')).toBeGreaterThan(1);
  });

  test('killed and started again in the middle costs a retry, and no job', async () => {
    await using front = await start();
    await using client = clientOf(front);
    const reading = jobIds(client);
    await new Promise((resolve) => setTimeout(resolve, 120));
    await front.crash();
    expect(await reading).toEqual(expected);
  });
});

describe('nginx', () => {
  test('that leaves (GOAWAY) after every 10 requests loses nothing, and asks for nothing twice', async () => {
    await using front = await startNginx(atlas.url, { http: 'keepalive_requests 10;' });
    await using client = clientOf(front);
    expect(await jobIds(client)).toEqual(expected);
    const sent = client.usage.requests + client.usage.tokenRequests;
    const served = await servedAtLeast(front, sent);
    expect(count(served, 'connection')).toBeGreaterThan(5);
    const lines = served.map(({ connection, status, path }) => `${connection} ${status} ${path}`);
    expect(served.length, `${sent} sent, served:\n${lines.join('\n')}`).toBe(sent);
  });

  test('reloaded in the middle (SIGHUP) finishes what it took', async () => {
    await using front = await startNginx(atlas.url);
    await using client = clientOf(front);
    const reading = jobIds(client);
    await new Promise((resolve) => setTimeout(resolve, 100));
    front.signal('SIGHUP');
    expect(await reading).toEqual(expected);
  });

  test('that misdirects every third request (421) is tried on other connections', async () => {
    const server = 'if ($connection_requests = 3) { return 421; }';
    await using front = await startNginx(atlas.url, { server });
    await using client = clientOf(front);
    expect(await jobIds(client)).toEqual(expected);
    expect((await front.served()).some(({ status }) => status === 421)).toBe(true);
  });

  test('that sends 20 KB a second is waited for', async () => {
    await using front = await startNginx(atlas.url, { location: 'limit_rate 20k;' });
    await using client = clientOf(front);
    expect(await jobIds(client)).toEqual(expected);
  });

  test('that speaks HTTP/1.1 only is spoken to in HTTP/1.1', async () => {
    await using front = await startNginx(atlas.url, { http2: false });
    await using client = clientOf(front);
    expect(await jobIds(client)).toEqual(expected);
    expect(new Set((await front.served()).map(({ protocol }) => protocol))).toEqual(new Set(['HTTP/1.1']));
  });

  test('that closes idle connections is connected to again', async () => {
    await using front = await startNginx(atlas.url, { http: 'keepalive_timeout 1s;' });
    await using client = clientOf(front);
    await projectsOf(client);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await jobIds(client)).toEqual(expected);
  });
});

describe.each([
  ['nginx', (url: string) => startNginx(url)],
  ['nghttpx', (url: string) => startNghttpx(url)],
])('%s', (_, start) => {
  test('whose backend breaks off resets the stream, and half an answer is none', async () => {
    const backend = createServer((__, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"results":[');
      setTimeout(() => response.destroy(), 50);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => backend.once('listening', resolve));
    await using front = await start(`http://127.0.0.1:${(backend.address() as AddressInfo).port}`);
    const transport = new HttpTransport({ ca: front.ca });
    const request = { method: 'GET', headers: {}, timeoutMs: 20_000, maxBytes: 1_000_000 } as const;
    const failure = await failureOf(transport.send({ ...request, url: new URL(`${front.url}/x`) }));
    expect(failure).toMatchObject({ transient: true });
    expect(['ATLAS_BAD_ANSWER', 'ATLAS_UNAVAILABLE']).toContain(failure.code);
    await transport.close();
    backend.close();
  });
});
