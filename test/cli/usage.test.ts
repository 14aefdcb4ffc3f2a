import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DRILL_ROWS } from '../../bin/output/drill-rows.ts';
import { GROUPINGS } from '../../functions/schema/words.ts';
import { startAtlas } from '../../local/atlas/server.ts';
import { accessTo, CommandLine, PACKAGE_DIR } from './command-line.ts';

const ID = '0123456789abcdef01234567';
const LIST = ['atlas', 'list', '--kind', 'flex', '--project', ID, '--cluster'];

test.each([
  [['jobs', '--limit', '0'], '--limit: expected a whole number from 1 to 1000000, got "0"'],
  [
    ['jobs', '--status', 'FAILED,DONE'],
    '--status: expected one of PENDING, RUNNING, READY, COMPLETED, FAILED, CANCELLED, EXPIRED, UNKNOWN, got "DONE"',
  ],
  [['jobs', '--format', 'xml'], '--format: expected one of table, json, ndjson, yaml, csv, got "xml"'],
  [
    ['jobs', '--since', '2026-02-30'],
    '--since: expected a date (2026-11-23), a time in UTC (2026-11-23T12:00) or an age (30m, 12h, 7d, 2w), got "2026-02-30"',
  ],
  [['jobs', '--since', '2026-02-02', '--until', '2026-02-01'], '--until: expected a time after --since'],
  [['jobs', '--open', 'true', '--status', 'FAILED'], '--open: --open stands for statuses, so it excludes --status'],
  [['summary', '--group-by', 'who'], `--group-by: expected one of ${GROUPINGS.join(', ')}, got "who"`],
  [['search', ' '], 'TEXT: expected 1 to 200 characters'],
  [['collect', '--project', ' '], '--project: expected the id or the name of a project, got " "'],
  [
    ['coverage', '--cluster', 'orders'],
    '--cluster: expected one --project with it, as names are unique only within a project',
  ],
  [
    ['collect', '--cluster', 'Cluster0'],
    '--cluster requires exactly one --project, as names are unique only within a project',
  ],
  [
    ['collect', '--table', 'a b'],
    '--table: expected a table\'s name of 3 to 255 letters, digits, "_", "-" and ".", got "a b"',
  ],
  [
    ['collect', '--table', 'some-table', '--data', 'dir'],
    '--table and --data: expected one of them, got both ("some-table" and "dir")',
  ],
  [['job', 'newest'], 'ID: expected a job id of 24 hex digits, got "newest"'],
  [
    ['watch', ID, '--kind', 'flex'],
    '--project and --cluster: expected --project, --cluster and --kind together, got 1 of them',
  ],
  [['watch', ID, '--interval', 'soon'], '--interval: expected a number from 0.1 to 86400, got "soon"'],
  [
    [...LIST, 'Cluster0', '--items-per-page', '501'],
    '--items-per-page: expected a whole number from 1 to 500, got "501"',
  ],
  [[...LIST, '../Cluster0'], '--cluster: expected 1 to 64 letters, digits and hyphens, got "../Cluster0"'],
  [['atlas', 'list', '--kind', 'flex'], "required option '--project <id or name>' not specified: see --help"],
  [['jobs', '--json', '-o', 'csv'], '--json and --format: expected one of them, got both ("csv")'],
  [['runs', '--query', '[', '-o', 'csv'], '--query: expected --format json, ndjson or yaml, got csv'],
  [['coverage', '--query', 'nope('], '--query: expected a JMESPath expression, got "nope(": Invalid token (EOF): ""'],
  [['drills', '--query', '[]', '--columns', 'state'], '--columns and --query: expected one of them, got both'],
  [
    ['drills', '--columns', 'state,status'],
    `--columns: expected one of ${DRILL_ROWS.columns.join(', ')}, got "status": did you mean state?`,
  ],
  [
    ['drills', '--sort', 'clustername:desc,x'],
    `--sort: expected one of ${DRILL_ROWS.columns.join(', ')}, or one with :desc, got "clustername:desc,x": did you mean clusterName?`,
  ],
  [
    ['drills', '--sort', 'clusterNam:desc'],
    `--sort: expected one of ${DRILL_ROWS.columns.join(', ')}, or one with :desc, got "clusterNam:desc": did you mean clusterName?`,
  ],
  [
    ['drills', '--sort', 'state:up'],
    `--sort: expected one of ${DRILL_ROWS.columns.join(', ')}, or one with :desc, got "state:up"`,
  ],
  [['completion', 'tcsh'], 'SHELL: expected one of bash, zsh, fish, got "tcsh"'],
  [['simulate', '--port', '-1'], '--port: expected a whole number from 0 to 65535, got "-1"'],
  [['collect', '--fulll'], "unknown option '--fulll' (Did you mean --full?): see --help"],
  [
    ['jobs', '--since', 'last month'],
    '--since: expected a date (2026-11-23), a time in UTC (2026-11-23T12:00) or an age (30m, 12h, 7d, 2w), got "last month": did you mean --period last-month?',
  ],
  [['jobs', 'failed'], "too many arguments for 'jobs'. Expected 0 arguments but got 1: see --help"],
  [['colect'], "unknown command 'colect' (Did you mean collect?): see --help"],
])('%j is refused in one line, with 2', async (args, message) => {
  await using shell = await CommandLine.open();
  expect(await shell.run(args)).toEqual({ code: 2, stdout: '', stderr: `restore-ledger: ${message}\n` });
});

describe('settings', () => {
  const key = {
    MONGODB_ATLAS_PUBLIC_API_KEY: 'abcdefgh',
    MONGODB_ATLAS_PRIVATE_API_KEY: 'b1946ac9-2492-4d23-8d5a-0c1f2ad5e4c9',
  };

  test.each([
    [
      'no credentials',
      {},
      /^restore-ledger: no Atlas credentials: set MONGODB_ATLAS_PUBLIC_API_KEY .* ATLAS_SECRET_ID; .* restore-ledger simulate\n$/,
    ],
    [
      'half a key',
      { MONGODB_ATLAS_PUBLIC_API_KEY: 'abcdefgh' },
      /MONGODB_ATLAS_PUBLIC_API_KEY but no MONGODB_ATLAS_PRIVATE_API_KEY: set both\n$/,
    ],
    [
      'two places',
      { ...key, ATLAS_SECRET_ID: 'atlas/key' },
      /^restore-ledger: ATLAS_SECRET_ID and MONGODB_ATLAS_PUBLIC_API_KEY, .*: expected credentials in one place, got both; unset one\n$/,
    ],
    [
      'a bad address',
      { ...key, MONGODB_ATLAS_BASE_URL: 'ftp://atlas' },
      /^restore-ledger: MONGODB_ATLAS_BASE_URL in the environment is not an https address: .*\n$/,
    ],
    [
      'a bad concurrency',
      { ...key, ATLAS_CONCURRENCY: '0' },
      /^restore-ledger: ATLAS_CONCURRENCY: expected a whole number of requests from 1 to 256, got "0"\n$/,
    ],
    ['a bad table', { ...key, TABLE_NAME: 'a b' }, /^restore-ledger: TABLE_NAME: expected a table's name .*\n$/],
  ])('%s: the variable is named, with 2', async (_, env, message) => {
    await using shell = await CommandLine.open(env);
    const { code, stdout, stderr } = await shell.run(['collect']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain(key.MONGODB_ATLAS_PRIVATE_API_KEY);
  });

  test('nothing was called before', async () => {
    await using atlas = await startAtlas({ projects: 1, clusters: 1 });
    await using shell = await CommandLine.open(accessTo(atlas));
    for (const args of [
      ['collect', '--cluster', 'Cluster0'],
      [...LIST, '-'],
      ['collect', '--data', ''],
    ]) {
      expect(await shell.run(args)).toMatchObject({ code: 2 });
    }
    expect(atlas.requests).toEqual([]);
  });
});

describe('--help', () => {
  test.each([
    [
      'collect',
      ['--project', '--cluster', '--full', '--json', '--table', '--data', '--api', '--verbose', 'Exit codes: 0'],
    ],
    ['jobs', ['--finding', '--status', '--kind', '--delivery', '--since', '--until', '--limit', '--format', '--api']],
    ['job', ['<id>', '--json']],
    ['coverage', ['--json', 'FAILING']],
    ['runs', ['--limit', '--json']],
    [
      'drills',
      [
        '--project',
        '--overdue',
        '--format',
        '--api',
        'Exit codes: 0 no cluster is overdue 1',
        '8 a cluster is overdue',
      ],
    ],
    [
      'evidence',
      ['--since', '--until', '--format', '--output', '--verify', 'Exit codes: 0 the report is made', '9 --verify'],
    ],
    ['verify', ['--project', '--json', 'Exit codes: 0 everything matches', '9 something does not match', 'not an API']],
    ['reevaluate', ['--rules', '--since', '--until', '--dry-run', 'in a project without coverage', 'Exit codes: 0']],
    ['retire', ['--project', '--reason', '--by', '--undo', '--list', 'not through an API', 'Exit codes: 0 done']],
    ['watch', ['--rules', '--events', '<id>', '--interval', '--timeout', 'Exit codes: 0 the job is COMPLETED', '124']],
    ['atlas list', ['--items-per-page', '--page-num', '--no-include-count', '--envelope', '--pretty']],
    ['serve', ['--port', '--table', '--data', 'Other commands may read and write the same directory meanwhile']],
    [
      'simulate',
      [
        '--port',
        '--seed',
        '--projects',
        '--clusters',
        '--jobs',
        '--serverless',
        '--latency',
        '--activity',
        '--history-until',
      ],
    ],
  ])('%s has its flags and examples', async (command, parts) => {
    await using shell = await CommandLine.open();
    const { code, stdout, stderr } = await shell.run([...command.split(' '), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const words = stdout.replaceAll(/\s+/g, ' ');
    for (const part of [...parts, `Examples: $ restore-ledger ${command}`]) expect(words).toContain(part);
    // A command to paste stays on one line.
    expect(stdout.split('\n').filter((line) => line.length > 80 && !line.startsWith('  $ '))).toEqual([]);
  });

  test('flags that many commands share have headings of their own, and commands, too', async () => {
    await using shell = await CommandLine.open();
    const headings = async (...argv: string[]) => {
      const { stdout } = await shell.run(argv);
      return stdout
        .split('\n')
        .flatMap((line, at, lines) => (/^\S.*:$/.test(line) && lines[at - 1] === '' ? [line] : []));
    };
    expect(await headings('jobs', '--help')).toEqual(['Filters:', 'Options:', 'Output:', 'Ledger:', 'Examples:']);
    expect(await headings('verify', '--help')).toEqual(['Options:', 'Output:', 'Ledger:', 'Exit codes:', 'Examples:']);
    expect(await headings('help')).toEqual([
      ...[
        'Options:',
        'Collect:',
        'Query:',
        'Announce and annotate:',
        'Evidence and integrity:',
        'Maintenance:',
        'Tools:',
      ],
      'Examples:',
    ]);
    expect((await shell.run(['jobs', '--help'])).stdout).toMatch(/\nLedger:\n {2}--profile [\s\S]*\n {2}--api-region /);
  });

  test('exit codes are a list, in order, whose items go on below their beginning', async () => {
    await using shell = await CommandLine.open();
    const { stdout } = await shell.run(['verify', '--help']);
    const [, list = ''] = /^Exit codes:\n((?: .*\n)+)/m.exec(stdout) ?? [];
    const lines = list.trimEnd().split('\n');
    const codes = lines.flatMap((line) => /^ *(\d+) {2}\S/.exec(line)?.[1] ?? []);
    expect(codes).toEqual(['0', '1', '2', '3', '9', '10', '11', '130']);
    for (const line of lines) expect(line).toMatch(/^( {2}[ \d]{3} {2}| {7})\S.{0,72}$/);
  });

  test('restore-ledger alone shows all commands, and ends with 2, for nothing was done', async () => {
    await using shell = await CommandLine.open();
    const { code, stdout, stderr } = await shell.run([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const commands = [
      'collect',
      'jobs',
      'job',
      'coverage',
      'runs',
      'drills',
      'evidence',
      'watch',
      'verify',
      'reevaluate',
      'retire',
      'atlas',
      'serve',
      'simulate',
    ];
    for (const command of commands) expect(stderr).toMatch(new RegExp(`^  ${command} `, 'm'));
  });
});

test("runs as a package's bin, through a link, from a directory with a TypeScript configuration of its own", async () => {
  await using shell = await CommandLine.open();
  const bin = join(shell.dir, 'node_modules/.bin');
  await mkdir(bin, { recursive: true });
  await symlink(join(PACKAGE_DIR, 'bin/restore-ledger'), join(bin, 'restore-ledger'));
  await writeFile(
    join(shell.dir, 'tsconfig.json'),
    '{ "extends": "./missing.json", "compilerOptions": { "paths": { "*": ["./nowhere/*"] } } }',
  );
  await writeFile(join(shell.dir, 'package.json'), '{ "type": "commonjs" }');
  const { code, stdout, stderr } = await shell.run(['--version'], { command: join(bin, 'restore-ledger') });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe('help', () => {
  test('alone is what --help says, and of a command what its --help says', async () => {
    await using shell = await CommandLine.open();
    for (const [asked, flags] of [
      [['help'], ['--help']],
      [['help', '--help'], ['--help']],
      [
        ['help', 'collect'],
        ['collect', '--help'],
      ],
      [
        ['help', 'atlas', 'list'],
        ['atlas', 'list', '--help'],
      ],
      [
        ['atlas', 'help', 'list'],
        ['atlas', 'list', '--help'],
      ],
    ] as const) {
      const help = await shell.run(asked);
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout).toBe((await shell.run(flags)).stdout);
    }
    for (const name of ['nothing', 'atlas nothing', 'jobs list'])
      expect(await shell.run(['help', ...name.split(' ')])).toEqual({
        code: 2,
        stdout: '',
        stderr: `restore-ledger: unknown command '${name}': see --help\n`,
      });
  });
});

describe('a secret that can’t be read', () => {
  test.each([
    [{}, 'no AWS region: set AWS_REGION'],
    [{ AWS_REGION: 'eu-west-1' }, 'no AWS credentials: sign in (aws sso login), or set AWS_PROFILE'],
  ])('says what is missing: %j', async (env, why) => {
    await using shell = await CommandLine.open();
    const nowhere = { HOME: shell.dir, ATLAS_SECRET_ID: 'atlas/key', ...env };
    const { code, stderr } = await shell.run(['collect'], { env: nowhere });
    expect(code).toBe(1);
    expect(stderr).toBe(
      `restore-ledger: nothing could be read: projects: secret atlas/key could not be read: ${why}\n`,
    );
  });
});

describe('simulate', () => {
  test('makes the same world again, to a ledger that knows it, with the same --history-until', async () => {
    await using shell = await CommandLine.open();
    const collected = async (...more: string[]) => {
      const options = ['--port', '0', '--projects', '1', '--clusters', '2', '--jobs', '6', '--activity', '0'];
      const simulator = shell.start(['simulate', ...options, ...more]);
      await simulator.until(({ stderr }) => stderr.includes('service account'));
      const pasted = Object.fromEntries(
        [...simulator.stdout.matchAll(/export (\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
      );
      const { stdout } = await shell.run(['collect', '--full', '--json'], { env: pasted });
      simulator.signal('SIGINT');
      await simulator.ended;
      return { stderr: simulator.stderr, ...(JSON.parse(stdout) as { jobsNew: number; jobsVanished: number }) };
    };
    const first = await collected();
    const [, until = ''] = /--history-until (\S+)$/m.exec(first.stderr) ?? [];
    expect(await collected('--history-until', until)).toMatchObject({ jobsNew: 0, jobsVanished: 0 });
    const early = await shell.run(['simulate', '--port', '0', '--history-until', '1999-01-01']);
    expect(early).toMatchObject({ code: 2, stderr: expect.stringMatching(/^restore-ledger: --history-until: .*\n$/) });
    expect(await shell.run(['simulate', '--port', '0', '--history-until', '2099-01-01'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'restore-ledger: --history-until: expected a time that is over, got "2099-01-01T00:00:00.000Z"\n',
    });
  });

  test('prints what to paste, answers to it, and ends on Ctrl-C', async () => {
    await using shell = await CommandLine.open();
    const simulator = shell.start([
      'simulate',
      '--port',
      '0',
      '--projects',
      '1',
      '--clusters',
      '2',
      '--jobs',
      '3',
      '--activity',
      '0',
    ]);
    await simulator.until(({ stdout, stderr }) => stdout.split('\n').length > 3 && stderr.includes('service account'));
    const lines = simulator.stdout
      .trimEnd()
      .split('\n')
      .map((line) => /^export (\w+)=(\S+)$/.exec(line) ?? []);
    const pasted = Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]));
    const { code, stdout } = await shell.run(['collect', '--json'], { env: pasted });
    expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({ code: 0, projects: 1, jobsNew: 6 });

    const account = Object.fromEntries(
      [...simulator.stderr.matchAll(/(MONGODB_ATLAS_CLIENT_\w+)=(\S+)/g)].map(([, name = '', value = '']) => [
        name,
        value,
      ]),
    );
    const asAccount = await shell.run(['collect', '--json'], {
      env: { MONGODB_ATLAS_BASE_URL: pasted.MONGODB_ATLAS_BASE_URL ?? '', ...account },
    });
    expect({ code: asAccount.code, ...(JSON.parse(asAccount.stdout) as object) }).toMatchObject({
      code: 0,
      jobsNew: 0,
      clusters: 2,
    });

    simulator.signal('SIGINT');
    await expect(simulator.ended).resolves.toMatchObject({ code: 0 });
  });

  test('a port in use is one line', async () => {
    await using shell = await CommandLine.open();
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const { code, stderr } = await shell.run(['simulate', '--port', String(port)]);
    taken.close();
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `restore-ledger: port ${port} is in use: give another one with --port, or --port 0 for any that is free\n`,
    });
  });
});
