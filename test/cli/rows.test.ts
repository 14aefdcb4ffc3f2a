// The flags that every command shares which lists rows.
import { spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { jobColumns, journeyOf } from '../../bin/output/job-table.ts';
import { writeTable } from '../../bin/output/tables.ts';
import type { ShownJob } from '../../bin/remote/ledger-port.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { accessTo, CommandLine } from './command-line.ts';

const HOSTILE = '- a: &x "\u001b[2J\u202eEvil" # !!js';
const TWICE = 'Same name';

let atlas: AtlasSimulator;
let shell: CommandLine;

beforeAll(async () => {
  atlas = await startAtlas({ projects: 1, clusters: 3, jobs: 8 });
  for (const name of [HOSTILE, TWICE, TWICE]) {
    const { id: projectId } = atlas.world.addProject(name);
    atlas.world.addCluster({ projectId, clusterName: 'Cluster0' });
    atlas.world.startRestore({ projectId, clusterName: 'Cluster0', kind: 'dedicated', durationMs: 1 });
  }
  shell = await CommandLine.open(accessTo(atlas));
  expect(await shell.run(['collect', '--verbose'])).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await shell[Symbol.asyncDispose]();
  await atlas.close();
});

async function out(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await shell.run(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}
const json = async (...args: string[]) => JSON.parse(await out(...args)) as Record<string, unknown>[];

describe.each(['jobs', 'runs', 'coverage', 'drills'])('%s', (command) => {
  test('the same documents as JSON, JSON lines and YAML; the same number of rows as CSV', async () => {
    const documents = await json(command, '--json');
    expect(documents.length).toBeGreaterThan(0);
    expect(await json(command, '-o', 'json')).toEqual(documents);
    expect(lines(await out(command, '-o', 'ndjson')).map((line) => JSON.parse(line))).toEqual(documents);
    const yaml = await out(command, '-o', 'yaml');
    expect(yaml).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    for (const version of ['1.2', '1.1'] as const)
      expect(parse(yaml, { version })).toEqual(shown(await out(command, '-o', 'json')));
    expect(lines(await out(command, '-o', 'csv'))).toHaveLength(documents.length + 1);
  });

  test('a query gives what its expression picks', async () => {
    const documents = await json(command, '--json');
    expect(JSON.parse(await out(command, '--query', 'length(@)'))).toBe(documents.length);
    expect(await json(command, '--query', '[?nothing]')).toEqual([]);
    expect(lines(await out(command, '--query', '[0:1].[@]', '-o', 'ndjson'))).toHaveLength(1);
  });
});

/** What YAML leaves out of the hostile name. */
const shown = (text: string) => JSON.parse(text.replaceAll('\\u001b[2J', '').replaceAll('\\u202e', ''));

const lines = (text: string) => text.split('\n').slice(0, -1);

test('one job, in every format that holds a whole document', async () => {
  const [{ jobId = '' } = {}] = (await json('jobs', '--json', '--limit', '1')) as { jobId?: string }[];
  const job = JSON.parse(await out('job', jobId, '--json'));
  expect(job).toMatchObject({ jobId, changes: [{ revision: 1 }] });
  expect(JSON.parse(await out('job', jobId, '-o', 'ndjson'))).toEqual(job);
  expect(parse(await out('job', jobId, '-o', 'yaml'))).toEqual(shown(await out('job', jobId, '-o', 'json')));
  expect(JSON.parse(await out('job', jobId, '--query', 'changes[].revision'))).toEqual([1]);
});

test('columns: only these, in their order, in every format', async () => {
  const flags = ['jobs', '--columns', 'STATUS,jobId,durationSeconds', '--limit', '5'];
  const all = await json('jobs', '--json', '--limit', '5');
  const picked = all.map(({ status, jobId, durationSeconds = null }) => ({ status, jobId, durationSeconds }));
  expect(await json(...flags, '-o', 'json')).toEqual(picked);
  expect(lines(await out(...flags, '-o', 'csv'))[0]).toBe('status,jobId,durationSeconds');
  const { stdout } = await shell.run(flags);
  expect(stdout.split('\n')[0]).toMatch(/^status +jobId +durationSeconds$/);
});

test('sort: by value over all that match, whatever the limit; what has no value comes last', async () => {
  const all = await json('jobs', '--json', '--limit', '1000');
  const durations = all.flatMap(({ durationSeconds }) =>
    durationSeconds === undefined ? [] : [Number(durationSeconds)],
  );
  const up = durations.toSorted((a, b) => a - b);
  const columns = ['jobs', '--columns', 'durationSeconds', '-o', 'json', '--sort'];
  const sorted = async (...flags: string[]) =>
    (await json(...columns, ...flags)).map(({ durationSeconds }) => durationSeconds);
  expect(await sorted('durationSeconds', '--limit', '3')).toEqual(up.slice(0, 3));
  expect(await sorted('durationSeconds:desc', '--limit', '3')).toEqual(up.toReversed().slice(0, 3));
  const whole = await sorted('durationSeconds:desc', '--limit', '1000');
  expect(whole).toEqual([...up.toReversed(), ...Array(all.length - up.length).fill(null)]);
});

const JOB = {
  ...{ jobId: '6b0c34324191b1b8e55c7b50', projectId: '637fb578d31a99c3296f3fae', projectName: 'Payments Production' },
  ...{ clusterName: 'orders', kind: 'dedicated', status: 'COMPLETED', delivery: 'automated', deliveryUrlCount: 0 },
  ...{ requestedAt: '2026-11-29T14:18:26.000Z', durationSeconds: 1_214, targetClusterName: 'orders-copy' },
  targetProjectId: '620a2e60145026559559a757',
  requester: { grade: 'strong', actor: { kind: 'user', id: '1', name: 'alice.liddell@wonderland.example' } },
} as unknown as ShownJob;

test.each([80, 90, 100])('%i columns: a second line says from where, to where and who asked', async (width) => {
  const names = new Map([['620a2e60145026559559a757', 'Sandbox']]);
  const { project, cluster, target, asked, grade, ...others } = jobColumns(names);
  const columns = { project, cluster, target, asked, grade, ...others };
  const written: string[] = [];
  const screen = {
    width,
    paint: (_: unknown, text: string) => text,
    line: async (text = '') => void written.push(text),
  };
  const folding = { folded: [project, cluster, target, asked, grade], line: journeyOf(names) };
  const dropped = await writeTable(Object.values(columns), [JOB], screen, folding);
  const [titles = '', row = '', journey] = written;
  expect(written).toHaveLength(3);
  expect(Math.max(titles.length, row.length)).toBeLessThanOrEqual(width);
  expect(row).toContain(JOB.jobId);
  expect(journey).toBe(
    '  Payments Production/orders → Sandbox/orders-copy, by alice.liddell@wonderland.example (strong)',
  );
  const missing = ['kind', 'delivery'].filter((title) => !titles.includes(title));
  expect(dropped.map(({ title }) => title)).toEqual(missing);
});

test('colours where FORCE_COLOR asks for them, though nothing is a terminal', async () => {
  const { stdout: plain } = await shell.run(['drills']);
  const { stdout: coloured } = await shell.run(['drills'], { env: { FORCE_COLOR: '1' } });
  const { stdout: off } = await shell.run(['drills'], { env: { FORCE_COLOR: '0' } });
  expect(off).toBe(plain);
  expect(coloured).toContain('\u001b[');
  expect(stripVTControlCharacters(coloured)).toBe(plain);
});

describe('completion', () => {
  test.each([
    ['restore-ledger co', 'collect coverage completion'],
    ['restore-ledger jobs --st', '--status'],
    ['restore-ledger jobs -o n', 'ndjson'],
    ['restore-ledger jobs --status FA', 'FAILED'],
    ['restore-ledger atlas l', 'list'],
    ['restore-ledger atlas list --ki', '--kind'],
    ['restore-ledger jobs --data x', ''],
  ])('bash completes %j to %j', async (line, expected) => {
    const script = await out('completion', 'bash');
    const type = `read -ra COMP_WORDS <<< ${JSON.stringify(line)}; COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 )); _restore_ledger; echo "\${COMPREPLY[*]}"`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', `${script}\n${type}`], { encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${expected}\n`, stderr: '' });
  });

  test('fish is told every command and flag, with its description', async () => {
    const script = await out('completion', 'fish');
    expect(script).toContain("-n '__fish_use_subcommand' -a drills -d 'show when each cluster");
    expect(script).toMatch(/'__fish_seen_subcommand_from jobs' -l format -s o -x -a 'table json ndjson yaml csv'/);
    expect(script).toMatch(/'__fish_seen_subcommand_from atlas; and __fish_seen_subcommand_from list' -l kind/);
  });
});
