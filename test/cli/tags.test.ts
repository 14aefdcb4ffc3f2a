import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLedger } from '../../bin/options/ledger-target.ts';
import { silentLog } from '../../functions/platform/log.ts';
import type { CoverageRow } from '../../functions/views/coverage.ts';
import type { SimTag } from '../../local/atlas/model/cluster.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { serveApi } from '../../local/serve.ts';
import { accessTo, CommandLine } from './command-line.ts';

// One project with a cluster in production, one in staging, one that nobody has tagged, and one whose tags Atlas leaves out.
let atlas: AtlasSimulator;
let shell: CommandLine;
let projectId: string;
const tag = (key: string, value: string): SimTag => ({ key, value });
const setTags = (clusterName: string, tags: SimTag[] | undefined) =>
  atlas.world.setTags({ projectId, clusterName }, tags);
beforeAll(async () => {
  atlas = await startAtlas({ projects: 2, clusters: 1, jobs: 0 });
  projectId = atlas.world.projects[0]?.id ?? '';
  for (const clusterName of ['prod', 'staging', 'bare', 'unread']) atlas.world.addCluster({ projectId, clusterName });
  setTags('prod', [tag('env', 'prod'), tag('team', 'Ada & Bo'), tag('apiKey', 'hunter2')]);
  setTags('staging', [tag('env', 'staging'), tag('note', 'x, env=prod')]);
  setTags('bare', []);
  setTags('unread', undefined);
  const rules = { drillDaysFor: ['tag:env=prod = 30', '*/* = 0'], drillNeeds: ['tag:env=prod = verdict'] };
  shell = await CommandLine.open({ ...accessTo(atlas), RULES: JSON.stringify(rules) });
  expect(await shell.run(['collect'])).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await shell[Symbol.asyncDispose]();
  await atlas.close();
});

const coverage = async (...flags: string[]) => {
  const { stdout } = await shell.run(['coverage', '--project', projectId, '-o', 'json', ...flags]);
  return new Map((JSON.parse(stdout) as CoverageRow[]).map(({ clusterName = '', tags }) => [clusterName, tags]));
};

async function served<T>(use: (url: string) => Promise<T>): Promise<T> {
  await using opened = await openLedger({ dataDir: join(shell.dir, '.ledger') }, { create: false });
  await using server = await serveApi({ ledger: opened.ledger, log: silentLog });
  return await use(server.url);
}
const plain = (html: string) =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

test('tags are shown as Atlas has them; those that Atlas left out are not known, which is not none', async () => {
  const of = await coverage();
  expect(of.get('prod')).toEqual([tag('env', 'prod'), tag('team', 'Ada & Bo'), { key: 'apiKey' }]);
  expect(of.get('bare')).toEqual([]);
  expect(of.has('unread')).toBe(true);
  expect(of.get('unread')).toBeUndefined();
  const columns = ['--project', projectId, '-o', 'csv', '--columns', 'clusterName,tags'];
  for (const command of ['coverage', 'drills']) {
    const { stdout } = await shell.run([command, ...columns]);
    expect(stdout).toContain('prod,"env=prod, team=""Ada & Bo"", apiKey"\n');
    expect(stdout).toContain('staging,"env=staging, note=""x, env=prod"""\n');
    expect(stdout).toContain('bare,(none)\n');
    expect(stdout).toContain('unread,\n');
    expect(stdout).not.toContain('hunter2');
  }
});

test('the API and the pages show them, too', async () => {
  await served(async (url) => {
    const page = async (name: string) =>
      plain(await (await fetch(`${url}/clusters?projectId=${projectId}&clusterName=${name}`)).text());
    expect(await page('prod')).toContain('Tags in Atlas: env=prod, team="Ada & Bo", apiKey ');
    expect(await page('bare')).toContain('Tags in Atlas: (none) ');
    expect(await page('unread')).toContain('Tags in Atlas: not known ');
    const list = plain(await (await fetch(`${url}/clusters?projectId=${projectId}`)).text());
    expect(list).toMatch(/ staging [^/]*env=staging, note="x, env=prod"/);
    expect(list).toMatch(/ unread [^/]* tags not known /);
    const csv = await (await fetch(`${url}/coverage?projectId=${projectId}&format=csv`)).text();
    expect(csv.split('\n').find((line) => line.includes(',bare,'))).toMatch(/,\(none\)\r$/);
  });
});

test('a rule by tag asks a drill of the clusters that have it, and says where that is not known', async () => {
  const drills = await shell.run(['drills', '--project', projectId, '-o', 'json']);
  const of = (name: string) =>
    (JSON.parse(drills.stdout) as { clusterName: string; state: string }[]).find(
      ({ clusterName }) => clusterName === name,
    );
  expect(drills.code).toBe(3);
  expect(of('prod')).toMatchObject({ state: 'due', days: 30, needs: { line: 'tag:env=prod = verdict' } });
  for (const name of ['staging', 'bare']) expect(of(name)).toMatchObject({ state: 'none' });
  expect(of('unread')).toMatchObject({ state: 'tags-not-known', evidence: { grade: 'not known' } });
  expect(of('unread')).not.toHaveProperty('dueAt');
  const { stdout } = await shell.run(['drills', '--project', projectId, '--unproven']);
  expect(stdout).toMatch(/unread .* tags not known/);
  expect(stdout).toContain('1 with an unknown drill (their tags are not known)');
  await served(async (url) => {
    const page = plain(await (await fetch(`${url}/clusters?projectId=${projectId}`)).text());
    expect(page).toContain('None of 2 restore drills known to be overdue');
    expect(page).toContain('For 1 cluster it is not known what a drill needs');
    const { coverage } = (await (await fetch(`${url}/coverage?drill=tags-not-known`)).json()) as {
      coverage: CoverageRow[];
    };
    expect(coverage.map(({ clusterName }) => clusterName)).toEqual(['unread']);
  });
  const report = await shell.run(['evidence', '--format', 'json', '--since', '1d']);
  const { projects, verdict } = JSON.parse(report.stdout) as {
    projects: { clusters: { clusterName: string; drill: object }[] }[];
    verdict: { text: string };
  };
  const clusters = projects.flatMap((project) => project.clusters);
  expect(clusters.find(({ clusterName }) => clusterName === 'unread')?.drill).toMatchObject({
    state: 'tags-not-known',
  });
  expect(verdict.text).toMatch(/1 is unknown, 1 has time left, none is known to be overdue/);
});
