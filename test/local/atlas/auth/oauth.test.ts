import { describe, expect, test } from 'vitest';
import { type AtlasSimulator, startAtlas } from '../../../../local/atlas/server.ts';
import { ManualClock } from '../../../../local/manual-clock.ts';
import { NEWEST, requestToken, send } from '../client.ts';

const withToken = (atlas: AtlasSimulator, token: string) =>
  send(`${atlas.url}/api/atlas/v2/groups`, { headers: { authorization: `Bearer ${token}`, accept: NEWEST } });

const revoke = ({ url, serviceAccount }: AtlasSimulator, body: string) =>
  send(`${url}/api/oauth/revoke`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`${serviceAccount.clientId}:${serviceAccount.clientSecret}`)}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body,
  });

test('client credentials buy a token that opens the API until it expires', async () => {
  const clock = new ManualClock();
  await using atlas = await startAtlas({ clock, tokenLifetimeSeconds: 600 });
  const { status, body, headers } = await requestToken(atlas);
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('application/json');
  expect(body).toEqual({ access_token: expect.any(String), expires_in: 600, token_type: 'Bearer' });

  clock.advance(599_999);
  expect(await withToken(atlas, body.access_token)).toMatchObject({ status: 200 });
  clock.advance(1);
  expect(await withToken(atlas, body.access_token)).toMatchObject({ status: 401, body: { error: 401 } });
});

test('an unknown token is refused without a digest challenge', async () => {
  await using atlas = await startAtlas();
  const { status, headers } = await withToken(atlas, 'made-up');
  expect(status).toBe(401);
  expect(headers['www-authenticate']).toMatch(/^Bearer /);
});

test('ids and secrets have the real shape', async () => {
  await using atlas = await startAtlas();
  expect(atlas.serviceAccount.clientId).toMatch(/^mdb_sa_id_[a-f0-9]{24}$/);
  expect(atlas.serviceAccount.clientSecret).toMatch(/^mdb_sa_sk_/);
});

describe('errors are OAuth-shaped', () => {
  test('for wrong credentials, and for right ones with an encoded underscore', async () => {
    await using atlas = await startAtlas();
    const { clientId, clientSecret } = atlas.serviceAccount;
    const wrong = { error: 'invalid_client', error_description: expect.any(String) };
    expect(await requestToken(atlas, { basic: `${clientId}:guessed` })).toMatchObject({ status: 401, body: wrong });
    const encoded = `${clientId.replaceAll('_', '%5F')}:${clientSecret}`;
    expect(await requestToken(atlas, { basic: encoded })).toMatchObject({ status: 401, body: wrong });
  });

  test('for an unknown grant type and a missing one', async () => {
    await using atlas = await startAtlas();
    const unknown = await requestToken(atlas, { body: 'grant_type=password' });
    expect(unknown).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } });
    const missing = await requestToken(atlas, { body: '' });
    expect(missing).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  test('for a body that is no form', async () => {
    await using atlas = await startAtlas();
    const { clientId, clientSecret } = atlas.serviceAccount;
    const reply = await send(`${atlas.url}/api/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}`, 'content-type': 'application/json' },
      body: '{"grant_type":"client_credentials"}',
    });
    expect(reply).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });
});

test('the fifty-first request of a minute gets 429 in the shape of the API', async () => {
  const clock = new ManualClock();
  await using atlas = await startAtlas({ clock });
  for (let n = 0; n < 50; n++) expect(await requestToken(atlas)).toMatchObject({ status: 200 });
  clock.advance(12_000);
  const { status, body, headers } = await requestToken(atlas);
  expect(status).toBe(429);
  expect(body).toMatchObject({ error: 429, errorCode: 'RATE_LIMITED', parameters: ['/api/oauth/token', 50, 1] });
  expect(headers['retry-after']).toBe('48');
  clock.advance(48_000);
  expect(await requestToken(atlas)).toMatchObject({ status: 200 });
});

test('a hundred tokens live at once; then one must expire or be revoked', async () => {
  const clock = new ManualClock();
  await using atlas = await startAtlas({ clock, buckets: 'off' });
  const tokens: string[] = [];
  for (let n = 0; n < 100; n++) tokens.push((await requestToken(atlas)).body.access_token);
  expect(new Set(tokens).size).toBe(100);
  expect(await requestToken(atlas)).toMatchObject({ status: 403, body: { error: 'access_denied' } });

  expect(await revoke(atlas, `token=${tokens[0]}&token_type_hint=access_token`)).toMatchObject({
    status: 200,
    text: '',
  });
  expect(await withToken(atlas, tokens[0] ?? '')).toMatchObject({ status: 401 });
  expect(await withToken(atlas, tokens[1] ?? '')).toMatchObject({ status: 200 });
  expect(await requestToken(atlas)).toMatchObject({ status: 200 });

  clock.advance(3_600_000);
  expect(await requestToken(atlas)).toMatchObject({ status: 200 });
});

test('revoking an unknown token succeeds; none at all does not', async () => {
  await using atlas = await startAtlas();
  expect(await revoke(atlas, 'token=made-up')).toMatchObject({ status: 200, text: '' });
  expect(await revoke(atlas, '')).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
});

test('rotation ends live tokens and refuses the old secret', async () => {
  await using atlas = await startAtlas();
  const { clientId, clientSecret } = atlas.serviceAccount;
  const { body } = await requestToken(atlas);
  atlas.rotateCredentials();
  expect(await withToken(atlas, body.access_token)).toMatchObject({ status: 401 });
  expect(await requestToken(atlas, { basic: `${clientId}:${clientSecret}` })).toMatchObject({ status: 401 });
  const renewed = await requestToken(atlas);
  expect(await withToken(atlas, renewed.body.access_token)).toMatchObject({ status: 200 });
});
