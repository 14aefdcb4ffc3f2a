import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Spokes } from '../../functions/ledger/hub/spokes.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import { DynamoTable } from '../../functions/ledger/table/dynamo-table.ts';
import type { Item } from '../../functions/ledger/table/job-item.ts';
import type { Key } from '../../functions/ledger/table/keys.ts';
import { receive } from '../../functions/relay/hub.ts';
import { recordEvents } from '../../functions/relay/record-events.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { ensureTable, type LocalDynamoDB, startDynamoDB } from '../../local/dynamodb.ts';
import { commandsRunBy } from '../docs/documented-commands.ts';
import { wrapped } from '../relay/spoke.ts';
import { accessTo, CommandLine } from './command-line.ts';

const HUB_TABLE = `hub-${randomBytes(4).toString('hex')}`;
const SPOKE_TABLE = `spoke-${randomBytes(4).toString('hex')}`;

const OTHER_HUB = `hub-${randomBytes(4).toString('hex')}`;

let atlas: AtlasSimulator;
let dynamo: LocalDynamoDB;
let shell: CommandLine;
beforeAll(async () => {
  atlas = await startAtlas({ projects: 2, clusters: 2, jobs: 4 });
  dynamo = await startDynamoDB();
  shell = await CommandLine.open({
    ...accessTo(atlas),
    ...{ AWS_ENDPOINT_URL: dynamo.endpoint, AWS_REGION: 'us-east-1' },
    ...{ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
  });
  const client = new DynamoDBClient(dynamo.clientConfig);
  await ensureTable(client, HUB_TABLE);
  await new Spokes(new DynamoTable(HUB_TABLE, client)).begin({ expected: [], organizationId: 'o-exampleorg' });
  expect(await shell.run(['collect', '--table', SPOKE_TABLE, '--create'])).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await shell?.[Symbol.asyncDispose]();
  await dynamo?.close();
  await atlas?.close();
});

test('what a spoke recorded before it joined comes into the hub by the documented commands', async () => {
  for (const { text } of commandsRunBy('test/cli/hub.test.ts')) {
    const script = `set -euo pipefail; restore-ledger() { "$CLI" "$@"; }\n${text}`;
    const env = { ...shell.env, CLI: inject('commandLine'), SPOKE_TABLE, HUB_TABLE };
    await promisify(execFile)('bash', ['-c', script], { cwd: shell.dir, env });
  }
  const jobs = async (...args: string[]) => {
    const { stdout } = await shell.run(['jobs', '--format', 'json', '--limit', '100', ...args]);
    return JSON.parse(stdout) as { jobs?: object[] } & object[];
  };
  const all = (answer: Awaited<ReturnType<typeof jobs>>) => answer.jobs ?? answer;
  const own = all(await jobs('--table', SPOKE_TABLE));
  expect(own.length).toBeGreaterThan(0);
  const origin = { accountId: '111111111111', organizationId: 'o-exampleorg' };
  expect(all(await jobs('--table', HUB_TABLE, '--account-id', '111111111111'))).toEqual(
    own.map((job) => ({ ...job, ...origin })),
  );
  expect(all(await jobs('--table', HUB_TABLE, '--account-id', '222222222222'))).toEqual([]);
});

test('a hub takes no export without its spoke, and no runs of its own', async () => {
  await shell.run(['export', '--table', SPOKE_TABLE, '--output', 'again.ndjson']);
  expect(await shell.run(['import', 'again.ndjson', '--table', HUB_TABLE])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--spoke: expected the spoke that the export is from'),
  });
  const spoke = ['--spoke', '111111111111/eu-west-1/X'];
  expect(await shell.run(['import', 'again.ndjson', '--table', SPOKE_TABLE, ...spoke])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--spoke: expected a hub'),
  });
  const collected = await shell.run(['collect', '--table', HUB_TABLE]);
  expect(collected.code).not.toBe(0);
  expect(collected.stdout + collected.stderr).toContain('that of a hub');

  const retained = await shell.run(['retention', '--days', '30', '--table', HUB_TABLE]);
  expect(retained).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('got that of a hub') });

  const { stdout: listed } = await shell.run(['jobs', '--table', HUB_TABLE, '--query', '[0].jobId']);
  const annotated = await shell.run(['annotate', JSON.parse(listed), '--ticket', 'OPS-1', '--table', HUB_TABLE]);
  expect(annotated).toMatchObject({ code: 1, stderr: expect.stringContaining('got one of the spoke in 111111111111') });

  // Nobody says that a hub's coverage changes, so what it adds up to is never kept.
  await shell.run(['reevaluate', '--table', HUB_TABLE]);
  const client = new DynamoDBClient(dynamo.clientConfig);
  expect(await tableLedger({ tableName: HUB_TABLE, client }).coverageTotals()).toBeUndefined();
});

test('what a collector recorded, sent as its stream would: a hub reads it the same, and claims the same', async () => {
  const client = new DynamoDBClient(dynamo.clientConfig);
  const [from, to] = [new DynamoTable(SPOKE_TABLE, client), new DynamoTable(OTHER_HUB, client)];
  await ensureTable(client, OTHER_HUB);
  await new Spokes(to).begin({ expected: ['111111111111'] });
  const bodies: string[] = [];
  for await (const item of from.scan())
    for (const event of recordEvents(undefined, item as Item & Key, new Date().toISOString(), { ledger: 'X' }))
      bodies.push(wrapped(event, '111111111111'));
  const log = { debug() {}, info() {}, warn() {}, error: console.error };
  for (let n = 0; n < bodies.length; n += 10)
    expect(await receive(bodies.slice(n, n + 10), { table: to, log, now: Date.now })).toEqual([]);
  const rows = async (command: string, table: string) =>
    JSON.parse((await shell.run([...command.split(' '), '--table', table])).stdout);
  const strip = (value: unknown) =>
    JSON.parse(JSON.stringify(value, (name, inner) => (name === 'accountId' ? undefined : inner)));
  for (const command of ['coverage --json', 'verify --json', 'runs --json', 'jobs --format json --limit 100'])
    expect(strip(await rows(command, OTHER_HUB)), command).toEqual(strip(await rows(command, SPOKE_TABLE)));
  const verdict = async (table: string) => {
    const { stdout } = await shell.run(['evidence', '--since', '30d', '--format', 'json', '--table', table]);
    const { verdict: of, gaps } = JSON.parse(stdout);
    return { state: of.state, reasons: gaps.map(({ reason }: { reason: string }) => reason).sort() };
  };
  const own = await verdict(SPOKE_TABLE);
  const ofHub = await verdict(OTHER_HUB);
  // As of now, the period has not ended for either: the hub has the gap of its spoke's last run, too.
  expect(ofHub.state).toBe(own.state);
  expect(ofHub.reasons).toEqual([...own.reasons, ...(own.reasons.length > 0 ? ['run-not-ended'] : [])].sort());
});
