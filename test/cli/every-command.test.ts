// What every command shares: formats, a machine-readable result, completion. A new command is held to it, or named here with a reason.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { programFor } from '../../bin/main.ts';
import { completionScript } from '../../bin/options/completion.ts';
import { wordsOf } from '../../bin/options/flags.ts';
import { FORMATS } from '../../bin/output/formats.ts';
import { Context } from '../../bin/process/context.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { accessTo, CommandLine } from './command-line.ts';
import { leaves } from './commands.ts';

const program = programFor(new Context(false));
const all = leaves(program);

/** Why a command has no formats to choose from. */
const OTHERS: Readonly<Record<string, string>> = {
  evidence: 'the report has formats of its own',
  'atlas list': "Atlas's own JSON, as it is",
  serve: 'runs until it is stopped',
  simulate: 'runs until it is stopped',
  completion: 'a script for a shell',
};
const LISTS = ['jobs', 'summary', 'search', 'coverage', 'runs', 'drills', 'expected', 'profiles'];

describe.each(all.filter(({ path }) => OTHERS[path] === undefined))('$path', ({ path, command }) => {
  const option = (long: string) => command.options.find((each) => each.long === long);

  test('has every format, as -o, --json and --query', () => {
    const format = option('--format') ?? expect.unreachable();
    expect([format.short, wordsOf(format)]).toEqual(['-o', FORMATS]);
    for (const long of ['--json', '--query']) expect(option(long), long).toBeDefined();
  });

  test.skipIf(!LISTS.includes(path))('is a list, with columns and an order to choose', () => {
    for (const long of ['--columns', '--sort']) expect(option(long), long).toBeDefined();
  });

  test('is completed in bash with its flags and their words', () => {
    const script = completionScript(program, 'bash');
    expect(script).toContain(`'${path} -o'|'${path} --format') values='${FORMATS.join(' ')}' ;;`);
    for (const { long } of command.options.filter(({ hidden }) => !hidden)) {
      const words = script.split('\n').find((line) => line.includes(`    '${path}') words='`));
      expect(words?.split(/[' ]/)).toContain(long);
    }
  });
});

test('a flag that a description names is one that the command has', () => {
  const named = all.flatMap(({ path, command }) =>
    command.options
      .filter(({ hidden }) => !hidden)
      .flatMap(({ long, description }) =>
        [...description.matchAll(/--[a-z][a-z-]*/g)]
          .filter(([flag]) => !command.options.some((option) => option.long === flag))
          .map(([flag]) => `${path} ${long}: ${flag}`),
      ),
  );
  expect(named).toEqual([]);
});

test('lists and exceptions are commands, and a command with columns is among the lists', () => {
  const paths = all.map(({ path }) => path);
  for (const path of [...LISTS, ...Object.keys(OTHERS)]) expect(paths).toContain(path);
  const withColumns = all.filter(({ command }) => command.options.some(({ long }) => long === '--columns'));
  expect(withColumns.map(({ path }) => path).sort()).toEqual(LISTS.toSorted());
});

describe('what a command did', () => {
  let atlas: AtlasSimulator;
  let shell: CommandLine;
  let id: string;
  beforeAll(async () => {
    atlas = await startAtlas({ projects: 1, clusters: 2, jobs: 3 });
    shell = await CommandLine.open({ ...accessTo(atlas), USER: 'ada' });
    expect(await shell.run(['collect'])).toMatchObject({ code: 0 });
    [id = ''] = JSON.parse((await shell.run(['jobs', '--open', 'false', '--query', '[].jobId'])).stdout) as string[];
  });
  afterAll(async () => {
    await shell[Symbol.asyncDispose]();
    await atlas.close();
  });

  const project = () => atlas.world.projects[0]?.name ?? '';
  const ACTING: [string, () => string[], object][] = [
    ['collect', () => [], { status: 'complete', jobsSeen: 6 }],
    ['annotate', () => [id, '--purpose', 'drill'], { annotation: { purpose: 'drill' } }],
    ['expect', () => ['--project', project(), '--cluster', 'Cluster0', '--until', '4h'], { state: 'expected' }],
    ['job', () => [id], { jobId: expect.any(String), changes: expect.any(Array) }],
    ['watch', () => [id], { jobId: expect.any(String) }],
    ['verify', () => [], { result: 'unbroken', jobs: 6 }],
    ['reevaluate', () => ['--dry-run'], { dryRun: true, jobs: 6 }],
    ['retention', () => ['--days', '4000', '--dry-run'], { dryRun: true }],
    ['erase', () => ['--requester', 'nobody@x', '--reason', 'r', '--dry-run', '--as', 'gone'], { erased: 0 }],
    ['anchor', () => ['--output', 'anchors'], { totals: { jobs: 6 } }],
    ['public-key', () => [], { pem: expect.stringContaining('PUBLIC KEY') }],
    ['lake', () => ['--output', 'lake'], { output: 'lake', leftOut: [] }],
    ['export', () => ['--output', 'whole.ndjson'], { output: 'whole.ndjson', restoreJobs: 6, leftOut: 0 }],
    ['import', () => ['whole.ndjson', '--data', 'copy'], { refused: [] }],
  ];

  test.each(ACTING)('is one document, in every format, and nothing else on stdout: %s', async (command, args, what) => {
    const run = (...more: string[]) => shell.run([command, ...args(), ...more]);
    const json = await run('-o', 'json');
    const document = JSON.parse(json.stdout) as object;
    expect(document).toMatchObject(what);
    const yaml = await run('-o', 'yaml');
    expect(Object.keys(parse(yaml.stdout) as object).sort()).toEqual(Object.keys(document).sort());
    const ndjson = await run('-o', 'ndjson');
    expect(ndjson.stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(Object.keys(JSON.parse(ndjson.stdout) as object).sort()).toEqual(Object.keys(document).sort());
    const csv = await run('-o', 'csv');
    expect(csv.stdout.split('\n')[0]?.split(',').length).toBeGreaterThan(2);
    expect((await run('--query', 'keys(@)')).stdout.trim()).toMatch(/^\[/);
    expect([yaml.code, ndjson.code, csv.code]).toEqual([json.code, json.code, json.code]);
  });

  test('of an export needs a file, as the export goes to stdout itself', async () => {
    expect(await shell.run(['export', '-o', 'json'])).toEqual({
      ...{ code: 2, stdout: '' },
      stderr: 'restore-ledger: --format: expected --output with it, as the export itself goes to stdout\n',
    });
  });
});
