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
  for (const clusterName of ['prod', 'staging', 'bare', 'unread'])
    atlas.world.startRestore({ projectId, clusterName, kind: 'dedicated', durationMs: 1, outcome: 'failed' });
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

/** Names of the clusters whose restores a list has. */
const sources = (jobs: readonly { clusterName: string }[]) => jobs.map(({ clusterName }) => clusterName).sort();

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
  // Hidden by the flag, and still not known.
  expect(await shell.run(['drills', '--project', projectId, '--overdue'])).toMatchObject({
    code: 3,
    stdout: expect.stringMatching(/^No cluster is known to be overdue\.\n\n.* with an unknown drill/),
  });
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

const UNREAD = 'The tags of 1 cluster are not known, so restores of it are left out: "Datenbank Prüfstand/unread".';

test('a filter by tag has the restores of those clusters, and says whose tags are not known, here and behind an API', async () => {
  const place = ['--project', projectId];
  await served(async (url) => {
    for (const where of [[], ['--api', url]]) {
      const jobs = async (...flags: string[]) => {
        const { code, stdout, stderr } = await shell.run(['jobs', ...place, ...where, '-o', 'json', ...flags]);
        return { code, stderr, of: code === 2 ? [] : sources(JSON.parse(stdout)) };
      };
      expect(await jobs('--tag', 'env=pr*')).toEqual({ code: 3, stderr: `${UNREAD}\n`, of: ['prod'] });
      expect(await jobs('--tag', 'env=prod', '--tag', 'ENV=staging')).toMatchObject({ of: ['prod', 'staging'] });
      expect(await jobs('--tag', 'apikey=x')).toMatchObject({
        of: [],
        stderr: expect.stringContaining('The tags of 2 clusters are not known'),
      });
      expect(await jobs('--tag', 'env')).toMatchObject({ code: 2, stderr: expect.stringContaining('--tag: expected') });
      const summary = await shell.run([
        'summary',
        ...place,
        ...where,
        '--tag',
        'env=prod',
        '--group-by',
        'cluster',
        '-o',
        'json',
      ]);
      expect(summary).toMatchObject({ code: 3, stderr: expect.stringContaining(UNREAD) });
      expect((JSON.parse(summary.stdout) as { name: string }[]).map(({ name }) => name)).toEqual([
        'Datenbank Prüfstand/prod',
      ]);
      for (const command of ['coverage', 'drills']) {
        const { stdout } = await shell.run([command, ...place, ...where, '--tag', 'env=prod', '-o', 'json']);
        const rows = JSON.parse(stdout) as { clusterName?: string; tags?: unknown }[];
        expect(rows.flatMap(({ clusterName }) => clusterName ?? [])).toEqual(
          expect.arrayContaining(['prod', 'unread']),
        );
        expect(rows.map(({ clusterName }) => clusterName)).not.toContain('staging');
      }
    }
  });
});

test('over HTTP every form of the answer says whose tags are not known', async () => {
  await served(async (url) => {
    const query = `projectId=${projectId}&tag=env%3Dprod`;
    const list = await fetch(`${url}/restore-jobs?${query}`);
    expect(await list.json()).toMatchObject({
      jobs: [{ clusterName: 'prod' }],
      tagsNotKnown: { clusters: 1, text: UNREAD },
    });
    for (const of of ['format=csv', 'format=csv&limit=all', 'format=ndjson&limit=all']) {
      const { headers } = await fetch(`${url}/restore-jobs?${query}&${of}`);
      expect(headers.get('tags-not-known')).toBe('1');
    }
    expect(await (await fetch(`${url}/summary?${query}`)).json()).toMatchObject({
      jobs: 1,
      tagsNotKnown: { clusters: 1 },
    });
    for (const page of ['/', '/exits', '/trends', '/totals'])
      expect(plain(await (await fetch(`${url}${page}?${query}`)).text())).toContain(UNREAD);
    const { coverage } = (await (await fetch(`${url}/coverage?${query}`)).json()) as { coverage: CoverageRow[] };
    expect(coverage.map(({ clusterName }) => clusterName)).toEqual(['prod', 'unread']);
    const sure = await fetch(`${url}/restore-jobs?projectId=${projectId}`);
    expect(await sure.json()).not.toHaveProperty('tagsNotKnown');
    const wrong = await fetch(`${url}/restore-jobs?tag=env`);
    expect([wrong.status, await wrong.json()]).toMatchObject([400, { field: 'tag' }]);
    const other = atlas.world.projects.find(({ id }) => id !== projectId)?.id;
    const none = await fetch(`${url}/restore-jobs?projectId=${other}&tag=env%3Dprd`);
    expect([none.status, await none.json()]).toMatchObject([
      400,
      { field: 'tag', detail: expect.stringContaining('no cluster has a tag that fits "env=prd"') },
    ]);
  });
});

test('the page of clusters takes a tag, too', async () => {
  await served(async (url) => {
    const page = async (query: string) => {
      const answer = await fetch(`${url}/clusters?${query}`);
      return [answer.status, plain(await answer.text())] as const;
    };
    for (const of of ['', `projectId=${projectId}&`]) {
      const [status, text] = await page(`${of}tag=env%3Dprod`);
      expect(status).toBe(200);
      expect(text).toContain('Only clusters with the tag env=prod , and what may hide one');
      expect(text).toMatch(/ prod .* unread /);
      expect(text).toContain('Every cluster with backups on this page was last read at most');
      expect(text).not.toContain(' staging ');
    }
    expect(await page('tag=env')).toEqual([400, expect.stringContaining('tag: expected a tag such as env=prod')]);
    const [, both] = await page('tag=env%3Dprod&tag=env%3Dstaging');
    expect(both).toMatch(/ prod .* staging /);
    expect(both).not.toContain(' bare ');
    const one = `project=${projectId}&cluster=prod&tag=env%3Dprod`;
    expect(await page(one)).toEqual([400, expect.stringContaining('tag: the page of one cluster has no filter')]);
  });
});

test('a tag that no cluster has is refused, as nothing is overdue of nothing', async () => {
  const other = atlas.world.projects.find(({ id }) => id !== projectId)?.id ?? '';
  const refusal = 'no cluster has a tag that fits "env=prd"';
  await served(async (url) => {
    for (const where of [[], ['--api', url]])
      for (const command of [['drills', '--overdue'], ['drills'], ['coverage']]) {
        const of = (project: string) => shell.run([...command, '--project', project, '--tag', 'env=prd', ...where]);
        expect(await of(other)).toMatchObject({ code: 2, stderr: expect.stringContaining(`--tag: ${refusal}`) });
        expect((await of(projectId)).code).not.toBe(2); // a cluster may have it
      }
    const answer = await fetch(`${url}/coverage?project=${other}&drill=overdue&tag=env%3Dprd`);
    expect([answer.status, await answer.json()]).toMatchObject([400, { detail: expect.stringContaining(refusal) }]);
    const page = await fetch(`${url}/clusters?project=${other}&tag=env%3Dprd`);
    expect([page.status, plain(await page.text())]).toEqual([400, expect.stringContaining(`tag: ${refusal}`)]);
  });
});

test('every command and route that takes a tag says that one which no cluster has is refused', async () => {
  for (const command of ['jobs', 'summary', 'coverage', 'drills']) {
    const { stdout } = await shell.run([command, '--help']);
    const option = /\n {2}--tag [\s\S]*?\n {2}--/.exec(stdout)?.[0].replace(/\s+/g, ' ');
    expect([command, option]).toEqual([command, expect.stringMatching(/a tag that no cluster has is refused/i)]);
    expect(stdout.replace(/\s+/g, ' ')).toContain('a tag that no cluster has');
  }
  await served(async (url) => {
    const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
      paths: Record<string, { get?: { parameters?: { name: string; description?: string }[] } }>;
    };
    const of = Object.values(paths).flatMap(({ get }) => get?.parameters?.find(({ name }) => name === 'tag') ?? []);
    expect(of.length).toBeGreaterThan(2);
    for (const { description } of of) expect(description).toContain('A tag that no cluster has is refused');
  });
});

test('a cluster without the tag is no cluster that is not in the ledger', async () => {
  await served(async (url) => {
    for (const where of [[], ['--api', url]]) {
      const of = (cluster: string, ...flags: string[]) =>
        shell.run(['coverage', '--project', projectId, '--cluster', cluster, '--tag', 'env=prod', ...where, ...flags]);
      expect(await of('staging')).toEqual({ code: 0, stdout: 'Cluster staging has no such tag.\n', stderr: '' });
      expect(await of('staging', '-o', 'json')).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
      expect((await of('prod', '-o', 'csv', '--columns', 'clusterName')).stdout).toContain('prod');
      expect(await of('nosuch')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('nothing of cluster nosuch'),
      });
    }
  });
});

test('of one cluster it doesn’t matter whether the tags of others are known', async () => {
  await served(async (url) => {
    const of = async (name: string) =>
      (await fetch(`${url}/restore-jobs?project=${projectId}&cluster=${name}&tag=env%3Dprod`)).json();
    expect(await of('prod')).not.toHaveProperty('tagsNotKnown');
    expect(await of('unread')).toMatchObject({ jobs: [], tagsNotKnown: { clusters: 1 } });
  });
});
