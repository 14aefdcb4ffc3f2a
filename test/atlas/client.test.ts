import { describe, expect, test } from 'vitest';
import type { CredentialSource, Credentials } from '../../functions/atlas/auth/credentials.ts';
import { AtlasClient } from '../../functions/atlas/client.ts';
import type { Log, LogFields } from '../../functions/platform/log.ts';
import type { AtlasSimulator } from '../../local/atlas/server.ts';
import { startAtlas } from '../../local/atlas/server.ts';
import { ManualClock } from '../../local/manual-clock.ts';
import {
  accountOf,
  all,
  clientFor,
  FLEX_JOBS,
  failureOf,
  keyOf,
  PROJECT_ID,
  projectsOf,
  SERVICE_ACCOUNT,
} from './clients.ts';
import { apiError, inOrder, json, list, type Reply, serve, withTokens } from './scripted-server.ts';

const empty = json(200, list([]));

function recordingLog() {
  const entries: [string, string, LogFields | undefined][] = [];
  const at = (level: string) => (message: string, fields?: LogFields) => void entries.push([level, message, fields]);
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { log, entries };
}

/** A source that a test can change behind the client's back. */
function changingSource(first: Awaited<ReturnType<CredentialSource['read']>>) {
  const state = { now: first, fresh: 0 };
  const source: CredentialSource = {
    describe: 'a changing source',
    read: async ({ fresh = false } = {}) => {
      if (fresh) state.fresh += 1;
      return state.now;
    },
  };
  return { state, source };
}

describe('a 429', () => {
  const limited = (headers: Record<string, string>): Reply => apiError(429, 'RATE_LIMITED_TOKEN_BUCKET', {}, headers);

  test('is waited out for as long as Atlas asked, then the call succeeds', async () => {
    const clock = new ManualClock();
    await using server = await serve(withTokens(inOrder(limited({ 'Retry-After': '7' }), empty)));
    await using atlas = clientFor(server.url, { clock });
    expect(await all(atlas.jobPages(FLEX_JOBS))).toHaveLength(1);
    expect(clock.sleptMs).toEqual([7_000]);
    expect(atlas.usage).toEqual({ requests: 2, tokenRequests: 1, throttles: 1, waitedMs: 7_000 });
  });

  test('again and again is waited for longer and longer', async () => {
    const clock = new ManualClock();
    const again = limited({ 'Retry-After': '1' });
    await using server = await serve(withTokens(inOrder(again, again, again, again, empty)));
    await using atlas = clientFor(server.url, { clock });
    await projectsOf(atlas);
    const [first = 0, second = 0, third = 0, fourth = 0] = clock.sleptMs;
    expect(first).toBe(1_000);
    expect(second).toBeGreaterThanOrEqual(10_000);
    expect(third).toBeGreaterThanOrEqual(20_000);
    expect(fourth).toBeGreaterThanOrEqual(40_000);
  });

  test('whose wait does not fit is thrown at once, and keeps later calls of that bucket away, not others', async () => {
    const clock = new ManualClock();
    await using server = await serve(
      withTokens((response, request, nth) =>
        (request.target.includes('flexClusters/') ? limited({ 'Retry-After': '55' }) : empty)(response, request, nth),
      ),
    );
    await using atlas = clientFor(server.url, { clock });
    const hurried = atlas.within(() => 20_000);
    const failure = await failureOf(all(hurried.jobPages(FLEX_JOBS)));
    expect(failure).toMatchObject({ code: 'ATLAS_RATE_LIMITED', status: 429, retryAfterMs: 55_000 });
    clock.advance(5_000);
    expect(await failureOf(all(hurried.jobPages(FLEX_JOBS)))).toMatchObject({
      code: 'ATLAS_RATE_LIMITED',
      retryAfterMs: 50_000,
    });
    expect(atlas.usage).toMatchObject({ requests: 1, waitedMs: 0 });
    await all(hurried.jobPages({ ...FLEX_JOBS, kind: 'dedicated' }));
    expect(clock.sleptMs).toEqual([]);
  });

  test('is hardly ever met where the headers say what is left', async () => {
    const clock = new ManualClock();
    await using simulator = await startAtlas({
      ...{ clock, projects: 1, clusters: 1, jobs: 10 },
      buckets: { clusters: { capacity: 20, refill: 10, seconds: 60 } },
    });
    await using atlas = clientFor(simulator.url, { credentials: accountOf(simulator), clock });
    const projectId = simulator.world.projects[0]?.id ?? '';
    await atlas.clusters(projectId, 'dedicated');
    await Promise.all(Array.from({ length: 50 }, () => atlas.clusters(projectId, 'dedicated')));
    expect(simulator.requests.filter(({ status }) => status === 200)).toHaveLength(52);
    expect(atlas.usage.throttles).toBeLessThan(10);
    expect(atlas.usage.waitedMs).toBeGreaterThan(60_000);
  });
});

describe('a call', () => {
  test.each([
    ['a 500', apiError(500, 'UNEXPECTED_ERROR')],
    ['a 503', apiError(503, 'SERVICE_UNAVAILABLE')],
    ['a lost connection', (response) => response.destroy()],
    [
      'a cut body',
      (response) => response.writeHead(200, { 'Content-Length': '9' }).write('{', () => response.destroy()),
    ],
    ['something that is no JSON', (response) => response.writeHead(200).end('<html>')],
    ['nothing', (response) => response.writeHead(200).end()],
  ] as [string, Reply][])('that met %s is made again, four times in all', async (_, fault) => {
    const clock = new ManualClock();
    await using server = await serve(withTokens(inOrder(fault, fault, fault, empty, fault)));
    await using atlas = clientFor(server.url, { clock });
    expect(await projectsOf(atlas)).toEqual([]);
    expect(atlas.usage).toMatchObject({ requests: 4, waitedMs: 0 });
    expect(clock.sleptMs).toHaveLength(3);
    expect((await failureOf(projectsOf(atlas))).transient).toBe(true);
    expect(atlas.usage.requests).toBe(8);
  });

  test.each([
    [400, 'INVALID_QUERY_PARAMETER', 'ATLAS_REFUSED'],
    [400, 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API', 'ATLAS_WRONG_TIER'],
    [401, 'USER_UNAUTHORIZED', 'ATLAS_UNAUTHORIZED'],
    [402, 'NO_PAYMENT_INFORMATION_FOUND', 'ATLAS_FORBIDDEN'],
    [403, 'IP_ADDRESS_NOT_ON_ACCESS_LIST', 'ATLAS_FORBIDDEN'],
    [404, 'CLUSTER_NOT_FOUND', 'ATLAS_NOT_FOUND'],
    [406, 'INVALID_VERSION_DATE', 'ATLAS_REFUSED'],
    [410, 'VERSION_GONE', 'ATLAS_GONE'],
  ])('that met %s %s is not made again', async (status, errorCode, code) => {
    await using server = await serve(withTokens(apiError(status, errorCode)));
    await using atlas = clientFor(server.url);
    expect(await failureOf(all(atlas.jobPages(FLEX_JOBS)))).toMatchObject({ code, status, errorCode });
    expect(atlas.usage.requests).toBe(1);
  });

  test('that is redirected says what is wrong, and follows nowhere', async () => {
    await using elsewhere = await serve(empty);
    await using server = await serve(
      withTokens((response) => response.writeHead(301, { Location: elsewhere.url }).end()),
    );
    await using atlas = clientFor(server.url);
    const failure = await failureOf(projectsOf(atlas));
    expect(failure).toMatchObject({
      code: 'ATLAS_REFUSED',
      status: 301,
      message: expect.stringContaining('base URL is wrong'),
    });
    expect(elsewhere.seen).toEqual([]);
  });

  test('goes to the configured host, wherever links point', async () => {
    const named = (id: string) => ({ id, name: id });
    const first = { ...list([named('1'), named('2')], ['next']), totalCount: 3 };
    const end = { ...list([named('3')]), totalCount: 3 };
    await using server = await serve(withTokens(inOrder(json(200, first), json(200, end))));
    await using atlas = clientFor(server.url);
    await projectsOf(atlas);
    expect(server.seen.map(({ target }) => target.split('?')[0])).toEqual([
      '/api/oauth/token',
      '/api/atlas/v2/groups',
      '/api/atlas/v2/groups',
    ]);
  });

  test('is given up at its deadline, or at the end of the time left', async () => {
    await using server = await serve(withTokens(() => {}));
    await using atlas = clientFor(server.url, { callTimeoutMs: 60, retry: { attempts: 1 } });
    expect((await failureOf(projectsOf(atlas))).message).toContain('within 60 ms');
    expect((await failureOf(projectsOf(atlas.within(() => 40)))).message).toContain('within 40 ms');
    expect((await failureOf(projectsOf(atlas.within(() => 0)))).message).toContain('no time left');
  });

  test('is not made again when the wait before it does not fit', async () => {
    await using server = await serve(withTokens(apiError(503, 'SERVICE_UNAVAILABLE', {}, { 'Retry-After': '30' })));
    await using atlas = clientFor(server.url);
    const failure = await failureOf(projectsOf(atlas.within(() => 20_000)));
    expect(failure).toMatchObject({ code: 'ATLAS_UNAVAILABLE', status: 503, retryAfterMs: 30_000 });
    expect(atlas.usage.requests).toBe(1);
  });

  test('is logged with its path, without query and credentials; a deprecation once per endpoint', async () => {
    const deprecated = { Deprecation: 'Mon, 5 Aug 2024 00:00:00 GMT', Sunset: 'Thu, 1 Jul 2027 00:00:00 GMT' };
    await using server = await serve(withTokens(json(200, list([]), deprecated)));
    const { log, entries } = recordingLog();
    await using atlas = clientFor(server.url, { log });
    await projectsOf(atlas);
    await projectsOf(atlas);
    await atlas.clusters(PROJECT_ID, 'flex');
    const debug = entries.filter(([level]) => level === 'debug');
    expect(debug[1]).toEqual([
      'debug',
      'Atlas answered',
      { method: 'GET', path: '/api/atlas/v2/groups', status: 200, ms: 0 },
    ]);
    expect(entries.filter(([level]) => level === 'warn')).toEqual([
      [
        'warn',
        'Atlas calls an endpoint version deprecated',
        {
          operation: 'listGroups',
          version: '2023-01-01',
          deprecation: '"Mon, 5 Aug 2024 00:00:00 GMT"',
          sunset: '"Thu, 1 Jul 2027 00:00:00 GMT"',
        },
      ],
      ['warn', expect.anything(), expect.objectContaining({ operation: 'listGroupFlexClusters' })],
    ]);
  });

  test('names its agent', async () => {
    await using server = await serve(withTokens(empty));
    await using atlas = clientFor(server.url, { userAgent: 'synthetic/1' });
    await projectsOf(atlas);
    expect(server.seen.map(({ headers }) => headers['user-agent'])).toEqual(['synthetic/1', 'synthetic/1']);
  });
});

describe('rotated credentials', () => {
  const credentialsOf = { apiKey: keyOf, serviceAccount: accountOf };

  test.each(['apiKey', 'serviceAccount'] as const)(
    'of a %s are read again, once for all calls, and no call fails',
    async (type) => {
      await using simulator = await startAtlas({ projects: 2 });
      const { state, source } = changingSource(credentialsOf[type](simulator));
      await using atlas = new AtlasClient({ credentials: source, baseUrl: simulator.url, clock: new ManualClock() });
      await projectsOf(atlas);
      simulator.rotateCredentials();
      state.now = credentialsOf[type](simulator);
      const found = await Promise.all(Array.from({ length: 20 }, () => projectsOf(atlas)));
      expect(found.map(({ length }) => length)).toEqual(Array(20).fill(2));
      expect(state.fresh).toBe(1);
    },
  );

  test('may change from an API key to a service account', async () => {
    await using simulator = await startAtlas({ projects: 2 });
    const { state, source } = changingSource(keyOf(simulator));
    await using atlas = new AtlasClient({ credentials: source, baseUrl: simulator.url });
    await projectsOf(atlas);
    simulator.rotateCredentials();
    state.now = accountOf(simulator);
    expect(await projectsOf(atlas)).toHaveLength(2);
  });

  test.each(['apiKey', 'serviceAccount'] as const)(
    'of a %s that are nowhere to be read fail the call, after one look',
    async (type) => {
      await using simulator = await startAtlas({ projects: 2 });
      const { state, source } = changingSource(credentialsOf[type](simulator));
      await using atlas = new AtlasClient({ credentials: source, baseUrl: simulator.url, clock: new ManualClock() });
      await projectsOf(atlas);
      simulator.rotateCredentials();
      simulator.requests.length = 0;
      expect((await failureOf(projectsOf(atlas))).code).toBe('ATLAS_UNAUTHORIZED');
      expect(state.fresh).toBe(1);
      expect(simulator.requests.length).toBeLessThanOrEqual(3);
    },
  );

  test.each([
    [401, 'USER_UNAUTHORIZED'],
    [401, 'NOT_IN_GROUP'],
    [403, 'IP_ADDRESS_NOT_ON_ACCESS_LIST'],
    [403, 'ORG_REQUIRES_ACCESS_LIST'],
    [403, 'ACCESS_FORBIDDEN'],
  ])('that are refused with %i %s are read again, and used at once where they changed', async (status, errorCode) => {
    const { state, source } = changingSource(SERVICE_ACCOUNT);
    const other: Credentials = { type: 'serviceAccount', clientId: 'mdb_sa_id_other', clientSecret: 'mdb_sa_sk_other' };
    const basic = `Basic ${Buffer.from('mdb_sa_id_other:mdb_sa_sk_other').toString('base64')}`;
    await using server = await serve((response, request, nth) => {
      if (request.target === '/api/oauth/token') {
        const token = request.headers.authorization === basic ? 'good' : 'small';
        return json(200, { access_token: token, expires_in: 3600 })(response, request, nth);
      }
      const isGood = request.headers.authorization === 'Bearer good';
      (isGood ? empty : apiError(status, errorCode))(response, request, nth);
    });
    const clock = new ManualClock();
    await using atlas = new AtlasClient({ credentials: source, baseUrl: server.url, clock });
    // As long as they are the same, not more than one look in half a minute.
    for (let nth = 0; nth < 5; nth++) expect((await failureOf(projectsOf(atlas))).errorCode).toBe(errorCode);
    expect(state.fresh).toBe(1);
    clock.advance(30_000);
    await Promise.all(Array.from({ length: 5 }, () => failureOf(projectsOf(atlas))));
    expect(state.fresh).toBe(2);
    // A run that begins later believes no earlier look.
    clock.advance(1);
    await failureOf(projectsOf(atlas.within(() => Number.POSITIVE_INFINITY)));
    expect(state.fresh).toBe(3);
    clock.advance(1);
    const next = atlas.within(() => Number.POSITIVE_INFINITY);
    state.now = other;
    expect(await projectsOf(next)).toEqual([]);
    expect(state.fresh).toBe(4);
  });

  test.each([
    [403, 'FEATURE_UNSUPPORTED'],
    [402, 'ACCOUNT_SUSPENDED'],
    [404, 'GROUP_NOT_FOUND'],
  ])('that have nothing to do with a %i %s are not read again', async (status, errorCode) => {
    const { state, source } = changingSource(SERVICE_ACCOUNT);
    await using server = await serve(withTokens(apiError(status, errorCode)));
    await using atlas = new AtlasClient({ credentials: source, baseUrl: server.url, clock: new ManualClock() });
    await failureOf(projectsOf(atlas));
    expect(state.fresh).toBe(0);
  });

  test('of a source that is out of order are not asked for at every refusal', async () => {
    await using server = await serve(withTokens(apiError(401, 'USER_UNAUTHORIZED')));
    let fresh = 0;
    const source: CredentialSource = {
      describe: 'a broken source',
      read: async (options) => {
        if (!options?.fresh) return SERVICE_ACCOUNT;
        fresh += 1;
        throw new Error('synthetic');
      },
    };
    await using atlas = new AtlasClient({ credentials: source, baseUrl: server.url, clock: new ManualClock() });
    for (let nth = 0; nth < 5; nth++) await failureOf(projectsOf(atlas));
    expect(fresh).toBe(1);
  });

  test('are looked for once in a call, whatever comes between', async () => {
    const refused = apiError(401, 'UNEXPECTED_ERROR');
    const fault = apiError(500, 'UNEXPECTED_ERROR');
    await using server = await serve(withTokens(inOrder(refused, refused, fault, refused)));
    let fresh = 0;
    const source: CredentialSource = {
      describe: 'a source that is new each time',
      read: async (options) =>
        ({ ...SERVICE_ACCOUNT, clientSecret: `secret-${options?.fresh ? ++fresh : 0}` }) as Credentials,
    };
    await using atlas = new AtlasClient({ credentials: source, baseUrl: server.url, clock: new ManualClock() });
    expect((await failureOf(projectsOf(atlas))).code).toBe('ATLAS_UNAUTHORIZED');
    expect(fresh).toBe(1);
  });

  test('that cannot be read leave the refusal standing, and a warning', async () => {
    await using server = await serve(withTokens(apiError(401, 'UNEXPECTED_ERROR')));
    const { log, entries } = recordingLog();
    const source: CredentialSource = {
      describe: 'a broken source',
      read: async ({ fresh = false } = {}) => {
        if (fresh) throw new Error('CANARY');
        return SERVICE_ACCOUNT;
      },
    };
    await using atlas = new AtlasClient({ credentials: source, baseUrl: server.url, log });
    expect((await failureOf(projectsOf(atlas))).code).toBe('ATLAS_UNAUTHORIZED');
    expect(entries.filter(([level]) => level === 'warn')).toEqual([
      ['warn', expect.any(String), { reason: 'a broken source could not be read' }],
    ]);
  });

  test('of a source that fails at first are asked for again by the next call', async () => {
    await using server = await serve(withTokens(empty));
    let reads = 0;
    const source: CredentialSource = {
      describe: 'a slow starter',
      read: async () => {
        if (reads++ === 0) throw new Error('synthetic');
        return SERVICE_ACCOUNT;
      },
    };
    await using atlas = new AtlasClient({ credentials: source, baseUrl: server.url });
    expect((await failureOf(projectsOf(atlas))).code).toBe('ATLAS_CREDENTIALS');
    expect(await projectsOf(atlas)).toEqual([]);
  });
});

describe('the base URL', () => {
  test('is the one given, before the one that comes with the credentials', async () => {
    await using server = await serve(withTokens(empty));
    await using fromSecret = new AtlasClient({
      credentials: changingSource({ ...SERVICE_ACCOUNT, baseUrl: server.url }).source,
    });
    await projectsOf(fromSecret);
    const elsewhere = changingSource({ ...SERVICE_ACCOUNT, baseUrl: 'https://127.0.0.1:1' }).source;
    await using given = new AtlasClient({ credentials: elsewhere, baseUrl: server.url });
    await projectsOf(given);
    expect(server.seen).toHaveLength(4);
  });

  test('is refused where it would show the credentials to the network', () => {
    const { source } = changingSource(SERVICE_ACCOUNT);
    expect(() => new AtlasClient({ credentials: source, baseUrl: 'http://cloud.mongodb.com' })).toThrow('not an https');
  });
});

describe('a closed client', () => {
  test('fails calls and waits under way, and makes no more', async () => {
    await using server = await serve(withTokens(apiError(429, 'RATE_LIMITED', {}, { 'Retry-After': '600' })));
    const { source } = changingSource(SERVICE_ACCOUNT);
    const atlas = new AtlasClient({ credentials: source, baseUrl: server.url });
    const waiting = failureOf(projectsOf(atlas));
    while (atlas.usage.waitedMs === 0) await new Promise((resolve) => setImmediate(resolve));
    await atlas.close();
    expect((await waiting).message).toContain('the client was closed');
    expect((await failureOf(projectsOf(atlas))).code).toBe('ATLAS_UNAVAILABLE');
  });
});

test('a nonce that may have expired costs one challenge, not a refusal of each call made at once', async () => {
  const clock = new ManualClock();
  await using simulator = await startAtlas({
    clock,
    projects: 1,
    clusters: 2,
    buckets: 'off',
    nonceLifetimeMs: 60_000,
  });
  await using atlas = clientFor(simulator.url, { credentials: keyOf(simulator), clock });
  const projectId = simulator.world.projects[0]?.id ?? '';
  const atOnce = () => Promise.all(Array.from({ length: 20 }, () => atlas.clusters(projectId, 'dedicated')));
  const statuses = async () => {
    simulator.requests.length = 0;
    await atOnce();
    return [200, 401].map((wanted) => simulator.requests.filter(({ status }) => status === wanted).length);
  };
  expect(await statuses()).toEqual([20, 1]);
  expect(await statuses()).toEqual([20, 0]);
  clock.advance(15 * 60_000);
  expect(await statuses()).toEqual([20, 1]);
});

describe("the simulator's faults", () => {
  const flexOf = (simulator: AtlasSimulator) => {
    const projectId = simulator.world.projects[0]?.id ?? '';
    const cluster = simulator.world.addCluster({ projectId, clusterName: 'flexible', tier: 'flex' });
    for (let job = 0; job < 3; job++)
      simulator.world.startRestore({ kind: 'flex', projectId, clusterName: cluster.name });
    return { kind: 'flex', projectId, clusterName: cluster.name } as const;
  };

  test.each([
    [{ type: 'status', status: 500 }, true],
    [{ type: 'status', status: 503, retryAfterSeconds: 3 }, true],
    [{ type: 'status', status: 429, retryAfterSeconds: 3 }, true],
    [{ type: 'cutBody' }, true],
    [{ type: 'wrongJson' }, true],
    [{ type: 'reset' }, true],
    [{ type: 'status', status: 404 }, false],
    [{ type: 'status', status: 410 }, false],
    [{ type: 'status', status: 403 }, false],
    [{ type: 'redirect', to: 'http://127.0.0.1:1/' }, false],
    [{ type: 'hugeBody', bytes: Number.POSITIVE_INFINITY }, false],
    [{ type: 'wrongTypes', what: 'results' }, false],
  ] as const)('%j, met once: is the list read all the same? %s', async (fault, survives) => {
    const clock = new ManualClock();
    await using simulator = await startAtlas({ clock, projects: 1, clusters: 0 });
    const jobs = flexOf(simulator);
    simulator.faults.add({ when: { kind: 'flex' }, times: 1, fault });
    await using atlas = clientFor(simulator.url, { credentials: keyOf(simulator), clock, maxBytes: 1_000_000 });
    const reading = all(atlas.jobPages(jobs));
    if (survives) expect((await reading).flatMap((page) => page.jobs)).toHaveLength(3);
    else await failureOf(reading);
    expect(simulator.requests.filter(({ auth }) => auth === 'digest')).toHaveLength(survives ? 2 : 1);
  });

  test('duplicates and shifts bring no gap', async () => {
    for (const fault of [{ type: 'duplicatePages', items: 3 }, { type: 'shiftingPages' }] as const) {
      await using simulator = await startAtlas({ projects: 1, clusters: 2, jobs: 1_300 });
      simulator.faults.add({ when: {}, fault });
      await using atlas = clientFor(simulator.url, { credentials: accountOf(simulator) });
      const projectId = simulator.world.projects[0]?.id ?? '';
      for (const { name: clusterName, tier } of simulator.world.clusters(projectId)) {
        const list = { kind: tier === 'flex' ? 'flex' : 'dedicated', projectId, clusterName } as const;
        const expected = simulator.world.jobs(projectId, clusterName, list.kind).map(({ id }) => id);
        const pages = await all(atlas.jobPages(list, { ahead: 4 }));
        const ids = new Set(
          pages.flatMap(({ jobs }) => jobs.map((job) => ('atlas' in job ? job.atlas.id : undefined))),
        );
        expect(expected.filter((id) => !ids.has(id))).toEqual([]);
      }
    }
  });
});
