// Every example of docs/http-api.md is run as it stands, by a shell and curl, against a ledger that was filled from Atlas.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RunsHere } from '../../bin/servers/runs-here.ts';
import { PROBLEMS } from '../../functions/api/http/problem.ts';
import { openapi } from '../../functions/api/openapi/openapi.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { silentLog } from '../../functions/platform/log.ts';
import {
  ACTOR_KINDS,
  ANNOTATOR_KINDS,
  DRILL_STATES,
  GRADES,
  NO_REQUESTER,
  PURPOSES,
  RULES,
  SEVERITIES,
  VALIDATION_STATUSES,
} from '../../functions/schema/words.ts';
import { HOUR } from '../../local/atlas/base/time.ts';
import { type ServedApi, serveApi } from '../../local/serve.ts';
import { System } from '../collector/system.ts';
import { commandsRunBy } from '../docs/documented-commands.ts';
import { testEngine } from '../ledger/engines.ts';
import { violations } from './json-schema.ts';

const run = promisify(execFile);
const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const DOC = read('docs/http-api.md');
/** The first sets the variables of the others. */
const [SET_UP = '', ...BLOCKS] = commandsRunBy('test/api/http-api-doc.test.ts').map(({ text }) => text);
/** One command a line, continued lines joined. */
const COMMANDS = BLOCKS.flatMap((block) =>
  block
    .replaceAll(/\\\n\s*/g, '')
    .trimEnd()
    .split('\n'),
);

/** `npm test` needs Node alone: where there is no curl, the examples are skipped, and say so. */
const hasCurl = await run('curl', ['--version']).then(
  () => true,
  () => false,
);

const shell = (script: string) => ['--norc', '--noprofile', '-euo', 'pipefail', '-c', script];

/** As the document sets them, by its first block. */
async function variables(): Promise<Record<string, string>> {
  const names = [...SET_UP.matchAll(/^([A-Z]+)=/gm)].map(([, name = '']) => name);
  const { stdout } = await run(
    'bash',
    shell(`${SET_UP}\n${names.map((name) => `echo ${name}="$${name}"`).join('\n')}`),
    { env },
  );
  return Object.fromEntries(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('=', 2)),
  );
}

const engine = testEngine();
let system: System;
let runs: RunsHere;
let api: ServedApi;
const env: Record<string, string> = { PATH: process.env.PATH ?? '' };
beforeAll(async () => {
  system = await System.start(engine, { serverless: 'alive', projects: 1, clusters: 8, jobs: 20 });
  const { table } = await engine.newTable();
  const now = () => system.clock.now();
  const ledger = ledgerReader({ table, now });
  await system.run({ full: true }, { ledger });
  runs = new RunsHere({
    accounts: [{ name: 'test', atlas: system.client }],
    ledger,
    log: silentLog,
    clock: system.clock,
  });
  const annotations = { table, user: { kind: 'user', name: 'ana@laptop', selfDeclared: true } } as const;
  const evidence = { ledgerName: 'synthetic' };
  api = await serveApi({ ledger, evidence, runs, annotations, log: silentLog, now });
  env.API = api.url;
  if (hasCurl) Object.assign(env, await variables(), { UNTIL: new Date(now() + 4 * HOUR).toISOString() });
});
afterAll(async () => {
  await runs.close();
  await api.close();
  await system[Symbol.asyncDispose]();
});

test.skipIf(!hasCurl)('the variables are set to what the ledger has', () => {
  expect(COMMANDS.length).toBeGreaterThan(20);
  const { API, PROJECT = '', CLUSTER = '', FLEX, SERVERLESS, JOB, RUN } = env;
  expect(API).toBe(api.url);
  const { world } = system.atlas;
  const tierOf = (name: string | undefined) => world.clusters(PROJECT).find((cluster) => cluster.name === name)?.tier;
  expect([tierOf(FLEX), tierOf(SERVERLESS)]).toEqual(['flex', 'serverless']);
  expect(system.jobsOf(PROJECT, CLUSTER, 'dedicated').map(({ id }) => id)).toContain(JOB);
  expect(RUN).toMatch(/^[0-9a-f]{24}$/);
});

describe.skipIf(!hasCurl)('examples (skipped where there is no curl)', () => {
  test.each(BLOCKS.map((block) => [block.split('\n')[0], block]))('%s', async (_, block = '') => {
    const { stdout, stderr } = await run('bash', shell(block), { env, maxBuffer: 2 ** 26 });
    expect(stderr).toBe('');
    expect(stdout).not.toBe('');
    if (block.includes('limit=1000')) return expect(stdout).toContain('"/problems/bad-parameter"');
    expect(stdout).not.toMatch(/"type":"\/problems|"errorCode"/);
    if (block.includes('finding=failed')) expect(stdout).toContain('"rule":"failed"');
    if (block.includes('drill=met')) expect(stdout).toMatch(/,met,365,\d{4}-/);
    if (block.includes('If-None-Match')) expect(stdout.trimEnd().endsWith('304')).toBe(true);
    return undefined;
  });
});

test('what the document shows of an answer is as described', () => {
  const shown = [...DOC.matchAll(/^```json\n(.*?)^```/gms)].map(([, block = '']) => JSON.parse(block));
  expect(shown).toHaveLength(1);
  for (const one of shown) expect(violations(openapi(), { $ref: '#/components/schemas/Requester' }, one)).toEqual([]);
});

test('every rule, grade, reason and state of a drill has its word in the document', () => {
  const words = [...RULES, ...SEVERITIES, ...GRADES, ...NO_REQUESTER, ...ACTOR_KINDS, ...DRILL_STATES];
  const said = [...ANNOTATOR_KINDS, ...PURPOSES, ...VALIDATION_STATUSES];
  for (const word of [...words, ...said]) expect(DOC).toContain(`\`${word}\``);
});

test('every route has an example, and every problem its line', () => {
  const { paths } = openapi();
  const asPattern = (path: string) => new RegExp(`\\$API${path.replaceAll(/\{\w+\}/g, '\\$\\w+')}(?=["? ]|$)`);
  const noExample = Object.keys(paths).filter((path) => !COMMANDS.some((command) => asPattern(path).test(command)));
  // Single jobs of the other kinds are as that of the first.
  expect(noExample.filter((path) => !/\/api\/atlas\/.*\{jobId\}$/.test(path))).toEqual([]);
  for (const name of Object.keys(PROBLEMS)) expect(DOC).toContain(`/problems/${name}`);
});
