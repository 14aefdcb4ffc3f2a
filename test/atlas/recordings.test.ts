// Replays exchanges with Atlas: the synthetic ones of test/fixtures/atlas and, where they are at hand, recorded ones.
import { describe, expect, test } from 'vitest';
import type { Actor } from '../../functions/restore/requesters/requester.ts';
import { EXCHANGES, type Exchange, eventLists, jobExchanges, keptOf } from '../fixtures/exchanges.ts';
import { all, clientFor, clustersOf, failureOf, projectsOf } from './clients.ts';
import { json, type Reply, serve, withTokens } from './scripted-server.ts';

/** Its length is that of the body as it was sent, compressed or not. */
const replyOf = ({ response: { status, headers, body } }: Exchange): Reply => {
  const { 'Content-Length': _, ...kept } = headers;
  return json(status, body, kept);
};

/** Serves each path's exchanges in their order, the last for ever. */
function replay(exchanges: readonly Exchange[]): Reply {
  const next = new Map<string, number>();
  return (response, request, nth) => {
    const path = request.target.split('?')[0] ?? '';
    const found = exchanges.filter(({ request: { method, path: own } }) => own === path && method === request.method);
    const at = next.get(path) ?? 0;
    next.set(path, at + 1);
    const exchange = found[Math.min(at, found.length - 1)];
    (exchange ? replyOf(exchange) : json(404, {}))(response, request, nth);
  };
}

const CLUSTER_LIST = /^\/api\/atlas\/v2\/groups\/(\w+)\/(clusters|flexClusters)$/;
const CLUSTER = /\/clusters\/[\w-]+$/;

const CODES: Record<string, string> = {
  '400 CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API': 'ATLAS_WRONG_TIER',
  '400 CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API': 'ATLAS_WRONG_TIER',
  '401 UNEXPECTED_ERROR': 'ATLAS_UNAUTHORIZED',
  '401 USER_UNAUTHORIZED': 'ATLAS_UNAUTHORIZED',
  '403 IP_ADDRESS_NOT_ON_ACCESS_LIST': 'ATLAS_FORBIDDEN',
  '404 CLUSTER_NOT_FOUND': 'ATLAS_NOT_FOUND',
  '404 GROUP_NOT_FOUND': 'ATLAS_NOT_FOUND',
  '404 RESOURCE_NOT_FOUND': 'ATLAS_NOT_FOUND',
  '404 UNEXPECTED_ERROR': 'ATLAS_NOT_FOUND',
  '406 INVALID_VERSION_DATE': 'ATLAS_REFUSED',
  '410 VERSION_GONE': 'ATLAS_GONE',
  '429 RATE_LIMITED_TOKEN_BUCKET': 'ATLAS_RATE_LIMITED',
  '500 UNEXPECTED_ERROR': 'ATLAS_UNAVAILABLE',
  '503 SERVICE_UNAVAILABLE': 'ATLAS_UNAVAILABLE',
};

for (const { name, exchanges, skip } of EXCHANGES) {
  describe.skipIf(skip)(name, () => {
    const jobs = jobExchanges(exchanges).filter(({ exchange }) => exchange.request.method === 'GET');
    const errors = exchanges.filter(({ response }) => response.status >= 400);
    const answered = exchanges.filter(({ request, response }) => request.method === 'GET' && response.status === 200);
    const resultsOf = ({ response }: Exchange) => response.body.results as Record<string, unknown>[];

    test('hold what these tests are about', () => {
      const kinds = new Set(jobs.map(({ kind }) => kind));
      expect([...kinds]).toEqual(expect.arrayContaining(['dedicated', 'flex']));
      expect(jobs.filter(({ jobId }) => jobId !== undefined).length).toBeGreaterThanOrEqual(8);
      expect(errors.length).toBeGreaterThanOrEqual(7);
      expect(eventLists(exchanges).length).toBeGreaterThanOrEqual(4);
    });

    test('every single job arrives as it was sent, poll after poll, less links and delivery URLs', async () => {
      await using server = await serve(withTokens(replay(exchanges)));
      await using atlas = clientFor(server.url);
      for (const { list, jobId, exchange } of jobs) {
        if (jobId === undefined) continue;
        expect(await atlas.job(list, jobId)).toEqual(keptOf(exchange.response.body));
      }
    });

    test('every list of jobs is read whole, in one call', async () => {
      await using server = await serve(withTokens(replay(exchanges)));
      await using atlas = clientFor(server.url);
      const lists = jobs.filter(({ jobId }) => jobId === undefined);
      expect(lists.length).toBeGreaterThan(0);
      for (const { list, jobs: sent } of lists) {
        expect(await all(atlas.jobPages(list))).toMatchObject([{ last: true, jobs: sent.map(keptOf) }]);
      }
      expect(atlas.usage.requests).toBe(lists.length);
    });

    test('every list of projects and of clusters is read whole, each cluster in its tier', async () => {
      await using server = await serve(withTokens(replay(exchanges)));
      await using atlas = clientFor(server.url);
      const ofProjects = answered.filter(({ request }) => request.path === '/api/atlas/v2/groups');
      for (const exchange of ofProjects) {
        const names = (await projectsOf(atlas)).map(({ name }) => name);
        expect(names).toEqual(resultsOf(exchange).map(({ name }) => name));
      }
      const ofClusters = answered.filter(({ request }) => CLUSTER_LIST.test(request.path));
      for (const exchange of ofClusters) {
        const [, projectId = '', segment] = CLUSTER_LIST.exec(exchange.request.path) ?? [];
        const kind = segment === 'flexClusters' ? 'flex' : 'dedicated';
        const tierOf = (cluster: object) => (JSON.stringify(cluster).includes('"TENANT"') ? 'free' : kind);
        expect(await clustersOf(atlas, projectId, kind)).toMatchObject(
          resultsOf(exchange).map((sent) => ({ name: sent.name, state: sent.stateName, tier: tierOf(sent) })),
        );
      }
      expect([ofProjects.length, ofClusters.length]).toEqual([1, expect.any(Number)]);
      expect(atlas.usage.requests).toBe(ofProjects.length + ofClusters.length);
    });

    test('a free cluster is not mistaken for a dedicated one', async () => {
      const free = answered.filter(({ request }) => CLUSTER.test(request.path));
      expect(free).toHaveLength(1);
      for (const { response } of free) {
        await using server = await serve(withTokens(json(200, { results: [response.body], links: [] })));
        await using atlas = clientFor(server.url);
        expect(await clustersOf(atlas, '5f0000000000000000000002', 'dedicated')).toMatchObject([
          { name: response.body.name, tier: 'free' },
        ]);
      }
    });

    test('every error has its type, whatever was asked', async () => {
      for (const exchange of errors) {
        const { status, body } = exchange.response;
        await using server = await serve(withTokens(replyOf(exchange)));
        await using atlas = clientFor(server.url);
        const list = { kind: 'flex', projectId: '5f0000000000000000000001', clusterName: 'catalogue' } as const;
        const failure = await failureOf(all(atlas.jobPages(list)));
        const { errorCode } = body;
        const transient = status === 429 || status >= 500;
        expect(failure).toMatchObject({ code: CODES[`${status} ${errorCode}`], status, errorCode, transient });
      }
    });

    test('the challenge is answered', async () => {
      const { 'Www-Authenticate': challenge = '' } =
        errors.find(({ response }) => response.headers['Www-Authenticate'] !== undefined)?.response.headers ?? {};
      const [nonce] = /nonce="[^"]{32}"/.exec(challenge) ?? [];
      const reply: Reply = (response, request, nth) =>
        request.headers.authorization === undefined
          ? json(401, {}, { 'Www-Authenticate': challenge })(response, request, nth)
          : json(200, { results: [] })(response, request, nth);
      await using server = await serve(reply);
      await using atlas = clientFor(server.url, {
        credentials: { type: 'apiKey', publicKey: 'abcdefgh', privateKey: 'x-1' },
      });
      await projectsOf(atlas);
      expect(nonce).toBeDefined();
      expect(server.seen[1]?.headers.authorization).toContain(nonce);
    });

    test('every list of events is read whole, and its requests alone', async () => {
      const years = {
        projectId: '5f0000000000000000000001',
        since: '2025-01-01T00:00:00Z',
        until: '2027-01-01T00:00:00Z',
      };
      const types = ['TENANT_RESTORE_REQUESTED_AUDIT', 'CPS_RESTORE_REQUESTED_AUDIT'];
      for (const exchange of eventLists(exchanges)) {
        const { body } = exchange.response;
        // The list is its first page; the next is empty.
        const reply: Reply = (response, request, nth) =>
          json(200, request.target.includes('pageNum=1&') ? body : { ...body, results: [] })(response, request, nth);
        await using server = await serve(withTokens(reply));
        await using atlas = clientFor(server.url);
        const sent = resultsOf(exchange) as Record<
          'id' | 'created' | 'eventTypeName' | 'apiKeyId' | 'publicKey',
          string
        >[];
        const expected = sent.map(({ id, created, eventTypeName: type, apiKeyId, publicKey }) => {
          const actor: Actor =
            apiKeyId && publicKey ? { kind: 'apiKey', id: apiKeyId, name: publicKey } : { kind: 'unknown' };
          return { id, created, type, actor };
        });
        expect((await all(atlas.events({ ...years, types: [] }))).flat()).toEqual(expected);
        const requests = (await all(atlas.events({ ...years, types }))).flat();
        expect(requests).toEqual(expected.filter(({ type }) => types.includes(type)));
        expect(requests.length).toBeGreaterThan(0);
        expect(requests.every(({ actor }) => actor.kind === 'apiKey')).toBe(true);
      }
    });
  });
}
