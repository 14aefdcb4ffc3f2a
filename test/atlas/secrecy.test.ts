// What must not leave functions/atlas: marked secrets are planted wherever an answer can hold one, then searched for.

import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Credentials } from '../../functions/atlas/auth/credentials.ts';
import type { AtlasClient } from '../../functions/atlas/client.ts';
import type { Log } from '../../functions/platform/log.ts';
import { KINDS } from '../../functions/schema/words.ts';
import { all, clientFor, FLEX_JOBS, PROJECT_ID, projectsOf } from './clients.ts';
import { json, list, type Reply, type Seen, serve } from './scripted-server.ts';

/** Keeps everything that a program could see of a client: results, errors with all they hold, log entries. */
function witness() {
  const seen: unknown[] = [];
  const note = (...what: unknown[]) => void seen.push(what);
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const watch = async (call: Promise<unknown>) => note(await call.catch((error: unknown) => error));
  const said = () =>
    seen
      .map((each) => inspect(each, { depth: 20, showHidden: true, maxArrayLength: null, maxStringLength: null }))
      .join('\n') + JSON.stringify(seen);
  return { log, watch, said };
}

const ONE_DAY = { projectId: PROJECT_ID, types: [], since: '2026-11-20T00:00:00Z', until: '2026-11-21T00:00:00Z' };

const everyCall = (atlas: AtlasClient) => [
  projectsOf(atlas),
  all(atlas.events(ONE_DAY)),
  ...(['dedicated', 'flex', 'serverless'] as const).map((which) => atlas.clusters(PROJECT_ID, which)),
  ...KINDS.flatMap((kind) => [
    all(atlas.jobPages({ ...FLEX_JOBS, kind })),
    atlas.job({ ...FLEX_JOBS, kind }, '6a793fd22c88faeba59bd59a'),
    atlas.rawList({ ...FLEX_JOBS, kind, pretty: true }),
  ]),
];

/** Synthetic: every secret-bearing field of docs/atlas.md#7, in a job of no kind in particular. */
const URL_WITH_SECRET = 'https://restore-6a79.abc123.mongodb.net:27017/CANARY/restore-6a78.tar.gz';
const SECRET_JOB = {
  id: '6a793fd22c88faeba59bd59a',
  name: 'Cluster0',
  deliveryType: 'download',
  deliveryUrl: [URL_WITH_SECRET],
  snapshotUrl: URL_WITH_SECRET,
  components: [
    {
      replicaSetName: 'shard-0',
      downloadUrl: URL_WITH_SECRET,
      privateDownloadDeliveryUrls: [{ deliveryUrl: URL_WITH_SECRET, endpointId: 'vpce-00000000000000000' }],
    },
  ],
  privateDownloadDeliveryUrls: [{ deliveryUrl: URL_WITH_SECRET, endpointId: 'vpce-00000000000000000' }],
  delivery: { url: URL_WITH_SECRET, urlV2: URL_WITH_SECRET, authHeader: 'CANARY', authValue: 'CANARY' },
  errorMessage: `could not reach ${URL_WITH_SECRET}`,
  links: [{ rel: 'self', href: `https://cloud.mongodb.com/api/atlas/v2/x#CANARY` }],
};

/** Synthetic: all that an event can hold beside what is kept of it (docs/atlas.md#12-2). */
const SECRET_EVENT = {
  id: '6a793fd22c88faeba59bd59a',
  created: '2026-11-20T10:30:00Z',
  eventTypeName: 'TENANT_RESTORE_REQUESTED_AUDIT',
  username: `ada, at ${URL_WITH_SECRET}`,
  userId: URL_WITH_SECRET,
  delegatePrincipal: { id: 'x', name: URL_WITH_SECRET, secret: 'CANARY', onBehalfOf: { name: URL_WITH_SECRET } },
  remoteAddress: 'CANARY',
  raw: { un: 'CANARY', remoteAddr: 'CANARY' },
  clusterName: 'CANARY',
  targetPublicKey: 'CANARY',
  links: [{ rel: 'self', href: 'https://cloud.mongodb.com/CANARY' }],
};

const CREDENTIALS: Credentials[] = [
  { type: 'apiKey', publicKey: 'pub-CANARY-1', privateKey: 'priv-CANARY-2' },
  { type: 'serviceAccount', clientId: 'id-CANARY-3', clientSecret: 'sk-CANARY-4' },
];

const CHALLENGE =
  'Digest realm="MMS Public API", domain="", nonce="CANARY/nonce+5", algorithm=MD5, qop="auth", stale=false';

/** Lets everybody in, with a token or a nonce that is marked too; then answers as `reply` says. */
const letIn =
  (reply: Reply): Reply =>
  (response, request, nth) => {
    if (request.target === '/api/oauth/token')
      return json(200, { access_token: 'token-CANARY-6', expires_in: 3600 })(response, request, nth);
    if (request.headers.authorization === undefined)
      return json(401, {}, { 'WWW-Authenticate': CHALLENGE })(response, request, nth);
    return reply(response, request, nth);
  };

describe.each(CREDENTIALS)('with a $type', (credentials) => {
  test.each<[string, Reply]>([
    ['a list', json(200, list([SECRET_JOB, null, URL_WITH_SECRET, [URL_WITH_SECRET]], ['self']))],
    ['a job', json(200, SECRET_JOB)],
    ['a list in an envelope', json(200, { status: 200, content: SECRET_JOB, results: [SECRET_JOB] })],
    [
      'an error that quotes one',
      json(500, {
        error: 500,
        errorCode: 'UNEXPECTED_ERROR',
        detail: `at ${URL_WITH_SECRET}`,
        parameters: [URL_WITH_SECRET],
      }),
    ],
    ['an error that is a job', json(404, SECRET_JOB)],
    ['a list that is cut', (response) => response.writeHead(200).end(JSON.stringify(list([SECRET_JOB])).slice(0, -5))],
    ['a redirect to one', (response) => response.writeHead(302, { Location: URL_WITH_SECRET }).end()],
  ])('no delivery URL leaves, returned, thrown or logged, when the answer is %s', async (_, reply) => {
    await using server = await serve(letIn(reply));
    const { log, watch, said } = witness();
    await using atlas = clientFor(server.url, { credentials, log });
    await Promise.all(everyCall(atlas).map(watch));
    expect(server.seen.length).toBeGreaterThan(10);
    expect(said()).not.toContain('CANARY');
  });

  test('of an event nothing leaves but who did what, when, and that without a URL', async () => {
    await using server = await serve(letIn(json(200, list([SECRET_EVENT, { ...SECRET_EVENT, id: 'CANARY' }]))));
    const { log, watch, said } = witness();
    await using atlas = clientFor(server.url, { credentials, log });
    await watch(all(atlas.events(ONE_DAY)));
    expect(said()).toContain('[URL removed]');
    expect(said()).not.toContain('CANARY');
  });

  test('no credential, token or nonce leaves, whatever the server does with what it was sent', async () => {
    const status = fc.constantFrom(200, 301, 400, 401, 402, 403, 404, 406, 410, 429, 500, 502, 503);
    const shape = fc.constantFrom(
      'detail',
      'reason',
      'html',
      'text',
      'error_description',
      'errorCode',
      'results',
      'cut',
      'reset',
    );
    const where = fc.constantFrom('token', 'api', 'both');
    await fc.assert(
      fc.asyncProperty(status, shape, where, async (code, form, at) => {
        await using server = await serve((response, request, nth) => {
          const isToken = request.target === '/api/oauth/token';
          const hit = at === 'both' || (at === 'token') === isToken;
          return (hit ? echo(code, form) : letIn(json(200, list([]))))(response, request, nth);
        });
        const { log, watch, said } = witness();
        await using atlas = clientFor(server.url, { credentials, log, retry: { attempts: 2, throttles: 2 } });
        await Promise.all([watch(projectsOf(atlas)), watch(atlas.clusters(PROJECT_ID, 'dedicated'))]);
        await watch(all(atlas.jobPages(FLEX_JOBS)));
        expect(said()).not.toContain('CANARY');
        const basic = Buffer.from('id-CANARY-3:sk-CANARY-4').toString('base64');
        expect(said()).not.toContain(basic);
        expect(said()).not.toMatch(/response="|cnonce=/);
      }),
      { numRuns: 150 },
    );
  });
});

/** Sends the request's own secrets back in every way a server or a proxy could. */
const echo =
  (status: number, form: string): Reply =>
  (response, request) => {
    const secrets = secretsOf(request);
    const headers = {
      'Retry-After': secrets,
      Deprecation: secrets,
      'X-Error-Code': secrets,
      Location: `https://elsewhere.example/?${encodeURIComponent(secrets)}`,
      ...(status === 401 ? { 'WWW-Authenticate': CHALLENGE } : {}),
    };
    if (form === 'reset') return void response.destroy();
    if (form === 'cut') {
      return void response
        .writeHead(status, { ...headers, 'Content-Length': '9999' })
        .write(secrets, () => response.destroy());
    }
    if (form === 'html') return void response.writeHead(status, headers).end(`<html><b>${secrets}</b></html>`);
    if (form === 'text') return void response.writeHead(status, headers).end(secrets);
    const body = form === 'results' ? { results: 'none', detail: secrets } : { error: secrets, [form]: secrets };
    json(status, body, headers)(response, request, 0);
  };

function secretsOf({ headers: { authorization = '' }, target, body }: Seen) {
  const nonces = [...authorization.matchAll(/nonce="([^"]*)"/g)].map(([, nonce]) => nonce);
  // What the client is known to hold, though a digest doesn't send it.
  const held = /^(Bearer|Basic)/.test(authorization) ? 'id-CANARY-3 sk-CANARY-4' : 'pub-CANARY-1 priv-CANARY-2';
  return `your Authorization was ${authorization} and ${nonces.join(' ')} ${held} ${target} ${body}`;
}

test('the witness would notice', async () => {
  const { watch, said } = witness();
  await watch(Promise.reject(new Error('outer', { cause: { headers: ['CANARY'] } })));
  expect(said()).toContain('CANARY');
});
