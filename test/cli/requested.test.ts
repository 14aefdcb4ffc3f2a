// evidence --api against the API of a stack that makes the report elsewhere: it waits for the job, and follows to where the report is.
import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fill } from '../../bench/big/made-ledger.ts';
import { S3Store } from '../../functions/anchors/s3-store.ts';
import { apiApp } from '../../functions/api/app.ts';
import { ReportBucket } from '../../functions/api/lambda/report-bucket.ts';
import { ReportFunction } from '../../functions/api/lambda/report-function.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { pdfReport } from '../../functions/report/pdf/maker.ts';
import { makeRequested } from '../../functions/requested/make-requested.ts';
import { RequestedReports } from '../../functions/requested/requested-reports.ts';
import { NO_OBJECTIVES } from '../../functions/restore/objectives/objective.ts';
import { localSigner } from '../../functions/signing/signer.ts';
import { listen } from '../../local/listen.ts';
import { type LocalS3, startLocalS3 } from '../anchors/local-s3.ts';
import { type EngineTable, testEngine } from '../ledger/engines.ts';
import { NOW } from '../ledger/table.ts';
import { readPdf } from '../pdf/read-pdf.ts';
import { CommandLine } from './command-line.ts';

const engine = testEngine();
const PLACE = { bucket: 'evidence', prefix: 'Mine/requested/', owner: '111111111111' };
const signer = localSigner(
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
);
let own: EngineTable;
let s3: LocalS3;
let shell: CommandLine;
let server: ReturnType<typeof createAdaptorServer>;
let url: string;
let isLarge = false;

/** Takes any report for one that is too large for an answer, where that is asked for. */
class Bucket extends ReportBucket {
  override async text(name: string, most: number): Promise<string> {
    return isLarge ? '"'.repeat(most) : super.text(name, most);
  }
}

beforeAll(async () => {
  own = await engine.newTable();
  await fill(own.ledger, { jobs: 60, clusters: 10, runs: 2, untilMs: Date.parse(NOW) });
  s3 = await startLocalS3('evidence');
  const reports = new RequestedReports(own.table, Date.now);
  const making = {
    ...{ reports, ledger: own.ledger, store: new S3Store({ ...PLACE, client: s3.client }), signer, log: silentLog },
    ...{ ledgerName: 'synthetic', objectives: NO_OBJECTIVES, pdf: pdfReport, now: Date.now, leftMs: 100_000 },
  };
  const send = async (event: object) => void makeRequested((event as { reportId: string }).reportId, making);
  const bucket = new Bucket({ ...PLACE, client: s3.client });
  const jobs = new ReportFunction({ reports, report: { send }, bucket: async () => bucket });
  const evidence = { ledgerName: 'synthetic', limits: { ms: 0, bytes: 0 }, jobs };
  const ledger = ledgerReader({ table: own.table, now: Date.now });
  const app = apiApp({ ledger, log: silentLog, now: Date.now, evidence });
  server = createAdaptorServer({ fetch: app.fetch });
  url = await listen(server as Parameters<typeof listen>[0]);
  shell = await CommandLine.open({});
}, 120_000);
afterAll(async () => {
  await shell[Symbol.asyncDispose]();
  await new Promise((resolve) => server.close(resolve));
  await s3[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});

test.each([
  ['through the API', false],
  ['from the address that it gives out', true],
])('a report that is made elsewhere comes %s', async (_, large) => {
  isLarge = large;
  const period = ['--since', '2026-09-01', '--until', '2026-11-20'];
  const file = `${large}.json`;
  const args = ['evidence', '--api', url, ...period, '--format', 'json', '--output', file];
  const { stdout, stderr } = await shell.run(args);
  const report = JSON.parse(await readFile(join(shell.dir, file), 'utf8'));
  expect(report).toMatchObject({ ledger: 'synthetic', report: 'restore-evidence' });
  expect(stdout + stderr).toContain(`${report.numbers.restores} restores of ${report.numbers.clusters} clusters`);
  expect(stdout + stderr).not.toContain('X-Amz-');
  const fetched = s3.asked.filter((path) => path.includes('X-Amz-Signature='));
  expect(fetched).toHaveLength(large ? 1 : 0);
});

test('a PDF, too, which is never answered at once', async () => {
  isLarge = false;
  const period = ['--since', '2026-09-01', '--until', '2026-11-20'];
  const { stdout, stderr } = await shell.run(['evidence', '--api', url, ...period, '--output', 'there.pdf']);
  expect(stdout + stderr).toMatch(/^there\.pdf: \d+ restores of 10 clusters/);
  expect(readPdf(await readFile(join(shell.dir, 'there.pdf'), 'latin1')).pages.length).toBeGreaterThan(1);
});
