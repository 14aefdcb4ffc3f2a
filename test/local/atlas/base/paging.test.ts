import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AtlasSimulator, startAtlas } from '../../../../local/atlas/server.ts';
import { type ApiErrorBody, DigestClient, type List, pages } from '../client.ts';

/** A flex cluster of the first project. */
function flexJobs({ world }: AtlasSimulator) {
  const projectId = world.projects[0]?.id ?? '';
  const name = world.clusters(projectId).find(({ tier }) => tier === 'flex')?.name ?? '';
  return { projectId, name, path: `/groups/${projectId}/flexClusters/${name}/backup/restoreJobs` };
}

const linkOf = ({ links }: List, name: string) => links.find(({ rel }) => rel === name)?.href;

test('pages partition the list, whatever their size', async () => {
  await using atlas = await startAtlas({ jobs: 37, buckets: 'off' });
  const client = new DigestClient(atlas);
  const { projectId, name, path } = flexJobs(atlas);
  const ids = atlas.world.jobs(projectId, name, 'flex').map(({ id }) => id);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (itemsPerPage) => {
      const read = await pages(client, `${path}?itemsPerPage=${itemsPerPage}`);
      expect(read.flat().map(({ id }) => id)).toEqual(ids);
      expect(read).toHaveLength(Math.ceil(37 / itemsPerPage));
    }),
    { numRuns: 12 },
  );
});

test('links are absolute: self always, previous but on the first page, next but on the last', async () => {
  await using atlas = await startAtlas({ jobs: 5 });
  const client = new DigestClient(atlas);
  const { path } = flexJobs(atlas);
  const base = `${atlas.url}/api/atlas/v2${path}`;
  const page = async (pageNum: number) => (await client.get(`${path}?itemsPerPage=2&pageNum=${pageNum}`)).body;
  const [first, second, third] = [await page(1), await page(2), await page(3)];
  expect(first.links).toEqual([
    { href: `${base}?includeCount=true&pageNum=1&itemsPerPage=2`, rel: 'self' },
    { href: `${base}?includeCount=true&itemsPerPage=2&pageNum=2`, rel: 'next' },
  ]);
  expect(second.links.map(({ rel }) => rel)).toEqual(['self', 'previous', 'next']);
  expect(third.links.map(({ rel }) => rel)).toEqual(['self', 'previous']);
  expect([first, second, third].map(({ totalCount }) => totalCount)).toEqual([5, 5, 5]);
});

test('a list that fills its last page exactly ends there; beyond it there is nothing', async () => {
  await using atlas = await startAtlas({ jobs: 4 });
  const client = new DigestClient(atlas);
  const { path } = flexJobs(atlas);
  expect(linkOf((await client.get(`${path}?itemsPerPage=2&pageNum=2`)).body, 'next')).toBeUndefined();
  const { status, body } = await client.get(`${path}?itemsPerPage=2&pageNum=9`);
  expect([status, body.results, body.totalCount]).toEqual([200, [], 4]);
});

test('without a count there is no total and no next, not even on a full page', async () => {
  await using atlas = await startAtlas({ jobs: 9 });
  const client = new DigestClient(atlas);
  const { body } = await client.get(`${flexJobs(atlas).path}?itemsPerPage=3&includeCount=false&pageNum=2`);
  expect(body.results).toHaveLength(3);
  expect(body).not.toHaveProperty('totalCount');
  expect(body.links.map(({ rel }) => rel)).toEqual(['self', 'previous']);
});

test('collection restore jobs have no includeCount: they count, and have a next, all the same', async () => {
  await using atlas = await startAtlas({ jobs: 25 });
  const client = new DigestClient(atlas);
  const { projectId } = flexJobs(atlas);
  const path = `/groups/${projectId}/clusters/Cluster0/collectionRestoreJobs?itemsPerPage=2&includeCount=false`;
  const { body } = await client.get(path);
  expect(body.totalCount).toBe(5);
  expect(linkOf(body, 'next')).toMatch(/\?itemsPerPage=2&pageNum=2$/);
});

test('paging values out of range are clamped', async () => {
  await using atlas = await startAtlas({ jobs: 600 });
  const client = new DigestClient(atlas);
  const { path } = flexJobs(atlas);
  const zeros = await client.get(`${path}?pageNum=0&itemsPerPage=0`);
  expect(zeros.body.results).toHaveLength(1);
  expect(linkOf(zeros.body, 'self')).toMatch(/pageNum=1&itemsPerPage=1$/);
  expect((await client.get(`${path}?pageNum=-3&itemsPerPage=9999`)).body.results).toHaveLength(500);
  expect((await client.get(path)).body.results).toHaveLength(100);
});

test('paging values of the wrong type are refused by name', async () => {
  await using atlas = await startAtlas();
  const client = new DigestClient(atlas);
  const wrong = { pageNum: 'two', itemsPerPage: '1.5', includeCount: 'yes', envelope: '1', pretty: 'no' };
  for (const [field, value] of Object.entries(wrong)) {
    const { status, body, headers } = await client.get<ApiErrorBody>(`/groups?${field}=${value}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errorCode: 'INVALID_QUERY_PARAMETER', error: 400, reason: 'Bad Request' });
    expect(body.badRequestDetail?.fields).toEqual([{ field, description: expect.stringContaining(value) }]);
    expect(headers['x-error-code']).toBe('INVALID_QUERY_PARAMETER');
  }
});
