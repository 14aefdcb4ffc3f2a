// Runs over HTTP: starting them, once, waiting for them, and looking at how they went.
import { describe, expect, test } from 'vitest';
import { RunsHere } from '../../bin/servers/runs-here.ts';
import { type ApiPorts, type RunRequest, TooManyRuns } from '../../functions/api/http/ports.ts';
import type { RunReport } from '../../functions/api/runs/run-report.ts';
import { planRequest } from '../../functions/collector/plan/request.ts';
import { LedgerError } from '../../functions/ledger/model/errors.ts';
import { noCounts, type Run, type RunPart } from '../../functions/ledger/model/run.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { HOUR } from '../../local/atlas/base/time.ts';
import { serveApi } from '../../local/serve.ts';
import { System } from '../collector/system.ts';
import { testEngine } from '../ledger/engines.ts';
import { PROJECT } from '../ledger/jobs.ts';
import { NOW } from '../ledger/table.ts';
import { keptLog, type Service, startService, walk } from './service.ts';

const engine = testEngine();

/** A service whose runs do nothing but be remembered. */
async function withRuns(options: Partial<ApiPorts> = {}, fails?: () => Error) {
  const started: RunRequest[] = [];
  const start = async (request: RunRequest) => {
    if (fails) throw fails();
    started.push(request);
  };
  return Object.assign(await startService(engine, { runs: { start }, ...options }), { started });
}

const part = (parts: Partial<RunPart> = {}): RunPart => ({
  projectId: PROJECT,
  projectName: 'payments',
  status: 'complete',
  startedAt: NOW,
  finishedAt: NOW,
  counts: { ...noCounts(), jobsSeen: 3 },
  failures: [],
  ...parts,
});

const reportOf = async (response: Response) => (await response.json()) as RunReport;

describe('POST /runs', () => {
  test('without a body everything is read: 202, and the run can be looked at where Location says', async () => {
    await using service = await withRuns();
    const response = await service.post('/runs');
    expect(response.status).toBe(202);
    const run = await reportOf(response);
    expect(run).toMatchObject({ trigger: 'request', scope: {}, full: false, status: 'running', finishedProjects: 0 });
    expect(response.headers.get('location')).toBe(`${service.url}/runs/${run.runId}`);
    expect(service.started).toEqual([{ runId: run.runId, scope: {}, full: false }]);
    expect(await service.json(`/runs/${run.runId}`)).toMatchObject({ runId: run.runId, status: 'running' });
    expect((await service.json<{ runs: Run[] }>('/runs')).runs).toMatchObject([{ runId: run.runId }]);
  });

  test('a body narrows it to a project or a cluster, as the plan function takes it', async () => {
    await using service = await withRuns();
    const body = { projectId: PROJECT, clusterName: 'orders', full: true };
    expect((await service.post('/runs', body)).status).toBe(202);
    const [request] = service.started;
    expect(request).toMatchObject({ scope: { projectId: PROJECT, clusterName: 'orders' }, full: true });
    const { scope, ...rest } = request as RunRequest;
    expect(planRequest({ trigger: 'request', ...rest, ...scope })).toMatchObject({ scope, full: true });
  });

  test.each([
    [{ projectId: 'nope' }, 422, 'invalid-body', 'projectId'],
    [{ clusterName: 'orders' }, 422, 'invalid-body', 'clusterName'],
    [{ projectId: PROJECT, clusterName: '' }, 422, 'invalid-body', 'clusterName'],
    [{ projectId: PROJECT, clusterName: 'x'.repeat(65) }, 422, 'invalid-body', 'clusterName'],
    [{ full: 'yes' }, 422, 'invalid-body', 'full'],
    [{ everything: true }, 422, 'invalid-body', 'everything'],
    [[], 422, 'invalid-body', undefined],
    ['null', 422, 'invalid-body', undefined],
    ['{', 400, 'bad-body', undefined],
    [{ projectId: 'x'.repeat(20_000) }, 413, 'body-too-large', undefined],
  ])('the body %j is refused with %i', async (body, status, name, field) => {
    await using service = await withRuns();
    const response = await service.post('/runs', body);
    expect(response.status).toBe(status);
    const problem = (await response.json()) as object;
    expect(problem).toMatchObject({ type: `/problems/${name}`, status, ...(field ? { field } : {}) });
    expect(service.started).toEqual([]);
    expect(service.requests()).toEqual({});
  });

  test('a body of another type is refused, and none needs no type', async () => {
    await using service = await withRuns();
    const form = await service.post('/runs', 'full=true', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(form.status).toBe(415);
    expect(await form.json()).toMatchObject({ type: '/problems/unsupported-media-type', field: 'Content-Type' });
    expect((await service.post('/runs', '{}', { 'content-type': 'Application/JSON; charset=utf-8' })).status).toBe(202);
  });

  test('a body that is longer than it says, or does not say, is refused too', async () => {
    await using service = await withRuns();
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(' '.repeat(20_000)));
        controller.close();
      },
    });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${service.url}/runs`, {
      method: 'POST',
      body,
      headers,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
  });

  test('the same Idempotency-Key starts one run, also at the same time and over the turn of the hour', async () => {
    let now = Date.parse('2026-11-23T12:59:59Z');
    await using service = await withRuns({ now: () => now });
    const headers = { 'idempotency-key': 'deploy-42' };
    const start = async () => (await reportOf(await service.post('/runs', { full: true }, headers))).runId;
    const ids = [await start(), await start(), ...(await Promise.all([start(), start(), start()]))];
    now += 2_000;
    ids.push(await start());
    now += HOUR - 3_000;
    ids.push(await start());
    expect(new Set(ids).size).toBe(1);
    expect(service.started).toHaveLength(1);
    now += 2 * HOUR;
    expect(await start()).not.toBe(ids[0]);
  });

  test('two requests with one key at the very same moment are one run', async () => {
    await using service = await withRuns();
    const headers = { 'idempotency-key': 'twice' };
    const responses = await Promise.all([service.post('/runs', {}, headers), service.post('/runs', {}, headers)]);
    const [a, b] = await Promise.all(responses.map(reportOf));
    expect(a?.runId).toBe(b?.runId);
    expect((await service.json<{ runs: Run[] }>('/runs')).runs).toHaveLength(1);
  });

  test('the same key with another body is a conflict; another key is another run', async () => {
    await using service = await withRuns();
    const headers = { 'idempotency-key': 'k1' };
    const { runId } = await reportOf(await service.post('/runs', { projectId: PROJECT }, headers));
    for (const body of [{}, { projectId: PROJECT, full: true }, { projectId: PROJECT, clusterName: 'orders' }]) {
      const response = await service.post('/runs', body, headers);
      expect(response.status).toBe(409);
      expect(await response.json()).toMatchObject({ type: '/problems/idempotency-conflict', field: 'Idempotency-Key' });
    }
    const other = await service.post('/runs', { projectId: PROJECT }, { 'idempotency-key': 'k2' });
    expect((await reportOf(other)).runId).not.toBe(runId);
    expect((await service.post('/runs', {}, { 'idempotency-key': 'x'.repeat(256) })).status).toBe(400);
  });

  test('Prefer: wait answers with the result where it is there in time, and says what it did', async () => {
    const slept: number[] = [];
    const options: { ledger?: Service['ledger'] } = {};
    await using service = await withRuns({
      sleep: async (ms) => {
        slept.push(ms);
        const runId = service.started.at(-1)?.runId ?? '';
        if (slept.length !== 3) return;
        await service.ledger.planRun(runId, 1, []);
        await service.ledger.finishPart(runId, part());
      },
      ...options,
    });
    const response = await service.post('/runs', {}, { prefer: 'respond-async, wait=20' });
    expect(response.status).toBe(200);
    expect(response.headers.get('preference-applied')).toBe('wait=20');
    expect(response.headers.get('location')).toContain('/runs/');
    expect(await response.json()).toMatchObject({ status: 'complete', finishedProjects: 1, counts: { jobsSeen: 3 } });

    slept.length = 10; // from here on nothing ends a run
    const waiting = await service.post('/runs', {}, { prefer: 'wait=900' });
    expect(waiting.status).toBe(202);
    expect(waiting.headers.get('preference-applied')).toBe('wait=25');
    expect(slept.slice(10).reduce((a, b) => a + b, 0)).toBe(25_000);
    expect(slept.length - 10).toBeLessThanOrEqual(16);
    for (const prefer of ['wait=soon', 'wait=-1', 'await=3', 'return=minimal']) {
      expect((await service.post('/runs', {}, { prefer })).headers.get('preference-applied')).toBeNull();
    }
  });

  test('a run that could not be started says so without an inside message, and leaves nothing', async () => {
    const log = keptLog();
    await using service = await withRuns({ log }, () => new Error('AccessDenied: arn:aws:lambda:secret'));
    const response = await service.post('/runs');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    const text = await response.text();
    expect(text).not.toContain('arn:aws');
    expect(log.lines).toMatchObject([{ fields: { reason: 'AccessDenied: arn:aws:lambda:secret' } }]);
    expect((await service.json<{ runs: Run[] }>('/runs')).runs).toEqual([]);
  });

  test('what is refused is never listed, and its key starts the run once there is room', async () => {
    let room = 0;
    const start = async () => {
      if (room === 0) throw new TooManyRuns('busy', 5);
      room -= 1;
    };
    await using service = await startService(engine, { runs: { start } });
    const headers = { 'idempotency-key': 'again' };
    const refused = await Promise.all(
      Array.from({ length: 20 }, (_, n) => service.post('/runs', {}, n % 2 ? headers : {})),
    );
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([429]));
    expect((await service.json<{ runs: Run[] }>('/runs')).runs).toEqual([]);
    room = 1;
    const accepted = await service.post('/runs', {}, headers);
    expect(accepted.status).toBe(202);
    const { runId } = await reportOf(accepted);
    expect((await service.post('/runs', {})).status).toBe(429);
    expect((await service.json<{ runs: Run[] }>('/runs')).runs).toMatchObject([{ runId, status: 'running' }]);
  });

  test('many requests with one key at once start it once; one with another body is a conflict', async () => {
    await using service = await withRuns();
    const headers = { 'idempotency-key': 'crowd' };
    const sent = Array.from({ length: 20 }, (_, n) => service.post('/runs', { full: n === 7 }, headers));
    const answers = await Promise.all(sent);
    const started = await Promise.all(answers.filter(({ status }) => status === 202).map(reportOf));
    expect(new Set(started.map(({ runId }) => runId)).size).toBe(1);
    expect(answers.some(({ status }) => status === 409)).toBe(true);
    expect(service.started).toHaveLength(1);
  });

  test('a run that wrote itself first is answered as it is, and so is one that has ended by the time of a repeat', async () => {
    const options: { write?: (request: RunRequest) => Promise<void> } = {};
    await using service = await startService(engine, { runs: { start: async (it) => options.write?.(it) } });
    options.write = async ({ runId, scope, full }) => {
      const own = { runId, trigger: 'request', scope, full, startedAt: NOW, status: 'running', failures: [] } as const;
      await service.ledger.startRun({ ...own, failures: [] });
      await service.ledger.planRun(runId, 1, []);
    };
    const headers = { 'idempotency-key': 'own' };
    const run = await reportOf(await service.post('/runs', {}, headers));
    expect(run).toMatchObject({ startedAt: NOW, projects: 1, status: 'running' });
    await service.ledger.finishPart(run.runId, part());
    const repeat = await service.post('/runs', {}, headers);
    expect(repeat.status).toBe(200);
    expect(await reportOf(repeat)).toMatchObject({ runId: run.runId, status: 'complete', finishedProjects: 1 });
  });

  test('too many runs at once are 429, and no collector beside the API is 501', async () => {
    await using busy = await withRuns({}, () => new TooManyRuns('busy', 7));
    const refused = await busy.post('/runs');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7']);
    expect(await refused.json()).toMatchObject({ type: '/problems/too-many-runs' });
    await using alone = await startService(engine);
    const response = await alone.post('/runs');
    expect(response.status).toBe(501);
    expect(await response.json()).toMatchObject({ type: '/problems/runs-not-available' });
  });
});

describe('GET /runs', () => {
  const runOf = (n: number): Run => ({
    runId: (Date.parse(NOW) / 1000 - n * 60).toString(16).padStart(8, '0') + 'c'.repeat(16),
    trigger: 'schedule',
    scope: {},
    full: false,
    startedAt: new Date(Date.parse(NOW) - n * 60_000).toISOString(),
    status: 'running',
    failures: [],
  });

  test('runs come newest first, page by page', async () => {
    await using service = await startService(engine);
    const runs = Array.from({ length: 11 }, (_, n) => runOf(n));
    for (const run of runs) await service.ledger.startRun(run);
    const { items, pages } = await walk<Run>(service, '/runs?limit=4', 'runs');
    expect(items).toEqual(runs);
    expect(pages).toBe(3);
    for (const bad of ['limit=0', 'cursor=x', 'status=failed'])
      expect((await service.get(`/runs?${bad}`)).status).toBe(400);
  });

  test('one run tells how far it has come, project by project, and failures by name', async () => {
    await using service = await startService(engine);
    const run = runOf(0);
    await service.ledger.startRun(run);
    await service.ledger.planRun(run.runId, 2, []);
    const failure = { clusterName: 'orders', what: 'dedicated', code: 'ATLAS_RATE_LIMITED', message: 'try later' };
    await service.ledger.finishPart(run.runId, part({ status: 'incomplete', failures: [failure] }));
    expect(await service.json(`/runs/${run.runId}`)).toMatchObject({
      ...{ status: 'running', projects: 2, finishedProjects: 1 },
      parts: [{ projectName: 'payments', status: 'incomplete', failures: [failure] }],
    });
    for (const id of ['nope', 'f'.repeat(24), 'a%2fb']) expect((await service.get(`/runs/${id}`)).status).toBe(404);
  });

  test('a run with more failures than can be sent says how many it leaves out', async () => {
    await using service = await startService(engine);
    const run = runOf(0);
    await service.ledger.startRun(run);
    await service.ledger.planRun(run.runId, 80, []);
    const failures = Array.from({ length: 100 }, () => ({ what: 'flex', code: 'X', message: '"'.repeat(1_000) }));
    for (let n = 0; n < 80; n++) {
      const projectId = n.toString(16).padStart(24, '0');
      await service.ledger.finishPart(run.runId, part({ projectId, status: 'incomplete', failures }));
    }
    const response = await service.get(`/runs/${run.runId}`);
    const text = await response.text();
    expect(Buffer.byteLength(JSON.stringify(text))).toBeLessThan(6_000_000);
    const report = JSON.parse(text) as RunReport;
    expect(report).toMatchObject({ finishedProjects: 80, omitted: { parts: 0, failures: 80 * 90 } });
    expect(report.parts).toHaveLength(80);
  });

  test('a table that is throttled is 503, one that is missing 500, and neither says more', async () => {
    const log = keptLog();
    await using service = await startService(engine, { log });
    const codes = ['LEDGER_UNAVAILABLE', 'LEDGER_TABLE_MISSING'] as const;
    const answers: (number | string)[] = [];
    for (const code of codes) {
      const runs = () => Promise.reject(new LedgerError(code, 'Query on table secret-name'));
      await using broken = await startService(engine, { log, ledger: { ...service.ledger, runs } });
      const response = await broken.get('/runs');
      const text = await response.text();
      expect(text).not.toContain('secret-name');
      answers.push(response.status, (JSON.parse(text) as { type: string }).type);
      expect(log.lines.at(-1)?.fields.requestId).toBe(response.headers.get('x-request-id'));
    }
    expect(answers).toEqual([503, '/problems/unavailable', 500, '/problems/internal']);
  });
});

test('a run started over HTTP reads the whole of Atlas into the ledger, in this process', async () => {
  await using system = await System.start(engine, { projects: 2, clusters: 3, jobs: 5 });
  const { clock, client } = system;
  const { table } = await engine.newTable();
  const { ledgerReader } = await import('../../functions/ledger/repositories/ledger-reader.ts');
  const now = () => clock.now();
  const ledger = ledgerReader({ table, now });
  await using runs = new RunsHere({ accounts: [{ name: 'test', atlas: client }], ledger, log: silentLog, clock });
  await using api = await serveApi({ ledger, runs, log: silentLog, now });
  const started = await fetch(`${api.url}/runs`, { method: 'POST', headers: { prefer: 'wait=25' } });
  expect(started.status).toBe(200);
  const report = await reportOf(started);
  expect(report).toMatchObject({ status: 'complete', projects: 2, finishedProjects: 2, trigger: 'request' });
  const listed = system.listed();
  expect(report.counts?.jobsNew).toBe(listed.size);
  const page = (await (await fetch(`${api.url}/restore-jobs?limit=200`)).json()) as { jobs: { jobId: string }[] };
  expect(new Set(page.jobs.map(({ jobId }) => jobId))).toEqual(new Set([...listed.keys()].sort().slice(-200)));
});
