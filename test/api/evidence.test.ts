// GET /evidence: the report over HTTP, at once, as a job, and where it is too long for an answer. The ledger is synthetic.
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { fill } from '../../bench/big/made-ledger.ts';
import { apiApp } from '../../functions/api/app.ts';
import type { EvidencePort } from '../../functions/api/http/ports.ts';
import { openapi } from '../../functions/api/openapi/openapi.ts';
import { LedgerError } from '../../functions/ledger/model/errors.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { silentLog } from '../../functions/platform/log.ts';
import type { EvidenceJob, EvidenceJobs } from '../../functions/report/model/jobs.ts';
import { TooManyEvidenceJobs } from '../../functions/report/model/jobs.ts';
import type { Evidence } from '../../functions/report/model/report.ts';
import { pdfReport } from '../../functions/report/pdf/maker.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { type EngineTable, overTable, testEngine } from '../ledger/engines.ts';
import { NOW } from '../ledger/table.ts';
import { readPdf } from '../pdf/read-pdf.ts';
import { violations } from './json-schema.ts';
import { type Service, startService } from './service.ts';

const engine = testEngine();
const LOAD = { jobs: 240, clusters: 40, runs: 3, untilMs: Date.parse(NOW) };
const EVIDENCE = { ledgerName: 'synthetic' };
const PERIOD = 'since=2026-09-01&until=2026-11-20';

interface Row {
  [column: string]: string;
}

/** By hand, so that the reader shares nothing with the writer. */
function csvRows(text: string): Row[] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '\r\n') rows.push([]);
    if (end === '') break;
  }
  const [head = [], ...body] = rows.filter((row) => row.length > 1);
  return body.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at] ?? ''])));
}

describe('GET /evidence', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(engine, { evidence: EVIDENCE });
    await fill(service.ledger, LOAD);
  }, 120_000);
  afterAll(() => service[Symbol.asyncDispose]());

  const text = async (path: string, headers?: Record<string, string>) => {
    const response = await service.get(path, headers);
    const body = await response.text();
    expect([path, response.status, response.status === 200 ? '' : body]).toEqual([path, 200, '']);
    return body;
  };

  test('has the same numbers, restores and gaps in all formats', async () => {
    const report = JSON.parse(await text(`/evidence?${PERIOD}&format=json`)) as Evidence;
    const restores = report.projects.flatMap(({ clusters }) => clusters.flatMap((one) => one.restores));
    expect(report.numbers.restores).toBeGreaterThan(20);
    expect(restores).toHaveLength(report.numbers.restores);
    expect(report).toMatchObject({
      ledger: 'synthetic',
      madeBy: { version: packageJson.version },
      period: { ended: true },
    });

    const html = await text(`/evidence?${PERIOD}&format=html`);
    const fact = (title: string) => Number(new RegExp(`<dt>${title}</dt><dd class="[^"]*">([\\d,]+)`).exec(html)?.[1]);
    expect(fact('Restores')).toBe(report.numbers.restores);
    expect(fact('Clusters')).toBe(report.numbers.clusters);
    expect(fact('Gaps')).toBe(report.gaps.length);
    expect(fact('Failed')).toBe(report.numbers.outcomes.FAILED);

    const csv = await text(`/evidence?${PERIOD}&format=csv`);
    const bytes = Buffer.from(await (await service.get(`/evidence?${PERIOD}&format=csv`)).arrayBuffer());
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const rows = csvRows(csv.replace('\ufeff', ''));
    const of = (record: string) => rows.filter((row) => row.record === record);
    expect(of('report')).toEqual([
      expect.objectContaining({
        ...{ state: report.verdict.state, text: report.verdict.text, restores: String(report.numbers.restores) },
      }),
    ]);
    expect(
      of('restore')
        .map(({ jobId }) => jobId)
        .sort(),
    ).toEqual(restores.map(({ jobId }) => jobId).sort());
    expect(of('restore').filter(({ status }) => status === 'FAILED')).toHaveLength(report.numbers.outcomes.FAILED);
    expect(of('gap').map((row) => row.text)).toEqual(report.gaps.map((gap) => gap.text));
    expect(of('cluster')).toHaveLength(report.numbers.clusters);
    const overdue = of('cluster').filter(({ drillState }) => drillState === 'overdue');
    expect(overdue).toHaveLength(report.numbers.drills.overdue);
    expect(of('limit').map((row) => row.text)).toEqual(report.limits);
    const shown = (parts: { from: string; until: string }[] = []) =>
      parts.map(({ from, until }) => `${from}/${until}`).join('; ');
    const drills = report.projects.flatMap(({ clusters }) => clusters.map(({ drill }) => drill));
    expect(drills.some(({ missed }) => missed.length > 0)).toBe(true);
    expect(of('cluster').map((row) => [row.drillMissed, row.drillNotKnown])).toEqual(
      drills.map(({ missed, notKnown }) => [shown(missed), shown(notKnown)]),
    );
    const { gaps, limits, numbers } = report;
    expect(rows).toHaveLength(1 + restores.length + gaps.length + limits.length + numbers.clusters);
  });

  test('is a file to keep, in the format that is preferred or named', async () => {
    for (const [path, accept, type, ending] of [
      [`/evidence?${PERIOD}`, '*/*', 'application/json', 'json'],
      [`/evidence?${PERIOD}`, 'text/html,*/*;q=0.8', 'text/html', 'html'],
      [`/evidence?${PERIOD}&format=csv`, 'text/html', 'text/csv', 'csv'],
    ] as const) {
      const { headers, status, body } = await service.get(path, { accept });
      await body?.cancel();
      expect([status, headers.get('content-type')]).toEqual([200, `${type}; charset=utf-8`]);
      expect(headers.get('content-disposition')).toBe(
        `attachment; filename="restore-evidence-2026-09-01-to-2026-11-20.${ending}"`,
      );
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-evidence-summary')).toMatch(/^\d+ restores of 40 clusters, \w+/);
      expect(headers.get('x-evidence-integrity')).toBe('not verified');
    }
    expect((await service.get('/evidence', { accept: 'application/xml' })).status).toBe(406);
  });

  test('is a PDF where something makes one, with the same numbers; the same report is the same bytes', async () => {
    const app = apiApp({
      ...{ ledger: service.ledger, log: silentLog, now: () => Date.parse(NOW) },
      evidence: { ...EVIDENCE, pdf: pdfReport },
    });
    const get = (accept: string) => app.request(`/evidence?${PERIOD}`, { headers: { accept } });
    const [first, second] = [await get('application/pdf'), await get('application/pdf')];
    expect([first.status, first.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    expect(first.headers.get('content-disposition')).toContain('to-2026-11-20.pdf"');
    const file = await first.text();
    expect(await second.text()).toBe(file);
    const report = (await (await get('application/json')).json()) as Evidence;
    const { text: shown, pages } = readPdf(file);
    const { numbers, gaps } = report;
    expect(shown).toContain(
      `Restores ${numbers.restores} Failed ${numbers.outcomes.FAILED} Clusters ${numbers.clusters} Gaps ${gaps.length} `,
    );
    for (const { jobId } of report.projects.flatMap(({ clusters }) => clusters.flatMap(({ restores }) => restores)))
      expect(shown.split(jobId)).toHaveLength(2);
    expect(pages.length).toBeGreaterThan(10);
    const page = await (await app.request('/', { headers: { accept: 'text/html' } })).text();
    expect(page).toContain('<option value="pdf">PDF</option>');
  });

  test('is no PDF where nothing makes one: that is refused with what to do, and not offered', async () => {
    const app = apiApp({
      ...{ ledger: service.ledger, log: silentLog, now: () => Date.parse(NOW), evidence: EVIDENCE },
    });
    const refused = await app.request('/evidence?format=pdf');
    expect([refused.status, await refused.json()]).toEqual([
      400,
      expect.objectContaining({
        field: 'format',
        detail: expect.stringContaining(
          'this API makes html, json, csv; for pdf, let the stack keep reports (setting evidenceBucket), or run restore-ledger evidence --format pdf where the table can be read',
        ),
      }),
    ]);
    expect((await app.request('/evidence', { headers: { accept: 'application/pdf' } })).status).toBe(406);
    const page = await (await app.request('/', { headers: { accept: 'text/html' } })).text();
    expect(page).toContain('<option value="csv">CSV</option>');
    expect(page).not.toContain('value="pdf"');
  });

  test('takes 90 days up to now where nobody says which', async () => {
    const { period } = await service.json<Evidence>('/evidence');
    expect(period).toEqual({ since: '2026-08-25T12:00:00.000Z', until: '2026-11-23T12:00:00.000Z', ended: false });
  });

  test.each([
    ['format=doc', 'format', 'expected one of html, json, csv, pdf'],
    ['since=yesterday', 'since', 'expected a day such as'],
    ['since=2026-11-02&until=2026-11-01', 'until', 'expected `until` after `since`'],
    ['since=2026-12-01&until=2027-01-01', 'since', 'expected a time that has come'],
    ['timeZone=Mars/Phobos', 'timeZone', 'IANA'],
    ['clusterName=a', 'clusterName', 'requires projectId'],
    ['projectId=ABC', 'projectId', '24 hex digits'],
    ['framework=', 'framework', 'expected'],
    ['sinse=2026-11-02', 'sinse', 'there is no such parameter'],
  ])('%s is refused by name', async (query, field, detail) => {
    const response = await service.get(`/evidence?${query}`);
    const problem = (await response.json()) as Record<string, unknown>;
    expect([response.status, problem.field]).toEqual([400, field]);
    expect(problem.detail).toContain(detail);
  });

  test('of one project or cluster says so, has only what is of it, and no claim of more', async () => {
    const all = await service.json<Evidence>(`/evidence?${PERIOD}`);
    const [project] = all.projects;
    if (!project) throw new Error('no project');
    const { projectId, projectName } = project;
    const one = await service.json<Evidence>(`/evidence?${PERIOD}&projectId=${projectId}`);
    expect(one.projects).toEqual([project]);
    expect(one.only).toEqual({ projects: [{ projectId, projectName }] });
    expect(one.verdict.text).toMatch(new RegExp(`^This report is about project ${projectName} alone\\.`));
    expect(one.limits[0]).toContain('Nothing is said of other projects');
    expect(one.gaps).toEqual(all.gaps.filter((gap) => gap.projectId === undefined || gap.projectId === projectId));

    const clusterName = project.clusters.find(({ restores }) => restores.length > 0)?.clusterName ?? '';
    const some = await service.json<Evidence>(`/evidence?${PERIOD}&projectId=${projectId}&clusterName=${clusterName}`);
    const clusters = project.clusters.filter((cluster) => cluster.clusterName === clusterName);
    expect(some.projects.map((of) => of.clusters)).toEqual([clusters]);
    expect(some.numbers.restores).toBe(clusters.reduce((sum, { restores }) => sum + restores.length, 0));
    const none = await service.json<Evidence>(`/evidence?${PERIOD}&projectId=${projectId}&clusterName=nowhere`);
    expect(none.verdict.state).toBe('not known');
    const unknown = await service.get(`/evidence?projectId=${'0'.repeat(24)}`);
    expect([unknown.status, ((await unknown.json()) as { detail: string }).detail]).toEqual([
      404,
      `the ledger has no project ${'0'.repeat(24)}`,
    ]);
  });

  test('verify recomputes the histories, by queries alone', async () => {
    service.requests();
    const { integrity } = await service.json<Evidence>(`/evidence?${PERIOD}&verify=true`);
    expect(integrity).toMatchObject({ unbroken: true, jobs: LOAD.jobs });
    const response = await service.get(`/evidence?${PERIOD}&verify=true&format=csv`);
    expect(response.headers.get('x-evidence-integrity')).toBe('unbroken');
    await response.body?.cancel();
  });

  test('a job: 202 with where to look, its state, and then the report, as often as it is asked for', async () => {
    const started = await service.get(`/evidence?${PERIOD}&format=csv`, { prefer: 'respond-async' });
    const job = (await started.json()) as { id: string; state: string };
    expect(started.status).toBe(202);
    expect(started.headers.get('location')).toBe(`${service.url}/evidence/${job.id}`);
    expect(violations(openapi(), { $ref: '#/components/schemas/EvidenceJob' }, job)).toEqual([]);
    let state = job as { state: string; report?: string; summary?: string };
    for (let look = 0; look < 200 && state.state === 'running'; look++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      state = await service.json(`/evidence/${job.id}`);
      expect(violations(openapi(), { $ref: '#/components/schemas/EvidenceJob' }, state)).toEqual([]);
    }
    expect(state).toMatchObject({ state: 'done', report: `/evidence/${job.id}/report` });
    expect(state.summary).toMatch(/ restores of 40 clusters, /);
    const page = await service.get(`/evidence/${job.id}`, { accept: 'text/html' });
    expect(await page.text()).toContain(`href="/evidence/${job.id}/report"`);
    const direct = await text(`/evidence?${PERIOD}&format=csv`);
    for (let time = 0; time < 2; time++) expect(await text(state.report ?? '')).toBe(direct);
    const response = await service.get(state.report ?? '');
    expect(response.headers.get('content-disposition')).toContain('.csv"');
    await response.body?.cancel();
  });

  test('waits as long as it is asked to before it answers 202', async () => {
    const response = await service.get(`/evidence?${PERIOD}`, { prefer: 'respond-async, wait=60' });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  test.each(['/evidence/nothing', '/evidence/0123456789abcdef01234567', '/evidence/nothing/report'])(
    '%s is not found, in words that help',
    async (path) => {
      const response = await service.get(path);
      const { detail } = (await response.json()) as { detail: string };
      expect([response.status, detail]).toEqual([404, expect.stringContaining('ask for it again with GET /evidence')]);
    },
  );

  test('the page has a form that asks for last month’s', async () => {
    const page = await text('/', { accept: 'text/html' });
    const form = /<form method="get" action="\/evidence".*?<\/form>/s.exec(page)?.[0] ?? '';
    const values = [...form.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => `${name}=${value}`);
    expect(values).toEqual(['since=2026-10-01', 'until=2026-11-01']);
    const { period } = await service.json<Evidence>(`/evidence?${values.join('&')}&format=json`);
    expect(period).toMatchObject({ since: '2026-10-01T00:00:00.000Z', until: '2026-11-01T00:00:00.000Z', ended: true });
    await using none = await startService(engine, { ledger: service.ledger });
    expect(await (await none.get('/')).text()).not.toContain('action="/evidence"');
  });

  test('HEAD makes no report', async () => {
    service.requests();
    const response = await fetch(`${service.url}/evidence?${PERIOD}`, { method: 'HEAD' });
    expect([response.status, service.requests()]).toEqual([200, {}]);
  });

  test('nobody who has left keeps a file open, nor a job that is let go', async () => {
    const open = async () => (await readdir('/proc/self/fd')).length;
    const before = await open();
    for (let time = 0; time < 12; time++) {
      const response = await service.get(`/evidence?${PERIOD}&format=json`);
      await response.body?.cancel();
    }
    await expect.poll(open, { timeout: 10_000 }).toBeLessThanOrEqual(before + 6); // connections that are kept alive
  });
});

/** As API Gateway's function answers: within limits. */
describe('where an answer is limited', () => {
  let own: EngineTable;
  beforeAll(async () => {
    own = await engine.newTable(() => Date.parse(NOW));
    await fill(ledgerReader({ table: own.table, now: () => Date.parse(NOW) }), LOAD);
  }, 120_000);
  afterAll(() => own[Symbol.asyncDispose]());

  const now = () => Date.parse(NOW);
  const app = (evidence: Partial<EvidencePort> | undefined, table = own.table) =>
    apiApp({
      ...{ ledger: ledgerReader({ table, now }), log: silentLog, now },
      evidence: evidence && { ...EVIDENCE, limits: { ms: 20_000, bytes: 5_500_000 }, ...evidence },
    });
  const ask = (evidence: Partial<EvidencePort> | undefined, path = `/evidence?${PERIOD}`) =>
    app(evidence).request(`https://api.example${path}`);

  test('a small report is answered as a whole', async () => {
    const response = await ask({});
    expect(response.status).toBe(200);
    expect(((await response.json()) as Evidence).numbers.clusters).toBe(LOAD.clusters);
  });

  test.each([
    ['larger than it may be', { limits: { ms: 20_000, bytes: 10_000 } }],
    ['that takes too long', { limits: { ms: 1, bytes: 5_500_000 } }],
  ])('one %s names what to narrow or to set', async (_, limits) => {
    const response = await ask(limits);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      type: '/problems/evidence-too-long',
      field: 'since',
      detail: expect.stringMatching(/narrow since and until, or projectId.*evidenceBucket.*restore-ledger evidence/),
    });
  });

  test('or becomes a job, whose report may be elsewhere', async () => {
    const asked: unknown[] = [];
    const job: EvidenceJob = {
      ...{ id: 'one', state: 'done', requestedAt: '2026-11-23T12:00:00.000Z' },
      request: { period: { since: '2026-09-01T00:00:00.000Z', until: NOW, ended: true }, format: 'json' },
    };
    const jobs: EvidenceJobs = {
      start: async (request) => {
        asked.push(request);
        return { ...job, state: 'running' };
      },
      job: async (id) => (id === 'one' ? job : undefined),
      report: async () => ({ location: 'https://bucket.example/one?signature' }),
    };
    const limits = { ms: 20_000, bytes: 10_000 };
    const response = await ask({ limits, jobs });
    expect([response.status, response.headers.get('location')]).toEqual([202, 'https://api.example/evidence/one']);
    expect(asked).toEqual([expect.objectContaining({ format: 'json', period: expect.anything() })]);
    const path = `https://api.example/evidence?${PERIOD}`;
    const browser = await app({ limits, jobs }).request(path, { headers: { 'sec-fetch-mode': 'navigate' } });
    expect([browser.status, browser.headers.get('location')]).toEqual([303, 'https://api.example/evidence/one']);
    const report = await ask({ limits, jobs }, '/evidence/one/report');
    expect([report.status, report.headers.get('location')]).toEqual([303, 'https://bucket.example/one?signature']);
    const busy = { ...jobs, start: () => Promise.reject(new TooManyEvidenceJobs('two are being made', 7)) };
    const refused = await ask({ limits, jobs: busy });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7']);
  });

  test('PDF becomes a job where none is made at once, and the form offers it', async () => {
    const job: EvidenceJob = {
      ...{ id: 'one', state: 'running', requestedAt: '2026-11-23T12:00:00.000Z' },
      request: { period: { since: '2026-09-01T00:00:00.000Z', until: NOW, ended: true }, format: 'pdf' },
    };
    const jobs: EvidenceJobs = { start: async () => job, job: async () => job, report: async () => undefined };
    for (const path of [`/evidence?${PERIOD}&format=pdf`, '/evidence?format=pdf']) {
      const response = await ask({ jobs }, path);
      expect([response.status, response.headers.get('location')]).toEqual([202, 'https://api.example/evidence/one']);
    }
    const accepting = await app({ jobs }).request('/evidence', { headers: { accept: 'application/pdf' } });
    expect(accepting.status).toBe(202);
    const page = await (await app({ jobs }).request('/', { headers: { accept: 'text/html' } })).text();
    expect(page).toContain('<option value="pdf">PDF</option>');
  });

  test.each([
    ['/evidence?format=pdf', {}, 202],
    ['/evidence?format=json', { prefer: 'respond-async' }, 202],
    ['/evidence?format=json', { prefer: 'respond-async, wait=5' }, 200],
    ['/evidence?format=json', {}, 200],
  ])('HEAD %s %j is answered as GET, with %i, and starts no job', async (path, headers, status) => {
    const start = vi.fn(() => Promise.reject(new Error('a job was started')));
    const jobs: EvidenceJobs = { start, job: async () => undefined, report: async () => undefined };
    const response = await app({ jobs }).request(path, { method: 'HEAD', headers });
    expect([response.status, response.headers.get('vary')]).toEqual([status, 'accept, prefer']);
    const [type, again] = ['content-type', 'retry-after'].map((name) => response.headers.get(name));
    expect([type?.split(';')[0], again]).toEqual(['application/json', status === 202 ? '2' : null]);
    expect([await response.text(), start.mock.calls]).toEqual(['', []]);
  });

  test('an API that makes none says so', async () => {
    const response = await ask(undefined);
    expect([response.status, await response.json()]).toEqual([
      501,
      expect.objectContaining({ type: '/problems/evidence-not-available' }),
    ]);
  });

  test('a ledger that can’t be read is no report', async () => {
    const failing = overTable(own.table, {
      query: () => Promise.reject(new LedgerError('LEDGER_UNAVAILABLE', 'the table did not answer')),
    });
    const response = await app({}, failing).request(`https://api.example/evidence?${PERIOD}`);
    expect([response.status, response.headers.get('content-disposition')]).toEqual([503, null]);
  });
});

test('a period of more than 20 years is refused: pictures have a place for each of its days', async () => {
  await using service = await startService(engine, { evidence: EVIDENCE });
  const response = await service.get('/evidence?since=0001-01-01&until=9000-01-01');
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ field: 'since', detail: 'expected a period of at most 20 years' });
});
