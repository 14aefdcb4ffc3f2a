// Replays real exchanges, recorded by mongodb/mongodb-atlas-cli in August 2026. They're no part of this repository.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Kind } from '../../functions/restore/job.ts';
import type { Actor } from '../../functions/restore/requesters/requester.ts';
import { all, clientFor, clustersOf, failureOf, projectsOf } from './clients.ts';
import { json, type Reply, serve, withTokens } from './scripted-server.ts';

const FILE = new URL('../../../shared/atlas/recordings.json', import.meta.url);
const present = existsSync(FILE);

interface Recording {
  request: { method: string; path: string };
  response: { status: number; headers: Record<string, string>; body: Record<string, unknown> };
}

const recordings: Recording[] = present ? JSON.parse(readFileSync(FILE, 'utf8')) : [];
const pathOf = ({ request }: Recording) => request.path;

/** Serves each path's recordings in their order, the last for ever. */
function replay(): Reply {
  const next = new Map<string, number>();
  return (response, request, nth) => {
    const path = request.target.split('?')[0] ?? '';
    const found = recordings.filter((each) => pathOf(each) === path && each.request.method === request.method);
    const at = next.get(path) ?? 0;
    next.set(path, at + 1);
    const { status = 404, headers = {}, body = {} } = found[Math.min(at, found.length - 1)]?.response ?? {};
    const { 'Content-Length': _, ...kept } = headers;
    json(status, body, kept)(response, request, nth);
  };
}

const JOBS = /^\/api\/atlas\/v2\/groups\/(\w+)\/(clusters|flexClusters)\/([\w-]+)\/backup\/restoreJobs(?:\/(\w+))?$/;

function jobRequest(recording: Recording) {
  const [, projectId = '', segment, clusterName = '', jobId] = JOBS.exec(pathOf(recording)) ?? [];
  const kind: Kind = segment === 'clusters' ? 'dedicated' : 'flex';
  return { list: { kind, projectId, clusterName }, jobId };
}

describe.skipIf(!present)('recorded exchanges (skipped without ../shared/atlas/recordings.json)', () => {
  const jobs = recordings.filter(({ request: { method, path } }) => method !== 'DELETE' && JOBS.test(path));
  const singles = jobs.filter((each) => jobRequest(each).jobId !== undefined && each.request.method === 'GET');
  const errors = recordings.filter(({ response }) => response.status >= 400);

  test('hold what these tests are about', () => {
    expect([singles.length, errors.length]).toEqual([8, 7]);
  });

  test('every single job comes as it was sent, poll after poll, less links and delivery URLs', async () => {
    await using server = await serve(withTokens(replay()));
    await using atlas = clientFor(server.url);
    for (const single of singles) {
      const { list, jobId = '' } = jobRequest(single);
      const { links: _, deliveryUrl, ...kept } = single.response.body;
      const urls = Array.isArray(deliveryUrl) ? deliveryUrl.length : 0;
      expect(await atlas.job(list, jobId)).toEqual({ atlas: kept, deliveryUrlCount: urls });
    }
  });

  test('the dedicated list, the project list and the cluster lists are read whole', async () => {
    await using server = await serve(withTokens(replay()));
    await using atlas = clientFor(server.url);
    const pages = await all(
      atlas.jobPages({ kind: 'dedicated', projectId: '6a793f6b2c88faeba59bae37', clusterName: 'backupRestores-305' }),
    );
    expect(pages).toMatchObject([{ last: true, jobs: [{ atlas: { id: '6a794733c0eb9e7a17740663' } }] }]);
    expect(await projectsOf(atlas)).toHaveLength(37);
    const flex = await clustersOf(atlas, 'b0123456789abcdef012345b', 'flex');
    expect(flex.map(({ tier, state }) => `${tier} ${state}`)).toEqual(Array(4).fill('flex IDLE'));
    for (const projectId of ['6a793f4d2c88faeba59b98f1', '6a799efbc0eb9e7a177d7e0e']) {
      expect(await clustersOf(atlas, projectId, 'dedicated')).toMatchObject([
        { tier: 'dedicated', state: expect.any(String) },
      ]);
    }
    expect(atlas.usage.requests).toBe(5);
  });

  test('the recorded free cluster is told from a dedicated one', async () => {
    const free = recordings.find((each) => pathOf(each).endsWith('/clusters/cluster-251'))?.response.body;
    await using server = await serve(withTokens(json(200, { results: [free], links: [] })));
    await using atlas = clientFor(server.url);
    expect(await clustersOf(atlas, '6a793f6bc0eb9e7a17715892', 'dedicated')).toMatchObject([
      { name: 'cluster-251', tier: 'free' },
    ]);
  });

  const CODES: Record<string, string> = {
    '401 UNEXPECTED_ERROR': 'ATLAS_UNAUTHORIZED',
    '400 CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API': 'ATLAS_WRONG_TIER',
    '400 CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API': 'ATLAS_WRONG_TIER',
    '404 CLUSTER_NOT_FOUND': 'ATLAS_NOT_FOUND',
    '404 GROUP_NOT_FOUND': 'ATLAS_NOT_FOUND',
    '404 RESOURCE_NOT_FOUND': 'ATLAS_NOT_FOUND',
    '404 UNEXPECTED_ERROR': 'ATLAS_NOT_FOUND',
  };

  test.each(errors.map((each) => [each.response.status, each.response.body.errorCode, each] as const))(
    'the error %s %s has its type, whatever was asked',
    async (status, errorCode, { response }) => {
      const { 'Content-Length': _, ...headers } = response.headers;
      await using server = await serve(withTokens(json(status, response.body, headers)));
      await using atlas = clientFor(server.url);
      const list = { kind: 'flex', projectId: 'b0123456789abcdef012345b', clusterName: 'Cluster0' } as const;
      const failure = await failureOf(all(atlas.jobPages(list)));
      expect(failure).toMatchObject({ code: CODES[`${status} ${errorCode}`], status, errorCode, transient: false });
    },
  );

  test('the recorded challenge is answered', async () => {
    const challenge =
      errors.find(({ response }) => response.status === 401)?.response.headers['Www-Authenticate'] ?? '';
    const reply: Reply = (response, request, nth) =>
      request.headers.authorization === undefined
        ? json(401, {}, { 'Www-Authenticate': challenge })(response, request, nth)
        : json(200, { results: [] })(response, request, nth);
    await using server = await serve(reply);
    await using atlas = clientFor(server.url, {
      credentials: { type: 'apiKey', publicKey: 'abcdefgh', privateKey: 'x-1' },
    });
    await projectsOf(atlas);
    expect(server.seen[1]?.headers.authorization).toContain('nonce="oKfdevgHPla/q94PO0cdlXVpNEi781RR"');
  });

  describe('of events', () => {
    interface RecordedEvent {
      id: string;
      created: string;
      eventTypeName: string;
      apiKeyId?: string;
      publicKey?: string;
    }
    const lists = recordings.filter((each) => pathOf(each).endsWith('/events'));
    const eventsIn = ({ response }: Recording) => response.body.results as RecordedEvent[];
    const years = {
      projectId: 'b0123456789abcdef012345b',
      since: '2025-01-01T00:00:00Z',
      until: '2027-01-01T00:00:00Z',
    };
    /** The list as recorded is its first page; the next is empty. */
    const listed =
      ({ response: { body } }: Recording): Reply =>
      (response, request, nth) =>
        json(200, request.target.includes('pageNum=1&') ? body : { ...body, results: [] })(response, request, nth);

    test('are six lists', () => {
      expect(lists.map((each) => eventsIn(each).length)).toEqual([100, 6, 3, 6, 5, 10]);
    });

    test.each(lists.map((each, nth) => [nth + 1, each] as const))('list %d is read whole', async (_, recording) => {
      await using server = await serve(withTokens(listed(recording)));
      await using atlas = clientFor(server.url);
      const expected = eventsIn(recording).map(({ id, created, eventTypeName: type, apiKeyId, publicKey }) => {
        const actor: Actor =
          apiKeyId && publicKey ? { kind: 'apiKey', id: apiKeyId, name: publicKey } : { kind: 'unknown' };
        return { id, created, type, actor };
      });
      const whole = (await all(atlas.events({ ...years, types: [] }))).flat();
      expect(whole).toEqual(expected);
      const types = ['TENANT_RESTORE_REQUESTED_AUDIT', 'CPS_RESTORE_REQUESTED_AUDIT'];
      const requests = (await all(atlas.events({ ...years, types }))).flat();
      expect(requests).toEqual(expected.filter(({ type }) => types.includes(type)));
      expect(requests.length).toBeGreaterThan(0);
      expect(requests.every(({ actor }) => actor.kind === 'apiKey')).toBe(true);
    });
  });
});
