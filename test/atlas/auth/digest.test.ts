import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseChallenges } from '../../../functions/atlas/auth/challenge.ts';
import { digestChallenge, digestResponse } from '../../../functions/atlas/auth/digest.ts';
import { startAtlas } from '../../../local/atlas/server.ts';
import { ManualClock } from '../../../local/manual-clock.ts';
import { API_KEY, clientFor, failureOf, keyOf, projectsOf } from '../clients.ts';
import { apiError, json, list, type Reply, type Seen, serve } from '../scripted-server.ts';

describe('the response', () => {
  // RFC 7616, section 3.9.1.
  const rfc = {
    username: 'Mufasa',
    password: 'Circle of Life',
    realm: 'http-auth@example.org',
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    nc: '00000001',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    method: 'GET',
    uri: '/dir/index.html',
  };
  test.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ] as const)("is the RFC's own for %s", (algorithm, response) => {
    expect(digestResponse({ ...rfc, algorithm })).toBe(response);
  });

  test('is the one that was confirmed against curl (docs/atlas.md#3-1)', () => {
    const input = {
      algorithm: 'MD5',
      username: 'abcdefgh',
      password: '00000000-0000-4000-8000-000000000000',
      realm: 'MMS Public API',
      nonce: 'wEKo3XNI0J7W7MnctMJp7PrU3rvCLwdY',
      nc: '00000001',
      cnonce: '0123456789abcdef',
      method: 'GET',
      uri: '/api/atlas/v2/groups?pageNum=1&itemsPerPage=500&includeCount=true',
    } as const;
    expect(digestResponse(input)).toBe('54b97c277a33c6b0801b74bee83e3157');
  });
});

describe('the challenge met', () => {
  const best = (header: string | string[]) => digestChallenge({ 'www-authenticate': header });

  test('is SHA-256 where both are offered', () => {
    expect(
      best('Digest nonce="1", algorithm=MD5, qop="auth", Digest nonce="2", algorithm=SHA-256, qop="auth"'),
    ).toMatchObject({
      nonce: '2',
      algorithm: 'SHA-256',
    });
  });

  test('is MD5 where none is named, with auth among the qops', () => {
    expect(best('Basic realm="x", Digest realm="r", nonce="1", qop="auth-int,auth"')).toEqual({
      realm: 'r',
      nonce: '1',
      algorithm: 'MD5',
    });
  });

  test.each([
    'Digest realm="r", qop="auth"',
    'Digest nonce="1", qop="auth-int"',
    'Digest nonce="1"',
    'Digest nonce="1", algorithm=MD5-sess, qop="auth"',
    'Bearer realm="r"',
  ])('is none of %j', (header) => expect(best(header)).toBeUndefined());
});

/** What a digest header of ours says. */
function authorizationOf({ headers }: Seen): Record<string, string> | undefined {
  const [challenge] = parseChallenges(headers.authorization);
  return challenge && Object.fromEntries(challenge.params);
}

/** Lets in who answers a challenge rightly, if `accepts` does too. */
function digestServer(
  accepts: (nonce: string, nc: number) => boolean,
  { algorithm = 'MD5', challenge = '' }: { algorithm?: 'MD5' | 'SHA-256'; challenge?: string } = {},
): Reply {
  const { publicKey, privateKey } = API_KEY as { publicKey: string; privateKey: string };
  let nonces = 0;
  return (response, request, nth) => {
    const said = authorizationOf(request);
    const { nonce = '', nc = '', cnonce = '', uri = '' } = said ?? {};
    const right =
      said &&
      uri === request.target &&
      said.response ===
        digestResponse({
          ...{ algorithm, username: publicKey, password: privateKey, realm: 'MMS Public API', nonce, nc, cnonce, uri },
          method: request.method,
        });
    if (right && accepts(nonce, Number.parseInt(nc, 16))) return json(200, list([]))(response, request, nth);
    apiError(
      401,
      'UNEXPECTED_ERROR',
      {},
      {
        'WWW-Authenticate': `Digest realm="MMS Public API", domain="", nonce="n/${++nonces}+", algorithm=${algorithm}, qop="auth", stale=false${challenge}`,
      },
    )(response, request, nth);
  };
}

/** The nonces and counts that requests were signed with, in order. */
function signedNonces(seen: Seen[]): string[] {
  const signed = seen.map(authorizationOf).filter((said) => said !== undefined);
  return signed.map(({ nonce, nc }) => `${nonce} ${Number.parseInt(nc ?? '', 16)}`);
}

describe('the client', () => {
  test('asks for one challenge, then counts the nonce up', async () => {
    await using server = await serve(digestServer(() => true));
    await using atlas = clientFor(server.url, { credentials: API_KEY });
    for (let call = 0; call < 3; call++) await projectsOf(atlas);
    expect(signedNonces(server.seen)).toEqual(['n/1+ 1', 'n/1+ 2', 'n/1+ 3']);
    expect(atlas.usage).toEqual({ requests: 4, tokenRequests: 0, throttles: 0, waitedMs: 0 });
  });

  test('answers a SHA-256 challenge, and sends back its opaque', async () => {
    await using server = await serve(
      digestServer(() => true, { algorithm: 'SHA-256', challenge: ', opaque="o,\\"p"' }),
    );
    await using atlas = clientFor(server.url, { credentials: API_KEY });
    await projectsOf(atlas);
    expect(server.seen[1] && authorizationOf(server.seen[1])).toMatchObject({ opaque: 'o,"p', algorithm: 'SHA-256' });
  });

  test('calls at the same time share one challenge and never a count', async () => {
    await using server = await serve(digestServer(() => true));
    await using atlas = clientFor(server.url, { credentials: API_KEY });
    await Promise.all(Array.from({ length: 40 }, () => projectsOf(atlas)));
    const used = signedNonces(server.seen);
    expect(server.seen.length).toBe(41);
    expect(new Set(used).size).toBe(40);
  });

  test('a refused nonce costs one more request, which brings the next one along', async () => {
    await using server = await serve(digestServer((nonce, nc) => nonce !== 'n/1+' || nc < 3));
    await using atlas = clientFor(server.url, { credentials: API_KEY });
    for (let call = 0; call < 4; call++) await projectsOf(atlas);
    expect(signedNonces(server.seen)).toEqual(['n/1+ 1', 'n/1+ 2', 'n/1+ 3', 'n/2+ 1', 'n/2+ 2']);
  });

  test('where no nonce is taken twice, each call takes two requests, and none fails', async () => {
    await using server = await serve(digestServer((_, nc) => nc === 1));
    await using atlas = clientFor(server.url, { credentials: API_KEY });
    for (let call = 0; call < 10; call++) await projectsOf(atlas);
    expect(signedNonces(server.seen).filter((used) => used.endsWith(' 1'))).toHaveLength(10);
    expect(server.seen).toHaveLength(2 * 10);
  });

  test('a nonce that dies of old age is no sign that nonces cannot be used again', async () => {
    const clock = new ManualClock();
    await using simulator = await startAtlas({ clock, projects: 1 });
    await using atlas = clientFor(simulator.url, { credentials: keyOf(simulator), clock });
    for (let call = 0; call < 6; call++) {
      await projectsOf(atlas);
      clock.advance(61_000);
    }
    simulator.requests.length = 0;
    for (let call = 0; call < 3; call++) await projectsOf(atlas);
    expect(simulator.requests.map(({ status }) => status)).toEqual([401, 200, 200, 200]);
  });

  test('where counts must arrive in order, each call gets a nonce to itself, and no call fails', async () => {
    const highest = new Map<string, number>();
    const rising = digestServer((nonce, nc) => {
      const rises = nc > (highest.get(nonce) ?? 0);
      if (rises) highest.set(nonce, nc);
      return rises;
    });
    // The first four that share a nonce are dealt with in reverse, the refusals a little later.
    const held: (() => void)[] = [];
    await using server = await serve((response, request, nth) => {
      if (authorizationOf(request)?.nonce !== 'n/1+') return rising(response, request, nth);
      held.unshift(() => rising(response, request, nth));
      if (held.length === 4) for (const [order, act] of held.entries()) setTimeout(act, order === 0 ? 0 : 50);
    });
    await using atlas = clientFor(server.url, { credentials: API_KEY });
    const fourCalls = () => Promise.all(Array.from({ length: 4 }, () => projectsOf(atlas)));
    await fourCalls();
    expect(server.seen).toHaveLength(1 + 4 + 3);
    await fourCalls();
    await fourCalls();
    const later = signedNonces(server.seen.slice(8));
    // One more challenge, since one of the four had no refusal that brought a nonce along.
    expect(server.seen).toHaveLength(8 + 1 + 8);
    expect(new Set(later.slice(0, 4).map((used) => used.split(' ')[0])).size).toBe(4);
  });

  test.each([
    ['that wants counts in order', { reuseNonce: true }, 2.2],
    ['that takes a nonce once', { reuseNonce: false }, 2.2],
  ])('under load, a server %s fails no call', async (_, options, mostRequestsACall) => {
    await using simulator = await startAtlas({ ...options, projects: 1, clusters: 0 });
    await using atlas = clientFor(simulator.url, { credentials: keyOf(simulator) });
    const calls = 300;
    await Promise.all(Array.from({ length: calls }, () => projectsOf(atlas)));
    expect(simulator.requests.filter(({ status }) => status === 200)).toHaveLength(calls);
    expect(simulator.requests.length).toBeLessThan(calls * mostRequestsACall);
  });

  test('wrong credentials are refused after one new challenge, not more', async () => {
    await using server = await serve(digestServer(() => false));
    await using atlas = clientFor(server.url, { credentials: API_KEY });
    const failure = await failureOf(projectsOf(atlas));
    expect(failure).toMatchObject({
      code: 'ATLAS_UNAUTHORIZED',
      status: 401,
      message: expect.stringContaining('still exists'),
    });
    expect(server.seen.length).toBe(3);
  });

  test('a 401 without a digest challenge names the base URL', async () => {
    await using server = await serve(json(401, {}, { 'WWW-Authenticate': 'Basic realm="proxy"' }));
    await using atlas = clientFor(server.url, { credentials: API_KEY });
    expect((await failureOf(projectsOf(atlas))).message).toContain('check the base URL');
  });

  test('a server that asks for no signature is served all the same', async () => {
    await using server = await serve(json(200, list([])));
    await using atlas = clientFor(server.url, { credentials: API_KEY });
    expect(await projectsOf(atlas)).toEqual([]);
  });

  test('no key is ever sent in the clear', async () => {
    await using server = await serve(digestServer(() => true));
    await using atlas = clientFor(server.url, { credentials: API_KEY });
    await projectsOf(atlas);
    const { privateKey } = API_KEY as { privateKey: string };
    const ha1 = createHash('md5').update(`abcdefgh:MMS Public API:${privateKey}`).digest('hex');
    for (const secret of [privateKey, ha1]) expect(JSON.stringify(server.seen)).not.toContain(secret);
  });
});
