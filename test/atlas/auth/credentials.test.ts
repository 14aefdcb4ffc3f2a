import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { credentialsFromEnv, parseSecret, principalsFromEnv } from '../../../functions/atlas/auth/credentials.ts';
import { AtlasError } from '../../../functions/atlas/model/errors.ts';
import { failureOf } from '../clients.ts';

const parse = (secret: object) => parseSecret(JSON.stringify(secret), 'secret atlas/key');

function refusal(act: () => unknown): AtlasError {
  try {
    act();
  } catch (error) {
    if (error instanceof AtlasError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a secret', () => {
  test.each([
    { publicKey: 'abcdefgh', privateKey: 'key-1' },
    { PublicKey: 'abcdefgh', PrivateKey: 'key-1' },
    { public_key: 'abcdefgh', private_key: 'key-1' },
    { public_key: ' abcdefgh\n', private_key: 'key-1\n', note: 'pasted with line ends' },
  ])('with %j is an API key', (secret) => {
    expect(parse(secret)).toEqual({ type: 'apiKey', publicKey: 'abcdefgh', privateKey: 'key-1' });
  });

  test.each([
    { public_key: 'abcdefgh', private_key: 'key-1', client_id: '', client_secret: '' },
    { public_key: 'abcdefgh', private_key: 'key-1', clientId: null, clientSecret: '  ' },
    { publicKey: '', PublicKey: 'abcdefgh', privateKey: ' ', private_key: 'key-1' },
    { publicKey: 'abcdefgh', privateKey: 'key-1', baseUrl: '' },
  ])('with %j is an API key: what is empty is absent', (secret) => {
    expect(parse(secret)).toEqual({ type: 'apiKey', publicKey: 'abcdefgh', privateKey: 'key-1' });
  });

  test.each([
    { client_id: 'mdb_sa_id_1', client_secret: 'mdb_sa_sk_1' },
    { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1', orgId: '0123456789abcdef01234567' },
  ])('with %j is a service account', (secret) => {
    expect(parse(secret)).toEqual({ type: 'serviceAccount', clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' });
  });

  test.each(['baseUrl', 'base_url'])('may name the base URL as %s', (name) => {
    const secret = { publicKey: 'abcdefgh', privateKey: 'key-1', [name]: 'https://cloud.mongodbgov.com/' };
    expect(parse(secret).baseUrl).toBe('https://cloud.mongodbgov.com');
  });

  test.each(['http://localhost:8080', 'http://127.0.0.1:1', 'http://[::1]:1', 'https://cloud.mongodb.com'])(
    'may send credentials to %s',
    (baseUrl) => expect(parse({ publicKey: 'a', privateKey: 'b', baseUrl }).baseUrl).toBe(baseUrl),
  );

  test.each([
    ['http://cloud.mongodb.com', 'not an https address'],
    ['ftp://localhost', 'not an https address'],
    ['https://cloud.mongodb.com/api', 'has a path or a query'],
    ['https://cloud.mongodb.com/?a=1', 'has a path or a query'],
    ['https://cloud.mongodb.com/#', 'has a path or a query'],
    ['https://SeCrEt:pass@cloud.mongodb.com', 'holds a user or a password'],
    ['cloud.mongodb.com', 'is not'],
  ])('may not name %s as base URL', (baseUrl, problem) => {
    const error = refusal(() => parse({ publicKey: 'a', privateKey: 'b', baseUrl }));
    expect(error).toMatchObject({ code: 'ATLAS_CREDENTIALS', message: expect.stringContaining(problem) });
    expect(error.message).not.toContain('SeCrEt');
  });

  test.each([
    [{ publicKey: 'abcdefgh' }, 'has publicKey but no "privateKey"'],
    [{ private_key: 'SeCrEt' }, 'has private_key but no "publicKey"'],
    [{ client_id: 'mdb_sa_id_1' }, 'has client_id but no "clientSecret"'],
    [{ publicKey: 'abcdefgh', privateKey: '' }, 'has publicKey but no "privateKey"'],
    [
      { publicKey: '{"publicKey":"SeCrEt","privateKey":"SeCrEt"}', privateKey: 'x' },
      'publicKey in secret atlas/key holds JSON: expected the value alone',
    ],
    [{ client_id: 'mdb_sa_id_1', client_secret: '\n ["SeCrEt"]' }, 'client_secret in secret atlas/key holds JSON'],
    [{ user: 'SeCrEt', password: 'SeCrEt' }, 'holds no credentials'],
    [{}, 'holds no credentials'],
    [{ publicKey: 7, privateKey: 'SeCrEt' }, 'publicKey in secret atlas/key is not a string'],
    [{ publicKey: 'abcdefgh', privateKey: 'SeCrEt with spaces' }, 'holds a space'],
    [{ publicKey: 'abc:SeCrEt', privateKey: 'x1' }, 'holds a colon'],
    [
      { publicKey: 'a', privateKey: 'SeCrEt', clientId: 'c', clientSecret: 'SeCrEt' },
      'remove publicKey and privateKey to use the service account',
    ],
  ])('with %j is refused, and the message says why', (secret, problem) => {
    const error = refusal(() => parse(secret));
    expect(error).toMatchObject({ code: 'ATLAS_CREDENTIALS', message: expect.stringContaining(problem) });
    expect(inspect(error, { depth: 20 })).not.toContain('SeCrEt');
  });

  test.each([
    '',
    '  ',
    JSON.stringify({ publicKey: '', privateKey: '' }),
    JSON.stringify({ publicKey: 'REPLACE_ME', privateKey: 'REPLACE_ME' }),
    JSON.stringify({ publicKey: '<public key>', privateKey: '<private key>' }),
    JSON.stringify({ clientId: 'mdb_sa_id_1', clientSecret: 'changeme' }),
  ])('that reads %j has not been filled in yet', (text) => {
    const error = refusal(() => parseSecret(text, 'secret atlas/key'));
    expect(error.message).toContain('secret atlas/key has not been filled in yet');
  });

  test('that is JSON within a string is told so', () => {
    const error = refusal(() => parseSecret(JSON.stringify('{"publicKey":"SeCrEt"}'), 'secret atlas/key'));
    expect(error.message).toContain('secret atlas/key is a string that holds JSON');
    expect(error.message).not.toContain('SeCrEt');
  });

  test.each(['SeCrEt', '["SeCrEt"]', '"SeCrEt"', 'null'])('that is no JSON object, such as %j, is refused', (text) => {
    const error = refusal(() => parseSecret(text, 'secret atlas/key'));
    expect(error.code).toBe('ATLAS_CREDENTIALS');
    expect(inspect(error, { depth: 20 })).not.toContain('SeCrEt');
  });

  test('of any shape is either read or refused without quoting a value', () => {
    const names = fc.constantFrom(
      'publicKey',
      'private_key',
      'PrivateKey',
      'client_id',
      'clientSecret',
      'base_url',
      'x',
    );
    const value = fc.oneof(
      fc.string({ minLength: 8 }).map((text) => `CANARY${text}`),
      fc.constantFrom('', null, 7, true),
      fc.webUrl().map((url) => `${url}CANARY`),
    );
    fc.assert(
      fc.property(fc.dictionary(names, value), (secret) => {
        try {
          parse(secret);
        } catch (error) {
          expect(error).toBeInstanceOf(AtlasError);
          expect(inspect(error, { depth: 20 })).not.toContain('CANARY');
        }
      }),
    );
  });
});

describe('the environment', () => {
  test('gives an API key', async () => {
    const env = { MONGODB_ATLAS_PUBLIC_API_KEY: 'abcdefgh', MONGODB_ATLAS_PRIVATE_API_KEY: 'key-1' };
    expect(await credentialsFromEnv(env).read()).toEqual({
      type: 'apiKey',
      publicKey: 'abcdefgh',
      privateKey: 'key-1',
    });
  });

  const key = { type: 'apiKey', publicKey: 'abcdefgh', privateKey: 'key-1' };

  test.each([
    { MONGODB_ATLAS_PUBLIC_KEY: 'abcdefgh', MONGODB_ATLAS_PRIVATE_KEY: 'key-1' },
    { MONGODB_ATLAS_PUBLIC_KEY: 'abcdefgh', MONGODB_ATLAS_PRIVATE_API_KEY: 'key-1' },
    {
      MONGODB_ATLAS_PUBLIC_API_KEY: ' abcdefgh',
      MONGODB_ATLAS_PUBLIC_KEY: 'abcdefgh',
      MONGODB_ATLAS_PRIVATE_API_KEY: '',
      MONGODB_ATLAS_PRIVATE_KEY: 'key-1',
    },
  ])("gives an API key by the Terraform provider's names, too: %j", async (env) => {
    expect(await credentialsFromEnv(env).read()).toEqual(key);
    expect(principalsFromEnv(env)).toContain('abcdefgh');
  });

  test('with two API keys is refused, naming both', async () => {
    const env = {
      ...{ MONGODB_ATLAS_PUBLIC_API_KEY: 'abcdefgh', MONGODB_ATLAS_PRIVATE_API_KEY: 'SeCrEt-1' },
      ...{ MONGODB_ATLAS_PUBLIC_KEY: 'abcdefgh', MONGODB_ATLAS_PRIVATE_KEY: 'SeCrEt-2' },
    };
    const failure = await failureOf(credentialsFromEnv(env).read());
    expect(failure.message).toContain('MONGODB_ATLAS_PRIVATE_API_KEY and MONGODB_ATLAS_PRIVATE_KEY, which differ');
    expect(failure.message).not.toContain('SeCrEt');
  });

  test('gives a service account and a base URL; empty variables count as unset', async () => {
    const env = {
      MONGODB_ATLAS_PUBLIC_API_KEY: '',
      MONGODB_ATLAS_CLIENT_ID: 'mdb_sa_id_1',
      MONGODB_ATLAS_CLIENT_SECRET: 'mdb_sa_sk_1',
      MONGODB_ATLAS_BASE_URL: 'https://cloud.mongodbgov.com',
    };
    expect(await credentialsFromEnv(env).read()).toEqual({
      type: 'serviceAccount',
      clientId: 'mdb_sa_id_1',
      clientSecret: 'mdb_sa_sk_1',
      baseUrl: 'https://cloud.mongodbgov.com',
    });
  });

  test.each([
    [{ MONGODB_ATLAS_PUBLIC_API_KEY: 'abcdefgh' }, 'no MONGODB_ATLAS_PRIVATE_API_KEY'],
    [{ MONGODB_ATLAS_CLIENT_SECRET: 'x' }, 'no MONGODB_ATLAS_CLIENT_ID'],
    [{}, 'set MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY'],
    [
      { MONGODB_ATLAS_PUBLIC_API_KEY: 'a', MONGODB_ATLAS_CLIENT_ID: 'b' },
      'remove MONGODB_ATLAS_PUBLIC_API_KEY to use the service account, or MONGODB_ATLAS_CLIENT_ID to use the API key',
    ],
  ])('with %j is refused, and the message names the variables', async (env, problem) => {
    const error = await failureOf(credentialsFromEnv(env).read());
    expect(error).toMatchObject({ code: 'ATLAS_CREDENTIALS', message: expect.stringContaining(problem) });
  });
});
