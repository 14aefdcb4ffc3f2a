import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LedgerEvent } from '../../functions/events/model/event.ts';
import {
  type FoundRequester,
  isFound,
  type MissingRequester,
  type Requester,
} from '../../functions/restore/requesters/requester.ts';
import type { Finding } from '../../functions/restore/rules/finding.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import type { Restore } from '../../local/atlas/world/restores.ts';
import { accessTo, CommandLine, type Ended, NOTEWORTHY } from './command-line.ts';

interface Job {
  jobId: string;
  clusterName: string;
  requester?: Requester;
  findings?: Finding[];
}

/** A world without a past, with a project of production and one of staging. */
class Scene implements AsyncDisposable {
  readonly atlas: AtlasSimulator;
  readonly shell: CommandLine;
  readonly #projects = new Map<string, string>();

  private constructor(atlas: AtlasSimulator, shell: CommandLine) {
    this.atlas = atlas;
    this.shell = shell;
    for (const name of ['prod-eu', 'staging-eu']) {
      const { id: projectId } = atlas.world.addProject(name);
      this.#projects.set(name, projectId);
      for (const clusterName of ['orders', 'users']) atlas.world.addCluster({ projectId, clusterName });
    }
  }

  static async open(): Promise<Scene> {
    const atlas = await startAtlas({ projects: 0 });
    return new Scene(atlas, await CommandLine.open(accessTo(atlas)));
  }

  projectId = (name: string) => this.#projects.get(name) ?? '';

  restore = (what: Partial<Restore> = {}) =>
    this.atlas.world.startRestore({
      ...{ projectId: this.projectId('prod-eu'), clusterName: 'orders', kind: 'dedicated', durationMs: 1 },
      ...what,
    });

  async jobs(...flags: string[]): Promise<Job[]> {
    const { code, stdout } = await this.shell.run(['jobs', '--format', 'ndjson', ...flags]);
    expect(code).toBe(0);
    return stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Job);
  }

  async file(name: string, content: unknown): Promise<string> {
    await writeFile(join(this.shell.dir, name), typeof content === 'string' ? content : JSON.stringify(content));
    return name;
  }

  async events(name: string): Promise<LedgerEvent[]> {
    const text = await readFile(join(this.shell.dir, name), 'utf8');
    expect(text.endsWith('\n')).toBe(true);
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as LedgerEvent);
  }

  async [Symbol.asyncDispose]() {
    await this.shell[Symbol.asyncDispose]();
    await this.atlas.close();
  }
}

const rulesOf = (job: Job | undefined) => (job?.findings ?? []).map(({ rule }) => rule);

describe('collect and jobs', () => {
  let scene: Scene;
  let elsewhere: string;
  let first: Ended;
  beforeAll(async () => {
    scene = await Scene.open();
    scene.restore({ clusterName: 'users' });
    elsewhere = scene.restore({ targetProjectId: scene.projectId('staging-eu'), targetClusterName: 'orders' }).id;
    scene.restore({ delivery: 'download' });
    scene.restore({ outcome: 'failed' });
    first = await scene.shell.run(['collect', '--events', 'events.ndjson']);
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  test('what a first collection finds is one line, counted in the summary, and in the file of events, once each', async () => {
    expect(first.code).toBe(0);
    const [line = '', ...more] = first.stderr.trimEnd().split('\n');
    expect(more).toEqual([]);
    expect(line).toMatch(/^warning {3}First reading: .*; restore-ledger jobs --finding RULE lists them\.$/);
    for (const rule of ['cross-project', 'download', 'failed']) expect(line).toContain(`1 ${rule} (warning)`);
    expect(first.stdout).toMatch(/^findings {8}3$/m);

    const published = await scene.events('events.ndjson');
    expect(published.filter((event) => event['detail-type'] === 'Restore Finding')).toHaveLength(3);
    expect(published.at(-1)).toMatchObject({
      'detail-type': 'Collector Run Completed',
      detail: { severity: 'warning' },
    });
    const before = new Map<string, number>();
    for (const event of published) {
      if (event['detail-type'] !== 'Restore Job State Change') continue;
      const { job, revision } = event.detail;
      expect(revision).toBe((before.get(job.jobId) ?? 0) + 1);
      before.set(job.jobId, revision);
    }
    expect(before.size).toBe(4);

    const second = await scene.shell.run(['collect', '--events', 'events.ndjson']);
    expect(second).toMatchObject({ code: 0, stderr: '' });
    const all = await scene.events('events.ndjson');
    expect(all.slice(0, published.length)).toEqual(published);
    expect(new Set(all.map(({ detail }) => detail.id)).size).toBe(all.length);
  });

  test('what is found later has a line of its own', async () => {
    const { id } = scene.restore({ delivery: 'download' });
    const { code, stderr } = await scene.shell.run(['collect']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(NOTEWORTHY) });
    expect(stderr).toMatch(new RegExp(`^warning {3}Restore Finding {2}prod-eu/orders: download: .*${id}`, 'm'));
    expect(stderr).not.toContain('First reading');
  });

  test('jobs and job show the findings', async () => {
    const table = await scene.shell.run(['jobs']);
    expect(table.stdout).toMatch(/^\S+ \S+ +prod-eu +orders .* cross-project +[0-9a-f]{24}$/m);
    const one = await scene.shell.run(['job', elsewhere]);
    expect(one.stdout).toMatch(
      /^findings \(UTC\)\n\S+ \S+ {2}warning {2}cross-project: The target cluster orders is in project staging-eu/m,
    );
    expect(one.stdout).toMatch(/first seen; findings \+cross-project\n/);
    const csv = await scene.shell.run(['jobs', '--format', 'csv']);
    const [header = '', ...lines] = csv.stdout.trimEnd().split('\n');
    expect(header).toMatch(/,requesterKind,requesterName,requesterGrade,requesterPoints,requesterReason,findings,/);
    expect(lines.find((line) => line.includes(elsewhere))).toMatch(/,cross-project,+\d*,{6}$/);
  });

  test('--finding lists the jobs that have one', async () => {
    expect((await scene.jobs('--finding', 'cross-project')).map(({ jobId }) => jobId)).toEqual([elsewhere]);
    expect(await scene.jobs('--finding', 'stuck')).toEqual([]);
    const wrong = await scene.shell.run(['jobs', '--finding', 'crossproject']);
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--finding: expected one of cross-project, download'),
    });
  });
});

test('jobs and job show the requester, never without the grade; or why nobody is named', async () => {
  await using atlas = await startAtlas({ projects: 1, clusters: 2, jobs: 8 });
  await using shell = await CommandLine.open(accessTo(atlas));
  await shell.run(['collect']);
  const { stdout } = await shell.run(['jobs', '--format', 'json']);
  const jobs = JSON.parse(stdout) as Job[];
  const table = (await shell.run(['jobs'])).stdout.split('\n');
  const csv = (await shell.run(['jobs', '--format', 'csv'])).stdout.split('\n');
  const lineOf = (lines: string[], { jobId }: Job) => lines.find((line) => line.includes(jobId)) ?? '';
  const [found, missing] = [
    jobs.filter(({ requester }) => isFound(requester)),
    jobs.filter(({ requester }) => !isFound(requester)),
  ];
  expect([found.length > 5, missing.length > 0]).toEqual([true, true]);

  for (const job of found) {
    const { actor, grade, points } = job.requester as FoundRequester;
    expect(lineOf(table, job)).toMatch(new RegExp(` ${actor.name ?? actor.id ?? ''} +${grade} `));
    expect(lineOf(csv, job)).toContain(`,${actor.kind},${actor.name ?? actor.id ?? ''},${grade},${points},,`);
  }
  for (const job of missing) {
    const { reason } = job.requester as MissingRequester;
    expect(lineOf(table, job)).toMatch(new RegExp(` ${reason} `));
    expect(lineOf(csv, job)).toContain(`,,,,,${reason},`);
  }
  const one = await shell.run(['job', found[0]?.jobId ?? '']);
  expect(one.stdout).toMatch(
    /^requested by +\S.*, (exact|strong|likely|weak) \(\d+ of 100 points.*\): (several )?events? [A-Z_]+/m,
  );
  const none = await shell.run(['job', missing[0]?.jobId ?? '']);
  expect(none.stdout).toMatch(/^requested by +not known.* \((pending|none|ambiguous)/m);
});

test('what a first run digs up is recorded with its findings, and only the summary mentions it', async () => {
  await using atlas = await startAtlas({
    projects: 1,
    clusters: 2,
    jobs: 30,
    historyUntil: Date.now() - 5 * 86_400_000,
  });
  await using shell = await CommandLine.open(accessTo(atlas));
  const { code, stdout, stderr } = await shell.run(['collect', '--events', 'events.ndjson']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(Number(/^findings +(\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(5);
  expect(stdout).toMatch(/^backfilled +\d+ that had ended long before$/m);
  const lines = (await readFile(join(shell.dir, 'events.ndjson'), 'utf8')).trimEnd().split('\n');
  const types = lines.map((line) => (JSON.parse(line) as LedgerEvent)['detail-type']);
  expect(types.filter((type) => type === 'Restore Finding')).toEqual([]);
  expect(types).toContain('Collector Run Completed');
});

describe('rules', () => {
  const DIRECTIONS = { allowedDirections: ['prod-* -> staging-*'] };

  test.each([
    ['a file', { rules: DIRECTIONS }, {}],
    [
      'a cdk.json, whose other settings are none',
      { rules: { app: 'x', context: { ledger: { ...DIRECTIONS, schedule: 'rate(1 hour)' } } } },
      {},
    ],
    ['the variable RULES', {}, { RULES: JSON.stringify(DIRECTIONS) }],
    ['a file over the variable', { rules: DIRECTIONS }, { RULES: '{"rulesOff":[]}' }],
  ])('from %s', async (_, { rules }: { rules?: unknown }, env) => {
    await using scene = await Scene.open();
    scene.restore({ targetProjectId: scene.projectId('staging-eu'), targetClusterName: 'orders' });
    scene.restore({
      ...{ projectId: scene.projectId('staging-eu'), clusterName: 'users' },
      ...{ targetProjectId: scene.projectId('prod-eu'), targetClusterName: 'users' },
    });
    const flags = rules === undefined ? [] : ['--rules', await scene.file('rules.json', rules)];
    const { code, stderr } = await scene.shell.run(['collect', ...flags], { env });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^critical {2}Restore Finding {2}staging-eu\/users: cross-project: /m);
    const findings = (await scene.jobs()).map((job) => `${job.clusterName}: ${rulesOf(job).join()}`);
    expect(findings.sort()).toEqual(['orders: ', 'users: cross-project']);
  });

  test.each([
    ['{"slowMinuts":5}', /^restore-ledger: --rules rules\.json: slowMinuts: expected no field of this name/],
    ['{"slowMinutes":"5"}', /--rules rules\.json: slowMinutes: expected a whole number of minutes .*, got "5"\n$/],
    [
      '{"rulesOff":["slowly"],"drillDays":-1}',
      /--rules rules\.json: rulesOff\[0\]: expected one of .*; drillDays: expected/,
    ],
    ['{', /^restore-ledger: --rules rules\.json: rules: invalid JSON/],
    ['{"context":{"ledger":[]}}', /--rules rules\.json: context\.ledger: expected an object of settings/],
    ['{"context":{"ledger":{"stuckMinutes":1.5}}}', /--rules rules\.json: stuckMinutes: expected a whole number/],
  ])('%s is refused with 2, before any call, naming the file and the field', async (content, message) => {
    await using scene = await Scene.open();
    await scene.file('rules.json', content);
    for (const command of [['collect'], ['watch', '0123456789abcdef01234567'], ['reevaluate']]) {
      const ended = await scene.shell.run([...command, '--rules', 'rules.json']);
      expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
      expect(ended.stderr.split('\n')).toHaveLength(2);
    }
    expect(scene.atlas.requests).toEqual([]);
  });

  test('a file that is not there, a wrong variable, and an API beside them are named', async () => {
    await using shell = await CommandLine.open({ MONGODB_ATLAS_PUBLIC_API_KEY: 'abcdefgh' });
    const ended = await Promise.all([
      shell.run(['collect', '--rules', 'missing.json']),
      shell.run(['collect'], { env: { RULES: '{"drillDays":"often"}' } }),
      shell.run(['collect', '--rules', 'rules.json', '--api', 'http://127.0.0.1:1']),
      shell.run(['watch', '0123456789abcdef01234567', '--events', 'x', '--api', 'http://127.0.0.1:1']),
    ]);
    expect(ended.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
    expect(ended.map(({ stderr }) => stderr)).toEqual([
      'restore-ledger: --rules missing.json: expected a file that can be read, got ENOENT\n',
      expect.stringMatching(/^restore-ledger: RULES: drillDays: expected a whole number of days .*, got "often"\n$/),
      "restore-ledger: --rules can't be used with --api: its collector has its own rules\n",
      "restore-ledger: --events can't be used with --api: its collector has its own change feed\n",
    ]);
  });
});

describe('--events', () => {
  test('a file that cannot be written is said before the run begins', async () => {
    await using scene = await Scene.open();
    const { code, stderr } = await scene.shell.run(['collect', '--events', 'nowhere/events.ndjson']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'restore-ledger: --events nowhere/events.ndjson: expected a file that can be written, got ENOENT\n',
    });
    expect(scene.atlas.requests).toEqual([]);
  });

  test('one that is full does not cost what was collected, and does not go unsaid', async () => {
    await using scene = await Scene.open();
    scene.restore();
    const { code, stdout, stderr } = await scene.shell.run(['collect', '--events', '/dev/full']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^result +complete$/m);
    expect(stderr).toMatch(/^restore-ledger: --events \/dev\/full: it can't be written any more \(ENOSPC\).*\n$/);
    expect(await scene.jobs()).toHaveLength(1);
  });

  test('watch evaluates its job too, reports, and appends', async () => {
    await using scene = await Scene.open();
    const { id } = scene.restore({ delivery: 'download', durationMs: 2_000 });
    const place = ['--project', scene.projectId('prod-eu'), '--cluster', 'orders', '--kind', 'dedicated'];
    const { code, stdout, stderr } = await scene.shell.run([
      ...['watch', id, ...place, '--interval', '0.2', '--events', 'events.ndjson'],
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/READY/);
    expect(stderr).toMatch(
      /^warning {3}Restore Finding {2}prod-eu\/orders: download: .*\n$|^warning {3}Restore Finding {2}\S+\/orders: download: .*\n$/,
    );
    const published = await scene.events('events.ndjson');
    expect(published.filter((event) => event['detail-type'] === 'Restore Finding')).toHaveLength(1);
    expect(rulesOf((await scene.jobs())[0])).toEqual(['download']);
  });
});
