import { describe, expect, test } from 'vitest';
import type { Kind } from '../../../functions/schema/words.ts';
import { MINUTE } from '../../../local/atlas/base/time.ts';
import type { SimCluster } from '../../../local/atlas/model/cluster.ts';
import { type SimulatorOptions, startAtlas } from '../../../local/atlas/server.ts';
import type { Restore } from '../../../local/atlas/world/restores.ts';
import { ManualClock } from '../../../local/manual-clock.ts';
import { type ApiErrorBody, DigestClient } from './client.ts';

const CANARY = 'canary-7f3a';

const LISTS: Record<Kind, (name: string) => string> = {
  dedicated: (name) => `/clusters/${name}/backup/restoreJobs`,
  flex: (name) => `/flexClusters/${name}/backup/restoreJobs`,
  serverless: (name) => `/serverless/${name}/backup/restoreJobs`,
  collection: (name) => `/clusters/${name}/collectionRestoreJobs`,
};

async function setUp(options: SimulatorOptions = {}) {
  const clock = new ManualClock();
  const atlas = await startAtlas({ clock, serverless: 'alive', canary: CANARY, ...options });
  const client = new DigestClient(atlas);
  const projectId = atlas.world.projects[0]?.id ?? '';
  const nameOf = (wanted: SimCluster['tier']) =>
    atlas.world.clusters(projectId).find(({ tier }) => tier === wanted)?.name ?? '';
  const path = (kind: Kind, tier: SimCluster['tier']) => `/groups/${projectId}${LISTS[kind](nameOf(tier))}`;
  /** Starts a restore of ten minutes and returns what its body is after so many more minutes. */
  const started = (kind: Kind, tier: SimCluster['tier'], restore: Partial<Restore> = {}) => {
    const ref = { projectId, clusterName: nameOf(tier), kind };
    const { id } = atlas.world.startRestore({ ...ref, durationMs: 10 * MINUTE, ...restore });
    return async (minutes: number) => {
      clock.advance(minutes * MINUTE);
      return (await client.get<Record<string, unknown>>(`${path(kind, tier)}/${id}`)).body;
    };
  };
  return { atlas, clock, client, projectId, nameOf, path, started };
}

const keys = (body: object) => Object.keys(body).toSorted();

describe('a dedicated job', () => {
  const always = ['cancelled', 'deliveryType', 'deliveryUrl', 'desiredTimestamp', 'expired', 'failed', 'id', 'links'];
  const snapshot = ['snapshotId', 'timestamp'];
  const target = ['targetClusterName', 'targetDeploymentItemName', 'targetGroupId'];

  test('that is automated gains finishedAt, and nothing else', async () => {
    const { atlas, clock, projectId, nameOf, started } = await setUp();
    await using _ = atlas;
    const body = started('dedicated', 'replicaSet');
    const running = await body(0);
    expect(keys(running)).toEqual([...always, ...snapshot, ...target].toSorted());
    expect(running).toMatchObject({
      cancelled: false,
      deliveryType: 'automated',
      deliveryUrl: [],
      desiredTimestamp: { increment: null, time: null, date: null },
      expired: false,
      failed: false,
      targetClusterName: nameOf('replicaSet'),
      targetGroupId: projectId,
      targetDeploymentItemName: expect.stringMatching(/^atlas-[a-z0-9]{6}$/),
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    const done = await body(10);
    expect(done).toEqual({ ...running, finishedAt: new Date(clock.now()).toISOString().replace('.000', '') });
  });

  test('links to itself, its snapshot, its cluster and its project', async () => {
    const { atlas, projectId, nameOf, started } = await setUp();
    await using _ = atlas;
    const body = await started('dedicated', 'replicaSet')(0);
    const group = `${atlas.url}/api/atlas/v2/groups/${projectId}`;
    const cluster = `${group}/clusters/${nameOf('replicaSet')}`;
    expect(body.links).toEqual([
      { href: `${cluster}/backup/restoreJobs/${body.id}`, rel: 'self' },
      { href: `${cluster}/backup/snapshots/${body.snapshotId}`, rel: 'https://cloud.mongodb.com/snapshot' },
      { href: cluster, rel: 'https://cloud.mongodb.com/cluster' },
      { href: group, rel: 'https://cloud.mongodb.com/group' },
    ]);
  });

  test('that is a download gets a URL, then expires; it never finishes and has no target', async () => {
    const { atlas, started } = await setUp();
    await using _ = atlas;
    const body = started('dedicated', 'replicaSet', { delivery: 'download' });
    const running = await body(9);
    expect(keys(running)).toEqual([...always, ...snapshot].toSorted());
    const ready = await body(1);
    expect(keys(ready)).toEqual([...always, ...snapshot, 'expiresAt', 'privateDownloadDeliveryUrls'].toSorted());
    expect(ready.deliveryUrl).toEqual([
      expect.stringMatching(
        new RegExp(
          `^https://restore-${ready.id}\\.[a-z0-9]{6}\\.mongodb\\.invalid:27017/${CANARY}\\w{24}/restore-${ready.snapshotId}\\.tar\\.gz$`,
        ),
      ),
    ]);
    expect(ready.privateDownloadDeliveryUrls).toEqual([
      { deliveryUrl: expect.stringContaining(CANARY), endpointId: expect.stringMatching(/^vpce-[0-9a-f]{17}$/) },
    ]);
    expect(ready).toMatchObject({ expired: false, expiresAt: '2026-11-23T13:10:00Z' });
    expect(await body(60)).toEqual({ ...ready, expired: true });
  });

  test('that is a download of a sharded cluster has a component for every shard', async () => {
    const { atlas, started } = await setUp();
    await using _ = atlas;
    const ready = await started('dedicated', 'sharded', { delivery: 'download' })(10);
    const component = {
      downloadUrl: expect.stringContaining(CANARY),
      privateDownloadDeliveryUrls: [{ deliveryUrl: expect.stringContaining(CANARY), endpointId: expect.any(String) }],
      replicaSetName: expect.stringMatching(/-shard-[01]$/),
    };
    expect(ready.components).toEqual([component, component]);
    expect(ready.deliveryUrl).toHaveLength(2);
  });

  test('that goes back to a moment names it', async () => {
    const { atlas, started } = await setUp();
    await using _ = atlas;
    const pointInTime = { delivery: 'pointInTime', pointInTimeSeconds: 1_790_000_000 } as const;
    const body = await started('dedicated', 'replicaSet', pointInTime)(10);
    expect(body).toMatchObject({ deliveryType: 'pointInTime', pointInTimeUTCSeconds: 1_790_000_000 });
    expect(body).toHaveProperty('finishedAt');
  });

  test('that goes back to a moment may name it by the oplog instead', async () => {
    const { atlas, client, path } = await setUp({ jobs: 100 });
    await using _ = atlas;
    const { results } = (await client.get(path('dedicated', 'replicaSet'))).body;
    const restores = results.filter(({ deliveryType }) => deliveryType === 'pointInTime');
    const oplog = restores.filter((job) => 'oplogTs' in job);
    expect(oplog.length).toBeGreaterThan(0);
    expect(oplog.length).toBeLessThan(restores.length);
    for (const { oplogTs, oplogInc, desiredTimestamp } of oplog) {
      expect(desiredTimestamp).toMatchObject({ increment: oplogInc, time: oplogTs });
    }
  });

  test.each([
    ['failed', { failed: true, cancelled: false, expired: false, finishedAt: expect.any(String) }],
    ['cancelled', { failed: false, cancelled: true, expired: false }],
    ['expired', { failed: false, cancelled: false, expired: true }],
    ['failedAndCancelled', { failed: true, cancelled: true, finishedAt: expect.any(String), deliveryUrl: [] }],
  ] as const)('that ends as %s says so in its flags', async (outcome, flags) => {
    const { atlas, started } = await setUp();
    await using _ = atlas;
    const delivery = outcome === 'expired' ? 'automated' : 'download';
    expect(await started('dedicated', 'replicaSet', { outcome, delivery })(10)).toMatchObject(flags);
  });

  test('of a deleted cluster is listed while the backups are kept', async () => {
    const { atlas, client, path, projectId, nameOf } = await setUp();
    await using _ = atlas;
    const list = path('dedicated', 'replicaSet');
    const ref = { projectId, clusterName: nameOf('replicaSet') };
    atlas.world.deleteCluster({ ...ref, retainBackups: true });
    expect((await client.get(list)).body.totalCount).toBe(20);
    atlas.world.deleteCluster(ref);
    expect(await client.get(list)).toMatchObject({ status: 404, body: { errorCode: 'CLUSTER_NOT_FOUND' } });
  });
});

test('a free cluster has an empty list of dedicated jobs', async () => {
  const { atlas, client, path } = await setUp();
  await using _ = atlas;
  expect(await client.get(path('dedicated', 'free'))).toMatchObject({ status: 200, body: { results: [] } });
});

describe('a flex job', () => {
  test('has a status and no links, and gains restoreFinishedDate', async () => {
    const { atlas, projectId, nameOf, started } = await setUp();
    await using _ = atlas;
    const body = started('flex', 'flex', { targetClusterName: 'Elsewhere' });
    const pending = await body(0);
    expect(pending).toEqual({
      deliveryType: 'RESTORE',
      expirationDate: '2026-11-23T18:00:00Z',
      id: expect.stringMatching(/^[a-f0-9]{24}$/),
      instanceName: nameOf('flex'),
      projectId,
      restoreScheduledDate: '2026-11-23T12:00:00Z',
      snapshotFinishedDate: expect.any(String),
      snapshotId: expect.any(String),
      status: 'PENDING',
      targetDeploymentItemName: 'Elsewhere',
      targetProjectId: projectId,
    });
    expect(await body(5)).toEqual({ ...pending, status: 'RUNNING' });
    expect(await body(5)).toEqual({ ...pending, status: 'COMPLETED', restoreFinishedDate: '2026-11-23T12:10:00Z' });
    expect(await body(1_000)).toMatchObject({ status: 'COMPLETED' });
  });

  test('that failed says so, without a reason', async () => {
    const { atlas, started } = await setUp();
    await using _ = atlas;
    expect(await started('flex', 'flex', { outcome: 'failed' })(10)).toMatchObject({
      status: 'FAILED',
      restoreFinishedDate: expect.any(String),
    });
  });

  test('that is a download gets a snapshotUrl', async () => {
    const { atlas, started } = await setUp();
    await using _ = atlas;
    const body = started('flex', 'flex', { delivery: 'download' });
    expect(await body(9)).not.toHaveProperty('snapshotUrl');
    expect(await body(1)).toMatchObject({ deliveryType: 'DOWNLOAD', snapshotUrl: expect.stringContaining(CANARY) });
  });
});

describe('a serverless job', () => {
  test('looks like a dedicated one, less the parts of larger clusters, and always has a target', async () => {
    const { atlas, started, nameOf } = await setUp();
    await using _ = atlas;
    const ready = await started('serverless', 'serverless', { delivery: 'download' })(10);
    expect(ready).toMatchObject({ targetClusterName: nameOf('serverless'), deliveryType: 'download' });
    expect(ready.deliveryUrl).toEqual([expect.stringContaining(CANARY)]);
    expect(ready).not.toHaveProperty('components');
    expect(ready).not.toHaveProperty('privateDownloadDeliveryUrls');
    expect(JSON.stringify(ready.links)).toContain('/serverless/serverless-0/backup/restoreJobs/');
  });
});

describe('a collection job', () => {
  test('has every field of the example, and progress that rises', async () => {
    const { atlas, started } = await setUp();
    await using _ = atlas;
    const body = started('collection', 'replicaSet');
    const states = [];
    let restored = -1;
    for (const minutes of [0, 3, 3, 3.5, 1]) {
      const job = await body(minutes);
      states.push(job.state);
      expect(keys(job)).toEqual(
        [
          ...['collectionSuffix', 'collections', 'createdAt', 'databaseSuffix', 'databases', 'id', 'indexStatus'],
          ...['indexStrategy', 'restoredDocuments', 'snapshotId', 'state', 'targetClusterName', 'targetGroupId'],
          ...['totalDocuments', 'writeStrategy', ...(job.state === 'SUCCESSFUL' ? ['finishedAt'] : [])],
        ].toSorted(),
      );
      expect(job.restoredDocuments).toBeGreaterThan(restored);
      expect(job.restoredDocuments).toBeLessThanOrEqual(Number(job.totalDocuments));
      restored = Number(job.restoredDocuments);
    }
    expect(states).toEqual(['INITIALIZING', 'IN_PROGRESS', 'IN_PROGRESS', 'FINALIZING', 'SUCCESSFUL']);
  });

  test('that failed says why, and names the URL that it could not read', async () => {
    const { atlas, started } = await setUp();
    await using _ = atlas;
    const body = await started('collection', 'replicaSet', { outcome: 'failed' })(10);
    expect(body).toMatchObject({ state: 'FAILED', errorMessage: expect.stringContaining(CANARY) });
    expect(await started('collection', 'replicaSet', { outcome: 'cancelled' })(10)).toMatchObject({
      state: 'CANCELED',
    });
  });

  test('that goes back to a moment names it in place of a snapshot', async () => {
    const { atlas, started } = await setUp();
    await using _ = atlas;
    const pointInTime = { delivery: 'pointInTime', pointInTimeSeconds: 1_790_000_000 } as const;
    const body = await started('collection', 'replicaSet', pointInTime)(10);
    expect(body).toMatchObject({ pointInTimeUtcSeconds: 1_790_000_000 });
    expect(body).not.toHaveProperty('snapshotId');
  });

  test('may name a hundred collections', async () => {
    const { atlas, client, path } = await setUp({ jobs: 500 });
    await using _ = atlas;
    const { results } = (await client.get(path('collection', 'replicaSet'))).body;
    const sizes = results.map(({ collections }) => (collections as unknown[]).length);
    expect(Math.max(...sizes)).toBe(100);
    expect(Math.min(...sizes)).toBeLessThan(7);
  });
});

test('the canary is in every kind of job, and nowhere without being asked for', async () => {
  const kinds = [
    ['dedicated', 'sharded'],
    ['flex', 'flex'],
    ['serverless', 'serverless'],
    ['collection', 'replicaSet'],
  ] as const;
  for (const canary of [CANARY, '']) {
    const { atlas, client, path } = await setUp({ canary });
    await using _ = atlas;
    for (const [kind, tier] of kinds) {
      const { text } = await client.get(path(kind, tier));
      expect(text.includes(CANARY)).toBe(canary === CANARY);
    }
  }
});

test('what a list shows of a job is what the job itself shows', async () => {
  const { atlas, client, path } = await setUp();
  await using _ = atlas;
  const list = path('dedicated', 'sharded');
  for (const job of (await client.get(list)).body.results.slice(0, 12)) {
    expect((await client.get<object>(`${list}/${job.id}`)).body).toEqual(job);
  }
});

describe('a job that is not there', () => {
  test('is not found, in the words of its API', async () => {
    const { atlas, client, path } = await setUp();
    await using _ = atlas;
    const code = async (kind: Kind, tier: SimCluster['tier'], id: string) => {
      const { status, body } = await client.get<ApiErrorBody>(`${path(kind, tier)}/${id}`);
      return `${status} ${body.errorCode}`;
    };
    const unknown = 'a'.repeat(24);
    expect(await code('dedicated', 'replicaSet', unknown)).toBe('404 RESTORE_JOB_NOT_FOUND');
    expect(await code('collection', 'replicaSet', unknown)).toBe('404 RESTORE_JOB_NOT_FOUND');
    expect(await code('serverless', 'serverless', unknown)).toBe('404 RESTORE_JOB_NOT_FOUND');
    expect(await code('flex', 'flex', unknown)).toBe('404 TENANT_RESTORE_NOT_FOUND');
    expect(await code('flex', 'flex', 'nonsense')).toBe('400 INVALID_PATH_PARAMETER');
  });

  test('may have been: removed, it is gone from the list too', async () => {
    const { atlas, client, path, projectId, nameOf } = await setUp();
    await using _ = atlas;
    const ref = { projectId, clusterName: nameOf('flex'), kind: 'flex' } as const;
    const [, second] = atlas.world.jobs(projectId, ref.clusterName, 'flex');
    atlas.world.removeJob(ref, second?.id ?? '');
    const { body } = await client.get(path('flex', 'flex'));
    expect(body.totalCount).toBe(24);
    expect(body.results.map(({ id }) => id)).not.toContain(second?.id);
    expect(await client.get(`${path('flex', 'flex')}/${second?.id}`)).toMatchObject({ status: 404 });
  });
});

describe('a POST', () => {
  test('starts a dedicated restore and answers with the job', async () => {
    const { atlas, client, path } = await setUp();
    await using _ = atlas;
    const list = path('dedicated', 'replicaSet');
    const target = { targetClusterName: 'Elsewhere', targetGroupId: 'b'.repeat(24) };
    const { status, body } = await client.post(list, {
      deliveryType: 'automated',
      snapshotId: 'c'.repeat(24),
      ...target,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ deliveryType: 'automated', snapshotId: 'c'.repeat(24), failed: false, ...target });
    expect((await client.get(list)).body.results[0]).toEqual(body);
  });

  test('starts a flex restore, in its own words or those of the dedicated API', async () => {
    const { atlas, client, path } = await setUp();
    await using _ = atlas;
    const own = { snapshotId: 'c'.repeat(24), targetDeploymentItemName: 'Elsewhere', targetProjectId: 'b'.repeat(24) };
    expect(await client.post(path('flex', 'flex'), own)).toMatchObject({
      status: 200,
      body: { ...own, status: 'PENDING' },
    });
    const others = { deliveryType: 'DOWNLOAD', targetClusterName: 'Elsewhere', targetGroupId: 'b'.repeat(24) };
    expect(await client.post(path('flex', 'flex'), others)).toMatchObject({
      status: 200,
      body: { deliveryType: 'DOWNLOAD', targetDeploymentItemName: 'Elsewhere' },
    });
  });

  test('is refused for its body before it is for its tier', async () => {
    const { atlas, client, path, projectId, nameOf } = await setUp();
    await using _ = atlas;
    const code = async (list: string, body: unknown) => {
      const { status, body: answer } = await client.post<ApiErrorBody>(list, body);
      return `${status} ${answer.errorCode}`;
    };
    const dedicated = path('dedicated', 'replicaSet');
    expect(await code(dedicated, {})).toBe('400 MISSING_ATTRIBUTE');
    expect(await code(dedicated, { deliveryType: 'automated' })).toBe('400 MISSING_ATTRIBUTE');
    expect(await code(dedicated, { deliveryType: 'by-mail' })).toBe('400 INVALID_ENUM_VALUE');
    expect(await code(dedicated, [])).toBe('400 MISSING_ATTRIBUTE');
    expect(await code(dedicated, null)).toBe('400 VALIDATION_ERROR');
    const flexAsDedicated = `/groups/${projectId}/clusters/${nameOf('flex')}/backup/restoreJobs`;
    expect(await code(flexAsDedicated, {})).toBe('400 MISSING_ATTRIBUTE');
    expect(await code(flexAsDedicated, { deliveryType: 'download' })).toBe(
      '400 CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API',
    );
    expect(await code(path('dedicated', 'free'), { deliveryType: 'download' })).toBe('403 FEATURE_UNSUPPORTED');
  });
});
