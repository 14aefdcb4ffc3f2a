import { describe, expect, test } from 'vitest';
import type { SimCluster } from '../../../local/atlas/model/cluster.ts';
import { type SimulatorOptions, startAtlas } from '../../../local/atlas/server.ts';
import { type ApiErrorBody, DigestClient, type List, send } from './client.ts';

async function setUp(options: SimulatorOptions = {}) {
  const atlas = await startAtlas(options);
  const projectId = atlas.world.projects[0]?.id ?? '';
  const nameOf = (wanted: SimCluster['tier']) =>
    atlas.world.clusters(projectId).find(({ tier }) => tier === wanted)?.name ?? '';
  return { atlas, client: new DigestClient(atlas), projectId, nameOf, project: `/groups/${projectId}` };
}

const names = ({ results }: List) => results.map(({ name }) => name);

describe('projects', () => {
  test('are listed by name, with the fields on record', async () => {
    const { atlas, client } = await setUp();
    await using _ = atlas;
    const { body, headers } = await client.get('/groups');
    expect(names(body)).toEqual(atlas.world.projects.map(({ name }) => name));
    expect(Object.keys(body.results[0] ?? {})).toEqual([
      'clusterCount',
      'created',
      'id',
      'links',
      'name',
      'orgId',
      'tags',
      'withDefaultAlertsSettings',
    ]);
    expect(body.results[0]?.clusterCount).toBe(3); // of four: free ones are not counted
    expect(headers['x-java-method']).toBe('ApiAtlasGroupsResource::getAllGroups');
  });

  test('can be asked for one by one, and by organization', async () => {
    const { atlas, client, project } = await setUp();
    await using _ = atlas;
    const { body } = await client.get<Record<string, string>>(project);
    expect(body.name).toBe(atlas.world.projects[0]?.name);
    expect((await client.get(`/orgs/${body.orgId}/groups`)).body.totalCount).toBe(3);
    expect((await client.get(`/orgs/${'0'.repeat(24)}/groups`)).body.totalCount).toBe(0);
  });

  test('that do not exist are refused without rate limit headers, ids that are none likewise', async () => {
    const { atlas, client } = await setUp();
    await using _ = atlas;
    for (const [id, errorCode] of [
      ['1'.repeat(24), 'GROUP_NOT_FOUND'],
      ['nonsense', 'INVALID_GROUP_ID'],
    ]) {
      const { status, body, headers } = await client.get<ApiErrorBody>(`/groups/${id}/clusters`);
      expect(status).toBe(404);
      expect(body).toMatchObject({ error: 404, errorCode, parameters: [id], reason: 'Not Found' });
      expect(headers).toMatchObject({ 'x-error-code': errorCode, 'content-type': 'application/json' });
      expect(headers).not.toHaveProperty('ratelimit-limit');
    }
  });
});

describe('clusters', () => {
  test('of the cluster API are dedicated and free; flex ones have a list of their own', async () => {
    const { atlas, client, project, nameOf } = await setUp();
    await using _ = atlas;
    const clusters = await client.get(`${project}/clusters`);
    expect(names(clusters.body)).toEqual([nameOf('replicaSet'), nameOf('sharded'), nameOf('free')]);
    const flex = await client.get(`${project}/flexClusters`);
    expect(names(flex.body)).toEqual([nameOf('flex')]);
  });

  test('prove their tier in their bodies', async () => {
    const { atlas, client, project, nameOf } = await setUp();
    await using _ = atlas;
    const one = async (list: string, name: string) => (await client.get<object>(`${project}/${list}/${name}`)).body;
    const region = (fields: object) => ({ replicationSpecs: [{ regionConfigs: [fields] }] });
    expect(await one('clusters', nameOf('replicaSet'))).toMatchObject({
      clusterType: 'REPLICASET',
      backupEnabled: true,
      ...region({ providerName: 'AWS', electableSpecs: { instanceSize: 'M10' } }),
    });
    expect(await one('clusters', nameOf('sharded'))).toMatchObject({ clusterType: 'SHARDED' });
    expect(await one('clusters', nameOf('free'))).toMatchObject({
      backupEnabled: false,
      ...region({ providerName: 'TENANT', backingProviderName: 'AWS', electableSpecs: { instanceSize: 'M0' } }),
    });
    const flex = await one('flexClusters', nameOf('flex'));
    expect(flex).toMatchObject({ providerSettings: { providerName: 'FLEX' }, backupSettings: { enabled: true } });
    expect(flex).not.toHaveProperty('replicationSpecs');
    expect(flex).not.toHaveProperty('links');
  });

  test('that are deleted are listed on request only, and echo that in their links', async () => {
    const { atlas, client, project } = await setUp({ deletedClusters: 1 });
    await using _ = atlas;
    const usual = await client.get(`${project}/clusters`);
    expect(names(usual.body)).not.toContain('deleted-0');
    expect(usual.body.links[0]?.href).toMatch(
      /\?includeCount=true&includeDeletedWithRetainedBackups=false&pageNum=1&itemsPerPage=100$/,
    );
    const all = await client.get(`${project}/clusters?includeDeletedWithRetainedBackups=true`);
    expect(all.body.results).toContainEqual(expect.objectContaining({ name: 'deleted-0', stateName: 'DELETED' }));
    expect(await client.get(`${project}/clusters/deleted-0`)).toMatchObject({ status: 404 });
    expect(await client.get(`${project}/clusters/deleted-0/backup/restoreJobs`)).toMatchObject({ status: 200 });
  });

  test('of all projects come with a bucket of their own', async () => {
    const { atlas, client } = await setUp();
    await using _ = atlas;
    const { body, headers } =
      await client.get<List<{ groupId: string; clusters: { clusterId: string }[] }>>('/clusters');
    expect(headers['ratelimit-limit']).toBe('300');
    expect(body.results.map(({ groupId }) => groupId)).toEqual(atlas.world.projects.map(({ id }) => id));
    expect(body.results.flatMap(({ clusters }) => clusters)).toHaveLength(12);
  });
});

describe('the wrong API for a tier', () => {
  const ask = async (path: (name: string) => string, tier: SimCluster['tier']) => {
    const { atlas, client, project, nameOf } = await setUp({ serverless: 'alive' });
    await using _ = atlas;
    const { status, body, headers } = await client.get<ApiErrorBody>(`${project}${path(nameOf(tier))}`);
    expect(headers['x-error-code']).toBe(body.errorCode);
    expect(body.parameters[0]).toBe(nameOf(tier));
    return `${status} ${body.errorCode}`;
  };

  test.each<[string, (name: string) => string, SimCluster['tier'], string]>([
    ['dedicated as flex', (n) => `/flexClusters/${n}`, 'replicaSet', '400 CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API'],
    ['free as flex', (n) => `/flexClusters/${n}`, 'free', '400 CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API'],
    ['flex as dedicated', (n) => `/clusters/${n}`, 'flex', '400 CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API'],
    [
      'restore jobs of a dedicated one as flex',
      (n) => `/flexClusters/${n}/backup/restoreJobs`,
      'replicaSet',
      '400 CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API',
    ],
    [
      'restore jobs of a flex one as dedicated',
      (n) => `/clusters/${n}/backup/restoreJobs`,
      'flex',
      '400 CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API',
    ],
    [
      'restore jobs of a dedicated one as serverless',
      (n) => `/serverless/${n}/backup/restoreJobs`,
      'replicaSet',
      '400 CANNOT_USE_CLUSTER_IN_SERVERLESS_INSTANCE_API',
    ],
    [
      'restore jobs of a serverless one as dedicated',
      (n) => `/clusters/${n}/backup/restoreJobs`,
      'serverless',
      '400 CANNOT_USE_SERVERLESS_INSTANCE_IN_CLUSTER_API',
    ],
    ['legacy restore jobs', (n) => `/clusters/${n}/restoreJobs`, 'replicaSet', '400 INCORRECT_BACKUP_API_ENDPOINT'],
  ])('%s', async (_, path, tier, answer) => {
    expect(await ask(path, tier)).toBe(answer);
  });

  test('an unknown cluster is not found by any, and pays a token', async () => {
    const { atlas, client, project, projectId } = await setUp({ serverless: 'alive' });
    await using _ = atlas;
    for (const path of ['/clusters/nobody', '/flexClusters/nobody', '/clusters/nobody/backup/restoreJobs']) {
      const { status, body, headers } = await client.get<ApiErrorBody>(`${project}${path}`);
      expect(status).toBe(404);
      expect(body).toMatchObject({ errorCode: 'CLUSTER_NOT_FOUND', parameters: ['nobody', projectId] });
      expect(headers).toHaveProperty('ratelimit-remaining');
    }
    const serverless = await client.get(`${project}/serverless/nobody`);
    expect(serverless).toMatchObject({ status: 404, body: { errorCode: 'SERVERLESS_INSTANCE_NOT_FOUND' } });
  });

  test('a cluster that changed its tier is refused by its former API', async () => {
    const { atlas, client, project, projectId, nameOf } = await setUp();
    await using _ = atlas;
    const clusterName = nameOf('flex');
    atlas.world.moveTier({ projectId, clusterName }, 'dedicated');
    expect(await client.get(`${project}/flexClusters/${clusterName}`)).toMatchObject({ status: 400 });
    expect(await client.get(`${project}/clusters/${clusterName}/backup/restoreJobs`)).toMatchObject({ status: 200 });
  });
});

test('unknown paths and methods are not found, once the credentials are accepted', async () => {
  const { atlas, client } = await setUp();
  await using _ = atlas;
  expect(await client.get('/nowhere')).toMatchObject({ status: 404, body: { errorCode: 'RESOURCE_NOT_FOUND' } });
  expect(await client.get('/groups/')).toMatchObject({ status: 404 });
  expect(await client.post('/groups', {})).toMatchObject({ status: 404, body: { errorCode: 'RESOURCE_NOT_FOUND' } });
  expect(await send(`${atlas.url}/api/atlas/v2/nowhere`)).toMatchObject({ status: 401 });
});

test('a name that is not decodable names nothing', async () => {
  const { atlas, client, project } = await setUp();
  await using _ = atlas;
  expect(await client.get(`${project}/clusters/%E0%A4%A`)).toMatchObject({ status: 404 });
});
