import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { accessTo, CommandLine } from './command-line.ts';

let atlas: AtlasSimulator;
let shell: CommandLine;
let ids: string[];
beforeAll(async () => {
  atlas = await startAtlas({ projects: 1, clusters: 1, jobs: 6 });
  shell = await CommandLine.open({ ...accessTo(atlas), USER: 'ada' });
  expect(await shell.run(['collect'])).toMatchObject({ code: 0 });
  const { stdout } = await shell.run(['jobs', '--format', 'json']);
  ids = (JSON.parse(stdout) as LedgerJob[]).map(({ jobId }) => jobId);
});
afterAll(async () => {
  await shell[Symbol.asyncDispose]();
  await atlas.close();
});

const FLAGS = [
  ...['--validation', 'successful', '--message', 'all there', '--purpose', 'drill', '--ticket', 'OPS-1'],
  ...['--check', 'rows=10:10', '--check', 'latest=10:00 : 10:05', '--environment', 'staging'],
  ...['--link', 'https://wiki.example.com/drills'],
];
const SAID = {
  validation: { status: 'SUCCESSFUL', message: 'all there' },
  annotation: {
    ...{ purpose: 'drill', ticket: 'OPS-1', environment: 'staging', links: ['https://wiki.example.com/drills'] },
    checks: [
      { name: 'rows', expected: '10', got: '10' },
      { name: 'latest', expected: '10:00', got: '10:05' },
    ],
  },
};
const read = async (id: string) => JSON.parse((await shell.run(['job', id, '--json'])).stdout) as LedgerJob;

test('annotates in the name of the user and host, self-declared; the same again adds nothing', async () => {
  const [id = ''] = ids;
  const before = await read(id);
  const first = await shell.run(['annotate', id, ...FLAGS]);
  expect(first).toEqual({
    code: 0,
    stderr: '',
    stdout: expect.stringContaining('validated, purpose drill, ticket OPS-1'),
  });
  expect(await shell.run(['annotate', id, ...FLAGS])).toEqual(first);
  const after = await read(id);
  expect(after).toMatchObject({ ...SAID, annotationCount: 1, revision: before.revision + 1 });
  expect(after.validation?.by).toEqual({ kind: 'user', name: expect.stringMatching(/^.+@.+$/), selfDeclared: true });
  expect(await shell.run(['verify'])).toMatchObject({ code: 0 });
  const { stdout } = await shell.run(['job', id]);
  expect(stdout).toMatch(/validation +validated; all there; said by .+@.+ \(self-declared\)/);
  expect(stdout).toMatch(/checks +1 of 2 checks as expected: rows=10 : 10; latest=10:00 : 10:05/);
});

test('over an API the result is the same, in the name that the API knows', async () => {
  const [, id = ''] = ids;
  const serving = shell.start(['serve', '--port', '0']);
  await serving.until(({ stderr }) => stderr.includes('Ctrl-C stops it'));
  const api = ['--api', serving.stdout.trimEnd()];
  expect(await shell.run(['annotate', id, ...FLAGS, ...api])).toMatchObject({ code: 0, stderr: '' });
  const { code, stdout } = await shell.run(['annotate', id, ...FLAGS, ...api, '--json']);
  expect([code, JSON.parse(stdout)]).toEqual([0, await read(id)]);
  expect(await read(id)).toMatchObject({ ...SAID, annotationCount: 1 });
  expect(await shell.run(['annotate', id, '--ticket', 'x', '--by', 'me', ...api])).toMatchObject({ code: 2 });
  expect(await shell.run(['annotate', 'f'.repeat(24), '--ticket', 'x', ...api])).toMatchObject({ code: 1 });
  serving.signal('SIGINT');
  await serving.ended;
});

test('an empty text takes back what there was, and stays in the history', async () => {
  const [, , id = ''] = ids;
  await shell.run(['annotate', id, '--purpose', 'drill', '--ticket', 'OPS-1', '--check', 'a=1:1']);
  expect(await shell.run(['annotate', id, '--ticket', '', '--check', '', '--by', 'bo'])).toMatchObject({ code: 0 });
  const { annotation, changes } = await read(id);
  expect(annotation).toMatchObject({ purpose: 'drill', by: { name: 'bo' } });
  expect(Object.keys(annotation ?? {})).not.toContain('ticket');
  expect(JSON.stringify(changes)).toContain('OPS-1');
});

test.each([
  [['--ticket', 'mongodb://a:hunter2@b.example.com'], '--ticket: expected a text without'],
  [['--message', 'x'], '--message: expected --validation'],
  [['--validation', 'good'], '--validation: expected one of VALIDATING'],
  [['--check', 'rows'], '--check: expected name=expected:got'],
  [['--link', 'http://example.com'], '--link: expected an address that begins with https://'],
  [[], 'expected at least one of --validation, --purpose'],
])('%j is wrong usage, and nothing is written', async (flags, words) => {
  const [, , , id = ''] = ids;
  const { code, stdout, stderr } = await shell.run(['annotate', id, ...flags]);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(words)]);
  expect(stderr).not.toContain('hunter2');
  expect((await read(id)).annotation).toBeUndefined();
});

test('an unknown job, and a directory without a ledger', async () => {
  expect(await shell.run(['annotate', 'f'.repeat(24), '--ticket', 'x'])).toMatchObject({ code: 1 });
  const elsewhere = ['--data', join(shell.dir, 'nowhere')];
  expect(await shell.run(['annotate', 'f'.repeat(24), '--ticket', 'x', ...elsewhere])).toMatchObject({ code: 1 });
});

test('texts that are too large together are refused in one line', async () => {
  const [id = ''] = ids;
  const before = await read(id);
  const checks = Array.from({ length: 20 }, (_, n) => [
    '--check',
    `n${n}=${'a'.repeat(200)}:${'b'.repeat(200)}`,
  ]).flat();
  const { code, stderr } = await shell.run(['annotate', id, ...checks]);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/^restore-ledger: body: expected at most 8000 bytes of all texts, got \d+\n$/),
  });
  expect(await read(id)).toEqual(before);
});

test('the evidence report has the verdict, the purpose, the ticket, by whom and when', async () => {
  const [id = ''] = ids;
  const period = ['--since', '2010-01-01'];
  const { stdout: json } = await shell.run(['evidence', '--format', 'json', ...period]);
  const restores = (JSON.parse(json) as Evidence).projects.flatMap(({ clusters }) =>
    clusters.flatMap((each) => each.restores),
  );
  const { validation, annotation } = await read(id);
  expect(restores.find(({ jobId }) => jobId === id)).toMatchObject({ validation, annotation });
  const { stdout: html } = await shell.run(['evidence', '--format', 'html', ...period]);
  expect(html).toMatch(/Validated: all there, said by <bdi>.+@.+ \(self-declared\)<\/bdi>/);
  expect(html).toContain('Purpose drill, ticket OPS-1, environment staging, 1 of 2 checks as expected, 1 link');
});

interface Evidence {
  projects: { clusters: { restores: LedgerJob[] }[] }[];
}
