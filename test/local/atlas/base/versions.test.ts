import { describe, expect, test } from 'vitest';
import { type AtlasSimulator, startAtlas } from '../../../../local/atlas/server.ts';
import { type ApiErrorBody, DigestClient } from '../client.ts';

const accept = (date: string) => ({ accept: `application/vnd.atlas.${date}+json` });

const projectOf = ({ world }: AtlasSimulator) => `/groups/${world.projects[0]?.id}`;

describe('the version served', () => {
  test('is the newest one not after the date asked for', async () => {
    await using atlas = await startAtlas();
    const client = new DigestClient(atlas);
    const served = async (date: string) =>
      (await client.get(`${projectOf(atlas)}/clusters`, accept(date))).headers['content-type'];
    expect(await served('2023-01-15')).toBe('application/vnd.atlas.2023-01-01+json;charset=utf-8');
    expect(await served('2024-08-04')).toBe('application/vnd.atlas.2023-02-01+json;charset=utf-8');
    expect(await served('2024-08-05')).toBe('application/vnd.atlas.2024-08-05+json;charset=utf-8');
    expect(await served('2099-12-31')).toBe('application/vnd.atlas.2024-08-05+json;charset=utf-8');
  });

  test('shapes the body: shards are counted in the old one, listed in the new one', async () => {
    await using atlas = await startAtlas();
    const client = new DigestClient(atlas);
    const name = atlas.world.clusters(atlas.world.projects[0]?.id ?? '').find(({ tier }) => tier === 'sharded')?.name;
    const specs = async (date: string) => {
      const { body } = await client.get<{ replicationSpecs: object[] }>(
        `${projectOf(atlas)}/clusters/${name}`,
        accept(date),
      );
      return body.replicationSpecs;
    };
    expect(await specs('2023-02-01')).toEqual([expect.objectContaining({ numShards: 2 })]);
    expect(await specs('2024-08-05')).toHaveLength(2);
  });

  test('is none for a date before the resource, no date, or no such header: 406', async () => {
    await using atlas = await startAtlas();
    const client = new DigestClient(atlas);
    const headers = [accept('2024-11-12'), { accept: 'application/json' }, { accept: '*/*' }, { accept: '' }];
    for (const header of headers) {
      const { status, body } = await client.get<ApiErrorBody>(`${projectOf(atlas)}/flexClusters`, header);
      expect([status, body.errorCode]).toEqual([406, 'INVALID_VERSION_DATE']);
    }
  });
});

describe('deprecation', () => {
  test('is told of old cluster versions, with a day that lacks its zero, and of refusals too', async () => {
    await using atlas = await startAtlas();
    const client = new DigestClient(atlas);
    const told = { deprecation: 'Mon, 5 Aug 2024 00:00:00 GMT', sunset: 'Thu, 1 Jul 2027 00:00:00 GMT' };
    expect((await client.get(`${projectOf(atlas)}/clusters`, accept('2023-02-01'))).headers).toMatchObject(told);
    const refused = await client.get(`${projectOf(atlas)}/clusters/nobody`, accept('2023-02-01'));
    expect(refused).toMatchObject({ status: 404, headers: told });
    const current = await client.get(`${projectOf(atlas)}/clusters`);
    expect(current.headers).not.toHaveProperty('deprecation');
    expect(current.headers).not.toHaveProperty('sunset');
  });

  test('of the legacy list has no sunset', async () => {
    await using atlas = await startAtlas();
    const { headers } = await new DigestClient(atlas).get(`${projectOf(atlas)}/clusters/Cluster0/restoreJobs`);
    expect(headers).toHaveProperty('deprecation');
    expect(headers).not.toHaveProperty('sunset');
  });

  test('of serverless names the sunset of its restore jobs', async () => {
    await using atlas = await startAtlas({ serverless: 'alive' });
    const client = new DigestClient(atlas);
    const jobs = await client.get(`${projectOf(atlas)}/serverless/serverless-0/backup/restoreJobs`);
    expect(jobs).toMatchObject({ status: 200, headers: { sunset: 'Thu, 22 Jan 2026 00:00:00 GMT' } });
    const instances = await client.get(`${projectOf(atlas)}/serverless`);
    expect(instances).toMatchObject({ status: 200, headers: { sunset: 'Mon, 18 Jan 2027 00:00:00 GMT' } });
  });
});

describe('serverless', () => {
  const read = async (serverless: 'sunset' | 'empty' | 'alive') => {
    await using atlas = await startAtlas({ serverless });
    const client = new DigestClient(atlas);
    const instances = await client.get(`${projectOf(atlas)}/serverless`);
    const jobs = await client.get(`${projectOf(atlas)}/serverless/serverless-0/backup/restoreJobs`);
    const job = await client.get(`${projectOf(atlas)}/serverless/serverless-0/backup/restoreJobs/${'a'.repeat(24)}`);
    return { instances, jobs, job };
  };

  test('after its sunset has no instances, and 410 for restore jobs', async () => {
    const { instances, jobs, job } = await read('sunset');
    expect(instances.body).toMatchObject({ results: [], totalCount: 0 });
    expect(jobs).toMatchObject({ status: 410, body: { errorCode: 'VERSION_GONE' } });
    expect(job).toMatchObject({ status: 410, body: { errorCode: 'VERSION_GONE' } });
  });

  test('when emptied has empty lists', async () => {
    const { instances, jobs, job } = await read('empty');
    expect(instances.body.results).toEqual([]);
    expect(jobs).toMatchObject({ status: 200, body: { results: [], totalCount: 0 } });
    expect(job).toMatchObject({ status: 404, body: { errorCode: 'RESTORE_JOB_NOT_FOUND' } });
  });

  test('while alive has an instance with jobs', async () => {
    const { instances, jobs } = await read('alive');
    expect(instances.body.results).toEqual([
      expect.objectContaining({
        name: 'serverless-0',
        providerSettings: expect.objectContaining({ providerName: 'SERVERLESS' }),
      }),
    ]);
    expect(jobs.body.totalCount).toBe(25);
  });
});
