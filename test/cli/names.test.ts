// Projects by their names, in every command that takes one.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { programFor } from '../../bin/main.ts';
import { Context } from '../../bin/process/context.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { accessTo, CommandLine } from './command-line.ts';
import { leaves } from './commands.ts';

const HOSTILE = '- a: &x "\u001b[2J\u202eEvil" # !!js';
const COMMA = 'prod payments, EU';
const TWICE = 'Same name';

let atlas: AtlasSimulator;
let shell: CommandLine;
/** Of the projects with COMMA, and twice TWICE. */
const ids: string[] = [];
let jobId: string;

beforeAll(async () => {
  atlas = await startAtlas({ projects: 1, clusters: 2, jobs: 4 });
  for (const name of [HOSTILE, COMMA, TWICE, TWICE]) {
    const { id: projectId } = atlas.world.addProject(name);
    if (name !== HOSTILE) ids.push(projectId);
    for (const clusterName of ['Cluster0', 'orders']) atlas.world.addCluster({ projectId, clusterName });
    const { id } = atlas.world.startRestore({ projectId, clusterName: 'Cluster0', kind: 'dedicated', durationMs: 1 });
    if (name === COMMA) jobId = id;
  }
  shell = await CommandLine.open(accessTo(atlas));
});
afterAll(async () => {
  await shell[Symbol.asyncDispose]();
  await atlas.close();
});

const json = async (...args: string[]) => JSON.parse((await shell.run([...args, '--json'])).stdout);

test('an empty ledger collects a project by its name, and watches and lists what it does not know, as Atlas lists names', async () => {
  expect(await shell.run(['collect', '--project', 'nope'])).toMatchObject({
    ...{ code: 2, stdout: '' },
    stderr: expect.stringMatching(
      /^restore-ledger: --project: no project "nope" is visible to the credentials; there are:/,
    ),
  });
  const at = ['--project', COMMA, '--cluster', 'Cluster0', '--kind', 'dedicated'];
  expect(await shell.run(['watch', jobId, ...at, '--data', 'watched'])).toMatchObject({ code: 0 });
  const listed = await shell.run(['atlas', 'list', ...at]);
  expect([listed.code, JSON.parse(listed.stdout)]).toMatchObject([0, { results: [{ id: jobId }] }]);
  const collected = await shell.run(['collect', '--project', COMMA, '--data', 'one', '--json']);
  expect([collected.code, JSON.parse(collected.stdout)]).toMatchObject([0, { projects: 1, jobsSeen: 1 }]);
});

describe('of a ledger', () => {
  let server: Awaited<ReturnType<typeof serving>>;
  const serving = async () => {
    const process = shell.start(['serve', '--port', '0']);
    await process.until(({ stderr }) => stderr.includes('Ctrl-C stops it'));
    return { api: ['--api', process.stdout.trimEnd()], process };
  };
  beforeAll(async () => {
    expect(await shell.run(['collect'])).toMatchObject({ code: 0 });
    server = await serving();
  });
  afterAll(async () => {
    server.process.signal('SIGINT');
    await server.process.ended;
  });

  const READING = [
    ...[['jobs'], ['drills'], ['coverage'], ['expected'], ['coverage', '--cluster', 'orders']],
    ...[['verify'], ['reevaluate', '--dry-run'], ['summary', '--group-by', 'cluster']],
  ];
  const WITH_API = ['jobs', 'drills', 'coverage', 'expected', 'summary'];

  test.each(READING)('the name is the same as the id: %s %s %s', async (...args: string[]) => {
    const byId = await shell.run([...args, '--json', '--project', ids[0]?.toUpperCase() ?? '']);
    expect(JSON.parse(byId.stdout)).toBeTruthy();
    expect(await shell.run([...args, '--json', '--project', COMMA])).toEqual(byId);
    expect(await shell.run([...args, '--json', '--project', COMMA.toUpperCase()])).toEqual(byId);
    if (WITH_API.includes(args[0] ?? ''))
      expect(await shell.run([...args, '--json', '--project', COMMA, ...server.api])).toEqual(byId);
  });

  test('coverage has the clusters of the project, or the one, and no others', async () => {
    const rows = (await json('coverage', '--project', COMMA)) as { projectId: string; clusterName: string }[];
    expect(rows.map(({ projectId, clusterName }) => [projectId, clusterName])).toEqual([
      ...['Cluster0', 'orders'].map((clusterName) => [ids[0], clusterName]),
    ]);
    expect(await json('coverage', '--project', COMMA, '--cluster', 'orders')).toEqual(rows.slice(1));
    expect(await shell.run(['coverage', '--project', COMMA, '--cluster', 'x'])).toMatchObject({ code: 1, stdout: '' });
  });

  const RETIRE = ['retire', '--reason', 'gone'];
  const EXPECT = ['expect', '--cluster', 'orders', '--until', '4h'];
  test.each([...READING, RETIRE, EXPECT, ['evidence'], ['collect']])(
    'several are refused with their ids, none with what there is, and both end with 2: %s %s %s',
    async (...args: string[]) => {
      const several = await shell.run([...args, '--project', TWICE]);
      expect(several).toMatchObject({ code: 2, stdout: '' });
      expect(several.stderr).toContain(`--project: ${JSON.stringify(TWICE)} is the name of 2: `);
      for (const id of ids.slice(1)) expect(several.stderr).toContain(id);
      const none = await shell.run([...args, '--project', 'Some name']);
      expect(none).toMatchObject({ code: 2, stdout: '' });
      expect(none.stderr).toMatch(/--project: no project "Some name" is .*did you mean "Same name"/);
      expect(none.stderr).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    },
  );

  test('of a target, the flag of the target is named', async () => {
    const target = ['--target', 'copy', '--target-project', TWICE];
    const { code, stderr } = await shell.run([...EXPECT, '--project', COMMA, ...target]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^restore-ledger: --target-project: "Same name" is/)]);
  });

  test('collect --api names a project of the ledger behind it', async () => {
    const { code, stderr } = await shell.run(['collect', '--project', TWICE, ...server.api]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--project: "Same name" is the name of 2')]);
  });

  test('retire takes a project that is no longer visible out of scope by its name', async () => {
    atlas.world.hideProject(ids[0] ?? '');
    expect(await shell.run(['collect'])).toMatchObject({ code: 3 });
    const retired = await shell.run([...RETIRE, '--project', COMMA, '--json']);
    expect([retired.code, JSON.parse(retired.stdout)]).toMatchObject([0, { projectId: ids[0], retired: {} }]);
    expect(await shell.run([...RETIRE, '--project', COMMA, '--undo'])).toMatchObject({ code: 0 });
  });
});

test('every command with a flag for a project takes its name', () => {
  const flags = leaves(programFor(new Context(false))).flatMap(({ path, command }) =>
    command.options
      .filter(({ long }) => long === '--project' || long === '--target-project')
      .map((option) => [path, option.parseArg?.('Some name', undefined)]),
  );
  expect(flags.length).toBeGreaterThan(12);
  for (const [path, read] of flags) expect([path, [read].flat()]).toEqual([path, ['Some name']]);
});
