import { execFile } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { fill } from '../../bench/big/made-ledger.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import type { Evidence } from '../../functions/report/model/report.ts';
import { SqliteTable } from '../../local/sqlite/sqlite-table.ts';

const run = promisify(execFile);
/** Node's heap. The report of these restores is 50 MB of JSON; it takes 200 MB to keep them. */
const HEAP_MB = 64;
const LOAD = { jobs: 30_000, clusters: 300, runs: 5, untilMs: Date.now() };
const ALL = ['--since', '1000d'];

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ledger-'));
  await using table = await SqliteTable.open({ dataDir, create: true, write: true });
  await fill(ledgerReader({ table }), LOAD);
}, 600_000);
afterAll(() => rm(dataDir, { recursive: true }));

const command = (...argv: string[]) =>
  run(process.execPath, [`--max-old-space-size=${HEAP_MB}`, inject('commandLine'), ...argv, '--data', dataDir], {
    maxBuffer: 100_000_000,
  });

test(`evidence of ${LOAD.jobs} restores is written within a heap of ${HEAP_MB} MB, in both formats alike`, async () => {
  const [json, html] = ['report.json', 'report.html'].map((name) => join(dataDir, name)) as [string, string];
  const until = ['--until', new Date().toISOString()];
  const said = [];
  for (const file of [json, html]) said.push((await command('evidence', ...ALL, ...until, '--output', file)).stderr);
  expect(said[0]?.replace(json, '')).toBe(said[1]?.replace(html, ''));
  expect(said[0]).toContain(`${LOAD.jobs} restores of ${LOAD.clusters} clusters`);
  const { numbers, projects } = JSON.parse(await readFile(json, 'utf8')) as Evidence;
  const ids = projects.flatMap(({ clusters }) => clusters.flatMap(({ restores }) => restores.map((one) => one.jobId)));
  expect([numbers.restores, new Set(ids).size]).toEqual([LOAD.jobs, LOAD.jobs]);
  await using file = await open(html);
  const shown = new Set<string>();
  for await (const line of file.readLines()) {
    for (const id of line.match(/(?<=<code>)[0-9a-f]{24}(?=<\/code><\/span><\/th>)/g) ?? []) shown.add(id);
  }
  expect(shown).toEqual(new Set(ids));
});

test(`verify reads ${LOAD.jobs} histories within a heap of ${HEAP_MB} MB`, async () => {
  const { stdout } = await command('verify', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ result: 'unbroken', jobs: LOAD.jobs });
});
