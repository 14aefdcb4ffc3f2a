// What each route asks of DynamoDB. docs/http-api.md says the same.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunRequest } from '../../functions/api/http/ports.ts';
import { noCounts } from '../../functions/ledger/model/run.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { type LocalDynamoDB, startDynamoDB } from '../../local/dynamodb.ts';
import { serveApi } from '../../local/serve.ts';
import { idAt, job, PROJECT, seen } from '../ledger/jobs.ts';
import { NOW, newTable, type TestTable } from '../ledger/table.ts';

const CLUSTER = `projectId=${PROJECT}&clusterName=orders`;
const RUN = idAt(NOW, 'run');
const JOBS = Array.from({ length: 120 }, (_, n) => {
  const jobId = idAt(new Date(Date.parse('2026-11-22T12:00:00Z') - n * 3_600_000).toISOString(), n);
  return job({ jobId, status: n % 2 ? 'COMPLETED' : 'FAILED' });
});
const NEWEST = JOBS[0]?.jobId ?? '';
const ATLAS = `/api/atlas/v2/groups/${PROJECT}/clusters/orders/backup/restoreJobs`;

let dynamo: LocalDynamoDB;
let table: TestTable;
const now = () => Date.parse(NOW);
beforeAll(async () => {
  dynamo = await startDynamoDB();
  table = await newTable(dynamo, now);
  const { ledger } = table;
  await Promise.all(JOBS.map((one) => ledger.record(one, seen(0))));
  const about = { projectName: 'p', revision: 0, runId: RUN, discovery: {}, clusters: {} };
  for (let n = 0; n < 30; n++) {
    const projectId = n === 0 ? PROJECT : n.toString(16).padStart(24, '0');
    await ledger.saveCoverage(projectId, () => ({ ...about, projectId }));
  }
  await ledger.startRun({
    runId: RUN,
    trigger: 'schedule',
    scope: {},
    full: true,
    startedAt: NOW,
    status: 'running',
    failures: [],
  });
  const part = { projectId: PROJECT, projectName: 'p', status: 'complete' as const, startedAt: NOW, finishedAt: NOW };
  await ledger.finishPart(RUN, { ...part, counts: noCounts(), failures: [] });
});
afterAll(async () => {
  await table[Symbol.asyncDispose]();
  await dynamo.close();
});

/** What a fresh instance asks for one request, or for the last of several. */
async function asked(targets: string[], init: RequestInit & { status?: number } = {}) {
  const { tableName, client, requests } = table;
  const ledger = ledgerReader({ tableName, client, now });
  const runs = { start: async (_: RunRequest) => {} };
  await using api = await serveApi({ ledger, runs, log: silentLog, now, sleep: async () => {} });
  let counted = {};
  for (const target of targets) {
    requests();
    const response = await fetch(`${api.url}${target}`, {
      headers: { accept: '*/*, application/vnd.atlas.2025-03-12+json' },
      ...init,
    });
    expect([target, response.status]).toEqual([target, init.status ?? 200]);
    counted = requests();
  }
  return counted;
}

test.each<[string, Record<string, number>]>([
  ['/health', {}],
  ['/openapi.json', {}],
  ['/restore-jobs', { Query: 1, BatchGetItem: 1 }],
  ['/restore-jobs?format=csv&limit=100', { Query: 1, BatchGetItem: 1 }],
  [`/restore-jobs?projectId=${PROJECT}`, { Query: 1 }],
  [`/restore-jobs?${CLUSTER}`, { Query: 1, BatchGetItem: 1 }],
  ['/restore-jobs?status=FAILED', { Query: 1, BatchGetItem: 1 }],
  ['/restore-jobs?status=FAILED,COMPLETED', { Query: 2, BatchGetItem: 1 }],
  ['/restore-jobs?kind=dedicated', { Query: 1, BatchGetItem: 1 }],
  [`/restore-jobs/${NEWEST}?projectId=${PROJECT}`, { GetItem: 1 }],
  [`/restore-jobs/${NEWEST}?project=${PROJECT}`, { GetItem: 1 }],
  [`/restore-jobs/${NEWEST}`, { Query: 1, GetItem: 1 }],
  ['/runs?limit=1', { Query: 1, BatchGetItem: 1 }],
  [`/runs/${RUN}`, { Query: 1 }],
  ['/coverage', { Query: 1, BatchGetItem: 2 }],
  [`/coverage?projectId=${PROJECT}`, { BatchGetItem: 1, Query: 1 }],
  ['/summary?period=5d', { BatchGetItem: 1, Query: 1 }],
  [ATLAS, { Query: 1, BatchGetItem: 1 }],
  [`${ATLAS}?itemsPerPage=500`, { Query: 1, BatchGetItem: 2 }],
  [`${ATLAS}?itemsPerPage=10&pageNum=3&includeCount=false`, { Query: 1, BatchGetItem: 1 }],
  [`${ATLAS}/${NEWEST}`, { GetItem: 1 }],
])('GET %s costs %j', async (target, cost) => expect(await asked([target])).toEqual(cost));

test('a refusal of Atlas\u2019s kind is one batch read and one query more', async () => {
  const missing = { status: 404 };
  const unknown = ATLAS.replace('orders', 'unknown');
  expect(await asked([unknown], missing)).toEqual({ Query: 2, BatchGetItem: 1 });
  expect(await asked([`${ATLAS}/${'0'.repeat(24)}`], missing)).toEqual({ Query: 1, BatchGetItem: 1, GetItem: 1 });
});

test('starting a run is one write and one query; with a key two queries more; waiting asks at most sixteen times', async () => {
  const post = (headers: Record<string, string>) => ({ method: 'POST', status: 202, headers });
  expect(await asked(['/runs'], post({}))).toEqual({ PutItem: 1, Query: 1 });
  expect(await asked(['/runs'], post({ 'idempotency-key': 'a' }))).toEqual({ PutItem: 1, Query: 3 });
  expect(await asked(['/runs'], post({ 'idempotency-key': 'a' }))).toEqual({ Query: 2 });
  const { Query = 0 } = (await asked(['/runs'], post({ prefer: 'wait=25' }))) as { Query?: number };
  expect(Query).toBeGreaterThan(10);
  expect(Query).toBeLessThanOrEqual(17);
});
