import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TokenBucket } from '../../../../local/atlas/base/buckets.ts';
import { type SimulatorOptions, startAtlas } from '../../../../local/atlas/server.ts';
import { ManualClock } from '../../../../local/manual-clock.ts';
import { DigestClient, type List, requestToken, send } from '../client.ts';

async function setUp(options: SimulatorOptions = {}) {
  const clock = new ManualClock();
  const atlas = await startAtlas({ clock, ...options });
  const paths = atlas.world.projects.map(({ id }) => `/groups/${id}/clusters/Cluster0/backup/restoreJobs`);
  return { atlas, clock, client: new DigestClient(atlas), path: paths[0] ?? '', other: paths[1] ?? '' };
}

const small = { cloudBackups: { capacity: 3, refill: 2, seconds: 60 } };

test('every answer tells the capacity and what is left of it', async () => {
  const { atlas, client, path } = await setUp();
  await using _ = atlas;
  for (const remaining of ['1199', '1198']) {
    expect((await client.get(path)).headers).toMatchObject({
      'ratelimit-limit': '1200',
      'ratelimit-remaining': remaining,
    });
  }
});

test('an empty bucket refuses until it is refilled, and says how long that takes', async () => {
  const { atlas, clock, client, path } = await setUp({ buckets: small });
  await using _ = atlas;
  for (let n = 0; n < 3; n++) expect(await client.get(path)).toMatchObject({ status: 200 });
  clock.advance(4_500);
  const whole = `/api/atlas/v2${path}`;
  expect(await client.get(path)).toMatchObject({
    status: 429,
    headers: { 'retry-after': '56', 'ratelimit-limit': '3', 'ratelimit-remaining': '0' },
    body: {
      error: 429,
      errorCode: 'RATE_LIMITED_TOKEN_BUCKET',
      reason: 'Too Many Requests',
      detail: expect.stringContaining(`Rate limit exceeded for ${whole}. Please retry after 56 seconds.`),
      parameters: [whole, 56, 3, 2, 60],
    },
  });
  clock.advance(55_499);
  expect(await client.get(path)).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
  clock.advance(1);
  expect([await client.get(path), await client.get(path)]).toMatchObject([{ status: 200 }, { status: 200 }]);
  expect(await client.get(path)).toMatchObject({ status: 429 });
});

test('projects do not starve each other, nor do endpoint sets', async () => {
  const { atlas, client, path, other } = await setUp({ buckets: small });
  await using _ = atlas;
  for (let n = 0; n < 4; n++) await client.get(path);
  expect(await client.get(path)).toMatchObject({ status: 429 });
  expect(await client.get(other)).toMatchObject({ status: 200 });
  expect(await client.get('/groups')).toMatchObject({ status: 200 });
});

test('a user-scoped bucket is one for all projects, and another for another user', async () => {
  const { atlas, client } = await setUp({ buckets: { projects: { capacity: 1 } } });
  await using _ = atlas;
  expect([await client.get('/groups'), await client.get('/groups')]).toMatchObject([{ status: 200 }, { status: 429 }]);
  const { body } = await requestToken(atlas);
  const headers = { authorization: `Bearer ${body.access_token}`, accept: 'application/vnd.atlas.2023-01-01+json' };
  expect(await send(`${atlas.url}/api/atlas/v2/groups`, { headers })).toMatchObject({ status: 200 });
});

test('a bucket, all of them, or their headers alone can be left out', async () => {
  for (const options of [
    { buckets: { cloudBackups: 'off' as const } },
    { buckets: 'off' as const },
    { rateLimitHeaders: false },
  ]) {
    const { atlas, client, path } = await setUp(options);
    await using _ = atlas;
    const { status, headers } = await client.get(path);
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('ratelimit-limit');
  }
});

test('without its headers a 429 still says when to come back', async () => {
  const { atlas, client, path } = await setUp({ rateLimitHeaders: false, buckets: { cloudBackups: { capacity: 0 } } });
  await using _ = atlas;
  const { status, headers } = await client.get(path);
  expect([status, headers['retry-after'], headers['ratelimit-limit']]).toEqual([429, '60', undefined]);
});

describe('the limits in force', () => {
  interface Limits {
    endpointSetId: string;
    scope: string;
    capacity: { value: number; defaultValue: number };
    endpoints: { method: string; path: string }[];
  }

  test('can be asked for, all or by filter', async () => {
    const { atlas, client, path } = await setUp({ buckets: small });
    await using _ = atlas;
    const all = (await client.get<List<Limits>>('/rateLimits')).body.results;
    expect(all).toHaveLength(9);
    const backups = all.find(({ endpointSetId }) => endpointSetId === 'cloudBackups_group');
    expect(backups).toMatchObject({ scope: 'GROUP', capacity: { value: 3, defaultValue: 1200 } });
    expect(backups?.endpoints).toContainEqual({
      method: 'GET',
      path: '/api/atlas/v2/groups/{groupId}/clusters/{clusterName}/backup/restoreJobs',
    });
    const ids = async (query: string) =>
      (await client.get<List<Limits>>(`/rateLimits?${query}`)).body.results.map(({ endpointSetId }) => endpointSetId);
    expect(await ids('endpointPath=/api/atlas/v2/clusters')).toEqual(['allClusters_user']);
    expect(await ids(`groupId=${path.split('/')[2]}&name=Clusters`)).toEqual(['clusters_group']);
  });

  test('can be asked for one by one', async () => {
    const { atlas, client } = await setUp();
    await using _ = atlas;
    expect((await client.get<Limits>('/rateLimits/projects_user')).body).toMatchObject({ capacity: { value: 1200 } });
    expect(await client.get('/rateLimits/nothing')).toMatchObject({ status: 404 });
  });
});

test('a bucket never grants more than its capacity and what was refilled', () => {
  const limit = fc.record({
    capacity: fc.integer({ min: 0, max: 50 }),
    refill: fc.integer({ min: 0, max: 20 }),
    seconds: fc.integer({ min: 1, max: 120 }),
  });
  fc.assert(
    fc.property(limit, fc.array(fc.integer({ min: 0, max: 90_000 })), (given, waits) => {
      const bucket = new TokenBucket(given, 0);
      let now = 0;
      let granted = 0;
      for (const wait of waits) {
        now += wait;
        const { taken, remaining, waitSeconds } = bucket.take(now);
        if (taken) granted++;
        expect(granted).toBeLessThanOrEqual(given.capacity + Math.floor(now / (given.seconds * 1000)) * given.refill);
        expect(remaining).toBeGreaterThanOrEqual(0);
        expect(waitSeconds).toBeGreaterThan(0);
        expect(waitSeconds).toBeLessThanOrEqual(given.seconds);
      }
    }),
  );
});
