// The OpenAPI document as other people's tools read it: linters, generators of clients, and a fuzzer that takes it at its word.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openapi } from '../../functions/api/openapi/openapi.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { type Service, startService } from '../api/service.ts';
import { mustRun, run } from '../deploy/processes.ts';
import { type EngineTable, testEngine } from '../ledger/engines.ts';
import { idAt, job } from '../ledger/jobs.ts';
import { NOW } from '../ledger/table.ts';
import { FOLDER, tools } from './tools.ts';

const JOBS = Array.from({ length: 30 }, (_, n) =>
  job({ jobId: idAt('2026-11-20T10:00:00Z', n), status: n % 3 === 0 ? 'FAILED' : 'COMPLETED' }),
);

let folder: string;
let env: NodeJS.ProcessEnv;
let commands: { npm: string; python: string };
let own: EngineTable;
let service: Service;

beforeAll(async () => {
  env = { ...process.env, NO_COLOR: '1', REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  commands = await tools(env);
  env.PATH = [commands.python, process.env.PATH].join(delimiter); // generators call formatters
  // Beside the tools, where a program that is put here finds their packages.
  const cache = join(FOLDER, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'document-'));
  writeFileSync(join(folder, 'openapi.json'), JSON.stringify(openapi()));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const engine = testEngine();
  own = await engine.newTable(() => Date.parse(NOW));
  const { table } = own;
  service = await startService(engine, {
    ledger: ledgerReader({ table, now: () => Date.parse(NOW) }),
    annotations: { table, user: { kind: 'user', name: 'test', selfDeclared: true } },
    evidence: { ledgerName: 'synthetic' },
    runs: { start: async () => {} },
  });
  await service.add(...JOBS);
});
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await own?.[Symbol.asyncDispose]();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const inFolder = () => ({ env, cwd: folder });
const npm = (command: string, ...args: string[]) => run(join(commands.npm, command), args, inFolder());
const python = (command: string, ...args: string[]) => run(join(commands.python, command), args, inFolder());

test('redocly finds nothing', async () => {
  const { code, output } = await npm('redocly', 'lint', 'openapi.json', '--max-problems', '20');
  expect({ code, output }).toEqual({ code: 0, output: expect.not.stringMatching(/You have \d+ (warning|error)/) });
  expect(output).toContain('Your API description is valid');
});

test('spectral finds nothing', async () => {
  const { code, output } = await npm('spectral', 'lint', 'openapi.json', '--ruleset', join(FOLDER, '.spectral.yaml'));
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('No results') });
});

/** What both clients report. */
async function expectReport(output: string, counted: string) {
  const { jobs } = await service.json<{ jobs: { jobId: string; status: string }[] }>(
    '/restore-jobs?status=COMPLETED,FAILED&limit=5',
  );
  expect(JSON.parse(output)).toEqual({
    jobs: jobs.map(({ jobId }) => jobId),
    ...{ status: jobs[0]?.status, validation: 'SUCCESSFUL', field: 'limit', counted },
  });
}

test('a TypeScript client over the types of openapi-typescript compiles and works', async () => {
  await mustRun(join(commands.npm, 'openapi-typescript'), ['openapi.json', '--output', 'schema.d.ts'], inFolder());
  copyFileSync(join(FOLDER, 'clients', 'client.ts'), join(folder, 'client.ts'));
  const compiler = ['--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--module', 'nodenext'];
  const compiled = await npm('tsc', 'client.ts', ...compiler, '--lib', 'es2023,dom,dom.iterable');
  expect(compiled).toMatchObject({ code: 0, output: '' });
  const { stdout } = await mustRun(process.execPath, ['client.js', service.url], inFolder());
  await expectReport(stdout, 'number');
});

test('a Python client made by openapi-python-client compiles and works', async () => {
  const target = ['--output-path', 'restore_ledger', '--meta', 'none'];
  const made = await python('openapi-python-client', 'generate', '--path', 'openapi.json', ...target);
  // It tells of what it had to leave out.
  expect(made).toMatchObject({ code: 0, output: expect.not.stringMatching(/warning/i) });
  expect(await python('python', '-m', 'compileall', '-q', 'restore_ledger')).toMatchObject({ code: 0, output: '' });
  copyFileSync(join(FOLDER, 'clients', 'client.py'), join(folder, 'client.py'));
  const { stdout } = await mustRun(join(commands.python, 'python'), ['client.py', service.url], inFolder());
  await expectReport(stdout, 'int');
});

test('a fuzzer finds the server as strict as the document, and nothing that makes it fail', async () => {
  const args = ['--checks', 'all', '--max-examples', '20', '--generation-deterministic', '--no-color'];
  const { code, output } = await run(
    join(commands.python, 'schemathesis'),
    ['--config-file', 'schemathesis.toml', 'run', `${service.url}/openapi.json`, ...args],
    { env: { ...env, PYTHONDONTWRITEBYTECODE: '1' }, cwd: FOLDER, withinMs: 800_000 },
  );
  expect(code, output).toBe(0);
  expect(output).toMatch(/\d+ generated/);
});

describe('each of them can find something', () => {
  test('redocly and spectral, an operation without an id, and no word of security', async () => {
    const broken = JSON.stringify({ ...openapi(), security: undefined }).replace('"operationId":"listRuns",', '');
    writeFileSync(join(folder, 'broken.json'), broken);
    expect((await npm('redocly', 'lint', 'broken.json')).code).not.toBe(0);
    const { output } = await npm('spectral', 'lint', 'broken.json', '--ruleset', join(FOLDER, '.spectral.yaml'));
    expect(output).toContain('operation-operationId');
  });
});
