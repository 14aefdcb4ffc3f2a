import { describe, expect, test } from 'vitest';
import { startAtlas } from '../../../local/atlas/server.ts';
import { ManualClock } from '../../../local/manual-clock.ts';
import { accountOf, clientFor, failureOf, projectsOf } from '../clients.ts';
import { apiError, inOrder, json, list, type Reply, serve, withTokens } from '../scripted-server.ts';

const tokens = (seen: { target: string }[]) => seen.filter(({ target }) => target === '/api/oauth/token');
const bearers = (seen: { headers: { authorization?: string | undefined } }[]) =>
  seen.flatMap(({ headers: { authorization = '' } }) =>
    authorization.startsWith('Bearer ') ? authorization.slice(7) : [],
  );

describe('a token', () => {
  test('is asked for as Atlas documents it, id and secret as they are', async () => {
    await using server = await serve(withTokens(json(200, list([]))));
    await using atlas = clientFor(server.url);
    await projectsOf(atlas);
    expect(server.seen[0]).toMatchObject({
      method: 'POST',
      target: '/api/oauth/token',
      body: 'grant_type=client_credentials',
      headers: {
        authorization: `Basic ${Buffer.from('mdb_sa_id_0123456789abcdef01234567:mdb_sa_sk_synthetic_SECRET').toString('base64')}`,
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
  });

  test('serves all calls, those at the same time too', async () => {
    await using server = await serve(withTokens(json(200, list([]))));
    await using atlas = clientFor(server.url);
    await Promise.all(Array.from({ length: 20 }, () => projectsOf(atlas)));
    await projectsOf(atlas);
    expect(tokens(server.seen)).toHaveLength(1);
    expect(atlas.usage).toMatchObject({ requests: 21, tokenRequests: 1 });
  });

  test('is renewed ten minutes before its end', async () => {
    const clock = new ManualClock();
    await using server = await serve(withTokens(json(200, list([]))));
    await using atlas = clientFor(server.url, { clock });
    for (const minutes of [0, 49, 1, 0]) {
      clock.advance(minutes * 60_000);
      await projectsOf(atlas);
    }
    expect(bearers(server.seen)).toEqual(['token-1', 'token-1', 'token-2', 'token-2']);
  });

  test('of a short life is used for half of it', async () => {
    const clock = new ManualClock();
    await using server = await serve(withTokens(json(200, list([])), 300));
    await using atlas = clientFor(server.url, { clock });
    for (const seconds of [0, 149, 1]) {
      clock.advance(seconds * 1000);
      await projectsOf(atlas);
    }
    expect(bearers(server.seen)).toEqual(['token-1', 'token-1', 'token-2']);
  });

  test('goes on serving when its early renewal fails', async () => {
    const clock = new ManualClock();
    const token = json(200, { access_token: 'token-1', expires_in: 3600 });
    const replies: Reply = inOrder(token, json(500, { error: 'server_error' }));
    await using server = await serve((response, request, nth) =>
      (request.target === '/api/oauth/token' ? replies : json(200, list([])))(response, request, nth),
    );
    await using atlas = clientFor(server.url, { clock });
    await projectsOf(atlas);
    clock.advance(51 * 60_000);
    await projectsOf(atlas);
    await projectsOf(atlas);
    expect(tokens(server.seen)).toHaveLength(2);
    clock.advance(9 * 60_000);
    expect(await failureOf(projectsOf(atlas))).toMatchObject({
      code: 'ATLAS_UNAVAILABLE',
      errorCode: 'server_error',
    });
  });

  test('that is refused on use is dropped, and another asked for, once', async () => {
    const refused = apiError(401, 'UNEXPECTED_ERROR');
    await using server = await serve(
      withTokens((response, request, nth) =>
        (request.headers.authorization === 'Bearer token-1' ? refused : json(200, list([])))(response, request, nth),
      ),
    );
    await using atlas = clientFor(server.url);
    expect(await projectsOf(atlas)).toEqual([]);
    await using hopeless = await serve(withTokens(refused));
    await using other = clientFor(hopeless.url);
    expect((await failureOf(projectsOf(other))).code).toBe('ATLAS_UNAUTHORIZED');
    expect(bearers(hopeless.seen)).toEqual(['token-1', 'token-2']);
  });

  test('works against the simulator, through its expiry', async () => {
    const clock = new ManualClock();
    await using simulator = await startAtlas({ clock, projects: 2 });
    await using atlas = clientFor(simulator.url, { credentials: accountOf(simulator), clock });
    expect(await projectsOf(atlas)).toHaveLength(2);
    clock.advance(2 * 3_600_000);
    expect(await projectsOf(atlas)).toHaveLength(2);
    expect(atlas.usage.tokenRequests).toBe(2);
  });
});

describe('a token refused', () => {
  test.each([
    [
      401,
      { error: 'invalid_client', error_description: 'Client authentication failed' },
      'ATLAS_UNAUTHORIZED',
      'invalid_client',
      'has not expired',
    ],
    [400, { error: 'invalid_request' }, 'ATLAS_REFUSED', 'invalid_request', 'check the credentials'],
    [403, { error: 'access_denied' }, 'ATLAS_FORBIDDEN', 'access_denied', '100 live tokens'],
    [500, { error: 'server_error' }, 'ATLAS_UNAVAILABLE', 'server_error', ''],
    [
      403,
      { error: 403, errorCode: 'IP_ADDRESS_NOT_ON_ACCESS_LIST', parameters: ['203.0.113.7'] },
      'ATLAS_FORBIDDEN',
      'IP_ADDRESS_NOT_ON_ACCESS_LIST',
      '203.0.113.7',
    ],
    [502, 'no JSON at all', 'ATLAS_UNAVAILABLE', undefined, ''],
  ])('with %s %j becomes %s', async (status, body, code, errorCode, advice) => {
    await using server = await serve(json(status, body));
    await using atlas = clientFor(server.url);
    const failure = await failureOf(projectsOf(atlas));
    expect(failure).toMatchObject({ code, status, errorCode, message: expect.stringContaining(advice) });
    expect(failure.message).toMatch(/^POST \/api\/oauth\/token answered/);
  });

  test.each([{}, { access_token: '' }, { access_token: 7 }, { access_token: 'a\nb' }, []])(
    'is one that came as %j',
    async (body) => {
      await using server = await serve(json(200, body));
      await using atlas = clientFor(server.url);
      expect(await failureOf(projectsOf(atlas))).toMatchObject({ code: 'ATLAS_BAD_ANSWER' });
    },
  );

  test('with a 429, in the shape of the API, keeps every call away for as long as was asked', async () => {
    const clock = new ManualClock();
    const limited = apiError(429, 'RATE_LIMITED', { parameters: ['/api/oauth/token', 50, 1] }, { 'Retry-After': '30' });
    const token = json(200, { access_token: 'token-1', expires_in: 3600 });
    const replies = inOrder(limited, token);
    await using server = await serve((response, request, nth) =>
      (request.target === '/api/oauth/token' ? replies : json(200, list([])))(response, request, nth),
    );
    await using atlas = clientFor(server.url, { clock });
    const hurried = atlas.within(() => 10_000);
    expect(await failureOf(projectsOf(hurried))).toMatchObject({
      code: 'ATLAS_RATE_LIMITED',
      retryAfterMs: 30_000,
    });
    expect(await failureOf(hurried.clusters('0123456789abcdef01234567', 'flex'))).toMatchObject({
      code: 'ATLAS_RATE_LIMITED',
      retryAfterMs: 30_000,
    });
    expect(tokens(server.seen)).toHaveLength(1);
    await projectsOf(atlas);
    expect(clock.sleptMs).toEqual([30_000]);
    expect(atlas.usage).toMatchObject({ tokenRequests: 2, throttles: 1, waitedMs: 30_000 });
  });
});
