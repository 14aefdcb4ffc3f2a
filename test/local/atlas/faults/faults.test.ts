import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../../../local/atlas/faults/faults.ts';
import { type SimulatorOptions, startAtlas } from '../../../../local/atlas/server.ts';
import { ManualClock } from '../../../../local/manual-clock.ts';
import { DigestClient, type List, NEWEST, pages, requestToken, send } from '../client.ts';

async function setUp(fault?: Fault, options: SimulatorOptions = {}) {
  const atlas = await startAtlas({ clock: new ManualClock(), ...options });
  const projectId = atlas.world.projects[0]?.id ?? '';
  const clusterName = atlas.world.clusters(projectId).find(({ tier }) => tier === 'flex')?.name ?? '';
  const path = `/groups/${projectId}/flexClusters/${clusterName}/backup/restoreJobs`;
  if (fault) atlas.faults.add({ when: {}, fault });
  return { atlas, client: new DigestClient(atlas), projectId, clusterName, path };
}

const ids = (results: Record<string, unknown>[]) => results.map(({ id }) => id);

describe('a fault strikes', () => {
  const broken: Fault = { type: 'status', status: 500 };

  test('as often as asked, by default until it is taken back', async () => {
    const { atlas, client } = await setUp();
    await using _ = atlas;
    atlas.faults.add({ when: {}, times: 2, fault: broken });
    const remove = atlas.faults.add({ when: {}, fault: { type: 'status', status: 503 } });
    const statuses = [];
    for (let n = 0; n < 5; n++) statuses.push((await client.get('/groups')).status);
    expect(statuses).toEqual([500, 500, 503, 503, 503]);
    remove();
    expect(await client.get('/groups')).toMatchObject({ status: 200 });
    atlas.faults.add({ when: {}, fault: broken });
    atlas.faults.clear();
    expect(await client.get('/groups')).toMatchObject({ status: 200 });
  });

  test('the project, cluster, kind, page or path that it was meant for', async () => {
    const { atlas, client, projectId, clusterName, path } = await setUp();
    await using _ = atlas;
    const elsewhere = `/groups/${atlas.world.projects[1]?.id}`;
    const struck = async (at: string) => (await client.get(at)).status === 500;
    const cases = [
      { when: { projectId }, hit: path, miss: `${elsewhere}/clusters` },
      { when: { clusterName }, hit: `/groups/${projectId}/flexClusters/${clusterName}`, miss: '/groups' },
      { when: { kind: 'flex' }, hit: path, miss: `/groups/${projectId}/flexClusters` },
      { when: { pageNum: 2 }, hit: `${path}?pageNum=2`, miss: path },
      { when: { pageNum: 1 }, hit: path, miss: `/groups/${projectId}` },
      { when: { path: /serverless$/ }, hit: `/groups/${projectId}/serverless`, miss: path },
    ] as const;
    for (const { when, hit, miss } of cases) {
      const remove = atlas.faults.add({ when, fault: broken });
      expect([await struck(hit), await struck(miss)]).toEqual([true, false]);
      remove();
    }
  });

  test('only once the credentials were accepted: a challenge spends nothing', async () => {
    const { atlas, client } = await setUp();
    await using _ = atlas;
    atlas.faults.add({ when: {}, times: 1, fault: broken });
    expect(await send(`${atlas.url}/api/atlas/v2/groups`)).toMatchObject({ status: 401 });
    expect(await client.get('/groups')).toMatchObject({ status: 500 });
  });
});

describe('a status', () => {
  test.each([
    [{ status: 403 }, 'IP_ADDRESS_NOT_ON_ACCESS_LIST'],
    [{ status: 404 }, 'RESOURCE_NOT_FOUND'],
    [{ status: 404, errorCode: 'CLUSTER_NOT_FOUND' }, 'CLUSTER_NOT_FOUND'],
    [{ status: 400, errorCode: 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API' }, 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API'],
    [{ status: 410 }, 'VERSION_GONE'],
    [{ status: 500 }, 'UNEXPECTED_ERROR'],
    [{ status: 503 }, 'SERVICE_UNAVAILABLE'],
  ])('%j comes in the words of Atlas', async (fault, errorCode) => {
    const { atlas, client } = await setUp({ type: 'status', ...fault });
    await using _ = atlas;
    const { status, body } = await client.get('/groups');
    expect([status, body]).toMatchObject([fault.status, { error: fault.status, errorCode }]);
  });

  test('401 is a new challenge, or the word that the role is too small', async () => {
    const { atlas, client } = await setUp();
    await using _ = atlas;
    atlas.faults.add({ when: {}, times: 1, fault: { type: 'status', status: 401 } });
    atlas.faults.add({ when: {}, times: 1, fault: { type: 'status', status: 401, errorCode: 'USER_UNAUTHORIZED' } });
    const plain = await client.get('/groups');
    expect(plain.headers['www-authenticate']).toMatch(/^Digest .*stale=false$/);
    const role = await client.get('/groups');
    expect(role).toMatchObject({ status: 401, body: { errorCode: 'USER_UNAUTHORIZED' } });
    expect(role.headers).not.toHaveProperty('www-authenticate');
    expect(await client.get('/groups')).toMatchObject({ status: 200 });
  });

  test('401 challenges a token with the scheme of tokens', async () => {
    const { atlas } = await setUp();
    await using _ = atlas;
    const { body } = await requestToken(atlas);
    atlas.faults.add({ when: {}, fault: { type: 'status', status: 401 } });
    const headers = { authorization: `Bearer ${body.access_token}`, accept: NEWEST };
    const reply = await send(`${atlas.url}/api/atlas/v2/groups`, { headers });
    expect(reply).toMatchObject({ status: 401, headers: { 'www-authenticate': expect.stringMatching(/^Bearer /) } });
  });

  test('429 says when to come back only where told to', async () => {
    const { atlas, client } = await setUp();
    await using _ = atlas;
    atlas.faults.add({ when: {}, times: 1, fault: { type: 'status', status: 429, retryAfterSeconds: 7 } });
    atlas.faults.add({ when: {}, times: 1, fault: { type: 'status', status: 429 } });
    const told = await client.get('/groups');
    expect(told).toMatchObject({ status: 429, headers: { 'retry-after': '7' } });
    expect(told.body).toMatchObject({
      errorCode: 'RATE_LIMITED_TOKEN_BUCKET',
      parameters: ['/api/atlas/v2/groups', 7, 1200, 500, 60],
    });
    expect((await client.get('/groups')).headers).not.toHaveProperty('retry-after');
  });

  test('on a token request is OAuth-shaped, but for 429', async () => {
    const { atlas } = await setUp();
    await using _ = atlas;
    const when = { path: /oauth\/token$/ };
    atlas.faults.add({ when, times: 1, fault: { type: 'status', status: 500 } });
    atlas.faults.add({ when, times: 1, fault: { type: 'status', status: 401 } });
    atlas.faults.add({ when, times: 1, fault: { type: 'status', status: 429, retryAfterSeconds: 3 } });
    expect(await requestToken(atlas)).toMatchObject({ status: 500, body: { error: 'server_error' } });
    expect(await requestToken(atlas)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(await requestToken(atlas)).toMatchObject({ status: 429, body: { error: 429, errorCode: 'RATE_LIMITED' } });
    expect(await requestToken(atlas)).toMatchObject({ status: 200 });
  });
});

describe('a spoiled list', () => {
  test('out of order holds the right items all the same', async () => {
    const { atlas, client, path, projectId, clusterName } = await setUp({ type: 'notDescending' });
    await using _ = atlas;
    const right = atlas.world.jobs(projectId, clusterName, 'flex').map(({ id }) => id);
    const read = ids((await pages(client, `${path}?itemsPerPage=10`)).flat());
    expect(read).not.toEqual(right);
    expect(read.toSorted()).toEqual(right.toSorted());
  });

  test('with duplicates repeats the end of every page, and misses nothing', async () => {
    const { atlas, client, path, projectId, clusterName } = await setUp({ type: 'duplicatePages', items: 3 });
    await using _ = atlas;
    const read = await pages(client, `${path}?itemsPerPage=10`);
    for (const [index, page] of read.entries()) {
      const before = read[index - 1];
      if (before) expect(ids(page.slice(0, 3))).toEqual(ids(before.slice(-3)));
    }
    const right = atlas.world.jobs(projectId, clusterName, 'flex').map(({ id }) => id);
    expect([...new Set(ids(read.flat()))]).toEqual(right);
  });

  test('that shifts starts a job before every page after the first', async () => {
    const { atlas, client, path } = await setUp({ type: 'shiftingPages' });
    await using _ = atlas;
    const read = await pages(client, `${path}?itemsPerPage=10`);
    expect(read).toHaveLength(3);
    expect(read[1]?.[0]).toEqual(read[0]?.[9]);
    expect(read[2]?.[0]).toEqual(read[1]?.[9]);
    expect(new Set(ids(read.flat())).size).toBe(25);
    expect((await client.get(path)).body.totalCount).toBe(27);
  });

  test('that shifts starts nothing where there is no such list', async () => {
    const { atlas, client, path } = await setUp({ type: 'shiftingPages' });
    await using _ = atlas;
    const asDedicated = path.replace('flexClusters', 'clusters');
    expect(await client.get(`${asDedicated}?pageNum=2`)).toMatchObject({ status: 400 });
    const nobody = path.replace(/flexClusters\/[^/]+/, 'flexClusters/nobody');
    expect(await client.get(`${nobody}?pageNum=2`)).toMatchObject({ status: 404 });
  });

  test.each([
    ['results', (body: List) => expect(body.results).toBe('none')],
    ['numberIds', (body: List) => expect(body.results.map(({ id }) => typeof id)).toEqual(['number', 'number'])],
    ['missingIds', (body: List) => expect(body.results.some((item) => 'id' in item)).toBe(false)],
    [
      'nullItem',
      (body: List) => expect(body.results).toEqual([null, expect.objectContaining({ id: expect.any(String) })]),
    ],
  ] as const)('of wrong types (%s) is valid JSON', async (what, check) => {
    const { atlas, client, path } = await setUp({ type: 'wrongTypes', what });
    await using _ = atlas;
    const { status, body } = await client.get(`${path}?itemsPerPage=2`);
    expect(status).toBe(200);
    check(body);
  });
});

describe('a broken answer', () => {
  test('may be HTML', async () => {
    const { atlas, client } = await setUp({ type: 'wrongJson' });
    await using _ = atlas;
    const { status, headers, text, body } = await client.get('/groups');
    expect([status, headers['content-type'], body]).toEqual([200, 'text/html', undefined]);
    expect(text).toMatch(/^<html>/);
  });

  test('may lead elsewhere', async () => {
    const { atlas, client } = await setUp({ type: 'redirect', to: 'https://elsewhere.invalid/' });
    await using _ = atlas;
    expect(await client.get('/groups')).toMatchObject({
      status: 301,
      headers: { location: 'https://elsewhere.invalid/' },
    });
    expect(atlas.requests.at(-1)).toMatchObject({ status: 301 });
  });

  test('may never begin: the connection is reset', async () => {
    const { atlas, client } = await setUp({ type: 'reset' });
    await using _ = atlas;
    await expect(client.get('/groups')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(atlas.requests.at(-1)).toMatchObject({ auth: 'digest', status: 0 });
  });

  test('may end half-way, its length promised', async () => {
    const { atlas, client, path } = await setUp({ type: 'cutBody' });
    await using _ = atlas;
    await expect(client.get(path)).rejects.toThrow('aborted');
  });

  test('may be as large as asked, and is still a list', async () => {
    const { atlas, client } = await setUp({ type: 'hugeBody', bytes: 3_000_000 });
    await using _ = atlas;
    const { text, body } = await client.get('/groups');
    expect(text).toHaveLength(3_000_000);
    expect(body).toEqual({ results: [] });
  });

  test('may come late', async () => {
    const { atlas, client } = await setUp({ type: 'slow', ms: 5 });
    await using _ = atlas;
    expect(await client.get('/groups')).toMatchObject({ status: 200 });
  });

  test.each<Fault>([
    { type: 'slow', ms: Number.POSITIVE_INFINITY },
    { type: 'hugeBody', bytes: Number.POSITIVE_INFINITY },
  ])('may have no end (%j): it ends with the client', async (fault) => {
    const { atlas, client } = await setUp();
    await using _ = atlas;
    const { body } = await requestToken(atlas);
    atlas.faults.add({ when: {}, times: 1, fault });
    const headers = { authorization: `Bearer ${body.access_token}`, accept: NEWEST };
    const endless = request(`${atlas.url}/api/atlas/v2/groups`, { headers, agent: false });
    const left = new Promise((resolve) => endless.on('error', resolve));
    endless.on('response', (response) => response.once('data', () => endless.destroy(new Error('enough'))));
    endless.end();
    // The log shows when the request has arrived; the endless wait has begun by then.
    while (!atlas.requests.some(({ auth }) => auth === 'bearer')) await new Promise(setImmediate);
    if (fault.type === 'slow') endless.destroy(new Error('enough'));
    expect(await left).toMatchObject({ message: 'enough' });
    expect(await client.get('/groups')).toMatchObject({ status: 200 });
  });
});

describe('in place of a list that Atlas would send', () => {
  test('comes what a proxy says', async () => {
    const headers = { 'X-Error-Code': 'CLUSTER_NOT_FOUND' };
    const { atlas, client, path } = await setUp({ type: 'foreign', status: 404, headers });
    await using _ = atlas;
    expect(await client.get(path)).toMatchObject({ status: 404 });
  });

  test('come pages that end early, with the count that they had', async () => {
    const { atlas, client, path } = await setUp({ type: 'cutPages', items: 2 }, { jobs: 9, maxItemsPerPage: 5 });
    await using _ = atlas;
    const { results, links, totalCount } = (await client.get(path)).body as List;
    expect(results).toHaveLength(2);
    expect(totalCount).toBeGreaterThan(5);
    expect(links.map(({ rel }) => rel)).toEqual(['self']);
  });

  test('comes one without links', async () => {
    const { atlas, client, path } = await setUp({ type: 'noLinks' });
    await using _ = atlas;
    expect((await client.get(path)).body).not.toHaveProperty('links');
  });
});
