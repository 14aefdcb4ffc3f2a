// Profiles: a file of the user's names ledgers, and commands open them.
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { accessTo, CommandLine } from './command-line.ts';

let atlas: AtlasSimulator;
let shell: CommandLine;

beforeAll(async () => {
  atlas = await startAtlas({ projects: 1, clusters: 1, jobs: 3 });
  shell = await CommandLine.open(accessTo(atlas));
  await configured(
    'profiles:\n  one: { data: ledgers/one }\n  two: { data: ledgers/two }\n  remote: { api: "https://nowhere.invalid" }',
  );
  expect(await shell.run(['collect', '--profile', 'one'])).toMatchObject({ code: 0, stderr: expect.any(String) });
});
afterAll(async () => {
  await shell[Symbol.asyncDispose]();
  await atlas.close();
});

const FILE = 'restore-ledger/config.yaml';

async function configured(text: string) {
  await mkdir(join(shell.dir, 'restore-ledger'), { recursive: true });
  await writeFile(join(shell.dir, FILE), text);
}

/** How many jobs a command lists, or what it says instead. */
async function jobs(args: readonly string[], env: Record<string, string> = {}): Promise<number | string> {
  const { code, stdout, stderr } = await shell.run(['jobs', '--query', 'length(@)', ...args], { env });
  return code === 0 ? Number(stdout) : stderr;
}
const none = expect.stringContaining('no ledger');

test('a path of a profile starts from its file, wherever the command runs', async () => {
  expect(await jobs(['--data', join(shell.dir, 'restore-ledger/ledgers/one')])).toBe(3);
  expect(await jobs([])).toEqual(none);
});

test.each<[string, string[], Record<string, string>, unknown]>([
  ['a flag names it', ['--profile', 'one'], {}, 3],
  ['a variable names it', [], { RESTORE_LEDGER_PROFILE: 'one' }, 3],
  ['the flag beats the variable', ['--profile', 'two'], { RESTORE_LEDGER_PROFILE: 'one' }, none],
  ['a ledger by flag beats it', ['--profile', 'two', '--data', 'restore-ledger/ledgers/one'], {}, 3],
  [
    'it beats a variable that names a ledger',
    ['--profile', 'one'],
    { RESTORE_LEDGER_API: 'https://nowhere.invalid' },
    3,
  ],
  [
    'named by a variable, it does not',
    [],
    { RESTORE_LEDGER_PROFILE: 'one', RESTORE_LEDGER_API: 'http://nowhere.invalid' },
    expect.stringMatching(/^restore-ledger: RESTORE_LEDGER_API: /),
  ],
])('%s', async (_, args, env, expected) => {
  expect(await jobs(args, env)).toEqual(expected);
});

test('profiles lists them, with the one in use, and no secret of an address', async () => {
  const file = join(shell.dir, 'listed.yaml');
  await writeFile(
    file,
    'profiles:\n  default: { data: here }\n  far: { api: "https://ada:s3cret@far.invalid/p?sig=s3cret", AWS_REGION: eu-west-1 }\n',
  );
  const RESTORE_LEDGER_CONFIG = file;
  const inUse = async (env: Record<string, string>) => {
    const args = ['profiles', '--query', '[?inUse].name'];
    return JSON.parse((await shell.run(args, { env: { RESTORE_LEDGER_CONFIG, ...env } })).stdout) as string[];
  };
  expect(await inUse({})).toEqual(['default']);
  expect(await inUse({ RESTORE_LEDGER_PROFILE: 'far' })).toEqual(['far']);
  expect(await inUse({ RESTORE_LEDGER_PROFILE: 'far', TABLE_NAME: 'some-table' })).toEqual([]);
  const listed = await shell.run(['profiles', '--json'], { env: { RESTORE_LEDGER_CONFIG } });
  expect([listed.code, JSON.parse(listed.stdout)]).toEqual([
    0,
    [
      { name: 'default', inUse: true, data: join(shell.dir, 'here') },
      { name: 'far', inUse: false, api: 'https://far.invalid/p', AWS_REGION: 'eu-west-1' },
    ],
  ]);
  const table = await shell.run(['profiles'], { env: { RESTORE_LEDGER_CONFIG } });
  expect(table.stdout).toMatch(/^far +--api https:\/\/far\.invalid\/p +eu-west-1$/m);
  expect(listed.stdout + table.stdout).not.toContain('s3cret');
});

test('the one called default needs no name', async () => {
  const { env } = shell;
  const dir = join(shell.dir, 'elsewhere');
  await mkdir(dir);
  const file = join(dir, 'any.yaml');
  await writeFile(file, `profiles:\n  default: { data: ${join(shell.dir, 'restore-ledger/ledgers/one')} }\n`);
  expect(await jobs([], { ...env, RESTORE_LEDGER_CONFIG: file })).toBe(3);
  expect(await jobs(['--data', 'other'], { ...env, RESTORE_LEDGER_CONFIG: file })).toEqual(none);
});

test("AWS's profile and region reach the SDK", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization ?? '');
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
    response.end('{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const credentials = join(shell.dir, 'credentials');
  await writeFile(credentials, '[audit]\naws_access_key_id = AUDITKEY\naws_secret_access_key = synthetic\n');
  const file = join(shell.dir, 'aws.yaml');
  await writeFile(file, 'profiles:\n  audit: { table: some-table, AWS_PROFILE: audit, AWS_REGION: eu-south-2 }\n');
  const env = {
    RESTORE_LEDGER_CONFIG: file,
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'us-east-1',
  };
  const { code } = await shell.run(['jobs', '--profile', 'audit'], { env });
  server.close();
  expect(code).toBe(1);
  expect(asked[0]).toMatch(/Credential=AUDITKEY\/\d+\/eu-south-2\/dynamodb\//);
});

test.each([
  ['profiles:\n  one: { data: x, table: y }', 'profiles.one: expected one of table and data, got both'],
  ['profiles:\n  one: { secret: s3cr3t }', 'got "secret"'],
  ['profiles:\n  one: { api-auth: iam }', 'profiles.one.api-auth: expected api with it, got none'],
  ['profiles:\n  one: { api: "https://a.example", rules: r.json }', 'profiles.one.rules: expected none beside api'],
  ['profiles:\n  one: { data: 3 }', 'profiles.one.data: expected a text'],
  ['profiles:\n  one: { api: "https://a.example", api-auth: basic }', 'profile "one": --api-auth: expected one of iam'],
  ['profiles: [one]', 'profiles: expected profiles by name'],
  ['profile: {}', 'expected profiles, got "profile"'],
  ['- one', 'expected an object with `profiles`'],
  ['a: [', 'expected YAML: '],
  // The YAML reader ends its first line with a colon.
  ['a: b: c', /expected YAML: Nested mappings .* at line 1, column \d+\n$/],
])('a wrong file is refused: %s', async (text, expected) => {
  const file = join(shell.dir, 'wrong.yaml');
  await writeFile(file, text);
  const { code, stderr } = await shell.run(['jobs', '--profile', 'one'], { env: { RESTORE_LEDGER_CONFIG: file } });
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(expected) });
  expect(stderr).not.toContain('s3cr3t');
});

test('a profile that is not there is refused with those that are; so is a file that is not', async () => {
  const missing = await shell.run(['jobs', '--profile', 'three']);
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('(one, two, remote), got "three"') });
  const none = await shell.run(['jobs', '--profile', 'one'], {
    env: { RESTORE_LEDGER_CONFIG: '', XDG_CONFIG_HOME: join(shell.dir, 'none') },
  });
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('and there is none: write it') });
  const gone = await shell.run(['jobs'], { env: { RESTORE_LEDGER_CONFIG: join(shell.dir, 'gone.yaml') } });
  expect(gone).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("gone.yaml, which holds the profiles, can't be read"),
  });
});

test('a command that needs the ledger itself says so of a profile with an API', async () => {
  const { code, stderr } = await shell.run(['verify', '--profile', 'remote']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('expected --table or --data instead') });
});
