import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AwsSigner } from '../../../bin/remote/aws-signature.ts';
import { CommandLine } from '../command-line.ts';
import { json, startScriptedApi } from './scripted-api.ts';
import { checkSignature } from './signature-check.ts';

// AWS's own example credentials; they belong to nobody.
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET };

describe("the check itself agrees with AWS's published examples", () => {
  const scope = (service: string) => `20150830/us-east-1/${service}/aws4_request`;
  const authorization = (service: string, names: string, signature: string) =>
    `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope(service)}, SignedHeaders=${names}, Signature=${signature}`;
  const date = { 'x-amz-date': '20150830T123600Z' };

  test.each([
    [
      'get-vanilla of the test suite',
      '/',
      { host: 'example.amazonaws.com' },
      authorization('service', 'host;x-amz-date', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'),
    ],
    [
      'ListUsers of the guide',
      '/?Action=ListUsers&Version=2010-05-08',
      { host: 'iam.amazonaws.com', 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      authorization(
        'iam',
        'content-type;host;x-amz-date',
        '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
      ),
    ],
  ])('%s', (_, target, headers, signed) => {
    const request = { method: 'GET', target, headers: { ...headers, ...date, authorization: signed }, body: '' };
    expect(checkSignature(request, SECRET)).toMatchObject({ valid: true, accessKeyId: 'AKIDEXAMPLE' });
    expect(checkSignature({ ...request, target: `${target}x` }, SECRET).valid).toBe(false);
    expect(checkSignature(request, `${SECRET}x`).valid).toBe(false);
  });
});

test('any query and body is signed as AWS checks it, with a token and without', async () => {
  const word = fc.string({ unit: fc.constantFrom(..."aZ09-._~ +&=/:%?#üŞ😀!*()'".split(/(?:)/u)), maxLength: 8 });
  const pairs = fc.array(fc.tuple(fc.stringMatching(/^[a-zA-Z-]{1,5}$/), word), { maxLength: 5 });
  const token = fc.option(fc.stringMatching(/^[a-zA-Z0-9/+=]{1,20}$/), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(pairs, fc.option(word, { nil: undefined }), token, async (query, body, sessionToken) => {
      const credentials = { ...CREDENTIALS, ...(sessionToken === undefined ? {} : { sessionToken }) };
      const signer = new AwsSigner({ region: 'eu-west-1', credentials });
      const url = new URL('https://abc123.execute-api.eu-west-1.amazonaws.com/restore-jobs');
      for (const [name, value] of query) url.searchParams.append(name, value);
      // As the client sends it: RFC 3986 has no plus for a space.
      url.search = url.search.replaceAll('+', '%20');
      const headers = await signer.sign({ method: 'POST', url, body, headers: { accept: 'application/json' } });
      expect('x-amz-security-token' in headers).toBe(sessionToken !== undefined);
      const target = url.pathname + url.search;
      const sent = { method: 'POST', target, headers: { ...headers, host: url.host }, body: body ?? '' };
      expect(checkSignature(sent, SECRET)).toMatchObject({ valid: true });
    }),
  );
});

test.each([
  ['GET', '/', undefined],
  [
    'GET',
    '/prod/restore-jobs?status=FAILED%2CCANCELLED&clusterName=a%20b%2Bc%2F%C3%BC%21%28%2A%29&limit=200',
    undefined,
  ],
  ['POST', '/runs', '{"clusterName":"Größe"}'],
])('%s %s is signed for execute-api as AWS checks it, with a session token too', async (method, target, body) => {
  const signer = new AwsSigner({
    region: 'eu-west-1',
    credentials: { ...CREDENTIALS, sessionToken: 'token/+=' },
    now: () => Date.parse('2026-11-23T12:00:00Z'),
  });
  const url = new URL(target, 'https://abc123.execute-api.eu-west-1.amazonaws.com');
  const headers = await signer.sign({ method, url, body, headers: { accept: 'application/json' } });
  const sent = { method, target, headers: { ...headers, host: url.host }, body: body ?? '' };
  expect(checkSignature(sent, SECRET)).toEqual({
    valid: true,
    accessKeyId: 'AKIDEXAMPLE',
    scope: '20261123/eu-west-1/execute-api/aws4_request',
    signedHeaders: ['accept', 'host', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token'],
  });
  expect(headers).toMatchObject({ 'x-amz-date': '20261123T120000Z', 'x-amz-security-token': 'token/+=' });
});

describe('through a tunnel to a deployed API, with --api-auth iam', () => {
  const env = { AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId, AWS_SECRET_ACCESS_KEY: SECRET };
  const flags = (url: string) => ['--api', url, '--api-auth', 'iam', '--api-region', 'eu-west-1'];

  test('what arrives has a valid signature, and the secret is never sent or said', async () => {
    await using api = await startScriptedApi(json(200, { jobs: [] }));
    await using shell = await CommandLine.open(env);
    const project = '65a1b2c3d4e5f60718293a4b';
    const filters = ['--project', project, '--cluster', "it's (mine) + 100%*", '--status', 'FAILED,EXPIRED'];
    const { code } = await shell.run(['jobs', '--verbose', ...filters, ...flags(api.url)]);
    expect(code).toBe(0);
    const [request] = api.requests;
    expect(request && checkSignature(request, SECRET)).toMatchObject({
      valid: true,
      accessKeyId: 'AKIDEXAMPLE',
      scope: expect.stringMatching(/^\d{8}\/eu-west-1\/execute-api\/aws4_request$/),
    });
    expect(Object.fromEntries(new URL(request?.target ?? '', api.url).searchParams)).toEqual({
      ...{ project, cluster: "it's (mine) + 100%*", status: 'FAILED,EXPIRED', limit: '50' },
    });
    expect(JSON.stringify(api.requests) + shell.said).not.toContain(SECRET);
  });

  test('403 names the identity and the permission, in one line', async () => {
    await using api = await startScriptedApi(json(403, { message: 'Forbidden' }, { 'apigw-requestid': 'abc=' }));
    await using shell = await CommandLine.open(env);
    expect(await shell.run(['runs', ...flags(api.url)])).toEqual({
      code: 1,
      stdout: '',
      stderr: `restore-ledger: GET ${api.url}/runs answered 403, Forbidden (request abc=): the AWS identity of access key AKIDEXAMPLE needs execute-api:Invoke on this API (aws sts get-caller-identity names it)\n`,
    });
    expect(api.requests).toHaveLength(1);
  });

  test('without AWS credentials nothing is sent, and one line says so', async () => {
    await using api = await startScriptedApi(json(200, { jobs: [] }));
    await using shell = await CommandLine.open();
    const { code, stderr } = await shell.run(['jobs', ...flags(api.url)], { env: { HOME: shell.dir } });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^restore-ledger: no AWS credentials to sign requests with: .*\n$/),
    });
    expect(api.requests).toEqual([]);
  });
});
