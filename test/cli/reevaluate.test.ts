import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLedger } from '../../bin/options/ledger-target.ts';
import type { Change } from '../../functions/ledger/model/ledger.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import type { Requester } from '../../functions/restore/requesters/requester.ts';
import type { Finding } from '../../functions/restore/rules/finding.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { accessTo, CommandLine } from './command-line.ts';

interface Job {
  jobId: string;
  projectId: string;
  delivery: string;
  requestedAt: string;
  findings?: Finding[];
}

interface Summary {
  rules: string;
  dryRun: boolean;
  projects: number;
  jobs: number;
  changed: number;
  findings: Record<string, { added: number; removed: number }>;
}

describe('reevaluate', () => {
  let atlas: AtlasSimulator;
  let shell: CommandLine;
  beforeAll(async () => {
    atlas = await startAtlas({ projects: 2, clusters: 3, jobs: 20 });
    // What is slow depends on what was recorded before.
    shell = await CommandLine.open({ ...accessTo(atlas), RULES: '{"slowFactor":0}' });
    expect(await shell.run(['collect'])).toMatchObject({ code: 0 });
    await writeFile(join(shell.dir, 'rules.json'), '{"rulesOff":["download","slow"]}');
  });
  afterAll(async () => {
    await shell[Symbol.asyncDispose]();
    await atlas.close();
  });

  const reevaluate = async (...flags: string[]): Promise<Summary> => {
    const { code, stdout, stderr } = await shell.run(['reevaluate', '--json', ...flags]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as Summary;
  };
  const jobs = async () =>
    JSON.parse((await shell.run(['jobs', '--format', 'json', '--limit', '1000'])).stdout) as Job[];
  const having = (all: readonly Job[], rule: string) =>
    all.filter(({ findings = [] }) => findings.some((finding) => finding.rule === rule));

  test('by the rules of the collector nothing changes', async () => {
    const before = await jobs();
    expect(await reevaluate()).toMatchObject({ rules: 'RULES', projects: 2, jobs: before.length, changed: 0 });
    expect(await jobs()).toEqual(before);
  });

  test('settled jobs lose and gain findings, in their history; a dry run says the same and writes nothing', async () => {
    const before = await jobs();
    const downloads = having(before, 'download');
    const pointInTime = before.filter(({ delivery }) => delivery === 'pointInTime');
    expect([downloads.length > 3, pointInTime.length > 3, having(before, 'point-in-time').length]).toEqual([
      true,
      true,
      0,
    ]);

    const dry = await reevaluate('--rules', 'rules.json', '--dry-run');
    expect(dry).toMatchObject({
      ...{ rules: 'rules.json', dryRun: true },
      findings: {
        download: { added: 0, removed: downloads.length },
        'point-in-time': { added: pointInTime.length, removed: 0 },
      },
    });
    expect(await jobs()).toEqual(before);

    const done = await reevaluate('--rules', 'rules.json');
    expect(done).toEqual({ ...dry, dryRun: false });
    const after = await jobs();
    expect([having(after, 'download').length, having(after, 'point-in-time').length]).toEqual([0, pointInTime.length]);
    // What still holds keeps its time and its words.
    const failed = (all: readonly Job[]) =>
      all.flatMap(({ jobId, findings = [] }) =>
        findings.filter(({ rule }) => rule === 'failed').map((finding) => ({ jobId, ...finding })),
      );
    expect(failed(after)).toEqual(failed(before));

    expect((await reevaluate('--rules', 'rules.json')).changed).toBe(0);
    const { stdout } = await shell.run(['job', downloads[0]?.jobId ?? '', '--json']);
    const { changes } = JSON.parse(stdout) as { changes: Change[] };
    expect(changes.at(-1)?.fields).toMatchObject({ findings: { from: expect.arrayContaining(['download']) } });
    expect(await shell.run(['verify'])).toMatchObject({ code: 0 });
  });

  test('only jobs of the period and of the project are looked at, and the next collect goes by its own rules', async () => {
    const all = await jobs();
    const [{ projectId = '' } = {}] = all;
    const since = all[Math.floor(all.length / 2)]?.requestedAt ?? '';
    const some = all.filter((job) => job.projectId === projectId && job.requestedAt >= since);
    const looked = await reevaluate('--project', projectId, '--since', since, '--dry-run');
    expect(looked).toMatchObject({ projects: 1, jobs: some.length });
    expect(looked.changed).toBeLessThanOrEqual(some.length);
  });

  test('wrong usage is one line', async () => {
    const ended = [
      await shell.run(['reevaluate', '--since', '2026-02-02', '--until', '2026-02-01']),
      await shell.run(['reevaluate', '--api', 'http://127.0.0.1:1']),
      await shell.run(['reevaluate', '--project', '0123456789abcdef01234567']),
      await shell.run(['reevaluate', '--data', 'elsewhere']),
    ];
    expect(ended.map(({ code }) => code)).toEqual([2, 2, 1, 1]);
    expect(ended.map(({ stderr }) => stderr)).toEqual([
      expect.stringMatching(/^restore-ledger: --until: expected a time after --since/),
      'restore-ledger: --api: expected --table or --data instead, since no API does this\n',
      expect.stringMatching(/^restore-ledger: not every given project is in the ledger/),
      expect.stringMatching(/^restore-ledger: there is no ledger in elsewhere/),
    ]);
  });
});

test("a restore requested with the collector's own credentials is found where they are named, and stays found", async () => {
  await using atlas = await startAtlas({ projects: 1, clusters: 1, jobs: 1 });
  await using shell = await CommandLine.open();
  await shell.run(['collect'], { env: accessTo(atlas) });
  const [job] = JSON.parse((await shell.run(['jobs', '--format', 'json'])).stdout) as [Job];
  const requester: Requester = {
    ...{ actor: { kind: 'apiKey', name: 'abcdefgh' }, grade: 'exact', points: 100, rivals: 0 },
    eventType: 'CPS_RESTORE_REQUESTED_AUDIT',
  };
  await using opened = await openLedger({ dataDir: join(shell.dir, '.ledger') }, { create: false, write: true });
  const sighting = { runId: newObjectId(new Date()), observedAt: new Date().toISOString() };
  await opened.ledger.annotate(job.projectId, job.jobId, sighting, () => ({ requester }));
  await opened[Symbol.asyncDispose]();

  const reevaluated = async (env: Record<string, string> = {}) => {
    await shell.run(['reevaluate'], { env });
    const { findings = [] } = JSON.parse((await shell.run(['job', job.jobId, '--json'])).stdout) as Job;
    return findings.some(({ rule }) => rule === 'own-credential');
  };
  expect(await reevaluated()).toBe(false);
  expect(await reevaluated({ MONGODB_ATLAS_PUBLIC_API_KEY: 'somebody' })).toBe(false);
  expect(await reevaluated({ MONGODB_ATLAS_PUBLIC_API_KEY: 'abcdefgh' })).toBe(true);
  expect(await reevaluated()).toBe(true);
  expect(await reevaluated({ RULES: '{"rulesOff":["own-credential"]}' })).toBe(false);
});
