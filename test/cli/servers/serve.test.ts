import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { startAtlas } from '../../../local/atlas/server.ts';
import { accessTo, CommandLine, type Running } from '../command-line.ts';

const urlOf = async (running: Running) => {
  await running.until(({ stderr }) => stderr.includes('Ctrl-C stops it'));
  return running.stdout.trimEnd();
};

test('serves the page and the API of a directory, starts runs, and ends with 0 on Ctrl-C', async () => {
  await using atlas = await startAtlas({ projects: 1, clusters: 2, jobs: 4 });
  await using shell = await CommandLine.open(accessTo(atlas));
  const [project] = atlas.world.projects;
  await shell.run(['collect', '--project', project?.id ?? '', '--cluster', 'Cluster0']);
  const serving = shell.start(['serve', '--port', '0']);
  const url = await urlOf(serving);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(serving.stderr).toContain('runs can be started. Ctrl-C stops it.');

  const run = await fetch(`${url}/runs`, { method: 'POST', headers: { prefer: 'wait=25' } });
  expect(run.status).toBe(200);
  await expect(run.json()).resolves.toMatchObject({ status: 'complete', trigger: 'request', counts: { jobsNew: 4 } });
  const page = await fetch(url, { headers: { accept: 'text/html' } });
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
  expect((await fetch(url, { headers: { origin: 'https://evil.test' } })).status).toBe(403);

  const [meanwhile, through] = await Promise.all([
    shell.run(['jobs', '--format', 'ndjson']),
    shell.run(['jobs', '--format', 'ndjson', '--api', url]),
  ]);
  expect(meanwhile).toEqual(through);
  expect(through).toMatchObject({ code: 0, stderr: '' });
  expect(through.stdout.split('\n')).toHaveLength(8 + 1);

  serving.signal('SIGINT');
  await expect(serving.ended).resolves.toMatchObject({ code: 0, stdout: `${url}\n` });
  // Closed in good order: the next command has the directory, and the same jobs.
  expect((await shell.run(['jobs', '--format', 'ndjson'])).stdout).toBe(through.stdout);
});

test('without Atlas credentials it reads; a run is refused as the API refuses it', async () => {
  await using atlas = await startAtlas({ projects: 1, clusters: 1, jobs: 2 });
  await using shell = await CommandLine.open();
  expect(await shell.run(['serve', '--port', '0'])).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^restore-ledger: there is no ledger in \.ledger: .*\n$/),
  });
  await shell.run(['collect'], { env: accessTo(atlas) });
  const serving = shell.start(['serve', '--port', '0']);
  const url = await urlOf(serving);
  expect(await shell.run(['collect', '--api', url])).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^restore-ledger: Not implemented: .* \(request \S+\)\n$/),
  });
  serving.signal('SIGTERM');
  await expect(serving.ended).resolves.toMatchObject({ code: 0 });
});

test('a directory without a ledger is refused, and not made, with Atlas credentials too', async () => {
  await using atlas = await startAtlas({ projects: 1, clusters: 1, jobs: 1 });
  await using shell = await CommandLine.open(accessTo(atlas));
  expect(await shell.run(['serve', '--port', '0', '--data', 'lodger'])).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^restore-ledger: there is no ledger in lodger: collect first .*\n$/),
  });
  expect(await readdir(shell.dir)).toEqual([]);
  expect(atlas.requests).toEqual([]);
});

test('a port in use, half of a key and a table out of reach are one line each', async () => {
  await using shell = await CommandLine.open();
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as { port: number };
  await using atlas = await startAtlas({ projects: 1, clusters: 1, jobs: 1 });
  await shell.run(['collect'], { env: accessTo(atlas) });
  const ended = [
    await shell.run(['serve', '--port', String(port)], { env: accessTo(atlas) }),
    await shell.run(['serve'], { env: { MONGODB_ATLAS_PUBLIC_API_KEY: 'abcdefgh' } }),
    await shell.run(['serve', '--table', 'some-table', '--port', '0'], { env: { HOME: shell.dir } }),
    await shell.run(['serve', '--port', '70000']),
  ];
  taken.close();
  expect(ended.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
    [1, 2, 1, 2].map((code) => ({ code, stdout: '' })),
  );
  const lines = ended.map(({ stderr }) => stderr);
  expect(lines).toEqual([
    `restore-ledger: port ${port} is in use: give another one with --port, or --port 0 for any that is free\n`,
    expect.stringMatching(/^restore-ledger: .*MONGODB_ATLAS_PRIVATE_API_KEY: set both\n$/),
    expect.stringMatching(/^restore-ledger: no AWS .*\n$/),
    'restore-ledger: --port: expected a whole number from 0 to 65535, got "70000"\n',
  ]);
});
