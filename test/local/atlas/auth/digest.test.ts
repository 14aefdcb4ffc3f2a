import { describe, expect, test } from 'vitest';
import { startAtlas } from '../../../../local/atlas/server.ts';
import { ManualClock } from '../../../../local/manual-clock.ts';
import { DigestClient, digest, NEWEST, nonceOf, send } from '../client.ts';

const URI = '/api/atlas/v2/groups?pageNum=1&itemsPerPage=500&includeCount=true';

test('a request without credentials is challenged as on record', async () => {
  await using atlas = await startAtlas();
  const { status, headers, text } = await send(`${atlas.url}${URI}`);
  expect(status).toBe(401);
  expect(headers['www-authenticate']).toMatch(
    /^Digest realm="MMS Public API", domain="", nonce="[A-Za-z0-9+/]{32}", algorithm=MD5, qop="auth", stale=false$/,
  );
  expect(headers['content-type']).toBe('application/json');
  expect(headers['content-length']).toBe('142');
  expect(JSON.parse(text)).toEqual({
    error: 401,
    reason: 'Unauthorized',
    detail: 'You are not authorized for this resource.',
    errorCode: 'UNEXPECTED_ERROR',
  });
  expect(Object.keys(headers).filter((name) => /ratelimit|x-error-code|x-java/.test(name))).toEqual([]);
});

test('the helper signs as docs/atlas.md#3-1 does', () => {
  const header = digest({
    uri: URI,
    publicKey: 'abcdefgh',
    privateKey: '00000000-0000-4000-8000-000000000000',
    nonce: 'wEKo3XNI0J7W7MnctMJp7PrU3rvCLwdY',
    count: 1,
    cnonce: '0123456789abcdef',
  });
  expect(header).toContain('response="54b97c277a33c6b0801b74bee83e3157"');
});

/** Sends a signed request; what is left out is right. */
async function setUp(options: { nonceLifetimeMs?: number; reuseNonce?: boolean } = {}) {
  const clock = new ManualClock();
  const atlas = await startAtlas({ clock, ...options });
  const nonce = nonceOf(await send(`${atlas.url}${URI}`));
  const signed = async (changes: Partial<Parameters<typeof digest>[0]> = {}, sent = URI) => {
    const authorization = digest({ uri: URI, ...atlas.apiKey, nonce, count: 1, ...changes });
    const { status, headers } = await send(`${atlas.url}${sent}`, { headers: { authorization, accept: NEWEST } });
    return status === 401 ? `401 ${/stale=\w+/.exec(headers['www-authenticate'] ?? '')?.[0]}` : String(status);
  };
  return { atlas, clock, signed };
}

describe('a signature', () => {
  test('that is right is accepted', async () => {
    const { atlas, signed } = await setUp();
    await using _ = atlas;
    expect(await signed()).toBe('200');
  });

  test('is refused without being called stale for a wrong user, password, method or uri', async () => {
    const { atlas, signed } = await setUp();
    await using _ = atlas;
    expect(await signed({ publicKey: 'someone' })).toBe('401 stale=false');
    expect(await signed({ privateKey: 'guessed' })).toBe('401 stale=false');
    expect(await signed({ method: 'POST' })).toBe('401 stale=false');
    expect(await signed({ uri: '/api/atlas/v2/groups' })).toBe('401 stale=false');
    expect(await signed()).toBe('200');
  });

  test('is computed over the query as it was sent, byte for byte', async () => {
    const { atlas, signed } = await setUp();
    await using _ = atlas;
    const encoded = '/api/atlas/v2/groups?%70ageNum=1';
    expect(await signed({ uri: '/api/atlas/v2/groups?pageNum=1' }, encoded)).toBe('401 stale=false');
    expect(await signed({ uri: encoded }, encoded)).toBe('200');
  });

  test('may use its nonce again with a higher count only', async () => {
    const { atlas, signed } = await setUp();
    await using _ = atlas;
    expect(await signed({ count: 1 })).toBe('200');
    expect(await signed({ count: 1 })).toBe('401 stale=true');
    expect(await signed({ count: 7 })).toBe('200');
    expect(await signed({ count: 6 })).toBe('401 stale=true');
    expect(await signed({ count: 8 })).toBe('200');
  });

  test('is stale once its nonce is too old, by the clock', async () => {
    const { atlas, clock, signed } = await setUp({ nonceLifetimeMs: 5_000 });
    await using _ = atlas;
    clock.advance(4_999);
    expect(await signed({ count: 1 })).toBe('200');
    clock.advance(1);
    expect(await signed({ count: 2 })).toBe('401 stale=true');
    expect(await signed({ count: 3, privateKey: 'guessed' })).toBe('401 stale=false');
  });

  test('is stale with a nonce that was never issued', async () => {
    const { atlas, signed } = await setUp();
    await using _ = atlas;
    expect(await signed({ nonce: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' })).toBe('401 stale=true');
  });

  test('needs a new nonce every time where nonces are not reusable', async () => {
    const { atlas, signed } = await setUp({ reuseNonce: false });
    await using _ = atlas;
    expect(await signed({ count: 1 })).toBe('200');
    expect(await signed({ count: 2 })).toBe('401 stale=true');
  });
});

test('every nonce differs', async () => {
  await using atlas = await startAtlas();
  const replies = await Promise.all(Array.from({ length: 50 }, () => send(`${atlas.url}${URI}`)));
  expect(new Set(replies.map(nonceOf)).size).toBe(50);
});

test('rotation refuses the old key at once and accepts the new one', async () => {
  await using atlas = await startAtlas();
  const old = { ...atlas.apiKey };
  atlas.rotateCredentials();
  expect(atlas.apiKey).not.toEqual(old);
  expect(atlas.apiKey.publicKey).toMatch(/^[a-z]{8}$/);
  expect(atlas.apiKey.privateKey).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  const nonce = nonceOf(await send(`${atlas.url}${URI}`));
  const authorization = digest({ uri: URI, ...old, nonce, count: 1 });
  expect(await send(`${atlas.url}${URI}`, { headers: { authorization, accept: NEWEST } })).toMatchObject({
    status: 401,
  });
  expect(await new DigestClient(atlas).get('/groups')).toMatchObject({ status: 200 });
});
