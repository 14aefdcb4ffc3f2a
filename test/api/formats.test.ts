// Formats that lists come in, and CSV that is safe to open.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { preferred } from '../../functions/api/http/negotiate.ts';
import type { FoundRequester, Requester } from '../../functions/restore/requesters/requester.ts';
import type { Finding } from '../../functions/restore/rules/finding.ts';
import type { Rule } from '../../functions/schema/words.ts';
import { csvLine } from '../../functions/views/csv/csv-line.ts';
import { testEngine } from '../ledger/engines.ts';
import { idAt, job, PROJECT, seen } from '../ledger/jobs.ts';
import { NOW } from '../ledger/table.ts';
import { nextOf, type Service, startService } from './service.ts';

const engine = testEngine();
let service: Service;
const RUN = idAt(NOW, 'run');
const NAMED: FoundRequester = {
  actor: { kind: 'user', id: '1'.repeat(24), name: '=cmd|evil' },
  ...{ grade: 'exact', points: 100, eventType: 'TENANT_RESTORE_REQUESTED_AUDIT', secondsLater: 0, rivals: 0 },
};
/** Of a snapshot that was six hours old. */
const RESTORED = {
  jobId: idAt('2026-10-10T10:00:00Z'),
  requestedAt: '2026-10-10T10:00:00.000Z',
  finishedAt: '2026-10-10T10:12:30.000Z',
  durationSeconds: 750,
  snapshotAt: '2026-10-10T04:00:00.000Z',
};
const finding = (rule: Rule): Finding => ({ rule, severity: 'warning', at: NOW, why: 'Made up.' });
const LISTS = ['/restore-jobs', '/runs', '/coverage'];
beforeAll(async () => {
  service = await startService(engine);
  await service.add(
    job({ jobId: idAt('2026-11-20T10:00:00Z', 1), clusterName: '=HYPERLINK("http://evil")', projectName: 'a, "b"; c' }),
    job({ jobId: idAt('2026-11-19T10:00:00Z', 2), clusterName: '@SUM(1)', errorMessage: 'line\r\nline' }),
  );
  const record = (at: string, requester: Requester, findings: Finding[]) =>
    service.ledger.record(job({ jobId: idAt(at, 3) }), seen(0), false, { requester, assess: () => findings });
  await record('2026-11-18T10:00:00Z', NAMED, [finding('download'), finding('slow')]);
  await record('2026-11-17T10:00:00Z', { reason: 'ambiguous', rivals: 2 }, []);
  await record('2026-11-16T10:00:00Z', { ...NAMED, actor: { kind: 'apiKey', id: '2'.repeat(24) } }, []);
  const run = { runId: RUN, trigger: 'schedule' as const, scope: { projectId: PROJECT }, full: true, startedAt: NOW };
  await service.ledger.startRun({ ...run, status: 'running', failures: [] });
  const about = { projectId: PROJECT, projectName: '+payments', revision: 0, runId: RUN, discovery: {} };
  const cluster = { tier: 'flex' as const, firstSeenAt: '2026-01-01T00:00:00.000Z', seenAt: NOW, lists: {} };
  const list = { attemptedAt: NOW, jobs: 1, open: 0, moving: 0, lastCompleted: RESTORED, durations: [750] };
  const due = { days: 90, dueAt: '2027-01-08T10:12:30.000Z' };
  const one = { ...cluster, clusterName: 'one' };
  const two = { ...cluster, clusterName: 'two', lists: { flex: list }, drill: due };
  await service.ledger.saveCoverage(PROJECT, () => ({ ...about, clusters: { one, two } }));
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

test.each(LISTS)('%s as CSV begins with a byte order mark only where one is asked for', async (path) => {
  const bytes = async (query: string) => Buffer.from(await (await service.get(`${path}?${query}`)).arrayBuffer());
  const plain = await bytes('format=csv');
  expect(plain[0]).not.toBe(0xef);
  expect(await bytes('format=csv&bom=true')).toEqual(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), plain]));
  expect(await bytes('format=ndjson&bom=true')).toEqual(await bytes('format=ndjson'));
  expect((await service.get(`${path}?bom=yes`)).status).toBe(400);
});

describe('what Accept asks for', () => {
  const offered = ['application/json', 'application/x-ndjson', 'text/csv'];
  test.each([
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['text/csv', 'text/csv'],
    ['TEXT/CSV; charset=utf-8', 'text/csv'],
    ['text/*', 'text/csv'],
    ['application/*', 'application/json'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'application/json'],
    ['application/json;q=0.5, text/csv', 'text/csv'],
    ['application/json;q=0.5, text/csv;q=0.4, application/x-ndjson;q=0.6', 'application/x-ndjson'],
    ['*/*, application/json;q=0', 'application/x-ndjson'],
    ['application/*, application/json;q=0.1', 'application/x-ndjson'],
    ['application/json;q=0', undefined],
    ['text/html', undefined],
    ['garbage', undefined],
    ['application/json;q=2', undefined],
  ])('%j gives %j', (accept, expected) => expect(preferred(accept, offered)).toBe(expected));

  test('no header makes it fall over', () => {
    fc.assert(fc.property(fc.string(), (accept) => [undefined, ...offered].includes(preferred(accept, offered))));
  });

  test.each(LISTS)('%s answers 406 where there is nothing that is accepted', async (path) => {
    const response = await service.get(path, { accept: 'application/xml' });
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({ type: '/problems/not-acceptable', field: 'Accept' });
  });

  test.each(['/summary', `/runs/${RUN}`, '/openapi.json', `/restore-jobs/${idAt('2026-11-20T10:00:00Z', 1)}`])(
    '%s is JSON and nothing else',
    async (path) => {
      expect((await service.get(path, { accept: 'text/csv' })).status).toBe(406);
      expect((await service.get(path, { accept: 'application/json' })).status).toBe(200);
    },
  );
});

test.each(LISTS)('%s says the same as JSON, as JSON lines and as CSV', async (path) => {
  const [json, ndjson, csv] = await Promise.all(
    ['json', 'ndjson', 'csv'].map((format) => service.get(`${path}?format=${format}`)),
  );
  expect([json, ndjson, csv].map((response) => response?.headers.get('content-type'))).toEqual([
    'application/json; charset=utf-8',
    'application/x-ndjson; charset=utf-8',
    'text/csv; charset=utf-8',
  ]);
  const [rows] = Object.values((await json?.json()) as Record<string, object[]>);
  const lines = (await ndjson?.text())?.trimEnd().split('\n') ?? [];
  expect(lines.map((line) => JSON.parse(line))).toEqual(rows);
  const [header, ...cells] = cellsOf((await csv?.text()) ?? '');
  expect(cells).toHaveLength(rows?.length ?? 0);
  expect(header).toContain('projectId');
  for (const line of cells) expect(line).toHaveLength(header?.length ?? 0);
  expect(csv?.headers.get('content-disposition')).toBe(`attachment; filename="${path.replace(/.*-|\//g, '')}.csv"`);
});

/** Rows by the names of their columns. */
async function rowsOf(path: string): Promise<Record<string, string>[]> {
  const [header = [], ...lines] = cellsOf(await (await service.get(path, { accept: 'text/csv' })).text());
  return lines.map((line) => Object.fromEntries(line.map((cell, i) => [header[i] ?? '', cell])));
}

test('in CSV a requester takes a cell for each part, a name never comes without its grade, and findings are their rules', async () => {
  const rows = await rowsOf('/restore-jobs');
  const parts = ['requesterKind', 'requesterName', 'requesterGrade', 'requesterPoints', 'requesterReason', 'findings'];
  expect(rows.map((row) => parts.map((part) => row[part]))).toEqual([
    ['', '', '', '', '', ''],
    ['', '', '', '', '', ''],
    ['user', `'=cmd|evil`, 'exact', '100', '', 'download slow'],
    ['', '', '', '', 'ambiguous', ''],
    ['apiKey', '2'.repeat(24), 'exact', '100', '', ''],
  ]);
  for (const hidden of ['requester', 'fingerprint']) expect(rows[0]).not.toHaveProperty(hidden);
});

test('in CSV a cluster has its drill, and what its last restore measured', async () => {
  const parts = [
    'drillState',
    'drillDays',
    'drillDueAt',
    'lastCompletedAt',
    'lastDurationSeconds',
    'snapshotAgeSeconds',
  ];
  const rows = (await rowsOf('/coverage')).filter(({ clusterName }) => clusterName !== '');
  expect(rows.map((row) => parts.map((part) => row[part]))).toEqual([
    ['not-covered', '', '', '', '', ''],
    ['met', '90', '2027-01-08T10:12:30.000Z', RESTORED.finishedAt, '750', '21600'],
  ]);
});

test('CSV has the next page in its Link, as the others do', async () => {
  const response = await service.get('/restore-jobs?limit=1', { accept: 'text/csv' });
  const next = await fetch(nextOf(response) ?? '', { headers: { accept: 'text/csv' } });
  expect(cellsOf(await next.text())[1]?.join()).toContain(idAt('2026-11-19T10:00:00Z', 2));
});

test('no cell of CSV can become a formula, and every cell comes back as it was', async () => {
  const text = await (await service.get('/restore-jobs', { accept: 'text/csv' })).text();
  expect(text).toContain(`"'=HYPERLINK(""http://evil"")"`);
  expect(text).toContain(`'@SUM(1)`);
  const hostile = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '"', ',', ';', "'", '＝', 'a', ' ') }),
  );
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1 }), (cells) => {
      const [line = []] = cellsOf(`${csvLine(cells)}`);
      for (const [i, cell] of cells.entries()) {
        const shown = line[i] ?? '';
        expect(shown).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
        expect([cell, `'${cell}`]).toContain(shown);
      }
      // Where `;` separates cells, nothing unquoted may begin one.
      expect(csvLine(cells).replaceAll(/"(?:[^"]|"")*"/g, '')).not.toContain(';');
    }),
  );
});

/** A reader of CSV by RFC 4180, apart from the writer. */
function cellsOf(csv: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  for (const [, quoted, plain = '', end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    if (end === '' && quoted === undefined && plain === '' && line.length === 0) break;
    line.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    lines.push(line);
    line = [];
  }
  return lines;
}
