import { describe, expect, test } from 'vitest';
import type { Kind } from '../../../functions/schema/words.ts';
import { startAtlas } from '../../../local/atlas/server.ts';
import { accountOf, all, clientFor, FLEX_JOBS, failureOf, keyOf, PROJECT_ID } from '../clients.ts';
import { apiError, inOrder, json, list, serve, withTokens } from '../scripted-server.ts';

const JOB_ID = '6a793fd22c88faeba59bd59a';

describe('a list', () => {
  test.each([
    ['dedicated', 'clusters/Cluster0/backup/restoreJobs', '2023-01-01', 'pageNum=1&itemsPerPage=500&includeCount=true'],
    ['flex', 'flexClusters/Cluster0/backup/restoreJobs', '2024-11-13', 'pageNum=1&itemsPerPage=500&includeCount=true'],
    [
      'serverless',
      'serverless/Cluster0/backup/restoreJobs',
      '2023-01-01',
      'pageNum=1&itemsPerPage=500&includeCount=true',
    ],
    ['collection', 'clusters/Cluster0/collectionRestoreJobs', '2025-03-12', 'pageNum=1&itemsPerPage=100'],
  ] as const)('of %s jobs is asked for at %s, version %s, with %s', async (kind, path, version, query) => {
    await using server = await serve(withTokens(json(200, list([]))));
    await using atlas = clientFor(server.url);
    expect(await all(atlas.jobPages({ ...FLEX_JOBS, kind }))).toEqual([
      { pageNum: 1, jobs: [], last: true, totalCount: 0 },
    ]);
    expect(server.seen[1]?.target).toBe(`/api/atlas/v2/groups/${PROJECT_ID}/${path}?${query}`);
    expect(server.seen[1]?.headers.accept).toBe(`application/vnd.atlas.${version}+json`);
  });

  test('keeps what Atlas sent, its order and unknown fields, less links and secrets', async () => {
    const job = {
      id: JOB_ID,
      status: 'COMPLETED',
      novel: { a: [1] },
      links: [{ rel: 'self', href: 'x' }],
      snapshotUrl: 'https://x.example/CANARY',
    };
    await using server = await serve(withTokens(json(200, list([job, null, 'see https://x.example/CANARY', 7]))));
    await using atlas = clientFor(server.url);
    const [page] = await all(atlas.jobPages(FLEX_JOBS));
    expect(page?.jobs).toEqual([
      { atlas: { id: JOB_ID, status: 'COMPLETED', novel: { a: [1] } }, deliveryUrlCount: 1 },
      { notAJob: null },
      { notAJob: 'see [URL removed]' },
      { notAJob: 7 },
    ]);
  });

  test('that cannot be counted is read without the count, to its end, and again in case it shrank', async () => {
    const timeout = apiError(500, 'TIMEOUT_WHILE_PAGING');
    const full = Array.from({ length: 500 }, (_, nth) => ({ id: `${nth}` }));
    await using server = await serve(
      withTokens((response, request, nth) => {
        const pageNum = Number(new URL(request.target, 'http://x').searchParams.get('pageNum'));
        const results = pageNum === 1 ? full : [{ id: 'last' }];
        const links = [{ rel: 'self', href: `https://x.example/?pageNum=${pageNum}&itemsPerPage=500` }];
        (nth === 0 ? timeout : json(200, { results, links }))(response, request, nth);
      }),
    );
    await using atlas = clientFor(server.url);
    const pages = await all(atlas.jobPages(FLEX_JOBS));
    expect(pages.flatMap(({ jobs }) => jobs)).toHaveLength(501);
    const counts = server.seen
      .slice(1)
      .map(({ target }) => new URL(target, server.url).searchParams.get('includeCount'));
    expect(counts).toEqual(['true', 'false', 'false', 'false', 'false']);
  });

  test('keeps its count when a call fails for another reason', async () => {
    await using server = await serve(withTokens(inOrder(apiError(500, 'UNEXPECTED_ERROR'), json(200, list([])))));
    await using atlas = clientFor(server.url);
    await all(atlas.jobPages(FLEX_JOBS));
    expect(server.seen.slice(1).map(({ target }) => target.includes('includeCount=true'))).toEqual([true, true]);
  });

  test.each(['..', '.', ''])('of a cluster named %j is not asked for', async (clusterName) => {
    await using server = await serve(withTokens(json(200, list([]))));
    await using atlas = clientFor(server.url);
    expect((await failureOf(all(atlas.jobPages({ ...FLEX_JOBS, clusterName })))).code).toBe('ATLAS_REFUSED');
    expect(server.seen).toEqual([]);
  });

  test('of a cluster with an odd name stays within its path', async () => {
    await using server = await serve(withTokens(json(200, list([]))));
    await using atlas = clientFor(server.url);
    await all(atlas.jobPages({ ...FLEX_JOBS, clusterName: '../x?y#z' }));
    expect(server.seen[1]?.target).toContain('/flexClusters/..%2Fx%3Fy%23z/backup/restoreJobs?pageNum=1');
  });

  test('can be read from a later page on, and from none that is not a page', async () => {
    await using server = await serve(withTokens(json(200, list([]))));
    await using atlas = clientFor(server.url);
    // A list that ends before this page was longer when those before it were read.
    expect(await all(atlas.jobPages(FLEX_JOBS, { fromPage: 7 }))).toEqual([
      { pageNum: 6, jobs: [], last: false, totalCount: 0 },
      { pageNum: 7, jobs: [], last: true, totalCount: 0, moved: true },
    ]);
    expect((await failureOf(all(atlas.jobPages(FLEX_JOBS, { fromPage: 0 })))).code).toBe('ATLAS_REFUSED');
  });

  test('begins with the newest alone where that is asked for, and goes on from the first whole page', async () => {
    await using simulator = await startAtlas({ projects: 1, clusters: 1, jobs: 30 });
    await using atlas = clientFor(simulator.url, { credentials: accountOf(simulator) });
    const projectId = simulator.world.projects[0]?.id ?? '';
    const list = { kind: 'dedicated', projectId, clusterName: 'Cluster0' } as const;
    const expected = simulator.world.jobs(projectId, 'Cluster0', 'dedicated').map(({ id }) => id);
    const pages = await all(atlas.jobPages(list, { newest: 7 }));
    const ids = pages.map(({ jobs }) => jobs.map((job) => ('atlas' in job ? job.atlas.id : undefined)));
    expect(pages.map(({ pageNum, last }) => [pageNum, last])).toEqual([
      [0, false],
      [1, true],
    ]);
    expect(ids).toEqual([expected.slice(0, 7), expected]);
    expect(await all(atlas.jobPages(list, { newest: expected.length + 1 }))).toMatchObject([
      { pageNum: 0, last: true, jobs: { length: expected.length } },
    ]);
  });

  test.each(['apiKey', 'serviceAccount'] as const)(
    'of every kind is read whole from the simulator with a %s',
    async (type) => {
      await using simulator = await startAtlas({
        projects: 1,
        clusters: 3,
        jobs: 1_100,
        serverless: 'alive',
        canary: 'CANARY',
      });
      const credentials = type === 'apiKey' ? keyOf(simulator) : accountOf(simulator);
      await using atlas = clientFor(simulator.url, { credentials });
      const projectId = simulator.world.projects[0]?.id ?? '';
      for (const { name: clusterName, tier } of simulator.world.clusters(projectId)) {
        const kinds: Kind[] =
          tier === 'flex' || tier === 'serverless' ? [tier] : tier === 'free' ? [] : ['dedicated', 'collection'];
        for (const kind of kinds) {
          const pages = await all(atlas.jobPages({ kind, projectId, clusterName }));
          const ids = pages.flatMap(({ jobs }) => jobs.map((job) => ('atlas' in job ? job.atlas.id : undefined)));
          const expected = simulator.world.jobs(projectId, clusterName, kind).map(({ id }) => id);
          expect(expected.length).toBeGreaterThan(100);
          expect(ids).toEqual(expected);
          expect(JSON.stringify(pages)).not.toContain('CANARY');
        }
      }
    },
  );
});

describe('one job', () => {
  test('is redacted as in a list', async () => {
    await using server = await serve(withTokens(json(200, { id: JOB_ID, deliveryUrl: ['https://x.example/CANARY'] })));
    await using atlas = clientFor(server.url);
    expect(await atlas.job(FLEX_JOBS, JOB_ID)).toEqual({ atlas: { id: JOB_ID }, deliveryUrlCount: 1 });
    expect(server.seen[1]?.target).toBe(
      `/api/atlas/v2/groups/${PROJECT_ID}/flexClusters/Cluster0/backup/restoreJobs/${JOB_ID}`,
    );
  });

  test.each([null, [], 'text', 7])('is no %j', async (body) => {
    await using server = await serve(withTokens(json(200, body)));
    await using atlas = clientFor(server.url);
    expect((await failureOf(atlas.job(FLEX_JOBS, JOB_ID))).code).toBe('ATLAS_BAD_ANSWER');
  });
});

describe("Atlas's own answer", () => {
  const body = { ...list([{ id: JOB_ID, deliveryUrl: ['https://x.example/CANARY'] }]), status: 200 };

  test('is asked for with just the parameters given, and comes without its secrets', async () => {
    await using server = await serve(withTokens(json(200, body)));
    await using atlas = clientFor(server.url);
    const parameters = { envelope: true, pretty: true, itemsPerPage: 500, pageNum: 2, includeCount: false };
    const raw = await atlas.rawList({ ...FLEX_JOBS, ...parameters });
    const plain = await atlas.rawList(FLEX_JOBS);
    const queries = server.seen
      .slice(1)
      .map(({ target }) => Object.fromEntries(new URL(target, server.url).searchParams));
    expect(queries).toEqual([
      { envelope: 'true', pretty: 'true', itemsPerPage: '500', pageNum: '2', includeCount: 'false' },
      {},
    ]);
    expect(raw).toMatchObject({ status: 200, body: { status: 200, totalCount: 1, results: [{ id: JOB_ID }] } });
    expect(raw.text).toContain('\n  "results": [');
    expect(plain.text).not.toContain('\n');
    expect(JSON.parse(plain.text)).toEqual(plain.body);
    expect(raw.text + plain.text).not.toContain('CANARY');
  });

  test.each([
    [{ projectId: 'abc' }, '24 hex digits'],
    [{ clusterName: '-a' }, 'cluster name'],
    [{ clusterName: 'a'.repeat(65) }, 'cluster name'],
    [{ clusterName: 'a/b' }, 'cluster name'],
    [{ itemsPerPage: 0 }, 'from 1 to 500'],
    [{ itemsPerPage: 501 }, 'from 1 to 500'],
    [{ itemsPerPage: 1.5 }, 'from 1 to 500'],
    [{ pageNum: 0 }, 'from 1'],
    [{ kind: 'collection', includeCount: true }, 'have no includeCount'],
  ] as const)('is not asked for with %j', async (parameters, problem) => {
    await using server = await serve(withTokens(json(200, body)));
    await using atlas = clientFor(server.url);
    const failure = await failureOf(atlas.rawList({ ...FLEX_JOBS, ...parameters }));
    expect(failure).toMatchObject({ code: 'ATLAS_REFUSED', message: expect.stringContaining(problem) });
    expect(server.seen).toEqual([]);
  });

  test('of the simulator has its envelope', async () => {
    await using simulator = await startAtlas({ projects: 1, clusters: 1 });
    await using atlas = clientFor(simulator.url, { credentials: accountOf(simulator) });
    const projectId = simulator.world.projects[0]?.id ?? '';
    const [cluster] = simulator.world.clusters(projectId);
    const kind = cluster?.tier === 'flex' ? 'flex' : 'dedicated';
    const raw = await atlas.rawList({
      kind,
      projectId,
      clusterName: cluster?.name ?? '',
      envelope: true,
      itemsPerPage: 2,
    });
    expect(raw.body).toMatchObject({ status: 200, results: [expect.anything(), expect.anything()] });
  });
});
