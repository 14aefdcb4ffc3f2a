import { execFileSync, spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobKey } from '../../functions/ledger/table/keys.ts';
import type { Evidence } from '../../functions/report/model/report.ts';
import type { Measures } from '../../functions/restore/objectives/measure.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { SqliteTable } from '../../local/sqlite/sqlite-table.ts';
import { readPdf } from '../pdf/read-pdf.ts';
import { accessTo, CommandLine } from './command-line.ts';

const CANARY = 'canary9b1d';
const HOSTILE = '</td><script>alert(1)</script><img src=x onerror=alert(1)>"\'&\u202e\u0007';
const LATER = '2040-01-01';
const hasPdftotext = spawnSync('pdftotext', ['-v']).error === undefined;

/** As moments: an age would be of another minute with each command. */
const lastDays = (days: number) => {
  const until = Date.now();
  const at = (ms: number) => new Date(ms).toISOString();
  return ['--since', at(until - days * 86_400_000), '--until', at(until)];
};

describe('evidence', () => {
  let atlas: AtlasSimulator;
  let shell: CommandLine;
  let quiet: string;
  beforeAll(async () => {
    atlas = await startAtlas({ projects: 2, clusters: 3, jobs: 25, canary: CANARY });
    const { id: projectId } = atlas.world.addProject(HOSTILE);
    quiet = projectId;
    for (const clusterName of ['quiet-1', 'quiet-2']) atlas.world.addCluster({ projectId, clusterName });
    shell = await CommandLine.open(accessTo(atlas));
    expect(await shell.run(['collect'])).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await shell[Symbol.asyncDispose]();
    await atlas.close();
  });

  async function evidence(...flags: string[]): Promise<Evidence> {
    const { code, stdout, stderr } = await shell.run(['evidence', '--format', 'json', ...flags]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as Evidence;
  }
  const restoresOf = ({ projects }: Evidence) =>
    projects.flatMap(({ projectId, clusters }) =>
      clusters.flatMap(({ clusterName, restores }) =>
        restores.map((restore) => ({ projectId, clusterName, ...restore })),
      ),
    );

  test('has every restore of the last 90 days, as jobs has them, and the numbers that they add up to', async () => {
    const report = await evidence();
    const { stdout } = await shell.run(['jobs', '--format', 'json', '--since', report.period.since, '--limit', '1000']);
    const jobs = JSON.parse(stdout) as {
      jobId: string;
      clusterName: string;
      requester: unknown;
      findings?: unknown[];
    }[];
    const restores = restoresOf(report);
    expect(restores.map(({ jobId }) => jobId).sort()).toEqual(jobs.map(({ jobId }) => jobId).sort());
    for (const { jobId, clusterName, requester, findings = [] } of jobs) {
      const restore = restores.find((one) => one.jobId === jobId);
      expect(restore).toMatchObject({ clusterName, requester, findings });
    }
    expect(report).toMatchObject({
      ...{ schemaVersion: 2, report: 'restore-evidence', ledger: '.ledger' },
      madeBy: { program: 'restore-ledger', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
      period: { ended: false, until: report.madeAt },
    });
    const { numbers } = report;
    const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0);
    expect([numbers.restores, sum(numbers.outcomes)]).toEqual([jobs.length, jobs.length]);
    expect(numbers.requesters.reduce((total, one) => total + one.restores, sum(numbers.unnamed))).toBe(jobs.length);
    expect(sum(numbers.severities)).toBe(jobs.reduce((total, { findings = [] }) => total + findings.length, 0));
    expect(Date.parse(report.period.until) - Date.parse(report.period.since)).toBe(90 * 86_400_000);
  });

  test('all formats have the same numbers, and the same restores', async () => {
    const period = lastDays(60);
    const report = await evidence(...period);
    const { numbers, gaps } = report;
    const { stdout: html } = await shell.run(['evidence', ...period]);
    const text = html.replaceAll(/<style>.*?<\/style>|<[^<>]*>/gs, ' ');
    const fact = (title: string) =>
      Number(new RegExp(`<dt>${title}</dt><dd class="[^"]*">([\\d,]+)`).exec(html)?.[1]?.replaceAll(',', ''));
    expect(fact('Restores')).toBe(numbers.restores);
    expect(fact('Failed')).toBe(numbers.outcomes.FAILED);
    expect(fact('Clusters')).toBe(numbers.clusters);
    expect(fact('Gaps')).toBe(gaps.length);
    expect(fact('Critical findings')).toBe(numbers.severities.critical);
    expect(fact('Drills overdue')).toBe(numbers.drills.overdue);
    const having = (count: number, what: string) => `${count} ${count === 1 ? 'cluster' : 'clusters'} ${what}`;
    expect(html).toContain(having(numbers.clustersWithRestores, 'with restores in the period'));
    expect(html).toContain(having(numbers.clusters - numbers.clustersWithRestores, 'without restores in the period'));
    expect(text).toContain(having(numbers.drills.met, 'met'));
    expect(html.match(/<th role="rowheader" scope="row"><time[^>]*>.*?<code>[0-9a-f]{24}<\/code>/g)).toHaveLength(
      numbers.restores,
    );
    expect(restoresOf(report)).toHaveLength(numbers.restores);
    const linesOf = async (format: string) =>
      (await shell.run(['jobs', ...period, '--limit', '1000', '--format', format])).stdout.trimEnd().split('\n');
    const [ndjson, [, ...csv]] = [await linesOf('ndjson'), await linesOf('csv')];
    expect([ndjson.length, csv.length]).toEqual([numbers.restores, numbers.restores]);
    for (const { jobId } of restoresOf(report)) {
      for (const lines of [ndjson, csv]) expect(lines.filter((line) => line.includes(jobId))).toHaveLength(1);
    }
  });

  describe('as PDF', () => {
    const period = lastDays(60);
    let file: string;
    let report: Evidence;
    beforeAll(async () => {
      file = join(shell.dir, 'evidence.pdf');
      report = await evidence(...period, '--framework', 'dora');
      const made = await shell.run(['evidence', ...period, '--framework', 'dora', '--output', 'evidence.pdf']);
      expect(made).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(/^evidence\.pdf: \d+ restores of 8 clusters/),
      });
    });

    const solid = (text: string) => text.replaceAll(/\s/g, '');
    function expectSame(text: string) {
      const { numbers, gaps, verdict, frameworks = [] } = report;
      const { outcomes, severities, drills } = numbers;
      expect(solid(text)).toContain(
        `Restores${numbers.restores}Failed${outcomes.FAILED}Clusters${numbers.clusters}Gaps${gaps.length}Criticalfindings${severities.critical}Drillsoverdue${drills.overdue}`,
      );
      expect(solid(text)).toContain(solid(verdict.text));
      expect(solid(text)).toContain(`${gaps.length}gaps`);
      expect(solid(text)).toContain(`${numbers.clustersWithRestores}clusterswithrestoresintheperiod`);
      const facts = frameworks.flatMap(({ controls }) => controls.flatMap((control) => control.facts));
      for (const fact of facts) expect(solid(text)).toContain(solid(fact.text));
      for (const { jobId } of restoresOf(report)) expect(text.split(jobId)).toHaveLength(2);
    }

    test('it has the same numbers, verdict, facts and restores as the other formats', async () => {
      const read = readPdf(await readFile(file, 'latin1'));
      expectSame(read.text);
      expect(read.bookmarks).toEqual(expect.arrayContaining(['The record has gaps', 'Numbers', 'Drills', 'Clusters']));
      expect([...read.links].filter((name) => !read.destinations.has(name))).toEqual([]);
      expect(read.links.size).toBe(report.numbers.clustersWithRestores);
      read.pages.forEach((lines, n) => {
        expect(lines.slice(-2)).toEqual(['The record has gaps', String(n + 1)]);
      });
      expect(read.text).not.toContain('The font of this document lacks some characters');
    });

    test.skipIf(!hasPdftotext)("and poppler's pdftotext reads the same", async () => {
      expectSame(execFileSync('pdftotext', ['-raw', file, '-']).toString());
    });
  });

  test('compares restores with objectives, cluster by cluster, as jobs does; and says so without any', async () => {
    const rules = join(shell.dir, 'objectives.json');
    await writeFile(
      rules,
      JSON.stringify({ objectives: ['*<script>*/* = none', 'prod-*/* = rto 1h', '*/* = rto 10m, rpo 6h'] }),
    );
    const period = [...lastDays(60), '--rules', rules];
    const report = await evidence(...period);
    const { objectives } = report.numbers;
    const jobs = JSON.parse(
      (await shell.run(['jobs', ...period, '--format', 'json', '--limit', '1000'])).stdout,
    ) as (Measures & { jobId: string })[];
    for (const side of ['rto', 'rpo'] as const) {
      const count = (state: string) => jobs.filter((job) => job[side]?.state === state).length;
      const { met, missed, notKnown } = objectives[side];
      expect([met, missed, notKnown]).toEqual([count('met'), count('missed'), count('not known')]);
      expect(met + missed).toBeGreaterThan(0);
      const ofClusters = report.projects.flatMap(({ clusters }) => clusters.map(({ recovery }) => recovery[side].met));
      expect(ofClusters.reduce((sum, one) => sum + one, 0)).toBe(met);
    }
    for (const { jobId, rto, rpo } of jobs) {
      const restore = restoresOf(report).find((one) => one.jobId === jobId);
      expect([restore?.rto, restore?.rpo]).toEqual([rto, rpo]);
    }
    expect(report.objectives).toHaveLength(3);
    expect(report.limits.filter((limit) => limit.startsWith('No cluster of this report has'))).toEqual([
      expect.stringContaining('the objective prod-*/* = rto 1h: it fits none'),
    ]);
    expect(report.verdict.text).toContain(`${objectives.rto.missed} missed it`);
    const some = report.projects.flatMap(({ clusters }) => clusters).find(({ recovery }) => recovery.rto.met > 0);
    expect(some?.recovery).toMatchObject({
      objective: { line: '*/* = rto 10m, rpo 6h', rtoSeconds: 600, rpoSeconds: 21_600 },
    });
    const { stdout: html } = await shell.run(['evidence', ...period]);
    const shown = ({ met, missed, notKnown }: typeof objectives.rto) =>
      `${met} met, ${missed} missed, ${notKnown} not known`;
    expect(html).toContain(`Recovery time (RTO): ${shown(objectives.rto)}`);
    expect(html).toContain(`10 min 00 s: ${shown(some?.recovery.rto ?? objectives.rto)}`);
    expect((html.match(/<code>\*\/\* = rto 10m, rpo 6h<\/code>/g) ?? []).length).toBe(objectives.clusters);
    expect((await shell.run(['evidence'])).stdout).toContain('made without recovery objectives');
  });

  test('by the controls of frameworks, in all formats alike, and never met by an incomplete record', async () => {
    const period = [...lastDays(60), '--framework', 'soc2,hipaa'];
    const { frameworks = [], verdict } = await evidence(...period);
    expect(verdict.state).toBe('incomplete');
    expect(frameworks.map(({ id }) => id)).toEqual(['soc2', 'hipaa']);
    const facts = frameworks.flatMap(({ controls }) => controls.flatMap((control) => control.facts));
    expect(facts.length).toBeGreaterThan(10);
    expect(facts.map(({ state }) => state)).not.toContain('met');
    const { stdout: html } = await shell.run(['evidence', ...period]);
    const { stdout: csv } = await shell.run(['evidence', ...period, '--format', 'csv']);
    for (const { name, controls } of frameworks) {
      expect(html).toContain(`${name}: what is shown`);
      for (const { id, facts: of, beyond } of controls) {
        expect(html).toContain(beyond);
        for (const { fact, state, text } of of) {
          expect(html).toContain(text);
          const row = `control,${state},"${name} ${id}, ${fact}: ${text}"`;
          expect(csv.replaceAll('"', '')).toContain(row.replaceAll('"', ''));
        }
      }
    }
    expect(html.match(/Not shown/g)).toHaveLength(frameworks.flatMap(({ controls }) => controls).length);
    expect(html).not.toMatch(/compliant/i);
    expect(await evidence('--since', '60d')).not.toHaveProperty('frameworks');
  });

  test('of one project, by its name, it is about that one alone', async () => {
    const [project] = atlas.world.projects.filter(({ id }) => id !== quiet);
    const report = await evidence('--project', project?.name ?? '');
    expect(report.projects.map(({ projectId }) => projectId)).toEqual([project?.id]);
    expect(report.verdict.text).toContain(`This report is about project ${project?.name} alone.`);
    const one = await evidence('--project', project?.id ?? '', '--cluster', 'Cluster0');
    expect(one.projects.flatMap(({ clusters }) => clusters.map(({ clusterName }) => clusterName))).toEqual([
      'Cluster0',
    ]);
  });

  test('an API makes the same report, at once or as a job, into a file or onto the terminal', async () => {
    const serving = shell.start(['serve', '--port', '0']);
    await serving.until(({ stdout }) => stdout.includes('\n'));
    const api = ['--api', serving.stdout.trim()];
    const since = new Date(Date.now() - 60 * 86_400_000).toISOString();
    const period = ['--since', since, '--until', new Date().toISOString(), '--framework', 'dora', '--verify'];
    const here = await evidence(...period);
    const there = await evidence(...period, ...api);
    expect({ ...there, madeAt: here.madeAt }).toEqual({ ...here, ledger: expect.stringContaining('.ledger') });
    for (const format of ['csv', 'html']) {
      const [local, remote] = [
        await shell.run(['evidence', ...period, '--format', format]),
        await shell.run(['evidence', ...period, '--format', format, ...api]),
      ];
      const plain = (text: string) =>
        text.replace(/Made at .*?UTC/, '').replaceAll(/by restore-ledger [^<]*|<bdi>[^<]*ledger<\/bdi>/g, '');
      expect([remote.code, plain(remote.stdout)]).toEqual([0, plain(local.stdout)]);
    }
    const saved = await shell.run(['evidence', ...period, ...api, '--output', 'there.csv']);
    expect(saved).toMatchObject({ code: 0, stdout: '' });
    expect(saved.stderr).toMatch(
      /^there\.csv: \d+ restores of 8 clusters, incomplete, \d+ gaps \((\d+ [a-z-]+(, )?)+\), histories unbroken\n$/,
    );
    const [quietName] = atlas.world.projects.filter(({ id }) => id === quiet).map(({ name }) => name);
    const some = await evidence('--project', quietName ?? '', ...api);
    expect(some.projects.map(({ projectId }) => projectId)).toEqual([quiet]);
    const ahead = await shell.run(['evidence', '--since', '60d', '--until', LATER, '--format', 'csv', ...api]);
    expect(ahead.code).toBe(0);
    const pdf = await shell.run(['evidence', ...period, ...api, '--output', 'there.pdf']);
    expect(pdf).toMatchObject({ code: 0, stderr: expect.stringMatching(/^there\.pdf: \d+ restores of 8 clusters/) });
    const read = readPdf(await readFile(join(shell.dir, 'there.pdf'), 'latin1'));
    for (const { jobId } of restoresOf(here)) expect(read.text).toContain(jobId);
    serving.signal('SIGINT');
    expect((await serving.ended).code).toBe(0);
  });

  test('shows times in a chosen zone beside UTC, and names it', async () => {
    const period = [...lastDays(60), '--time-zone', 'Asia/Kolkata'];
    const { stdout: html } = await shell.run(['evidence', ...period]);
    const times = [
      ...html.matchAll(/<time class="utc" datetime="([^"]+)">([^<]+)<\/time> <span class="zone">\(([^)]+)\)/g),
    ];
    expect(times.length).toBeGreaterThan(50);
    expect(html).not.toMatch(/<time datetime/);
    expect(html).toContain('in parentheses Asia/Kolkata');
    for (const [, iso = '', utc = '', local = ''] of times) {
      expect(local).toMatch(/ \+05:30$/);
      expect(Date.parse(`${local.slice(0, 16).replace(' ', 'T')}+05:30`)).toBe(Date.parse(`${utc.replace(' ', 'T')}Z`));
      expect(new Date(iso).toISOString().slice(0, 16).replace('T', ' ')).toBe(utc);
    }
    const report = await evidence(...period);
    expect(report.zoned).toMatchObject({ timeZone: 'Asia/Kolkata', since: expect.stringMatching(/\+05:30$/) });
    expect(report.period.since).toMatch(/Z$/);
    const wrong = await shell.run(['evidence', '--time-zone', 'Mars/Phobos']);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('--time-zone: expected a name of the IANA time zone database');
  });

  test('a period is complete only where every list was read to its end after it, and the ledger was there when it began', async () => {
    const open = await evidence();
    expect(open.verdict).toMatchObject({ state: 'incomplete', complete: false });
    const reasons = ({ gaps }: Evidence) => [...new Set(gaps.map(({ reason }) => reason))].sort();
    expect(reasons(open)).toEqual(['before-first-reading', 'full-reading-due']);
    expect(open.gaps.every(({ text }) => text.length > 20)).toBe(true);
    expect(open.provenThrough).toEqual(expect.stringMatching(/^20/));

    // Every list was read to its end after it; of the time before the ledger it has what Atlas still listed.
    const past = await evidence('--since', '60d', '--until', '2d');
    expect([past.verdict.state, reasons(past)]).toEqual(['incomplete', ['before-first-reading']]);
    expect(past.verdict.text).toContain('before the first reading');
    expect(past.numbers.proofs).toMatchObject({ gap: 0, due: 0 });
    for (const { requestedAt } of restoresOf(past)) {
      expect([requestedAt >= past.period.since, requestedAt < past.period.until]).toEqual([true, true]);
    }
    // Made after the period.
    expect(past.projects.find(({ projectId }) => projectId === quiet)?.clusters ?? []).toEqual([]);

    const since = new Date().toISOString();
    const now = await evidence('--collect', '--since', since);
    expect(now.gaps).toEqual([]);
    expect(now.verdict).toMatchObject({ state: 'complete', text: expect.stringContaining('read to its end') });
    expect((await evidence('--since', since)).verdict.state).toBe('incomplete'); // until a moment later

    const future = await evidence('--since', since, '--until', LATER);
    expect([future.verdict.state, reasons(future)]).toEqual(['incomplete', ['full-reading-due', 'future']]);
    expect((await evidence('--since', '1995-01-01', '--until', '1996-01-01')).verdict.state).not.toBe('complete');
  });

  test('the HTML needs nothing else, runs nothing, and shows hostile names as they are', async () => {
    const { code, stdout, stderr } = await shell.run(['evidence', '--output', 'report.html', '--verify']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(
      /^report\.html: \d+ restores of 8 clusters, incomplete, \d+ gaps \((\d+ [a-z-]+(, )?)+\), histories unbroken\n$/,
    );
    const html = await readFile(join(shell.dir, 'report.html'), 'utf8');
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(html).toContain("default-src 'none'".replaceAll("'", '&#39;'));
    // Tags without what their attributes say, which is text.
    const tags = [...html.matchAll(/<([a-z!][^<>]*)>/gi)].map(([, tag = '']) => tag.replaceAll(/"[^"]*"/g, ''));
    const names = new Set(tags.map((tag) => tag.toLowerCase().split(/[\s/]/)[0]));
    for (const name of ['script', 'img', 'link', 'iframe', 'object', 'form', 'base']) expect(names).not.toContain(name);
    expect(tags.filter((tag) => /\s(src|srcset|action|style|on\w+)=/i.test(tag))).toEqual([]);
    expect(/<style>(.*?)<\/style>/s.exec(html)?.[1]).not.toMatch(/url\(|@import/);
    const links = [...html.matchAll(/<[^<>]* href="([^"]*)"/g)].map(([, href = '']) => href);
    expect(links.filter((href) => !href.startsWith('#'))).toEqual([]);
    expect(html).toContain('&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('‹U+202E›‹U+0007›');
    expect(html).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    for (const { jobId } of restoresOf(await evidence())) expect(html.split(jobId)).toHaveLength(2);
    for (const href of new Set(links)) expect(html).toContain(`id="${href.slice(1)}"`);
    expect((await readdir(shell.dir)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('what failed since is a gap, by name, with when it was last read; and the list of clusters too', async () => {
    const [project] = atlas.world.projects.filter(({ id }) => id !== quiet);
    const mend = [
      atlas.faults.add({
        when: { projectId: project?.id ?? '', clusterName: 'Cluster0', kind: 'dedicated' },
        fault: { type: 'status', status: 403 },
      }),
      atlas.faults.add({ when: { projectId: quiet, path: /flexClusters/ }, fault: { type: 'status', status: 403 } }),
    ];
    expect(await shell.run(['collect'])).toMatchObject({ code: 3 });
    for (const undo of mend) undo();
    const report = await evidence();
    expect(report.verdict).toMatchObject({
      complete: false,
      text: expect.stringContaining('The record is NOT complete'),
    });
    const failing = report.gaps.filter(({ reason }) => reason === 'failing' || reason === 'clusters');
    expect(failing).toHaveLength(2);
    expect(failing).toContainEqual({
      ...{ projectId: project?.id, projectName: project?.name, clusterName: 'Cluster0', reason: 'failing' },
      ...{
        from: expect.stringMatching(/^20\d\d-/),
        since: expect.stringMatching(/^20\d\d-/),
        action: expect.any(String),
      },
      text: expect.stringMatching(
        /^Dedicated restores requested after 20.* UTC can't be ruled out\. Every attempt since .*403/,
      ),
    });
    expect(failing).toContainEqual(
      expect.objectContaining({
        projectId: quiet,
        reason: 'clusters',
        text: expect.stringMatching(/^The list of flex clusters was last read at/),
      }),
    );
    // For a period that was read before, they are none.
    const past = await evidence('--since', '60d', '--until', '2d');
    expect(past.gaps.filter(({ reason }) => reason !== 'before-first-reading')).toEqual([]);
    await shell.run(['collect']);
    const { gaps } = await evidence();
    expect(gaps.filter(({ reason }) => reason === 'failing' || reason === 'clusters')).toEqual([]);
  });

  test('a cluster that is gone has its restores, and the gap between its last read and when it was missed', async () => {
    const [project] = atlas.world.projects.filter(({ id }) => id !== quiet);
    atlas.world.deleteCluster({ projectId: project?.id ?? '', clusterName: 'Cluster0' });
    await shell.run(['collect']);
    const report = await evidence();
    const gone = report.projects
      .find(({ projectId }) => projectId === project?.id)
      ?.clusters.find(({ clusterName }) => clusterName === 'Cluster0');
    expect(gone?.restores.length).toBeGreaterThan(5);
    expect(gone?.goneAt).toEqual(expect.any(String));
    const ended = report.gaps.filter(({ reason }) => reason === 'gone');
    expect([...new Set(ended.map(({ clusterName }) => clusterName))]).toEqual(['Cluster0']);
    for (const { from = '', until = '' } of ended) expect([from < until, until]).toEqual([true, gone?.goneAt]);
  });

  test('of a run of one project the others are known, and never read', async () => {
    await shell.run(['collect', '--project', quiet, '--data', 'one']);
    const report = await evidence('--data', 'one');
    expect(report.gaps).toContainEqual(
      expect.objectContaining({ reason: 'never-read', projectName: 'Datenbank Prüfstand' }),
    );
    expect(report.gaps.map(({ reason }) => reason)).toContain('run-not-ended');
    expect(report.verdict.complete).toBe(false);
    const { stdout } = await shell.run(['evidence', '--data', 'one']);
    expect(stdout).toContain('No restore that was requested in the period is in the ledger.');
  });

  test('--verify: a record that was changed is the verdict, and the end is 6', async () => {
    const [restore] = restoresOf(await evidence());
    {
      await using table = await SqliteTable.open({ dataDir: join(shell.dir, '.ledger'), write: true });
      const key = jobKey(restore?.projectId ?? '', restore?.jobId ?? '');
      await table.update(key, { set: { targetClusterName: 'elsewhere' } }, {});
    }
    const { code, stdout } = await shell.run(['evidence', '--verify', '--format', 'json']);
    expect(code).toBe(9);
    const { integrity, verdict } = JSON.parse(stdout) as Evidence;
    expect(integrity).toMatchObject({
      unbroken: false,
      breakCount: 1,
      projectsBroken: [{ breaks: [{ jobId: restore?.jobId }] }],
    });
    expect(verdict.text).toContain('RECORD WAS CHANGED');
    const html = await shell.run(['evidence', '--verify']);
    expect(html.code).toBe(9);
    expect(html.stdout).toMatch(/<section class="verdict bad".*The record was changed/);
    expect(html.stdout).toContain('Integrity broken: 1 break');
  });

  test('wrong usage is one line, and leaves no file', async () => {
    const ended = [
      await shell.run(['evidence', '--since', '2026-02-02', '--until', '2026-02-01']),
      await shell.run(['evidence', '--since', '2039-01-01', '--until', LATER]),
      await shell.run(['evidence', '--format', 'docx']),
      await shell.run(['evidence', '--output', 'nowhere/report.html']),
      await shell.run(['evidence', '--output', '/dev/null']),
      await shell.run(['evidence', '--output', 'none.docx']),
      await shell.run(['evidence', '--api', 'http://127.0.0.1:9', '--collect']),
      await shell.run(['evidence', '--api', 'http://127.0.0.1:9', '--rules', 'rules.json']),
      await shell.run(['evidence', '--cluster', 'Cluster0']),
      await shell.run(['evidence', '--framework', 'soc2,iso9001']),
      await shell.run(['evidence', '--data', 'elsewhere', '--output', 'none.html']),
    ];
    expect(ended.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1]);
    expect(ended.map(({ stderr }) => stderr)).toEqual([
      expect.stringMatching(/^restore-ledger: --until: expected a time after --since/),
      'restore-ledger: --since: expected a time that has come, got 2039-01-01T00:00:00.000Z\n',
      'restore-ledger: --format: expected one of html, json, csv, pdf, got "docx"\n',
      'restore-ledger: --output nowhere/report.html: expected a file that can be written, got ENOENT\n',
      'restore-ledger: --output /dev/null: expected a regular file, or a name that is free\n',
      'restore-ledger: --output: expected a name that ends in .html, .pdf, .json or .csv, or --format with it, got "none.docx"\n',
      "restore-ledger: --collect can't be used with --api: restore-ledger collect --full --api has its collector do it\n",
      "restore-ledger: --rules can't be used with --api: its collector has its own rules\n",
      'restore-ledger: --cluster: expected one --project with it, as names are unique only within a project\n',
      'restore-ledger: --framework: expected one of soc2, iso27001, dora, nis2, pci, hipaa, got "iso9001": did you mean iso27001?\n',
      expect.stringMatching(/^restore-ledger: there is no ledger in elsewhere/),
    ]);
    expect((await readdir(shell.dir)).filter((name) => name.startsWith('none'))).toEqual([]);
    await shell.run(['evidence', '--output', 'report.json']);
    expect(JSON.parse(await readFile(join(shell.dir, 'report.json'), 'utf8'))).toHaveProperty('schemaVersion', 2);
  });

  test('no delivery URL is in any of it', () => {
    expect(shell.said.length).toBeGreaterThan(50_000);
    expect(shell.said).not.toContain(CANARY);
  });
});
