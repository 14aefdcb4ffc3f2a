import { describe, expect, test } from 'vitest';
import { startAtlas } from '../../../local/atlas/server.ts';
import { ManualClock } from '../../../local/manual-clock.ts';
import { DigestClient, type List, NEWEST, requestToken, send } from './client.ts';

describe('an answer', () => {
  test('has the headers on record', async () => {
    await using atlas = await startAtlas({ clock: new ManualClock() });
    const { headers } = await new DigestClient(atlas).get('/groups');
    expect(headers).toMatchObject({
      'content-type': 'application/vnd.atlas.2023-01-01+json;charset=utf-8',
      date: 'Mon, 23 Nov 2026 12:00:00 GMT',
      server: 'mdbws',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'strict-transport-security': 'max-age=31536000; includeSubdomains;',
    });
  });

  test('is compressed where that is accepted and worth it', async () => {
    await using atlas = await startAtlas();
    const client = new DigestClient(atlas);
    const encoding = async (path: string, accepted: string) => {
      const { headers, body } = await client.get<List | undefined>(path, { 'accept-encoding': accepted });
      expect(body).toBeDefined();
      return headers['content-encoding'];
    };
    const long = `/groups/${atlas.world.projects[0]?.id}/clusters`;
    expect(await encoding(long, 'gzip, deflate, br')).toBe('gzip');
    expect(await encoding(long, 'gzip;q=0')).toBeUndefined();
    expect(await encoding(long, 'identity')).toBeUndefined();
    expect(await encoding(`/groups/${atlas.world.projects[0]?.id}`, 'gzip')).toBeUndefined();
  });

  test('is indented when asked to be pretty', async () => {
    await using atlas = await startAtlas();
    const client = new DigestClient(atlas);
    const [plain, pretty] = [await client.get('/groups'), await client.get('/groups?pretty=true')];
    expect(plain.text).not.toContain('\n');
    expect(pretty.text).toContain('\n  "results"');
    expect(pretty.body.results).toEqual(plain.body.results);
  });

  test('in an envelope tells its status: beside a list, around a single thing', async () => {
    await using atlas = await startAtlas();
    const client = new DigestClient(atlas);
    const list = (await client.get('/groups')).body;
    expect((await client.get('/groups?envelope=true')).body).toEqual({
      ...list,
      links: expect.anything(),
      status: 200,
    });
    const path = `/groups/${atlas.world.projects[0]?.id}`;
    const one = (await client.get(path)).body;
    expect((await client.get(`${path}?envelope=true`)).body).toEqual({ status: 200, content: one });
  });
});

test('requests are logged with what they were and what came of them', async () => {
  const clock = new ManualClock();
  await using atlas = await startAtlas({ clock });
  const { body } = await requestToken(atlas);
  clock.advance(1_000);
  const headers = { authorization: `Bearer ${body.access_token}`, accept: NEWEST };
  await send(`${atlas.url}/api/atlas/v2/groups?pageNum=2&pretty=true`, { headers });
  await new DigestClient(atlas).get('/groups/nonsense');
  const at = clock.now();
  expect(atlas.requests).toEqual([
    { method: 'POST', path: '/api/oauth/token', query: '', status: 200, auth: 'none', at: at - 1_000 },
    { method: 'GET', path: '/api/atlas/v2/groups', query: 'pageNum=2&pretty=true', status: 200, auth: 'bearer', at },
    { method: 'GET', path: '/api/atlas/v2/groups/nonsense', query: '', status: 401, auth: 'none', at },
    { method: 'GET', path: '/api/atlas/v2/groups/nonsense', query: '', status: 404, auth: 'digest', at },
  ]);
});

test('the log can be emptied while requests come in', async () => {
  await using atlas = await startAtlas();
  await send(atlas.url);
  atlas.requests.length = 0;
  await send(`${atlas.url}/api`);
  expect(atlas.requests).toMatchObject([{ path: '/api' }]);
});

test('the log drops its oldest entries rather than grow for ever', async () => {
  await using atlas = await startAtlas();
  const filler = { method: 'GET', path: '/', query: '', status: 200, auth: 'none', at: 0 } as const;
  for (let n = 0; n < 100_000; n++) atlas.requests.push(filler);
  await send(`${atlas.url}/api`);
  expect(atlas.requests.length).toBeLessThan(100_000);
  expect(atlas.requests.at(-1)).toMatchObject({ path: '/api' });
});

test('a body that is no JSON is refused', async () => {
  await using atlas = await startAtlas();
  const { body } = await requestToken(atlas);
  const path = `/api/atlas/v2/groups/${atlas.world.projects[0]?.id}/clusters/Cluster0/backup/restoreJobs`;
  const headers = { authorization: `Bearer ${body.access_token}`, accept: NEWEST };
  const reply = await send(`${atlas.url}${path}`, { method: 'POST', headers, body: '{"deliveryType":' });
  expect(reply).toMatchObject({ status: 400, body: { errorCode: 'VALIDATION_ERROR' } });
});

test('answers wait as long as the latency asked for', async () => {
  await using atlas = await startAtlas({ latencyMs: 5 });
  expect(await new DigestClient(atlas).get('/groups')).toMatchObject({ status: 200 });
});

test('a taken port is reported at the start', async () => {
  await using atlas = await startAtlas();
  const port = Number(new URL(atlas.url).port);
  await expect(startAtlas({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('closed, it refuses connections; the same seed on another port has the same keys and world', async () => {
  const clock = new ManualClock();
  const [one, other] = [await startAtlas({ clock, seed: 7 }), await startAtlas({ clock, seed: 7 })];
  expect(other.apiKey).toEqual(one.apiKey);
  expect(other.serviceAccount).toEqual(one.serviceAccount);
  expect(other.world.projects).toEqual(one.world.projects);
  await Promise.all([one.close(), other.close()]);
  await expect(send(one.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('sixty-four connections at once get what one gets', async () => {
  await using atlas = await startAtlas({ clock: new ManualClock(), buckets: 'off' });
  const { body } = await requestToken(atlas);
  const headers = { authorization: `Bearer ${body.access_token}`, accept: NEWEST };
  const read = () => send(`${atlas.url}/api/atlas/v2/groups?itemsPerPage=500`, { headers });
  const alone = await read();
  const together = await Promise.all(Array.from({ length: 64 }, read));
  for (const { status, text } of together) expect([status, text]).toEqual([200, alone.text]);
});
