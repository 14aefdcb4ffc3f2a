// The Atlas-compatible view: pages by number, versions, refusals, as Atlas has them.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClusterCoverage } from '../../functions/ledger/model/coverage.ts';
import type { RestoreJob } from '../../functions/restore/job.ts';
import { testEngine } from '../ledger/engines.ts';
import { idAt, job, PROJECT, RUN } from '../ledger/jobs.ts';
import { NOW } from '../ledger/table.ts';
import { type AtlasList, accepting, departures, pathOf } from './atlas-api.ts';
import { type Service, startService } from './service.ts';

const engine = testEngine();

const cluster = (clusterName: string, tier: ClusterCoverage['tier']): ClusterCoverage => ({
  ...{ clusterName, tier, firstSeenAt: NOW, seenAt: NOW, lists: {} },
});

describe('a ledger with one dedicated cluster of 23 jobs, and others without', () => {
  let service: Service;
  const jobs: RestoreJob[] = Array.from({ length: 23 }, (_, n) =>
    job({ jobId: idAt(`2026-11-20T10:00:${String(n).padStart(2, '0')}Z`, n) }),
  );
  const newestFirst = jobs.map(({ jobId }) => jobId).reverse();
  const path = pathOf('dedicated', PROJECT, 'orders');
  const list = (query: string, headers = accepting('2023-01-01')) =>
    service.json<AtlasList>(`${path}?${query}`, headers);

  beforeAll(async () => {
    service = await startService(engine);
    await service.add(...jobs, job({ jobId: idAt(NOW, 'x'), kind: 'collection' }));
    const names = { orders: 'dedicated', quiet: 'dedicated', small: 'flex', old: 'serverless', free: 'free' } as const;
    const clusters = Object.fromEntries(Object.entries(names).map(([name, tier]) => [name, cluster(name, tier)]));
    const about = { projectId: PROJECT, projectName: 'payments', revision: 0, runId: RUN, discovery: {} };
    await service.ledger.saveCoverage(PROJECT, () => ({ ...about, clusters }));
    await service.ledger.archiveCluster(PROJECT, { ...cluster('deleted', 'serverless'), goneAt: NOW });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  test('pages by number are those of the plain list, whatever is asked for', async () => {
    const numbers = fc.oneof(fc.integer({ min: -3, max: 30 }), fc.constantFrom(-999_999_999, 500, 999_999_999));
    await fc.assert(
      fc.asyncProperty(numbers, numbers, fc.boolean(), async (pageNum, itemsPerPage, includeCount) => {
        const page = await list(
          new URLSearchParams({ ...{ pageNum, itemsPerPage, includeCount } } as never).toString(),
        );
        const size = Math.min(500, Math.max(1, itemsPerPage));
        const number = Math.max(1, pageNum);
        const expected = newestFirst.slice((number - 1) * size, number * size);
        expect(page.results.map(({ id }) => id)).toEqual(expected);
        expect(page.totalCount).toBe(includeCount ? 23 : undefined);
        const rels = ['self', ...(number > 1 ? ['previous'] : []), ...(number * size < 23 ? ['next'] : [])];
        expect(page.links.map(({ rel }) => rel)).toEqual(rels);
      }),
      { numRuns: 60 },
    );
  });

  test('following the links to the end gives every job once', async () => {
    const seen: string[] = [];
    for (let href: string | undefined = `${path}?itemsPerPage=4`; href !== undefined; ) {
      const page: AtlasList = await service.json(href, accepting('2023-01-01'));
      seen.push(...page.results.map(({ id }) => id));
      href = page.links.find(({ rel }) => rel === 'next')?.href.slice(service.url.length);
    }
    expect(seen).toEqual(newestFirst);
  });

  test('defaults are as Atlas has them: 100 a page, counted, without envelope', async () => {
    const page = await list('');
    expect(page).toMatchObject({ totalCount: 23 });
    expect(page).not.toHaveProperty('status');
    const [self] = page.links;
    expect(self?.href).toBe(`${service.url}${path}?includeCount=true&pageNum=1&itemsPerPage=100`);
    expect(page.results[0]?.links).toEqual([{ href: `${service.url}${path}/${newestFirst[0]}`, rel: 'self' }]);
  });

  test('envelope and pretty do as they do at Atlas', async () => {
    expect(await list('envelope=true&itemsPerPage=1')).toMatchObject({
      status: 200,
      results: [{ id: newestFirst[0] }],
    });
    const one = await service.json<object>(`${path}/${newestFirst[0]}?envelope=true`, accepting('2023-01-01'));
    expect(one).toMatchObject({ status: 200, content: { id: newestFirst[0] } });
    const pretty = await service.get(`${path}?pretty=true`, accepting('2023-01-01'));
    const text = await pretty.text();
    expect(text.split('\n').length).toBeGreaterThan(100);
    expect(JSON.parse(text)).toEqual({ ...(await list('')) });
  });

  test('the version asked for decides the media type that answers', async () => {
    for (const [asked, served] of [
      ['application/vnd.atlas.2023-01-01+json', '2023-01-01'],
      ['application/vnd.atlas.2025-03-12+json', '2023-01-01'],
      ['text/html, application/vnd.atlas.2024-08-05+json;q=0.9', '2023-01-01'],
    ] as const) {
      const response = await service.get(path, { accept: asked });
      expect(response.headers.get('content-type')).toBe(`application/vnd.atlas.${served}+json;charset=utf-8`);
    }
    for (const accept of [
      '*/*',
      'application/json',
      'application/vnd.atlas.2022-12-31+json',
      'application/vnd.atlas.2025-13-45+json',
      'application/vnd.atlas.2025-01-01+json;q=0',
    ]) {
      const response = await service.get(path, { accept });
      expect([accept, response.status]).toEqual([accept, 406]);
      expect(await response.json()).toMatchObject({ error: 406, errorCode: 'INVALID_VERSION_DATE' });
    }
    expect((await service.get(pathOf('flex', PROJECT, 'small'), accepting('2024-08-05'))).status).toBe(406);
  });

  const unknownProject = 'b'.repeat(24);
  const id = 'f'.repeat(24);
  test.each([
    [pathOf('dedicated', unknownProject, 'orders'), 404, 'GROUP_NOT_FOUND', undefined],
    [pathOf('flex', PROJECT, 'nowhere'), 404, 'CLUSTER_NOT_FOUND', undefined],
    [pathOf('serverless', 'nope', 'orders'), 404, 'INVALID_GROUP_ID', undefined],
    [pathOf('flex', PROJECT, 'orders'), 400, 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API', 'clusterName'],
    [pathOf('dedicated', PROJECT, 'small'), 400, 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API', 'clusterName'],
    [pathOf('collection', PROJECT, 'old'), 400, 'CANNOT_USE_SERVERLESS_INSTANCE_IN_CLUSTER_API', 'clusterName'],
    [pathOf('serverless', PROJECT, 'orders'), 400, 'CANNOT_USE_CLUSTER_IN_SERVERLESS_INSTANCE_API', 'clusterName'],
    [pathOf('dedicated', PROJECT, 'a%20b'), 400, 'INVALID_PATH_PARAMETER', 'clusterName'],
    [pathOf('dedicated', PROJECT, `${'x'.repeat(65)}`), 400, 'INVALID_PATH_PARAMETER', 'clusterName'],
    [`${path}/nope`, 400, 'INVALID_PATH_PARAMETER', 'restoreJobId'],
    [`${path}/${id}`, 404, 'RESTORE_JOB_NOT_FOUND', undefined],
    [`${pathOf('dedicated', PROJECT, 'quiet')}/${newestFirst[0]}`, 404, 'RESTORE_JOB_NOT_FOUND', undefined],
    [`${pathOf('collection', PROJECT, 'orders')}/${newestFirst[0]}`, 404, 'RESTORE_JOB_NOT_FOUND', undefined],
    [`${pathOf('flex', PROJECT, 'small')}/${id}`, 404, 'TENANT_RESTORE_NOT_FOUND', undefined],
    [`${pathOf('dedicated', unknownProject, 'orders')}/${newestFirst[0]}`, 404, 'GROUP_NOT_FOUND', undefined],
    [`${path}?pageNum=one`, 400, 'INVALID_QUERY_PARAMETER', 'pageNum'],
    [`${path}?itemsPerPage=1.5`, 400, 'INVALID_QUERY_PARAMETER', 'itemsPerPage'],
    [`${path}?includeCount=1`, 400, 'INVALID_QUERY_PARAMETER', 'includeCount'],
    [`${path}?envelope=`, 400, 'INVALID_QUERY_PARAMETER', 'envelope'],
    [`${path}?pretty=yes`, 400, 'INVALID_QUERY_PARAMETER', 'pretty'],
    ['/api/atlas/v2/groups', 404, 'RESOURCE_NOT_FOUND', undefined],
    ['/api/atlas/v2', 404, 'RESOURCE_NOT_FOUND', undefined],
  ])('%s is answered with %i %s', async (asked, status, errorCode, field) => {
    const response = await service.get(asked, accepting('2025-03-12'));
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('x-error-code')).toBe(errorCode);
    const body = (await response.json()) as object;
    expect(body).toMatchObject({ error: status, errorCode, reason: expect.any(String), detail: expect.any(String) });
    if (field)
      expect(body).toMatchObject({ badRequestDetail: { fields: [{ field, description: expect.any(String) }] } });
    expect(departures('ApiError', body)).toEqual([]);
  });

  test('a cluster without restores is an empty list, also one that Atlas deleted', async () => {
    const empty = { results: [], totalCount: 0 };
    expect(await service.json(pathOf('dedicated', PROJECT, 'quiet'), accepting('2023-01-01'))).toMatchObject(empty);
    expect(await service.json(pathOf('dedicated', PROJECT, 'free'), accepting('2023-01-01'))).toMatchObject(empty);
    expect(await service.json(pathOf('serverless', PROJECT, 'deleted'), accepting('2023-01-01'))).toMatchObject(empty);
  });

  test('nothing can be restored, cancelled or changed through it', async () => {
    for (const method of ['POST', 'DELETE', 'PATCH', 'PUT']) {
      const response = await fetch(`${service.url}${path}`, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
      expect(await response.json()).toMatchObject({ error: 405, errorCode: 'METHOD_NOT_ALLOWED' });
    }
  });

  test('what goes wrong inside is an UNEXPECTED_ERROR without an inside message', async () => {
    const numberedPage = () => Promise.reject(new Error('secret of the inside'));
    await using broken = await startService(engine, { ledger: { ...service.ledger, numberedPage } });
    const response = await broken.get(path, accepting('2023-01-01'));
    const text = await response.text();
    expect(text).not.toContain('secret');
    expect(JSON.parse(text)).toMatchObject({ error: 500, errorCode: 'UNEXPECTED_ERROR' });
    expect(departures('ApiError', JSON.parse(text))).toEqual([]);
  });
});

test('a page too large for Lambda is refused with what would do, so that no client takes a short page for the last', async () => {
  await using service = await startService(engine);
  const namespaces = Array.from({ length: 100 }, (_, n) => ({ sourceNamespace: `${'x'.repeat(900)}.${n}` }));
  const big = Array.from({ length: 70 }, (_, n) =>
    job({
      jobId: idAt(NOW, n),
      kind: 'collection',
      atlas: { id: idAt(NOW, n), state: 'SUCCESSFUL', collections: namespaces },
    }),
  );
  await service.add(...big);
  const path = pathOf('collection', PROJECT, 'orders');
  const response = await service.get(`${path}?itemsPerPage=500`, accepting('2025-03-12'));
  expect(response.status).toBe(400);
  const { badRequestDetail } = (await response.json()) as { badRequestDetail: { fields: { description: string }[] } };
  const fits = Number(/ask for (\d+)/.exec(badRequestDetail.fields[0]?.description ?? '')?.[1]);
  const page = await service
    .json<AtlasList>(`${path}?itemsPerPage=${fits}&pretty=true`, accepting('2025-03-12'))
    .catch(() => undefined);
  const plain = await service.json<AtlasList>(`${path}?itemsPerPage=${fits}`, accepting('2025-03-12'));
  expect(plain.results).toHaveLength(fits);
  expect(page?.results.length ?? fits).toBe(fits);
  expect(Buffer.byteLength(JSON.stringify(JSON.stringify(plain)))).toBeLessThan(6_000_000);
});
