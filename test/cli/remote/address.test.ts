import { describe, expect, test } from 'vitest';
import { resolveSource } from '../../../bin/options/ledger-source.ts';

const AWS = 'https://abc123.execute-api.eu-west-1.amazonaws.com';
const TOKEN = { RESTORE_LEDGER_API_TOKEN: 'eyJhbGciOi.J9_-.x' };
const token = { by: 'token', token: TOKEN.RESTORE_LEDGER_API_TOKEN };

describe('who asks follows from the address, unless it is said', () => {
  test.each([
    [AWS, {}, {}, { by: 'iam', region: 'eu-west-1' }],
    [`${AWS}/prod/`, {}, {}, { by: 'iam', region: 'eu-west-1' }],
    ['https://a.execute-api.cn-north-1.amazonaws.com.cn', {}, {}, { by: 'iam', region: 'cn-north-1' }],
    [AWS, {}, TOKEN, token],
    [AWS, { apiAuth: 'iam' }, TOKEN, { by: 'iam', region: 'eu-west-1' }],
    [AWS, { apiAuth: 'none' }, TOKEN, { by: 'none' }],
    ['https://ledger.example.com', {}, TOKEN, token],
    ['https://ledger.example.com', { apiAuth: 'iam', apiRegion: 'us-east-2' }, {}, { by: 'iam', region: 'us-east-2' }],
    ['https://ledger.example.com', { apiAuth: 'iam' }, { AWS_REGION: 'us-east-2' }, { by: 'iam', region: 'us-east-2' }],
    ['http://127.0.0.1:27081', {}, TOKEN, { by: 'none' }],
    ['http://localhost:27081/', {}, {}, { by: 'none' }],
    ['http://[::1]:27081', { apiAuth: 'token' }, TOKEN, token],
  ] as const)('%s %j %j', (api, flags, env, auth) => {
    expect(resolveSource({ api, ...flags }, env)).toEqual({ api: { url: api.replace(/\/$/, ''), auth } });
  });
});

describe('what is refused', () => {
  test.each([
    ['ledger.example.com', {}, {}, /^--api: expected an address such as https:.*, got "ledger.example.com"$/],
    ['ftp://ledger', {}, {}, /^--api: expected an address such as https:/],
    ['', {}, {}, /^--api: expected an address such as https:.*, got ""$/],
    ['http://ledger.example.com', {}, {}, /^--api: expected https, except on this machine/],
    ['http://127.0.0.1.example.com', {}, {}, /^--api: expected https, except on this machine/],
    [`${AWS}?x=1`, {}, {}, /^--api: expected an address without \? and #/],
    [
      'https://me:hunter2@ledger.example.com',
      {},
      {},
      /^--api: expected an address without user name and password(?!.*hunter2)/,
    ],
    ['https://ledger.example.com', {}, {}, /^--api-auth: expected iam, token or none for an API at ledger.example.com/],
    // Only API Gateway's own names say a region; one that looks alike is anybody's.
    ['https://abc.execute-api.eu-west-1.amazonaws.com.example.com', {}, {}, /^--api-auth: expected iam, token or none/],
    ['https://ledger.example.com', { apiAuth: 'iam' }, {}, /^--api-region: expected the AWS region .*, got none$/],
    [AWS, { apiAuth: 'iam', apiRegion: 'Ireland' }, {}, /^--api-region: expected an AWS region such as eu-west-1/],
    [
      AWS,
      { apiAuth: 'none', apiRegion: 'eu-west-1' },
      {},
      /^--api-region: expected with --api-auth iam, got with none/,
    ],
    [AWS, { apiAuth: 'token' }, {}, /^RESTORE_LEDGER_API_TOKEN: expected a token, .* got none$/],
    [
      AWS,
      {},
      { RESTORE_LEDGER_API_TOKEN: 'a\nsecret' },
      /^RESTORE_LEDGER_API_TOKEN: expected a bearer token(?!.*secret)/,
    ],
    [AWS, { table: 'some-table' }, {}, /^--api and --table: expected one of them, got both$/],
    [AWS, { data: 'dir' }, {}, /^--api and --data: expected one of them, got both$/],
    [undefined, { apiAuth: 'iam' }, {}, /^--api-auth: expected --api with it, got none$/],
  ] as const)('%s %j %j', (api, flags, env, message) => {
    expect(() => resolveSource({ ...(api === undefined ? {} : { api }), ...flags }, env)).toThrow(message);
  });
});

test('a flag beats a variable, and two variables are one too many', () => {
  const env = { RESTORE_LEDGER_API: AWS, TABLE_NAME: 'some-table' };
  expect(() => resolveSource({}, env)).toThrow('RESTORE_LEDGER_API and TABLE_NAME: expected one of them, got both');
  expect(resolveSource({ api: 'http://127.0.0.1:1' }, env)).toHaveProperty('api');
  expect(resolveSource({ table: 'other-table' }, env)).toEqual({ tableName: 'other-table' });
  expect(resolveSource({ data: 'dir' }, env)).toEqual({ dataDir: 'dir' });
  expect(resolveSource({}, { RESTORE_LEDGER_API: '', TABLE_NAME: '' })).toEqual({ dataDir: '.ledger' });
});
