import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLedger } from '../../bin/options/ledger-target.ts';
import { silentLog } from '../../functions/platform/log.ts';
import type { Annotator } from '../../functions/restore/annotations.ts';
import type { CoverageRow } from '../../functions/views/coverage.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { serveApi } from '../../local/serve.ts';
import { accessTo, CommandLine } from './command-line.ts';

const ADA: Annotator = { kind: 'iam', name: 'arn:aws:sts::111111111111:assumed-role/dba/ada' };

// One cluster is years old, one was just made; both are restored once, into another project. No other needs a drill.
let atlas: AtlasSimulator;
let shell: CommandLine;
let old: string;
let jobs: { old: string; young: string };
beforeAll(async () => {
  atlas = await startAtlas({ projects: 2, clusters: 2, jobs: 0 });
  const [{ id: projectId }, { id: targetProjectId }] = atlas.world.projects as unknown as [
    { id: string },
    { id: string },
  ];
  old = atlas.world.clusters(projectId).find(({ tier }) => tier === 'replicaSet' || tier === 'sharded')?.name ?? '';
  atlas.world.addCluster({ projectId, clusterName: 'young' });
  const restore = { projectId, targetProjectId, kind: 'dedicated', durationMs: 1, outcome: 'completed' } as const;
  jobs = {
    old: atlas.world.startRestore({ ...restore, clusterName: old }).id,
    young: atlas.world.startRestore({ ...restore, clusterName: 'young' }).id,
  };
  const [{ name }] = atlas.world.projects as unknown as [{ name: string }];
  const rules = {
    drillDaysFor: [`${name}/${old} = 30`, `${name}/young = 30`, '*/* = 0'],
    drillNeeds: [`*/${old} = verdict, other-project`, '*/young = verdict, by arn:*/ada'],
  };
  shell = await CommandLine.open({ ...accessTo(atlas), RULES: JSON.stringify(rules), USER: 'ada' });
  expect(await shell.run(['collect'])).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await shell[Symbol.asyncDispose]();
  await atlas.close();
});

const drills = async (...flags: string[]) => {
  const { code, stdout } = await shell.run(['drills', '--format', 'json', ...flags]);
  const rows = JSON.parse(stdout) as { clusterName: string; state: string }[];
  return {
    code,
    of: (name: string) => rows.find(({ clusterName, state }) => clusterName === name && state !== 'none'),
  };
};
const page = async () => {
  await using opened = await openLedger({ dataDir: join(shell.dir, '.ledger') }, { create: false });
  await using server = await serveApi({ ledger: opened.ledger, log: silentLog });
  return (await (await fetch(`${server.url}/clusters`)).text()).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
};

test('a completed restore alone is not proof: what is missing is named, and overdue ends with 8', async () => {
  const { code, of } = await drills();
  expect(code).toBe(8);
  expect(of(old)).toMatchObject({
    ...{ state: 'overdue', lastJobId: jobs.old, unproven: { jobId: jobs.old, missing: ['verdict'] } },
    ...{ needs: { needs: ['verdict', 'other-project'] }, evidence: { grade: 'restored elsewhere', jobId: jobs.old } },
  });
  expect(of('young')).toMatchObject({ state: 'not-proven', unproven: { missing: ['verdict', 'by'] } });
  const { stdout } = await shell.run(['drills'], { columns: 400 } as never);
  expect(stdout).toMatch(/ young .* restored, not proven; missing: a successful verdict, a verdict by those listed/);
  expect(stdout).toMatch(/OVERDUE for \d+ d; missing: a successful verdict/);
  expect(stdout).toMatch(/\n\d+ clusters: 1 OVERDUE, 1 restored, but not proven, \d+ not required\.\n$/);
  const html = await page();
  expect(html).toContain('1 of 2 restore drills overdue');
  expect(html).toContain('Restored, not proven');
  expect(html).toContain('missing: a successful verdict, a verdict by those listed');
  expect(html).toMatch(/Restored elsewhere lapsed from 20\d\d-\d\d-\d\d on/);
});

test('a verdict makes it proven; a name that nobody checked is not one of those listed', async () => {
  for (const id of [jobs.old, jobs.young])
    expect(await shell.run(['annotate', id, '--validation', 'successful'])).toMatchObject({ code: 0 });
  const { code, of } = await drills();
  expect(code).toBe(0);
  expect(of(old)).toMatchObject({
    ...{ state: 'proven', proof: { jobId: jobs.old, elsewhere: true }, evidence: { grade: 'verified' } },
  });
  expect(of(old)).not.toHaveProperty('unproven');
  expect(of('young')).toMatchObject({
    state: 'not-proven',
    unproven: { missing: ['by'] },
    evidence: { grade: 'verified' },
  });
  expect(await shell.run(['drills', '--overdue'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^No cluster is overdue\.\n\n\d+ clusters: 1 restored, but not proven, 1 proven, /),
  });
  const csv = await shell.run([
    'drills',
    '--format',
    'csv',
    '--columns',
    'clusterName,needs,missing,provenJobId,evidenceGrade,evidenceFallsBackTo',
  ]);
  expect(csv.stdout).toContain(`${old},verdict other-project,,${jobs.old},verified,lapsed\n`);
  expect(csv.stdout).toContain('young,verdict by,by,,verified,lapsed\n');
  expect(await page()).toContain('None of 2 restore drills overdue');
});

test('over an API the same is said, and its callers are known; corrected to failed, it is overdue again', async () => {
  await using opened = await openLedger({ dataDir: join(shell.dir, '.ledger') }, { write: true });
  const annotations = { table: opened.table, user: ADA };
  await using server = await serveApi({ ledger: opened.ledger, log: silentLog, annotations });
  const put = async (id: string, ValidationStatus: string) => {
    const init = {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ValidationStatus }),
    };
    expect((await fetch(`${server.url}/restore-jobs/${id}/validation`, init)).status).toBe(200);
  };
  const coverage = async (query: string) => {
    const answer = await fetch(`${server.url}/coverage?${query}`);
    return ((await answer.json()) as { coverage: CoverageRow[] }).coverage.map(({ clusterName }) => clusterName);
  };
  await put(jobs.young, 'SUCCESSFUL');
  expect(await coverage('drill=proven')).toEqual([old, 'young'].sort());
  expect(await drills('--api', server.url)).toMatchObject({ code: 0 });
  await put(jobs.old, 'FAILED');
  expect(await coverage('drill=overdue')).toEqual([old]);
  const through = await drills('--api', server.url);
  expect(through.code).toBe(8);
  expect(through.of(old)).toMatchObject({
    state: 'overdue',
    unproven: { missing: ['verdict'] },
    evidence: { grade: 'restored elsewhere' },
  });
  expect(through.of('young')).toMatchObject({ state: 'proven', proof: { jobId: jobs.young } });
});

test('the report says the same as the page and the command', async () => {
  const made = await shell.run(['evidence', '--format', 'json', '--since', '1d']);
  const report = JSON.parse(made.stdout) as {
    projects: { clusters: { clusterName: string }[] }[];
    verdict: { text: string };
  };
  const of = (name: string) =>
    report.projects.flatMap(({ clusters }) => clusters).find(({ clusterName }) => clusterName === name);
  expect(of(old)).toMatchObject({ drill: { state: 'overdue' }, evidence: { grade: 'restored elsewhere' } });
  expect(of('young')).toMatchObject({ drill: { state: 'proven' }, evidence: { grade: 'verified' } });
  expect(report.verdict.text).toContain('1 was, with all that a drill of it needs');
  const { stdout } = await shell.run(['evidence', '--format', 'html', '--since', '1d']);
  expect(stdout).toContain('1 proven');
  expect(stdout).toContain('Restored elsewhere');
});
