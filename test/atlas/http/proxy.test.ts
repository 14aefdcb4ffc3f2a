import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { HttpTransport } from '../../../functions/atlas/http/http-transport.ts';
import { parseProxyUrl, proxyFor } from '../../../functions/atlas/http/proxy.ts';
import { startAtlas } from '../../../local/atlas/server.ts';
import { accessTo, CommandLine } from '../../cli/command-line.ts';
import { makeCertificate } from '../certificate.ts';
import { failureOf, PROJECT_ID } from '../clients.ts';
import { startProxy } from '../proxy-server.ts';
import { list } from '../scripted-server.ts';

const HOST = 'atlas.test';

/** Gives out a token, and an empty list for everything else. */
async function startTls() {
  const { key, cert } = makeCertificate(HOST);
  const paths: string[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    paths.push(request.url?.split('?')[0] ?? '');
    const body = request.url === '/api/oauth/token' ? { access_token: 'token-1', expires_in: 3600 } : list([]);
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...{ cert, paths, port: (server.address() as AddressInfo).port },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

const ACCOUNT = {
  MONGODB_ATLAS_BASE_URL: `https://${HOST}`,
  MONGODB_ATLAS_CLIENT_ID: 'mdb_sa_id_0123456789abcdef01234567',
  MONGODB_ATLAS_CLIENT_SECRET: 'mdb_sa_sk_CANARY',
};
const LIST = ['atlas', 'list', '--kind', 'flex', '--project', PROJECT_ID, '--cluster', 'Cluster0'];

describe('through a proxy', () => {
  test.each(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY'])(
    'that %s names, Atlas is reached, and the proxy sees no call',
    async (variable) => {
      await using tls = await startTls();
      await using proxy = await startProxy(tls.port);
      await using shell = await CommandLine.open();
      const trusted = join(shell.dir, 'cert.pem');
      await writeFile(trusted, tls.cert);
      const env = { ...ACCOUNT, [variable]: `http://user:pa%20ss@${proxy.host}`, NODE_EXTRA_CA_CERTS: trusted };
      const { code, stdout, stderr } = await shell.run(LIST, { env });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(stdout)).toMatchObject({ results: [] });
      expect(tls.paths).toContain(`/api/atlas/v2/groups/${PROJECT_ID}/flexClusters/Cluster0/backup/restoreJobs`);
      expect(new Set(proxy.seen.map(({ host }) => host))).toEqual(new Set([`${HOST}:443`]));
      expect(proxy.seen[0]?.authorization).toBe(`Basic ${Buffer.from('user:pa ss').toString('base64')}`);
      const through = Buffer.concat(proxy.seen.flatMap(({ bytes }) => bytes)).toString('latin1');
      expect(through).not.toMatch(/CANARY|oauth|groups/);
    },
  );

  test('the server still has to prove who it is', async () => {
    await using tls = await startTls();
    await using proxy = await startProxy(tls.port);
    const failure = await ask({ url: `http://${proxy.host}`, noProxy: '' });
    expect(failure).toMatchObject({ code: 'ATLAS_UNAVAILABLE', lasting: true });
    expect(failure.message).toContain(`the certificate of ${HOST} through the proxy ${proxy.host} is not trusted`);
    expect(tls.paths).toEqual([]);
  });

  test.each([
    [407, true, 'which answered 407: check the user and password in its URL'],
    [403, true, 'which answered 403'],
    [503, false, 'which answered 503'],
  ])('that refuses with %i, the error says so, without the password', async (status, lasting, said) => {
    await using proxy = await startProxy(1, status);
    const failure = await ask({ url: `http://user:CANARY@${proxy.host}`, noProxy: '' });
    expect(failure).toMatchObject({ code: 'ATLAS_UNAVAILABLE', lasting });
    expect(failure.message).toContain(`no connection to ${HOST} through the proxy ${proxy.host}, ${said}`);
    expect(failure.message).not.toContain('CANARY');
  });

  test('that is not there, the error names it', async () => {
    const { message } = await ask({ url: 'http://127.0.0.1:1', noProxy: '' });
    expect(message).toContain(`no connection to ${HOST} through the proxy 127.0.0.1:1 (ECONNREFUSED)`);
  });

  test('hosts in NO_PROXY are not reached, nor what runs on this machine over plain HTTP', async () => {
    await using proxy = await startProxy(1, 403);
    expect((await ask({ url: `http://${proxy.host}`, noProxy: `other.test, .${HOST}` })).message).toMatch(
      /no connection to atlas\.test \(E/,
    );
    await using simulator = await startAtlas({ projects: 1, clusters: 1 });
    await using shell = await CommandLine.open(accessTo(simulator));
    const [{ id: projectId = '' } = {}] = simulator.world.projects;
    const clusterName = simulator.world.clusters(projectId)[0]?.name ?? '';
    const args = ['atlas', 'list', '--kind', 'dedicated', '--project', projectId, '--cluster', clusterName];
    const at = `http://${proxy.host}`;
    expect(await shell.run(args, { env: { HTTPS_PROXY: at, HTTP_PROXY: at } })).toMatchObject({ code: 0, stderr: '' });
    expect(proxy.seen).toEqual([]);
  });

  test('of a URL that is none, nothing is asked, and the URL is not shown', async () => {
    await using shell = await CommandLine.open(ACCOUNT);
    for (const HTTPS_PROXY of ['socks5://u:CANARY@x:1', 'http://u:CANARY@:99999', '://CANARY']) {
      const { code, stderr } = await shell.run(LIST, { env: { HTTPS_PROXY } });
      expect(code).toBe(2);
      expect(stderr).toContain('HTTPS_PROXY: expected the URL of an HTTP proxy, such as http://proxy.example:3128');
      expect(stderr).not.toContain('CANARY');
    }
  });

  async function ask(proxy: { url: string; noProxy: string }) {
    const transport = new HttpTransport({ proxy });
    const url = new URL(`https://${HOST}/api/atlas/v2/groups`);
    try {
      const headers = { authorization: 'Bearer CANARY' };
      return await failureOf(transport.send({ method: 'GET', url, headers, timeoutMs: 10_000, maxBytes: 1_000 }));
    } finally {
      await transport.close();
    }
  }
});

describe('a host', () => {
  const settings = (noProxy: string) => ({ url: 'http://proxy.test:3128', noProxy });

  test.each([
    ['', true],
    ['example.com', true],
    ['cloud.mongodb.com', false],
    ['CLOUD.mongodb.com', false],
    ['mongodb.com', false],
    ['.mongodb.com', false],
    ['*.mongodb.com', false],
    ['odb.com', true],
    ['a.test b.test,mongodb.com', false],
    ['mongodb.com:443', false],
    ['mongodb.com:8443', true],
    ['*', false],
    [' , ', true],
  ])('with NO_PROXY=%j is reached through the proxy: %s', (noProxy, proxied) => {
    expect(proxyFor(new URL('https://cloud.mongodb.com'), settings(noProxy)) !== undefined).toBe(proxied);
  });

  test('without a proxy is reached directly', () => {
    expect(proxyFor(new URL('https://cloud.mongodb.com'), undefined)).toBeUndefined();
  });
});

test("a proxy's address may lack its scheme", () => {
  expect(parseProxyUrl('proxy.corp.example:3128')).toBe('http://proxy.corp.example:3128/');
});
