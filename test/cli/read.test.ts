import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { accessTo, CommandLine, PACKAGE_DIR, valuesOf } from './command-line.ts';

const CANARY = 'canary7f3a';
const FORMULA = '=HYPERLINK("http://evil.test?x","click")';
const ESCAPES = '\u001b[2J\u009b31m\u202eEvil\r\nProject';

interface Job {
  jobId: string;
  projectId: string;
  projectName: string;
  clusterName: string;
  kind: string;
  status: string;
  delivery: string;
  requestedAt: string;
}

describe('reading the ledger', () => {
  let atlas: AtlasSimulator;
  let shell: CommandLine;
  let jobs: Job[];
  beforeAll(async () => {
    // 200 jobs: more than fit into a pipe's buffer, and into one page of the ledger.
    atlas = await startAtlas({ projects: 2, clusters: 3, jobs: 35, canary: CANARY });
    for (const name of [FORMULA, ESCAPES]) {
      const { id: projectId } = atlas.world.addProject(name);
      atlas.world.addCluster({ projectId, clusterName: 'Cluster0' });
      atlas.world.startRestore({
        projectId,
        clusterName: 'Cluster0',
        kind: 'dedicated',
        delivery: 'download',
        durationMs: 1,
      });
    }
    shell = await CommandLine.open(accessTo(atlas));
    expect(await shell.run(['collect', '--verbose'])).toMatchObject({ code: 0 });
    jobs = await ndjson('--limit', '10000');
  });
  afterAll(async () => {
    await shell[Symbol.asyncDispose]();
    await atlas.close();
  });

  async function ndjson(...flags: string[]): Promise<Job[]> {
    const { code, stdout, stderr } = await shell.run(['jobs', '--format', 'ndjson', ...flags]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Job);
  }

  test('jobs: every job of every cluster, newest first, through all pages', () => {
    expect(jobs).toHaveLength(2 * 3 * 35 + 2);
    expect(jobs.map(({ jobId }) => jobId)).toEqual(
      jobs
        .map(({ jobId }) => jobId)
        .toSorted()
        .toReversed(),
    );
  });

  test('jobs: filters are all obeyed', async () => {
    const { projectId, clusterName } = jobs.find(isFailedDownload) as Job;
    const wanted = (job: Job) =>
      isFailedDownload(job) && job.projectId === projectId && job.clusterName === clusterName;
    const found = await ndjson(
      '--project',
      projectId,
      '--cluster',
      clusterName,
      '--kind',
      'dedicated',
      '--status',
      'failed,cancelled',
      '--delivery',
      'download',
      '--limit',
      '1000',
    );
    expect(found).toEqual(jobs.filter(wanted));
    expect(found.length).toBeGreaterThan(0);

    const [since, until] = [jobs[90]?.requestedAt ?? '', jobs[30]?.requestedAt ?? ''];
    const between = jobs.filter(({ requestedAt }) => requestedAt >= since && requestedAt < until);
    expect(await ndjson('--since', since, '--until', until, '--limit', '70')).toEqual(between);
    expect((await ndjson('--since', '2d', '--limit', '1000')).length).toBe(
      jobs.filter(({ requestedAt }) => Date.parse(requestedAt) > Date.now() - 2 * 86_400_000).length,
    );
  });

  test('jobs: a table of what matters, without what a terminal would obey', async () => {
    const { stdout, stderr } = await shell.run(['jobs', '--limit', '8']);
    expect(stdout.split('\n')[0]).toMatch(
      /^requested \(UTC\) +project +cluster +kind +status +delivery +target +took +requested by +grade +findings +id$/,
    );
    expect(stdout.split('\n')).toHaveLength(8 + 2);
    expect(stderr).toMatch(/--limit/);
    expect(stdout).toMatch(/ Evil Project +Cluster0 +dedicated +READY +download/);
    expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
  });

  test('jobs: JSON is one list', async () => {
    const { stdout } = await shell.run(['jobs', '--format', 'json', '--limit', '3']);
    expect(JSON.parse(stdout)).toEqual(jobs.slice(0, 3));
    expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    const none = await shell.run(['jobs', '--format', 'json', '--since', '2100-01-01']);
    expect(JSON.parse(none.stdout)).toEqual([]);
  });

  test('jobs: no cell of the CSV starts a formula, and quotes survive', async () => {
    const { stdout } = await shell.run(['jobs', '--format', 'csv', '--limit', '10000']);
    const [header = [], ...rows] = csvRows(stdout);
    expect(rows).toHaveLength(jobs.length);
    expect(rows.every((row) => row.length === header.length)).toBe(true);
    expect(rows.flat().filter((cell) => /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(cell))).toEqual([]);
    expect(rows.map((row) => row[header.indexOf('projectName')])).toContain(`'${FORMULA}`);
    expect(rows.map((row) => row[header.indexOf('jobId')])).toEqual(jobs.map(({ jobId }) => jobId));
  });

  test.skipIf(!existsSync('/dev/full'))('an output that has no room is named, and ends with 1', async () => {
    const script = `"${PACKAGE_DIR}/bin/restore-ledger" jobs --json > /dev/full`;
    const { code, stderr } = await shell.run(['-c', script], { command: 'sh' });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^restore-ledger: the output can't be written: ENOSPC: [^\n]*\n$/),
    });
  });

  test('jobs: a reader that has seen enough ends it quietly, with 0', () => {
    const script = `set -o pipefail; "${PACKAGE_DIR}/bin/restore-ledger" jobs --format ndjson --limit 10000 | head -n 1`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
      cwd: shell.dir,
      env: shell.env,
      encoding: 'utf8',
    });
    expect({ status, stderr, lines: stdout.split('\n').length - 1 }).toEqual({ status: 0, stderr: '', lines: 1 });
  });

  test('job: its fields, then its history', async () => {
    const { jobId } = jobs.find(({ delivery, status }) => delivery === 'download' && status === 'READY') as Job;
    const { code, stdout } = await shell.run(['job', jobId]);
    expect(code).toBe(0);
    expect(valuesOf(stdout)).toMatchObject({
      job: jobId,
      status: 'READY (Atlas: deliveryUrl)',
      delivery: expect.stringMatching(/^download \(\d delivery URLs?, never kept\)$/),
    });
    expect(stdout).toMatch(
      /history \(UTC\)\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}READY {2}first seen; findings \+download\n$/,
    );
    expect(stdout).toMatch(/\nfindings \(UTC\)\n\S+ \S+ {2}warning {2}download: \S.*\n\nhistory/);

    const whole = await shell.run(['job', jobId.toUpperCase(), '--json']);
    expect(JSON.parse(whole.stdout)).toMatchObject({ jobId, atlas: { id: jobId }, changes: [{ revision: 1 }] });

    const unknown = await shell.run(['job', '0123456789abcdef01234567']);
    expect(unknown).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^restore-ledger: no job 0123456789abcdef01234567 is in the ledger.*\n$/),
    });
  });

  test('search: the only restore that there is, is shown as job shows it; programs get hits', async () => {
    const [{ jobId = '' } = {}] = jobs;
    expect(await shell.run(['annotate', jobId, '--ticket', 'ONLY-1'])).toMatchObject({ code: 0 });
    const shown = await shell.run(['job', jobId]);
    expect(shown.stdout).toContain('ONLY-1');
    for (const text of [jobId, 'only-1']) {
      expect(await shell.run(['search', text])).toEqual(shown);
      const { stdout } = await shell.run(['search', text, '-o', 'json']);
      expect(JSON.parse(stdout)).toMatchObject([{ kind: text === jobId ? 'job' : 'ticket' }]);
    }
  });

  test('jobs: --who is --requester', async () => {
    const asked = await ndjson('--requester', '*', '--limit', '20');
    expect(asked.length).toBeGreaterThan(0);
    expect(await ndjson('--who', '*', '--limit', '20')).toEqual(asked);
    expect(await ndjson('--who', 'nobody-of-this-name')).toEqual([]);
  });

  test('coverage: a line for each list, and what it adds up to', async () => {
    const { code, stdout } = await shell.run(['coverage']);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toMatch(/^project +cluster +kind +jobs +open +last read +read in full +state$/);
    expect(stdout).toContain(`4 projects, 8 clusters, ${jobs.length} jobs; 14 lists of restore jobs up to date.`);
  });

  test('runs: the newest first, with their counts', async () => {
    await shell.run(['collect', '--full']);
    const { stdout } = await shell.run(['runs', '--json', '--limit', '1']);
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({ full: true, status: 'complete', trigger: 'command' }),
    ]);
    const { stdout: lines } = await shell.run(['runs']);
    expect(lines).toMatch(
      new RegExp(
        `everything, in full +complete +4 +8 +0 +\\d+ +0 +\\d+ [\\s\\S]*everything +complete +4 +8 +0 +${jobs.length} +${jobs.length} +\\d+ +\\d+ `,
      ),
    );
  });

  test("atlas list: Atlas's own answer, and its refusal in one line", async () => {
    const { projectId, clusterName } = jobs.find(isFailedDownload) as Job;
    const list = ['atlas', 'list', '--kind', 'dedicated', '--project', projectId];
    const page = await shell.run([
      ...list,
      '--cluster',
      clusterName,
      '--items-per-page',
      '2',
      '--page-num',
      '2',
      '--no-include-count',
    ]);
    const body = JSON.parse(page.stdout) as { results: { id: string }[]; totalCount?: number };
    expect(body.results).toHaveLength(2);
    expect(body).not.toHaveProperty('totalCount');
    expect(atlas.requests.at(-1)?.query).toBe('includeCount=false&itemsPerPage=2&pageNum=2');

    const wrapped = await shell.run([...list, '--cluster', clusterName, '--envelope', '--pretty']);
    expect(JSON.parse(wrapped.stdout)).toMatchObject({ status: 200, results: expect.anything() });
    expect(wrapped.stdout).toContain('\n  "');

    const refused = await shell.run([...list, '--cluster', 'nowhere']);
    expect(refused).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^restore-ledger: GET .* answered 404 CLUSTER_NOT_FOUND .*\n$/),
    });
  });

  test('a directory without a ledger is said, not made', async () => {
    const { code, stderr } = await shell.run(['coverage', '--data', 'elsewhere']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^restore-ledger: there is no ledger in elsewhere: collect first .*\n$/),
    });
  });

  test('a table without AWS is one line that says what to do', async () => {
    const { code, stderr } = await shell.run(['jobs', '--table', 'some-table'], { env: { HOME: shell.dir } });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^restore-ledger: no AWS .*\n$/) });
  });

  test('no delivery URL was ever said, and no key', () => {
    expect(atlas.requests.length).toBeGreaterThan(20);
    expect(shell.said.length).toBeGreaterThan(100_000);
    for (const secret of [CANARY, atlas.apiKey.privateKey]) expect(shell.said).not.toContain(secret);
  });
});

const isFailedDownload = ({ kind, delivery, status }: Job) =>
  kind === 'dedicated' && delivery === 'download' && ['FAILED', 'CANCELLED'].includes(status);

/** RFC 4180. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, bare = '', end = ''] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare);
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}
