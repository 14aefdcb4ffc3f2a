// The OpenAPI document says what the API does: real answers of every route are held against it.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiApp } from '../../../functions/api/app.ts';
import type { RunRequest } from '../../../functions/api/http/ports.ts';
import { openapi } from '../../../functions/api/openapi/openapi.ts';
import { LedgerError } from '../../../functions/ledger/model/errors.ts';
import { noCounts } from '../../../functions/ledger/model/run.ts';
import { ledgerReader } from '../../../functions/ledger/repositories/ledger-reader.ts';
import { objectivesOf } from '../../../functions/restore/objectives/objective.ts';
import type { FoundRequester, Requester } from '../../../functions/restore/requesters/requester.ts';
import type { Finding } from '../../../functions/restore/rules/finding.ts';
import { KINDS, NO_REQUESTER, RULES, SEVERITIES, STATUSES } from '../../../functions/schema/words.ts';
import { testEngine } from '../../ledger/engines.ts';
import { completed, idAt, job, PROJECT, seen } from '../../ledger/jobs.ts';
import { NOW } from '../../ledger/table.ts';
import { resolved, violations } from '../json-schema.ts';
import { type Service, startService } from '../service.ts';

interface Operation {
  operationId: string;
  responses: Record<string, { content?: Record<string, { schema: Record<string, unknown> }>; headers?: object }>;
  parameters?: { name: string; in: string }[];
}

const document = openapi();
const paths = document.paths as unknown as Record<string, Record<string, Operation>>;
const RUN = idAt(NOW, 'run');
const JOB = job({ jobId: idAt('2026-11-20T10:00:00Z', 0) });

const NAMED: FoundRequester = {
  actor: { kind: 'user', id: '1'.repeat(24), name: 'ana@example.com' },
  ...{ grade: 'strong', points: 89, eventId: 'e'.repeat(24), eventType: 'CPS_RESTORE_REQUESTED_AUDIT' },
  ...{ secondsLater: -1, countsAhead: 4, rivals: 0 },
};
const AT = new Date(NOW).toISOString();
const FINDINGS = RULES.map((rule, n): Finding => {
  const severity = SEVERITIES[n % SEVERITIES.length] ?? 'info';
  return { rule, severity, at: AT, why: 'Made up.' };
});
const RESTORED = {
  requestedAt: JOB.requestedAt,
  finishedAt: '2026-11-20T10:05:00.000Z',
  durationSeconds: 300,
  snapshotAt: '2026-11-20T04:00:00.000Z',
};

const objectives = objectivesOf(['*/* = rto 1m, rpo 1d']);
const engine = testEngine();
let service: Service;
beforeAll(async () => {
  const started: RunRequest[] = [];
  const evidence = { ledgerName: 'synthetic' };
  service = await startService(engine, {
    objectives,
    evidence,
    runs: { start: async (run) => void started.push(run) },
  });
  const { ledger } = service;
  await service.add(
    JOB,
    ...STATUSES.map((status, n) =>
      job({ jobId: idAt('2026-11-19T10:00:00Z', n), status, kind: KINDS[n % 4] as never }),
    ),
  );
  await ledger.record(
    completed({ ...JOB, errorMessage: 'none', expiresAt: '2026-11-20T11:00:00.000Z' }),
    seen(5),
    true,
  );
  await ledger.markVanished(PROJECT, JOB.jobId, seen(9));
  await ledger.annotate(PROJECT, JOB.jobId, seen(10), () => ({ requester: NAMED, findings: FINDINGS }));
  const requesters: Requester[] = [
    { ...NAMED, actor: { kind: 'delegated', name: 'ana@example.com', via: 'Portal' } },
    ...NO_REQUESTER.map((reason) => ({ reason })),
    { reason: 'not-read', detail: 'ATLAS_FORBIDDEN', rivals: 1 },
  ];
  for (const [n, requester] of requesters.entries()) {
    await ledger.record(job({ jobId: idAt('2026-11-18T10:00:00Z', n) }), seen(0), false, { requester });
  }
  const run = { runId: RUN, trigger: 'schedule' as const, scope: { projectId: PROJECT }, full: true, startedAt: NOW };
  await ledger.startRun({ ...run, status: 'running', failures: [] });
  const failures = [{ clusterName: 'orders', what: 'dedicated', code: 'X', message: 'm' }];
  await ledger.planRun(RUN, 1, failures);
  const times = { startedAt: NOW, finishedAt: NOW };
  const part = { projectId: PROJECT, projectName: 'p', status: 'incomplete' as const, counts: noCounts(), failures };
  await ledger.finishPart(RUN, { ...part, ...times });
  const error = { code: 'X', message: 'm', since: NOW };
  const problems = [{ field: 'id', expected: 'an id', got: 'nothing' }];
  const list = { attemptedAt: NOW, readAt: NOW, jobs: 1, open: 0, moving: 0, error, problems, problemCount: 1 };
  const lastCompleted = { jobId: JOB.jobId, ...RESTORED };
  const lists = { dedicated: { ...list, lastCompleted, durations: [300], fullReadAt: NOW, settledThrough: NOW } };
  const cluster = {
    clusterName: 'orders',
    clusterId: 'c',
    tier: 'dedicated' as const,
    firstSeenAt: NOW,
    seenAt: NOW,
    lists,
    drill: { days: 1, dueAt: '2026-11-21T10:05:00.000Z', overdueAt: '2026-11-21T10:10:00.000Z' },
  };
  const discovery = { flex: { attemptedAt: NOW, error } };
  const about = { projectId: PROJECT, projectName: 'p', revision: 0, runId: RUN, discovery };
  await ledger.saveCoverage(PROJECT, () => ({ ...about, clusters: { orders: cluster } }));
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** Status, media type, headers and body of an answer must be described. */
async function expectDescribed(path: string, method: string, response: Response) {
  const operation = paths[path]?.[method.toLowerCase()];
  const described = operation?.responses[response.status];
  expect(described, `${method} ${path} answers ${response.status}`).toBeDefined();
  const text = await response.text();
  for (const name of Object.keys(described?.headers ?? {})) {
    if (name !== 'link' && name !== 'tags-not-known')
      expect([name, response.headers.get(name)]).not.toEqual([name, null]);
  }
  if (!described?.content) return expect(text).toBe('');
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  const schema = described.content[type]?.schema;
  expect(schema, `${method} ${path} answers ${response.status} as ${type}`).toBeDefined();
  const value = /json$/.test(type) && type !== 'application/x-ndjson' ? JSON.parse(text) : text;
  expect(violations(document, schema ?? {}, value)).toEqual([]);
  return undefined;
}

const atlas = { accept: 'application/vnd.atlas.2025-03-12+json' };
const GROUP = `/api/atlas/v2/groups/${PROJECT}`;
const ATLAS = '/api/atlas/v2/groups/{groupId}/clusters/{clusterName}/backup/restoreJobs';
const RECOVERY = '/projects/{project}/clusters/{clusterName}/recovery';
const post = (body?: unknown, headers = {}) => ({ method: 'POST', body, headers });

describe('real answers are as described', () => {
  test.each<[string, string, number, { method?: string; body?: unknown; headers?: object }?]>([
    ['/health', '/health', 200],
    ['/openapi.json', '/openapi.json', 200],
    ['/restore-jobs', '/restore-jobs', 200],
    ['/restore-jobs', '/restore-jobs?limit=1', 200],
    ['/restore-jobs', '/restore-jobs?format=csv', 200],
    ['/restore-jobs', '/restore-jobs?format=ndjson', 200],
    ['/restore-jobs', '/restore-jobs?finding=slow', 200],
    ['/restore-jobs', '/restore-jobs?finding=x', 400],
    ['/restore-jobs', '/restore-jobs?limit=x', 400],
    ['/restore-jobs', '/restore-jobs', 406, { headers: { accept: 'text/html' } }],
    ['/restore-jobs/{id}', `/restore-jobs/${JOB.jobId}`, 200],
    ['/restore-jobs/{id}', `/restore-jobs/${JOB.jobId}`, 304, { headers: { 'if-none-match': '*' } }],
    ['/restore-jobs/{id}', `/restore-jobs/${'0'.repeat(24)}`, 404],
    ['/restore-jobs/{id}', `/restore-jobs/${JOB.jobId}?projectId=x`, 400],
    ['/runs', '/runs', 200],
    ['/runs', '/runs?limit=0', 400],
    ['/runs', '/runs', 202, post()],
    ['/runs', '/runs', 202, post({ projectId: PROJECT, clusterName: 'orders' }, { 'idempotency-key': 'a' })],
    ['/runs', '/runs', 409, post({ full: true }, { 'idempotency-key': 'a' })],
    ['/runs', '/runs', 422, post({ clusterName: 'orders' })],
    ['/runs', '/runs', 400, post('{')],
    ['/runs', '/runs', 413, post('x'.repeat(20_000))],
    ['/runs', '/runs', 415, post('x', { 'content-type': 'text/plain' })],
    ['/runs/{id}', `/runs/${RUN}`, 200],
    ['/runs/{id}', '/runs/x', 404],
    ['/coverage', '/coverage', 200],
    ['/coverage', `/coverage?projectId=${PROJECT}`, 200],
    ['/coverage', `/coverage?projectId=${'0'.repeat(24)}`, 404],
    ['/coverage', '/coverage?drill=overdue', 200],
    ['/coverage', '/coverage?drill=x', 400],
    ['/coverage', '/coverage?x=1', 400],
    ['/summary', '/summary', 200],
    ...(['json', 'html', 'csv', 'pdf'].map((format) => ['/evidence', `/evidence?format=${format}`, 200]) as [
      string,
      string,
      number,
    ][]),
    ['/evidence', '/evidence?format=doc', 400],
    ['/evidence', `/evidence?projectId=${'0'.repeat(24)}`, 404],
    ['/evidence', '/evidence', 202, { headers: { prefer: 'respond-async' } }],
    ['/evidence/{id}', '/evidence/x', 404],
    ['/evidence/{id}/report', '/evidence/x/report', 404],
    [RECOVERY, `/projects/${PROJECT}/clusters/orders/recovery`, 200],
    [RECOVERY, `/projects/${PROJECT}/clusters/orders/recovery?limit=0`, 400],
    [RECOVERY, '/projects/x/clusters/orders/recovery', 404],
    ['/summary', '/summary?period=1y', 400],
    [ATLAS, `${GROUP}/clusters/orders/backup/restoreJobs`, 200, { headers: atlas }],
    [ATLAS, `${GROUP}/clusters/orders/backup/restoreJobs?envelope=true&includeCount=false`, 200, { headers: atlas }],
    [ATLAS, `${GROUP}/clusters/orders/backup/restoreJobs?pageNum=x`, 400, { headers: atlas }],
    [ATLAS, `${GROUP}/clusters/nowhere/backup/restoreJobs`, 404, { headers: atlas }],
    [ATLAS, `${GROUP}/clusters/orders/backup/restoreJobs`, 406],
    [`${ATLAS}/{jobId}`, `${GROUP}/clusters/orders/backup/restoreJobs/${JOB.jobId}`, 200, { headers: atlas }],
    [`${ATLAS}/{jobId}`, `${GROUP}/clusters/orders/backup/restoreJobs/x`, 400, { headers: atlas }],
  ])('%s: %s answers %i', async (path, target, status, { method = 'GET', body, headers = {} } = {}) => {
    const response = await (method === 'POST'
      ? service.post(target, body, headers as Record<string, string>)
      : service.get(target, headers as Record<string, string>));
    expect(response.status).toBe(status);
    await expectDescribed(path, method, response);
  });

  test('a finished run, where a wait was long enough', async () => {
    const { ledger } = service;
    const start = async ({ runId, scope, full }: RunRequest) => {
      const startedAt = new Date().toISOString();
      await ledger.startRun({ runId, trigger: 'request', scope, full, startedAt, status: 'running', failures: [] });
      await ledger.planRun(runId, 0, []);
    };
    await using quick = await startService(engine, { ledger, runs: { start } });
    const response = await quick.post('/runs', undefined, { prefer: 'wait=5' });
    expect(response.status).toBe(200);
    await expectDescribed('/runs', 'POST', response);
  });

  test('every route that was broken inside, or may not be used like that', async () => {
    const fails = () => Promise.reject(new Error('inside'));
    const later = () => Promise.reject(new LedgerError('LEDGER_UNAVAILABLE', 'later'));
    for (const fail of [fails, later]) {
      const names = [
        'scope',
        'job',
        'jobs',
        'indexedJobs',
        'lookAtJobs',
        'runs',
        'run',
        'projectPage',
        'numberedPage',
        'jobOf',
        'startRun',
        'expectedRestore',
        'expectedPage',
        'projectNames',
      ] as const;
      const broken = {
        ...service.ledger,
        ...Object.fromEntries(names.map((name) => [name, fail])),
      } as typeof service.ledger;
      const { table } = await engine.newTable();
      const annotations = { table, user: { kind: 'user', name: 'ada@laptop' } } as const;
      await using api = await startService(engine, {
        ...{ ledger: broken, runs: { start: async () => {} }, annotations },
        evidence: { ledgerName: 'synthetic' },
      });
      for (const [path, operations] of Object.entries(paths)) {
        const target = (path === '/search' ? '/search?q=orders' : path)
          .replace('{groupId}', PROJECT)
          .replace('{clusterName}', 'orders')
          .replace(/\{\w+\}/, JOB.jobId);
        for (const method of Object.keys(operations)) {
          const response = await (method === 'get'
            ? api.get(target, { accept: `${atlas.accept}, */*` })
            : fetch(`${api.url}${target}`, { method: method.toUpperCase(), ...bodyFor(method, path) }));
          // What needs nothing of the ledger answers.
          if (!['/health', '/openapi.json'].includes(path) && !path.startsWith('/evidence/'))
            expect(response.status).toBe(fail === fails ? 500 : 503);
          await expectDescribed(path, method, response);
        }
        const [method = ''] = Object.keys(operations);
        const other = 'delete' in operations ? 'PATCH' : 'DELETE';
        await expectDescribed(path, method, await fetch(`${api.url}${target}`, { method: other }));
      }
    }
  });
});

const JSON_TYPE = { 'content-type': 'application/json' };
const bodyFor = (method: string, path: string) =>
  BODIES[path === '/expected-restores' && method === 'post' ? 'announce' : method];
const BODIES: Record<string, RequestInit> = {
  announce: {
    body: JSON.stringify({ projectId: PROJECT, clusterName: 'orders', until: '2026-11-24T00:00:00Z' }),
    headers: JSON_TYPE,
  },
  put: { body: '{"ValidationStatus":"FAILED"}', headers: JSON_TYPE },
  patch: { body: '{"purpose":"drill"}', headers: JSON_TYPE },
};

describe('annotations', () => {
  const annotate = (body: unknown, headers: Record<string, string> = {}, id: string = JOB.jobId) =>
    ({ id, init: { method: 'PATCH', body: JSON.stringify(body), headers: { ...JSON_TYPE, ...headers } } }) as const;

  test.each([
    ['a patch', 200, annotate({ purpose: 'drill', checks: [{ name: 'rows', expected: '1', got: '2' }] })],
    ['a secret', 422, annotate({ ticket: 'mongodb://a:b@c.example.com' })],
    ['an old ETag', 412, annotate({ ticket: 'x' }, { 'if-match': '"old"' })],
    ['no job', 404, annotate({ ticket: 'x' }, {}, 'f'.repeat(24))],
    ['another type', 415, annotate({}, { 'content-type': 'text/plain' })],
  ])('%s: %d', async (_, status, { id, init }) => {
    const own = await engine.newTable();
    const ledger = ledgerReader({ table: own.table });
    await ledger.record(JOB, seen(0));
    const annotations = { table: own.table, user: { kind: 'user', name: 'ada@laptop', selfDeclared: true } } as const;
    await using api = await startService(engine, { ledger, annotations });
    const response = await fetch(`${api.url}/restore-jobs/${id}/annotation`, init);
    expect(response.status).toBe(status);
    await expectDescribed('/restore-jobs/{id}/annotation', 'patch', response);
  });
});

test('every route of the API is described, and nothing else is', () => {
  const { routes } = apiApp(service.ports);
  const page = new Set([
    '/',
    '/jobs/:id',
    '/jobs/:id/annotation',
    '/clusters',
    '/trends',
    '/exits',
    '/totals',
    '/expected',
    '/requesters',
  ]);
  const served = routes
    .filter(
      ({ method, path }) =>
        ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(method) &&
        !page.has(path) &&
        !/\.\w+$|\*/.test(path.replace('openapi.json', '')),
    )
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(new Set(served)).toEqual(new Set(described));
});

test('the document holds together: references lead somewhere, ids are used once, path parameters are described', () => {
  expect(document.openapi).toBe('3.1.0');
  for (const [, $ref] of JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)) resolved(document, $ref ?? '');
  const operations = Object.entries(paths).flatMap(([path, byMethod]) =>
    Object.values(byMethod).map((operation) => ({ path, ...operation })),
  );
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  for (const { path, parameters = [] } of operations) {
    const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`);
    expect(inPath).toEqual(path.match(/\{\w+\}/g) ?? []);
  }
});
