import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LedgerJob } from '../../functions/ledger/model/ledger.ts';
import type { ExpectedRow } from '../../functions/views/expected.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { accessTo, CommandLine } from './command-line.ts';

let atlas: AtlasSimulator;
let shell: CommandLine;
beforeAll(async () => {
  atlas = await startAtlas({ projects: 1, clusters: 2, jobs: 3 });
  const RULES = JSON.stringify({ announcements: ['*/*'], drillDays: 0 });
  shell = await CommandLine.open({ ...accessTo(atlas), USER: 'ada', RULES });
  expect(await shell.run(['collect'])).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await shell[Symbol.asyncDispose]();
  await atlas.close();
});

const project = () => atlas.world.projects[0] ?? expect.unreachable();
const what = (...more: string[]) => [
  ...['expect', '--project', project().name, '--cluster', 'Cluster0', '--until', '4h'],
  ...['--purpose', 'drill', '--ticket', 'OPS-1', ...more],
];
const listed = async () => JSON.parse((await shell.run(['expected', '--json'])).stdout) as ExpectedRow[];
const jobOf = async (id: string) => JSON.parse((await shell.run(['job', id, '--json'])).stdout) as LedgerJob;

test('what was announced is in the restore that comes; what was not is found, and both lists say so', async () => {
  const announced = await shell.run(what('--target', 'Cluster1', '--json'));
  expect(announced).toMatchObject({ code: 0, stderr: '' });
  const row = JSON.parse(announced.stdout) as ExpectedRow;
  expect(row).toMatchObject({ state: 'expected', projectName: project().name, by: { selfDeclared: true } });
  const at = { projectId: project().id, clusterName: 'Cluster0', kind: 'dedicated' as const };
  const { id } = atlas.world.startRestore({ ...at, targetClusterName: 'Cluster1' });
  const { id: other } = atlas.world.startRestore({ ...at, targetClusterName: 'Cluster0' });
  expect(await shell.run(['collect'])).toMatchObject({ code: 0 });
  expect((await jobOf(id)).announcement).toMatchObject({ purpose: 'drill', expectedRestoreId: row.expectedRestoreId });
  expect((await jobOf(other)).findings?.map(({ rule }) => rule)).toContain('unannounced');
  expect((await listed())[0]).toMatchObject({ state: 'came', jobs: [{ jobId: id }] });
  expect((await shell.run(['job', id])).stdout).toMatch(
    /announced +by .+@.+ \(self-declared\): purpose drill, ticket OPS-1 \(/,
  );
  expect((await shell.run(['expected'])).stdout).toMatch(/came .*Cluster0 -> Cluster1 .*1 of 1/);
  expect((await shell.run(['jobs', '--format', 'csv'])).stdout).toContain(row.expectedRestoreId);
  const ids = async (...filter: string[]) =>
    JSON.parse((await shell.run(['jobs', '--query', '[].jobId', '--limit', '500', ...filter])).stdout) as string[];
  expect(await ids('--announced', 'true')).toEqual([id]);
  expect(await ids('--expected-restore-id', row.expectedRestoreId)).toEqual([id]);
  expect(await ids('--announced', 'false')).toEqual((await ids()).filter((each) => each !== id));
  expect(await shell.run(['verify'])).toMatchObject({ code: 0 });
});

test('a repeat with the same key announces nothing more; withdrawing stays on record', async () => {
  const before = (await listed()).length;
  const until = ['--until', new Date(Date.now() + 3_600_000).toISOString(), '--key', 'night-1', '--json'];
  const [first, again] = [await shell.run(what(...until)), await shell.run(what(...until))];
  expect([first.code, again.stdout]).toEqual([0, first.stdout]);
  const { expectedRestoreId: id } = JSON.parse(first.stdout) as ExpectedRow;
  expect(await shell.run(what(...until, '--ticket', 'OPS-2'))).toMatchObject({ code: 1 });
  expect(await shell.run(['withdraw', id, '--by', 'bo'])).toMatchObject({ code: 0 });
  const rows = await listed();
  expect(rows).toHaveLength(before + 1);
  expect(rows.find(({ expectedRestoreId }) => expectedRestoreId === id)).toMatchObject({
    ...{ state: 'withdrawn', withdrawn: { by: { name: 'bo' } } },
  });
});

test('a cluster that the ledger has never seen is refused, with similar ones, unless that is allowed', async () => {
  const unknown = (...more: string[]) => shell.run([...what(...more), '--cluster', 'Clutser0', '--json']);
  const similar = /--cluster: the ledger has never seen a cluster "Clutser0" of .*; similar: "Cluster0";/;
  expect(await unknown()).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(similar) });
  const { code, stdout, stderr } = await unknown('--allow-unknown');
  expect([code, stderr]).toEqual([0, expect.stringContaining('the ledger has never seen a cluster "Clutser0"')]);
  const { expectedRestoreId } = JSON.parse(stdout) as ExpectedRow;
  expect(await shell.run(['withdraw', expectedRestoreId])).toMatchObject({ code: 0 });
});

test('over an API the result is the same', async () => {
  const serving = shell.start(['serve', '--port', '0']);
  await serving.until(({ stderr }) => stderr.includes('Ctrl-C stops it'));
  const api = ['--api', serving.stdout.trimEnd()];
  const { code, stdout } = await shell.run(what('--json', ...api));
  const row = JSON.parse(stdout) as ExpectedRow;
  expect([code, row]).toEqual([0, expect.objectContaining({ state: 'expected', clusterName: 'Cluster0' })]);
  const over = async (...more: string[]) => JSON.parse((await shell.run(['expected', '--json', ...more])).stdout);
  expect(await over(...api)).toEqual(await over());
  expect(await over(...api)).toContainEqual(row);
  expect(await shell.run(['withdraw', row.expectedRestoreId, ...api])).toMatchObject({ code: 0 });
  expect(await shell.run(['withdraw', 'f'.repeat(24), ...api])).toMatchObject({ code: 1 });
  expect(await shell.run(what('--by', 'me', ...api))).toMatchObject({ code: 2 });
  const unknown = [...what(...api), '--cluster', 'Clutser0', '--json'];
  expect(await shell.run(unknown)).toMatchObject({ code: 1, stderr: expect.stringContaining('similar: "Cluster0"') });
  const allowed = await shell.run([...unknown, '--allow-unknown']);
  expect(allowed).toMatchObject({ code: 0, stderr: expect.stringContaining('never seen a cluster "Clutser0"') });
  serving.signal('SIGINT');
  await serving.ended;
});

test.each([
  [['expect', '--cluster', 'a', '--until', '4h'], '--project'],
  [['expect', '--project', 'x', '--until', '4h'], '--cluster'],
  [
    ['expect', '--project', 'f'.repeat(24), '--cluster', 'a', '--until', '4h', '--ticket', 'https://a.example?token=1'],
    '--ticket',
  ],
  [['expect', '--project', 'f'.repeat(24), '--cluster', 'a', '--until', 'soon'], '--until'],
  [['withdraw', 'x'], 'ID'],
])('%j is refused by name', async (args, name) => {
  expect(await shell.run(args)).toMatchObject({ code: 2, stderr: expect.stringContaining(name) });
});

test('an announcement survives an export and an import, and an erasure takes the name out of it', async () => {
  await shell.run(what('--requester', 'eve@example.com', '--by', 'eve@example.com'));
  const before = await listed();
  expect(await shell.run(['export', '--output', 'whole.ndjson'])).toMatchObject({ code: 0 });
  for (const outcome of ['added', 'same']) {
    const { stdout } = await shell.run(['import', 'whole.ndjson', '--data', 'copy']);
    expect(stdout).toMatch(new RegExp(`announced +\\d+ ${outcome}`));
  }
  expect(JSON.parse((await shell.run(['expected', '--json', '--data', 'copy'])).stdout)).toEqual(before);
  const erased = await shell.run(['erase', '--requester', 'eve@example.com', '--reason', 'r-1', '--json']);
  expect(JSON.parse(erased.stdout)).toMatchObject({ expected: 1 });
  const rows = JSON.stringify(await listed());
  expect(rows).not.toContain('eve@');
  expect(rows).toContain(JSON.parse(erased.stdout).pseudonym);
});
