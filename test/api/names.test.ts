// Projects and clusters by their names, wherever a request names one.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openapi } from '../../functions/api/openapi/openapi.ts';
import type { CoverageRow } from '../../functions/views/coverage.ts';
import type { ExpectedRow } from '../../functions/views/expected.ts';
import { cluster, coverage } from '../ledger/coverages.ts';
import { testEngine } from '../ledger/engines.ts';
import { idAt, job, seen } from '../ledger/jobs.ts';
import { NOW } from '../ledger/table.ts';
import { type Service, startService } from './service.ts';

const [PROD, STAGING, TWIN, TWIN_TOO] = ['1', '2', '3', '4'].map((digit) => digit.repeat(24)) as [
  ...[string, string, string, string],
];
const PROJECTS = { [PROD]: 'prod payments, EU', [STAGING]: 'staging', [TWIN]: 'twin', [TWIN_TOO]: 'twin' };
const PROD_NAME = encodeURIComponent('prod payments, EU');
const JOB = idAt('2026-11-20T10:00:00Z');
const USER = { kind: 'user', name: 'ana@laptop', selfDeclared: true } as const;
const started: object[] = [];

const engine = testEngine();
let own: Awaited<ReturnType<typeof engine.newTable>>;
let service: Service;
beforeAll(async () => {
  own = await engine.newTable(() => Date.parse(NOW));
  const { table } = own;
  const { ledgerReader } = await import('../../functions/ledger/repositories/ledger-reader.ts');
  const ledger = ledgerReader({ table, now: () => Date.parse(NOW) });
  const start = async (request: object) => void started.push(request);
  const evidence = { ledgerName: 'names' };
  service = await startService(engine, { ledger, annotations: { table, user: USER }, runs: { start }, evidence });
  for (const [projectId, projectName] of Object.entries(PROJECTS)) {
    await ledger.saveKnownProject(projectId, () => ({
      ...{ projectId, projectName, accounts: {}, firstSeenAt: NOW, revision: 0, changes: [] },
    }));
    const clusters = projectId === TWIN_TOO ? [] : [cluster('orders'), cluster(`only-${PROJECTS[projectId]}`)];
    await ledger.saveCoverage(projectId, () => ({ ...coverage(projectId, clusters), projectName }));
  }
  await ledger.record(job({ jobId: JOB, projectId: STAGING }), seen(0));
});
const annotated = (query: string) =>
  fetch(`${service.url}/restore-jobs/${JOB}/annotation${query}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ticket: 'OPS-1' }),
  });
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});

const rowsOf = async (query: string) =>
  (await service.json<{ coverage: CoverageRow[] }>(`/coverage?${query}`)).coverage;

describe('GET /coverage', () => {
  test('of a project by its name is what it is by its id; as it is written, or without case', async () => {
    const byId = await rowsOf(`projectId=${STAGING}`);
    expect(byId.flatMap(({ clusterName }) => clusterName ?? [])).toEqual(['only-staging', 'orders']);
    for (const query of [`project=${STAGING}`, 'project=staging', 'project=STAGING']) {
      expect(await rowsOf(query)).toEqual(byId);
    }
  });

  test('of one cluster has that alone', async () => {
    const orders = (await rowsOf(`projectId=${STAGING}`)).find(({ clusterName }) => clusterName === 'orders');
    for (const query of ['project=staging&cluster=orders', `projectId=${STAGING}&clusterName=orders`]) {
      expect(await rowsOf(query)).toEqual([orders]);
    }
    expect(await rowsOf('cluster=only-staging')).toMatchObject([{ projectId: STAGING, clusterName: 'only-staging' }]);
  });
});

test('a very long name is not taken for what somebody meant', async () => {
  await using other = await startService(engine);
  const projectName = 'x'.repeat(200);
  await other.ledger.saveCoverage(PROD, () => ({ ...coverage(PROD, []), projectName }));
  const { detail } = (await (await other.get('/restore-jobs?project=nope')).json()) as { detail: string };
  expect(detail).toMatch(/^no project "nope" is on record; there are: "x/);
  const near = (await (await other.get(`/restore-jobs?project=y${'x'.repeat(190)}`)).json()) as { detail: string };
  expect(near.detail).toContain('did you mean "xxx');
});

test('a run of a project and a cluster by name is one by their ids', async () => {
  const answer = await service.post('/runs', { project: 'prod payments, EU', cluster: 'orders' });
  expect(answer.status).toBe(202);
  expect(started.at(-1)).toMatchObject({ scope: { projectId: PROD, clusterName: 'orders' } });
  expect((await service.post('/runs', { cluster: 'only-staging' })).status).toBe(202);
  expect(started.at(-1)).toMatchObject({ scope: { projectId: STAGING, clusterName: 'only-staging' } });
});

test('a restore is announced, and listed, by names of projects', async () => {
  const body = { clusterName: 'orders', targetClusterName: 'copy', until: '2026-11-24T12:00:00Z' };
  const answer = await service.post('/expected-restores', { ...body, project: 'STAGING', targetProject: PROD });
  const row = (await answer.json()) as ExpectedRow;
  expect(row).toMatchObject({ projectId: STAGING, projectName: 'staging', targetProjectId: PROD });
  const { expectedRestores } = await service.json<{ expectedRestores: ExpectedRow[] }>(
    '/expected-restores?project=staging',
  );
  expect(expectedRestores).toEqual([row]);
  const none = await service.json<object>(`/expected-restores?project=${PROD_NAME}`);
  expect(none).toEqual({ expectedRestores: [] });
});

test('the recovery of a cluster by the name of its project is that by its id', async () => {
  const of = (project: string) => service.json<object>(`/projects/${project}/clusters/orders/recovery`);
  expect(await of(PROD_NAME)).toEqual(await of(PROD));
});

test('a restore is found, and annotated, under its project by name, and under no other', async () => {
  for (const project of ['staging', 'STAGING', STAGING]) {
    expect((await annotated(`?project=${project}`)).status).toBe(200);
    const byId = await service.json<object>(`/restore-jobs/${JOB}?projectId=${STAGING}`);
    expect(byId).toMatchObject({ jobId: JOB, annotation: { ticket: 'OPS-1' } });
    expect(await service.json<object>(`/restore-jobs/${JOB}?project=${project}`)).toEqual(byId);
  }
  for (const answer of [
    await service.get(`/restore-jobs/${JOB}?project=${PROD_NAME}`),
    await annotated(`?project=${PROD}`),
  ]) {
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining(`${JOB} of project ${PROD};`) });
  }
});

describe('in a browser', () => {
  const said = async (path: string) => {
    const answer = await service.get(path, { accept: 'text/html' });
    return { status: answer.status, page: await answer.text() };
  };
  const main = ({ page }: { page: string }) => page.slice(page.indexOf('<main'), page.indexOf('</main>'));

  test('the page of a project, and of a cluster, by name is that by id', async () => {
    const project = await said(`/clusters?projectId=${STAGING}`);
    expect(project.page).toContain('Clusters of <bdi>staging</bdi>');
    expect(main(await said('/clusters?project=STAGING'))).toBe(main(project));
    const cluster = main(await said(`/clusters?projectId=${STAGING}&clusterName=only-staging`));
    for (const query of ['project=staging&cluster=only-staging', 'cluster=only-staging'])
      expect(main(await said(`/clusters?${query}`))).toBe(cluster);
    expect((await said('/expected?project=staging')).status).toBe(200);
  });

  test.each(['/clusters?project=twin', '/expected?project=twin'])('%s links what it may mean', async (path) => {
    const several = await said(path);
    expect(several.status).toBe(409);
    for (const id of [TWIN, TWIN_TOO]) expect(several.page).toContain(`href="/clusters?projectId=${id}"`);
  });

  test('a cluster of several projects links each; what is of none, or said twice, is refused with the field', async () => {
    const several = await said('/clusters?cluster=orders');
    expect(several.status).toBe(409);
    expect(several.page).toContain(`href="/clusters?projectId=${TWIN}&amp;clusterName=orders"`);
    for (const [query, words] of [
      ['project=stagin', 'project: no project'],
      [`project=staging&projectId=${STAGING}`, 'project: '],
      ['clusterName=orders', 'clusterName: '],
      ['projct=staging', 'projct: there is no such parameter, did you mean project?'],
    ] as const) {
      const { status, page } = await said(`/clusters?${query}`);
      expect([query, status]).toEqual([query, 400]);
      expect(page).toContain(words);
    }
  });
});

test('evidence of projects and clusters by name is about these alone', async () => {
  const about = async (query: string) => {
    const { projects } = await service.json<{ projects: { projectId: string; clusters: { clusterName: string }[] }[] }>(
      `/evidence?format=json&since=2026-11-01&until=2026-11-20&${query}`,
    );
    return projects.map(({ projectId, clusters }) => [projectId, ...clusters.map(({ clusterName }) => clusterName)]);
  };
  expect(await about(`project=${PROD_NAME}&project=staging`)).toEqual([
    [PROD, 'only-prod payments, EU', 'orders'],
    [STAGING, 'only-staging', 'orders'],
  ]);
  expect(await about('project=staging&cluster=orders')).toEqual([[STAGING, 'orders']]);
  expect(await about('cluster=only-staging')).toEqual([[STAGING, 'only-staging']]);
});

describe('what does not name one place', () => {
  const until = '2026-11-24T12:00:00Z';
  type Named = readonly [string, (project: string) => Promise<Response>, number];
  const REQUESTS: Named[] = [
    ['coverage', (project) => service.get(`/coverage?project=${project}`), 400],
    ['expected restores', (project) => service.get(`/expected-restores?project=${project}`), 400],
    ['evidence', (project) => service.get(`/evidence?project=staging&project=${project}`), 400],
    ['a restore', (project) => service.get(`/restore-jobs/${JOB}?project=${project}`), 400],
    ['its annotation', (project) => annotated(`?project=${project}`), 400],
    ['recovery', (project) => service.get(`/projects/${project}/clusters/orders/recovery`), 404],
    ['a run', (project) => service.post('/runs', { project }), 422],
    ['an announcement', (project) => post({ project }), 422],
    ['its target', (targetProject) => post({ project: 'staging', targetProject, targetClusterName: 'copy' }), 422],
  ];
  const post = (body: object) => service.post('/expected-restores', { clusterName: 'orders', until, ...body });

  test.each(REQUESTS)('is refused with all candidates, or with what may be meant: %s', async (_, ask, status) => {
    const several = await ask('twin');
    const candidates = [TWIN, TWIN_TOO].map((projectId) => ({ projectId, projectName: 'twin' }));
    expect([several.status, await several.json()]).toMatchObject([
      409,
      { type: '/problems/ambiguous-name', candidates },
    ]);
    const none = await ask('stagin');
    expect([none.status, await none.json()]).toMatchObject([
      ...[status, { detail: expect.stringContaining('did you mean "staging"?') }],
    ]);
  });

  test('a cluster of several projects is, and one that a project lacks', async () => {
    const answers = [
      await service.get('/coverage?cluster=orders'),
      await service.post('/runs', { cluster: 'orders' }),
      await service.get('/evidence?cluster=orders'),
    ];
    for (const answer of answers)
      expect([answer.status, await answer.json()]).toMatchObject([409, { field: 'cluster', candidates: [{}, {}, {}] }]);
    const lacking = await service.get('/coverage?project=staging&cluster=ordres');
    expect([lacking.status, await lacking.json()]).toMatchObject([
      ...[400, { field: 'cluster', detail: expect.stringContaining('did you mean "orders"?') }],
    ]);
  });

  test.each([
    [`/coverage?project=staging&projectId=${STAGING}`, 'project'],
    ['/coverage?clusterName=orders', 'clusterName'],
    [`/coverage?projectId=${STAGING}&cluster=orders&clusterName=orders`, 'cluster'],
    [`/expected-restores?project=staging&projectId=${STAGING}`, 'project'],
    [`/evidence?project=staging&projectId=${STAGING}`, 'project'],
    ['/evidence?project=staging&project=twin&cluster=orders', 'cluster'],
  ])('%s says it twice, or too little', async (path, field) => {
    const answer = await service.get(path);
    expect([answer.status, await answer.json()]).toMatchObject([400, { field }]);
  });

  test.each([
    ['/runs', { project: 'staging', projectId: STAGING }, 'project'],
    ['/runs', { project: 7 }, 'project'],
    ['/expected-restores', { project: 'staging', projectId: STAGING, clusterName: 'orders', until }, 'project'],
    ['/expected-restores', { project: { id: STAGING }, clusterName: 'orders', until }, 'project'],
  ])('%s refuses %j', async (path, body, field) => {
    const answer = await service.post(path, body);
    expect([answer.status, await answer.json()]).toMatchObject([422, { field }]);
  });
});

test('every operation that takes the id of a project takes its name, too', () => {
  /** They take what Atlas takes. */
  const byIdAlone = (path: string) => path.startsWith('/api/atlas/');
  const lacking = Object.entries(openapi().paths as Record<string, Record<string, { parameters?: { name: string }[] }>>)
    .filter(([path]) => !byIdAlone(path))
    .flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { parameters = [] }]) => {
        const names = parameters.map(({ name }) => name);
        return names.includes('projectId') && !names.includes('project') ? [`${method} ${path}`] : [];
      }),
    );
  expect(lacking).toEqual([]);
});
