import { describe, expect, test } from 'vitest';
import type { AtlasClient } from '../../functions/atlas/client.ts';
import type { ClusterList, JobList } from '../../functions/atlas/model/atlas.ts';
import { startAtlas } from '../../local/atlas/server.ts';
import { all, clientFor, FLEX_JOBS, failureOf, keyOf, PROJECT_ID, projectsOf } from './clients.ts';
import { apiError, json, type Reply, serve, withTokens } from './scripted-server.ts';

const JOB_ID = '0123456789abcdef0123456b';
const ASKED = {
  projects: (atlas: AtlasClient) => projectsOf(atlas),
  events: (atlas: AtlasClient) =>
    all(
      atlas.events({ projectId: PROJECT_ID, types: [], since: '2026-11-01T00:00:00Z', until: '2026-11-02T00:00:00Z' }),
    ),
  ...Object.fromEntries(
    (['dedicated', 'flex', 'serverless'] satisfies ClusterList[]).map((list) => [
      `${list} clusters`,
      (atlas: AtlasClient) => atlas.clusters(PROJECT_ID, list),
    ]),
  ),
  ...Object.fromEntries(
    (['dedicated', 'flex', 'serverless', 'collection'] satisfies JobList['kind'][]).flatMap((kind) => [
      [`${kind} jobs`, (atlas: AtlasClient) => all(atlas.jobPages({ ...FLEX_JOBS, kind }))],
      [`${kind} job`, (atlas: AtlasClient) => atlas.job({ ...FLEX_JOBS, kind }, JOB_ID)],
    ]),
  ),
} as Record<string, (atlas: AtlasClient) => Promise<unknown>>;

async function failure(asked: string, reply: Reply) {
  await using server = await serve(withTokens(reply));
  await using atlas = clientFor(server.url);
  return await failureOf(ASKED[asked]?.(atlas) ?? Promise.resolve());
}

const named = (...parameters: unknown[]) => ({ parameters });

describe('what Atlas says is absent', () => {
  test.each([
    ['dedicated jobs', 404, 'CLUSTER_NOT_FOUND', named('Cluster0', PROJECT_ID), 'cluster'],
    ['flex jobs', 404, 'CLUSTER_NOT_FOUND', {}, 'cluster'],
    ['flex jobs', 404, 'CLUSTER_NOT_FOUND', named('Cluster1', 'f'.repeat(24)), undefined],
    ['collection jobs', 404, 'CLUSTER_NOT_FOUND', named(null), 'cluster'],
    ['serverless jobs', 404, 'SERVERLESS_INSTANCE_NOT_FOUND', {}, 'cluster'],
    ['serverless jobs', 410, 'VERSION_GONE', {}, 'endpoint'],
    ['serverless clusters', 410, 'VERSION_GONE', {}, 'endpoint'],
    ['serverless clusters', 404, 'RESOURCE_NOT_FOUND', {}, 'endpoint'],
    ['flex clusters', 404, 'RESOURCE_NOT_FOUND', named('/api/atlas/v2/x'), 'endpoint'],
    ['collection jobs', 404, 'RESOURCE_NOT_FOUND', {}, 'endpoint'],
    // Only our version of it is gone: clusters may well be there.
    ['flex clusters', 410, 'VERSION_GONE', {}, undefined],
    ['dedicated clusters', 410, 'VERSION_GONE', {}, undefined],
    ['dedicated clusters', 404, 'RESOURCE_NOT_FOUND', {}, undefined],
    ['dedicated jobs', 404, 'RESOURCE_NOT_FOUND', {}, undefined],
    ['projects', 404, 'RESOURCE_NOT_FOUND', {}, undefined],
    ['projects', 404, 'GROUP_NOT_FOUND', {}, undefined],
    ['dedicated clusters', 404, 'GROUP_NOT_FOUND', named(PROJECT_ID), 'project'],
    ['flex clusters', 404, 'INVALID_GROUP_ID', {}, 'project'],
    ['events', 404, 'GROUP_NOT_FOUND', {}, 'project'],
    ['flex jobs', 404, 'GROUP_NOT_FOUND', named('f'.repeat(24)), undefined],
    // A list of clusters isn't absent because one of them is.
    ['flex clusters', 404, 'CLUSTER_NOT_FOUND', {}, undefined],
    ['dedicated clusters', 400, 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API', named('another'), undefined],
    ['dedicated jobs', 400, 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API', named('Cluster0'), 'tier'],
    ['dedicated jobs', 400, 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API', named('another'), undefined],
    ['flex jobs', 400, 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API', {}, 'tier'],
    ['flex job', 404, 'TENANT_RESTORE_NOT_FOUND', named(JOB_ID), 'job'],
    ['dedicated job', 404, 'RESTORE_JOB_NOT_FOUND', {}, 'job'],
    ['dedicated job', 404, 'CLUSTER_NOT_FOUND', {}, 'cluster'],
    // A list of jobs isn't absent because one of them is, nor for a reason that says nothing of the kind.
    ['dedicated jobs', 404, 'RESTORE_JOB_NOT_FOUND', {}, undefined],
    ['dedicated jobs', 404, 'UNEXPECTED_ERROR', {}, undefined],
    ['dedicated jobs', 404, 'CONSTRUCTOR', {}, undefined],
    ['dedicated jobs', 403, 'CLUSTER_NOT_FOUND', {}, undefined],
    ['dedicated jobs', 400, 'CLUSTER_NOT_FOUND', {}, undefined],
    ['dedicated jobs', 401, 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API', {}, undefined],
    ['dedicated jobs', 403, 'FEATURE_UNSUPPORTED', {}, undefined],
  ] as const)('of %s answered %i %s %j is: %s', async (asked, status, errorCode, more, absence) => {
    const error = await failure(asked, apiError(status, errorCode, more, { 'X-Error-Code': errorCode }));
    expect(error).toMatchObject({ absence, status, errorCode, fromAtlas: true });
  });

  const foreign = (status: number, body: string, headers: Record<string, string> = {}): Reply => {
    return (response) => response.writeHead(status, headers).end(body);
  };
  const ATLAS = { error: 404, errorCode: 'RESOURCE_NOT_FOUND', reason: 'Not Found', detail: 'Cannot find resource x.' };
  const code = { 'X-Error-Code': 'CLUSTER_NOT_FOUND', 'Content-Type': 'application/json' };

  test.each([
    ['a page of HTML', foreign(404, '<html>CLUSTER_NOT_FOUND</html>', { 'Content-Type': 'text/html' })],
    ['nothing', foreign(404, '')],
    ['a header alone', foreign(404, '', code)],
    ['a header, and HTML', foreign(404, '<html></html>', code)],
    ['a header, and other JSON', json(404, { message: 'no Route matched with those values' }, code)],
    ['the status of another answer', json(404, { error: 410, errorCode: 'CLUSTER_NOT_FOUND' })],
    ['an error that is no status', json(404, { error: 'not_found', errorCode: 'CLUSTER_NOT_FOUND' })],
    ['a code without a status', json(404, { errorCode: 'RESOURCE_NOT_FOUND', message: 'no route' })],
    ['a code, and words of another shape', json(404, { ...ATLAS, detail: undefined, message: 'no route' })],
    ['a code, and no reason', json(404, { ...ATLAS, reason: undefined })],
    ['a status that is text', json(404, { ...ATLAS, error: '404' })],
    ['a list', json(404, [{ error: 404, errorCode: 'CLUSTER_NOT_FOUND' }])],
    ['a text', json(404, 'CLUSTER_NOT_FOUND')],
    ['null', json(404, null)],
    ['a code that is no text', json(404, { error: 404, errorCode: ['CLUSTER_NOT_FOUND'] }, code)],
    ['half an answer', foreign(404, '{"error":404,"errorCode":"CLUSTER_NOT_FOUND"', code)],
    ['a page of HTML for a version that is gone', foreign(410, '<html>Gone</html>')],
  ])('is not said by %s', async (_, reply) => {
    for (const asked of ['dedicated jobs', 'flex clusters', 'serverless jobs', 'collection jobs', 'dedicated job']) {
      const error = await failure(asked, reply);
      expect(error).toMatchObject({ absence: undefined, fromAtlas: false });
      expect(error.message).toContain('not an answer in the form that Atlas gives');
    }
  });

  test('is told of a simulated Atlas, and not of what stands before it', async () => {
    await using simulator = await startAtlas({ projects: 1, clusters: 2 });
    await using atlas = clientFor(simulator.url, { credentials: keyOf(simulator) });
    const projectId = simulator.world.projects[0]?.id ?? '';
    const serverless = () => failureOf(atlas.clusters(projectId, 'serverless'));
    const missing = { kind: 'dedicated', projectId, clusterName: 'missing' } as const;
    expect((await failureOf(all(atlas.jobPages(missing)))).absence).toBe('cluster');
    simulator.faults.add({ when: {}, fault: { type: 'status', status: 410 } });
    expect((await serverless()).absence).toBe('endpoint');
    simulator.faults.clear();
    simulator.faults.add({ when: {}, fault: { type: 'foreign', status: 410 } });
    expect(await serverless()).toMatchObject({ code: 'ATLAS_GONE', absence: undefined });
  });
});

test.each([
  [401, 'USER_UNAUTHORIZED', true],
  [401, 'NOT_IN_GROUP', true],
  [401, 'USER_CANNOT_ACCESS_ORG', true],
  [403, 'USER_CANNOT_ACCESS_GROUP', true],
  [403, 'ACCESS_FORBIDDEN', true],
  [401, 'UNEXPECTED_ERROR', false],
  [403, 'IP_ADDRESS_NOT_ON_ACCESS_LIST', false],
  [403, 'FEATURE_UNSUPPORTED', false],
  [404, 'USER_CANNOT_ACCESS_GROUP', false],
  [500, 'USER_UNAUTHORIZED', false],
])('whether %i %s is about the role: %s', async (status, errorCode, aboutRole) => {
  expect((await failure('dedicated jobs', apiError(status, errorCode))).aboutRole).toBe(aboutRole);
});
