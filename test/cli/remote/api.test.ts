import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenLedger, openLedger } from '../../../bin/options/ledger-target.ts';
import { sanitizeJson } from '../../../bin/process/sanitize.ts';
import { RunsHere } from '../../../bin/servers/runs-here.ts';
import { fixedCredentials } from '../../../functions/atlas/auth/credentials.ts';
import { AtlasClient } from '../../../functions/atlas/client.ts';
import { systemClock } from '../../../functions/platform/clock.ts';
import { silentLog } from '../../../functions/platform/log.ts';
import { type AtlasSimulator, startAtlas } from '../../../local/atlas/server.ts';
import type { Restore } from '../../../local/atlas/world/restores.ts';
import { type ServedApi, serveApi } from '../../../local/serve.ts';
import { accessTo, CommandLine, type Ended, valuesOf } from '../command-line.ts';
import { json, startScriptedApi } from './scripted-api.ts';

/** As time goes by, ages and durations differ. */
/** Ages go on between two looks, and with them the widths of their columns. */
const steady = ({ stdout, ...rest }: Ended) => ({
  ...rest,
  stdout: stdout.replace(/just now|\d+ \w+ ago/g, 'AGO').replace(/ {2,}/g, '  '),
});

/** Thirty processes, one after the other, on a busy machine: a bound that ends in a failure. */
const SEVERAL_PROCESSES_MS = 600_000;

describe('--api', () => {
  let atlas: AtlasSimulator;
  let shell: CommandLine;
  let asked: string[][];
  let direct: Ended[];
  let opened: OpenLedger;
  let client: AtlasClient;
  let runs: RunsHere;
  let server: ServedApi;
  let api: string[];

  beforeAll(async () => {
    // 240 jobs and more: several of the API's pages.
    atlas = await startAtlas({ projects: 2, clusters: 3, jobs: 40 });
    const { id: projectId } = atlas.world.addProject('\u001b[2J\u202eEvil\r\nProject');
    atlas.world.addCluster({ projectId, clusterName: 'Cluster0' });
    atlas.world.startRestore({ projectId, clusterName: 'Cluster0', kind: 'dedicated', durationMs: 1 });
    shell = await CommandLine.open();
    const withAtlas = { env: accessTo(atlas) };
    const at = { projectId: atlas.world.projects[0]?.id ?? '', clusterName: 'Cluster0' };
    const mend = atlas.faults.add({ when: { ...at, kind: 'dedicated' }, fault: { type: 'status', status: 403 } });
    expect(await shell.run(['collect'], withAtlas)).toMatchObject({ code: 3 });
    mend();
    const { id } = atlas.world.startRestore({ ...at, kind: 'dedicated', delivery: 'download', durationMs: 1 });
    expect(await shell.run(['watch', id, ...placeFlags(at.projectId)], withAtlas)).toMatchObject({ code: 0 });
    asked = [
      ['jobs'],
      ['jobs', '--limit', '1000', '--format', 'csv'],
      ['jobs', '--limit', '230', '--format', 'ndjson'],
      ['jobs', '--format', 'json', '--status', 'failed,cancelled', '--kind', 'dedicated', '--since', '3000d'],
      ['jobs', '--project', at.projectId, '--cluster', 'Cluster0', '--delivery', 'download', '--until', '2020-01-01'],
      ['job', id],
      ['job', id, '--json'],
      ['job', '0123456789abcdef01234567'],
      ['jobs', '--finding', 'failed', '--format', 'ndjson'],
      ['coverage'],
      ['coverage', '--json'],
      ['drills'],
      ['runs'],
      ['runs', '--json', '--limit', '1'],
      ['jobs', '--source', '*/Cluster0', '--destination', 'download,elsewhere', '--limit', '9', '-o', 'ndjson'],
      ['jobs', '--cluster', 'Cluster0', '--period', '7d'],
      ['jobs', '--project', 'nowhere'],
      ['jobs', '--source', 'a', '--since', '1d', '--period', '7d'],
      ['summary', '--group-by', 'kind', '--since', '3000d'],
      ['summary', '--group-by', 'cluster', '--period', 'this-year', '-o', 'json'],
      ['search', 'cluster0'],
      ['search', id, '-o', 'json'],
      ['search', 'nothing-like-it'],
      ['search', id],
      ['coverage', '--project', atlas.world.projects[1]?.name ?? '', '--cluster', 'Cluster0', '-o', 'csv'],
      ['drills', '--project', atlas.world.projects[1]?.name ?? '', '--json'],
      ['drills', '--project', 'nowhere'],
      ['jobs', '--announced', 'false', '--who', '*', '-o', 'ndjson'],
      ['jobs', '--expected-restore-id', '0123456789abcdef01234567', '--json'],
      ['job', id, '-o', 'csv'],
    ];
    direct = [];
    for (const args of asked) direct.push(await shell.run(args));

    opened = await openLedger({ dataDir: join(shell.dir, '.ledger') }, { create: false, write: true });
    const credentials = fixedCredentials({ type: 'apiKey', ...atlas.apiKey, baseUrl: atlas.url }, 'the simulator');
    client = new AtlasClient({ credentials });
    const { ledger } = opened;
    runs = new RunsHere({ accounts: [{ name: 'a', atlas: client }], ledger, log: silentLog, clock: systemClock });
    server = await serveApi({ ledger, log: silentLog, runs });
    api = ['--api', server.url];
  }, SEVERAL_PROCESSES_MS);
  afterAll(async () => {
    await server.close();
    await runs.close();
    await client.close();
    await opened[Symbol.asyncDispose]();
    await shell[Symbol.asyncDispose]();
    await atlas.close();
  });

  const placeFlags = (projectId: string) => ['--project', projectId, '--cluster', 'Cluster0', '--kind', 'dedicated'];
  const restore = (what: Partial<Restore>) =>
    atlas.world.startRestore({
      ...{ projectId: atlas.world.projects[0]?.id ?? '', clusterName: 'Cluster0', kind: 'dedicated' },
      ...what,
    });
  const collect = () => fetch(`${server.url}/runs`, { method: 'POST', headers: { prefer: 'wait=25' } });

  test(
    'jobs, job, coverage and runs say and end with the same as with the ledger at hand',
    async () => {
      for (const [index, args] of asked.entries()) {
        const through = await shell.run([...args, ...api]);
        expect([args, steady(through)]).toEqual([args, steady(direct[index] as Ended)]);
      }
      expect(direct.map(({ code }) => code)).toEqual([
        ...[0, 0, 0, 0, 0, 0, 0, 1, 0, 3, 3, expect.any(Number), 0, 0],
        ...[0, 2, 2, 2, 2, 0, 0, 0, 1],
        ...[0, 0, expect.any(Number), 2, 0, 0, 0],
      ]);
      expect(direct[1]?.stdout.split('\n').length).toBeGreaterThan(200);
      expect(direct[8]?.stdout).toMatch(/"rule":"failed"/);
      expect(direct[9]?.stdout).toContain('FAILING');
      expect(direct[14]?.stdout).toMatch(/"jobId"/);
      expect(direct[15]?.stderr).toMatch(
        /^restore-ledger: --cluster: "Cluster0" is the name of \d+: .*; name the project, too\n$/,
      );
      expect(direct[16]?.stderr).toMatch(/^restore-ledger: --project: no project "nowhere" is on record/);
      expect(direct[17]?.stderr).toBe(
        'restore-ledger: --period: `--period` excludes `--since`: give one of them\n'.replaceAll('`', ''),
      );
      expect(direct[18]?.stderr).toMatch(/expected a period of at most 366 days/);
      expect(JSON.parse(direct[19]?.stdout ?? '')[0]).toMatchObject({
        name: expect.stringContaining('/'),
        jobs: expect.any(Number),
      });
      expect(direct[20]?.stdout).toMatch(/^what +name +restores +shown by/);
      expect(JSON.parse(direct[21]?.stdout ?? '')).toMatchObject([
        { kind: 'job', page: expect.stringContaining('/jobs/') },
      ]);
      expect(direct[23]).toEqual(direct[5]);
      expect(direct[24]?.stdout.trimEnd().split('\n')).toHaveLength(2);
      expect(direct[26]?.stderr).toMatch(/^restore-ledger: --project: no project "nowhere" is on record/);
      expect(direct[27]?.stdout).toMatch(/"jobId"/);
      expect(direct[28]?.stdout).toBe('[]\n');
      expect(shell.said).not.toMatch(/(?![\n\r])[\p{Cc}\p{Bidi_Control}]/u);
    },
    SEVERAL_PROCESSES_MS,
  );

  test(
    'the API itself gives the same rows, in JSON and in CSV',
    async () => {
      const get = async (path: string, accept: string) => {
        const answer = await fetch(`${server.url}${path}`, { headers: { accept } });
        expect(answer.status).toBe(200);
        return answer;
      };
      const { stdout } = await shell.run(['jobs', '--limit', '100', '--format', 'ndjson']);
      const rows = stdout.trimEnd().split('\n');
      const answer = (await (await get('/restore-jobs?limit=100', 'application/json')).json()) as {
        jobs: object[];
      };
      expect(rows.map((row) => JSON.parse(row))).toEqual(answer.jobs.map((item) => JSON.parse(sanitizeJson(item))));

      const csv = await shell.run(['jobs', '--limit', '100', '--format', 'csv']);
      const lines = (await (await get('/restore-jobs?limit=100', 'text/csv')).text()).trimEnd().split(/\r?\n/);
      expect(lines[0]).toBe(csv.stdout.split('\n')[0]);
      expect(lines).toHaveLength(101);
      const names = (line: string) => line.replace(/"[^"]*"/g, '').split(',').length;
      expect(new Set(lines.map(names)).size).toBe(1);

      const coverage = await shell.run(['coverage', '--json']);
      const covered = (await (await get('/coverage?limit=100', 'application/json')).json()) as { coverage: object[] };
      expect(JSON.parse(coverage.stdout)).toEqual(covered.coverage.map((row) => JSON.parse(sanitizeJson(row))));
    },
    SEVERAL_PROCESSES_MS,
  );

  test('collect has a run made there, and reports it like its own', async () => {
    restore({ durationMs: 1 });
    const all = await shell.run(['collect', ...api]);
    expect(all).toMatchObject({ code: 0, stderr: '' });
    expect(valuesOf(all.stdout)).toMatchObject({ result: 'complete', projects: '3', clusters: '7', failed: '0' });
    expect(Number(valuesOf(all.stdout).new)).toBeGreaterThan(0);

    const projectId = atlas.world.projects[0]?.id ?? '';
    const mend = atlas.faults.add({
      when: { projectId, clusterName: 'Cluster0', kind: 'dedicated' },
      fault: { type: 'status', status: 403 },
    });
    const other = atlas.world.projects[1]?.id ?? '';
    const env = { RESTORE_LEDGER_API: server.url };
    const partly = await shell.run(['collect', '--project', projectId, '--project', other, '--json'], { env });
    mend();
    expect(partly).toMatchObject({ code: 3, stderr: '' });
    const { runIds, ...reported } = JSON.parse(partly.stdout) as { runIds: string[] };
    expect(reported).toMatchObject({
      status: 'incomplete',
      ...{ projects: 2, clustersFailed: 1 },
      failures: [{ projectId, clusterName: 'Cluster0', message: expect.stringContaining('403') }],
    });

    const cluster = ['--project', projectId, '--cluster', 'Cluster0', '--full'];
    expect(await shell.run(['collect', ...cluster, ...api])).toMatchObject({ code: 0, stderr: '' });
    const { items } = await opened.ledger.runs({ limit: 20 });
    // Runs of the same second stand in no order.
    const ofCluster = items.filter(({ scope }) => scope.clusterName !== undefined);
    expect(ofCluster).toMatchObject([
      { trigger: 'request', full: true, scope: { projectId, clusterName: 'Cluster0' } },
    ]);
    expect(items.map(({ runId }) => runId)).toEqual(expect.arrayContaining(runIds));
  });

  test('where nothing could be read the end is 1, and one line says why', async () => {
    const unknown = await shell.run(['collect', '--project', '0123456789abcdef01234567', ...api]);
    expect(unknown).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^restore-ledger: nothing could be read: project: no project 0123.*\n$/),
    });
  });

  test('watch follows a job to its end, as the collector behind the API sees it', async () => {
    const { id } = restore({ durationMs: 4_000 });
    await collect();
    const watching = shell.start(['watch', id, '--interval', '0.2', ...api]);
    await watching.until(({ stdout, stderr }) => stdout.includes('RUNNING') && stderr.includes('about once a minute'));
    for (let done = false; !done; ) {
      await collect();
      done = (await opened.ledger.job(id))?.status === 'COMPLETED';
    }
    const { code, stdout } = await watching.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^\d\d:\d\d:\d\d {2}RUNNING {4}dedicated restore of \w.*\/Cluster0, .*\n\d\d:\d\d:\d\d {2}COMPLETED {2}was RUNNING, took 4 s\n$/,
    );
  });

  test('watch ends as the job did, with 124 when it takes too long, and with 1 for a job nobody knows', async () => {
    const failed = restore({ outcome: 'failed', durationMs: 1 });
    const long = restore({ durationMs: Number.POSITIVE_INFINITY });
    await collect();
    const ended = await Promise.all([
      shell.run(['watch', failed.id, ...api]),
      shell.run(['watch', long.id, '--timeout', '0.5', ...api]),
      shell.run(['watch', '0123456789abcdef01234567', ...api]),
      shell.run(['watch', failed.id, ...placeFlags(atlas.world.projects[0]?.id ?? ''), ...api]),
    ]);
    expect(ended.map(({ code }) => code)).toEqual([4, 124, 1, 2]);
    expect(ended[2]?.stderr).toMatch(/^restore-ledger: no job 0123.* run restore-ledger collect --api http:\S+\n$/);
    expect(ended[3]?.stderr).toBe("restore-ledger: --project, --cluster and --kind can't be used with --api\n");
  });
});

describe('an API that answers something else', () => {
  test('a problem is one line, without what a terminal would obey', async () => {
    const problem = { type: '/problems/internal', title: 'Bad\u001b[2J\u202e\r\nday', status: 400, requestId: 'r-1' };
    await using api = await startScriptedApi(json(400, problem));
    await using shell = await CommandLine.open();
    expect(await shell.run(['collect', '--api', api.url])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'restore-ledger: Bad day (request r-1)\n',
    });
    expect(api.requests).toMatchObject([{ method: 'POST', target: '/runs', body: '{}' }]);
  });

  test('Ctrl-C stops the waiting, names the run, and asks nothing else', async () => {
    const runId = '65a1b2c3d4e5f60718293a4b';
    const run = { runId, trigger: 'request', scope: {}, full: false, startedAt: '2026-11-23T12:00:00.000Z' };
    const report = { ...run, status: 'running', projects: 2, finishedProjects: 0, parts: [], failures: [] };
    await using api = await startScriptedApi(json(202, report), json(200, report));
    await using shell = await CommandLine.open();
    const collecting = shell.start(['collect', '--api', api.url]);
    await collecting.until(() => api.requests.length > 2);
    collecting.signal('SIGINT');
    await expect(collecting.ended).resolves.toEqual({
      code: 130,
      stdout: '',
      stderr: `Stopped waiting. Run ${runId} goes on: see restore-ledger runs --api ${api.url}\n`,
    });
    const targets = api.requests.slice(1).map(({ method, target }) => `${method} ${target}`);
    expect([...new Set(targets)]).toEqual([`GET /runs/${runId}`]);
  });

  test('a token is sent to where it is meant for, and never said', async () => {
    await using api = await startScriptedApi(json(200, { runs: [] }));
    await using shell = await CommandLine.open({ RESTORE_LEDGER_API_TOKEN: 'token-7f3a', RESTORE_LEDGER_API: api.url });
    const ended = await Promise.all([
      shell.run(['runs', '--verbose']),
      shell.run(['runs', '--verbose', '--api-auth', 'token']),
    ]);
    expect(ended).toMatchObject([{ code: 0 }, { code: 0, stdout: expect.stringContaining('No runs yet') }]);
    const sent = api.requests.map(({ headers }) => headers.authorization);
    expect(sent.filter((value) => value !== undefined)).toEqual(['Bearer token-7f3a']);
    expect(shell.said).not.toContain('token-7f3a');
  });

  test('--api beside --data is refused before anything is asked', async () => {
    await using api = await startScriptedApi(json(200, { jobs: [] }));
    await using shell = await CommandLine.open();
    expect(await shell.run(['jobs', '--api', api.url, '--data', 'dir'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'restore-ledger: --api and --data: expected one of them, got both\n',
    });
    expect(api.requests).toEqual([]);
  });
});
