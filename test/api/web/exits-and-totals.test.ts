// The pages that say where data went, what restores add up to, and which were announced. Jobs are those of world.ts.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GROUPINGS } from '../../../functions/schema/words.ts';
import { testEngine } from '../../ledger/engines.ts';
import { completed, idAt, job } from '../../ledger/jobs.ts';
import { coverage, known, PROJECT_ID, scope } from '../../proof/facts.ts';
import { hrefs, jobIds, type Site, startSite, textOf } from './site.ts';
import { announceSome, before, jobsOf, PROJECTS } from './world.ts';

const engine = testEngine();
const JOBS = jobsOf(400);
const [PAYMENTS, , STAGING] = PROJECTS;
let site: Site;
let empty: Site;

beforeAll(async () => {
  site = await startSite(engine, { jobs: JOBS });
  empty = await startSite(engine);
}, 60_000);
afterAll(async () => {
  await site?.[Symbol.asyncDispose]();
  await empty?.[Symbol.asyncDispose]();
});

const said = async (path: string) => textOf(await site.get(path));
/** How many restores a list has in all. */
async function listed(path: string): Promise<number> {
  const { jobs } = JSON.parse(
    await site.get(`/summary${path.slice(1)}${path.includes('?') ? '&' : '?'}groupBy=status`),
  );
  return jobs;
}
const rowsOf = (page: string) => [...page.matchAll(/<tr role="row">(.*?)<\/tr>/gs)].slice(1).map(([, row = '']) => row);
const number = (text: string) => Number(text.replaceAll(',', ''));

describe('totals', () => {
  test.each(GROUPINGS)('by %s: each number leads to just as many restores', async (groupBy) => {
    const page = await site.get(`/totals?groupBy=${groupBy}&since=2026-10-01&status=COMPLETED,FAILED`);
    const rows = rowsOf(page).filter((row) => row.includes('href="/?'));
    for (const row of rows.slice(0, 4)) {
      const [href = ''] = hrefs(row, /^\/\?/);
      const [, shown = ''] = /data-l="Restores">([\d,]+)</.exec(row) ?? [];
      expect(await listed(href), href).toBe(number(shown));
    }
    if (groupBy === 'project' || groupBy === 'month' || groupBy === 'finding') expect(rows.length).toBeGreaterThan(1);
  });

  test('under the filters of the list, which go along, and the list leads there', async () => {
    const list = await site.get('/?status=FAILED&period=30d&sort=durationSeconds:desc');
    const [href = ''] = hrefs(list, /^\/totals\?.*groupBy=cluster$/);
    expect(href).toBe('/totals?status=FAILED&period=30d&groupBy=cluster');
    const page = await site.get(href);
    const { jobs } = JSON.parse(await site.get('/summary?status=FAILED&period=30d&groupBy=cluster'));
    expect(textOf(page)).toContain(`Totals by cluster 2026-10-25 to 2026-11-23, UTC · ${jobs} restores`);
    expect(hrefs(page, /^\/totals\?period=30d&groupBy=cluster$/)).toHaveLength(1);
  });

  test('without a percentile of few restores', async () => {
    const page = await site.get('/totals?groupBy=day&period=7d');
    for (const row of rowsOf(page)) {
      const [, completed = '0'] = /data-l="Completed">([\d,]+)</.exec(row) ?? [];
      if (number(completed) < 5) expect(row).toContain('data-l="Median">–');
      if (number(completed) < 20) expect(row).toContain('data-l="95th percentile">–');
    }
  });

  test.each([
    ['/totals?groupBy=nothing', 'groupBy: expected one of'],
    ['/totals?status=NONE', 'status: '],
    ['/totals?project=paymnts-prod', 'project: no project'],
    ['/totals?since=2020-01-01', 'since: '],
  ])('%s is refused with what is wrong', async (path, what) => {
    const answer = await site.fetch(path);
    expect(answer.status).toBe(400);
    expect(textOf(await answer.text())).toContain(what);
  });
});

test('totals by month are in the order of time, the newest first', async () => {
  const page = textOf(await site.get('/totals?groupBy=month&since=2026-09-01'));
  const months = [...page.matchAll(/ (2026-\d\d) [\d,]+ /g)].map(([, month]) => month);
  expect(months).toEqual(['2026-11', '2026-10', '2026-09']);
});

describe('exits', () => {
  test('are by month and how far data went, from where to where, and by whom; each number leads to its restores', async () => {
    const page = await site.get('/exits');
    const text = textOf(page);
    const [, all = '', downloads = ''] = /(\d+) restores: (\d+) downloaded out of Atlas/.exec(text) ?? [];
    const isDownload = ({ delivery }: { delivery: string }) => delivery === 'download';
    expect(number(downloads)).toBe(JOBS.filter(isDownload).length);
    const elsewhere = JOBS.filter((job) => !isDownload(job) && job.targetProjectId !== job.projectId);
    expect(number(all)).toBe(number(downloads) + elsewhere.length);
    expect(hrefs(page, /^\/exits\?since=2026-10-01&until=2026-11-01$/).length).toBeGreaterThan(0);
    for (const row of rowsOf(page)) {
      const [href = ''] = hrefs(row, /^\/\?/);
      const [, shown = ''] = /data-l="Restores"><a [^>]*>([\d,]+)</.exec(row) ?? [];
      expect(await listed(href), href).toBe(number(shown));
    }
    expect(text).toMatch(/payments-prod staging Another project, organization not known \d+ .*ana@example\.com/);
    expect(text).not.toContain('into another project of the organization');
  });

  test('say of a project on record whether it is of the same organization, and of one that is not, that it is not', async () => {
    const known = ({ projectId, projectName }: (typeof PROJECTS)[number], orgId: string) =>
      site.ledger.saveKnownProject(projectId, (stored) => ({
        ...{
          projectId,
          projectName,
          orgId,
          revision: stored?.revision ?? 0,
          firstSeenAt: before(1),
          accounts: {},
        },
        changes: [],
      }));
    await known(PAYMENTS, 'a'.repeat(24));
    await known(STAGING, 'a'.repeat(24));
    expect(await said('/exits?projectId=aaaaaaaaaaaaaaaaaaaaaaaa')).toContain(
      'into another project of the organization',
    );
    await site.ledger.saveKnownProject(STAGING.projectId, (stored) => ({
      ...(stored as NonNullable<typeof stored>),
      orgId: 'b'.repeat(24),
    }));
    expect(await said('/exits?projectId=aaaaaaaaaaaaaaaaaaaaaaaa')).toContain('into another organization');
    // It moved between two listings: of the restores before, they were of one organization.
    const [seenAt, until] = ['2026-11-03T12:00:00.000Z', '2026-11-04T12:00:00.000Z'];
    await site.ledger.saveKnownProject(STAGING.projectId, (stored) => ({
      ...(stored as NonNullable<typeof stored>),
      formerOrgs: [{ was: 'a'.repeat(24), seenAt, until }],
    }));
    const crossing = JOBS.filter(
      ({ delivery, projectId, targetProjectId }) =>
        delivery !== 'download' && projectId === PAYMENTS.projectId && targetProjectId === STAGING.projectId,
    ).map(({ requestedAt }) => requestedAt);
    const [then, since] = [crossing.filter((at) => at <= seenAt), crossing.filter((at) => at >= until)];
    const page = await site.get('/exits?projectId=aaaaaaaaaaaaaaaaaaaaaaaa');
    expect(textOf(page)).toContain(`${since.length} into another organization`);
    expect(textOf(page)).toContain(`${then.length} into another project of the organization`);
    const unknown = crossing.length - then.length - since.length;
    expect([then.length > 0, since.length > 0, unknown > 0]).toEqual([true, true, true]);
    expect(textOf(page)).toContain(`${unknown} into another project, whether of the same organization is not known`);
    expect(rowsOf(page).filter((row) => row.includes('>staging<'))).toHaveLength(3);
    expect(hrefs(page, /targetProjectId=/)).toEqual([]);
    const strange = await startSite(engine, {
      jobs: jobsOf(12).map((job) => ({
        ...job,
        delivery: 'automated' as const,
        targetProjectId: 'e'.repeat(24),
        targetClusterName: 'x',
      })),
    });
    expect(textOf(await strange.get('/exits'))).toContain('12 restores: 12 into a project that is not on record.');
    await strange[Symbol.asyncDispose]();
  });

  test('a month without exits is drawn as a hole, unless it is proven that there were none', async () => {
    const titles = (page: string) =>
      [...page.matchAll(/<title>(\d{4}-\d\d.*?): (.*?)<\/title>/g)].map(([, , what]) => what);
    const page = await site.get('/exits');
    expect(titles(page).slice(0, 9)).toEqual(Array(9).fill('not known'));
    expect(textOf(page)).toContain('It is not known whether there were any in the 9 months marked “Not known”');
    expect(page).not.toContain('no restores');
    // Those with some may have had more.
    const [with3] = titles(page).slice(-1);
    expect(with3).toMatch(/^\d+ .*; there may have been more$/);
    expect(textOf(page)).toMatch(/marked “Not known”, or more in the 3 months with some: no proof/);
    expect(textOf(page)).toMatch(
      /At least \d+ restores: .* Of 3 months with some it is not known whether there were more\./,
    );
    expect(textOf(page)).toMatch(/2026-11 .*at least \d/);

    await using proven = await startSite(engine, { coverages: [coverage()] });
    await proven.ledger.saveScope(() => scope());
    await proven.ledger.saveKnownProject(PROJECT_ID, () => known());
    const [december = '', ...others] = titles(await proven.get('/exits'));
    expect(december).toBe('not known'); // before the ledger began
    expect(others).toEqual([...Array(10).fill('no restores'), 'none known, to be proven']);
  });

  test('no month is said to be without exits that fit a filter, where of one on record that is not known', async () => {
    const at = { jobId: idAt('2026-09-10T10:00:00Z'), requestedAt: '2026-09-10T10:00:00.000Z' };
    const of = { projectId: PROJECT_ID, projectName: 'Payments', clusterName: 'orders', ...at };
    const odd = job({ ...of, delivery: 'unknown' });
    await using proven = await startSite(engine, { coverages: [coverage()], jobs: [odd], requesters: [undefined] });
    await proven.ledger.saveScope(() => scope());
    await proven.ledger.saveKnownProject(PROJECT_ID, () => known());
    for (const filter of ['destination=download', 'destination=elsewhere', 'requester=ben*', 'delivery=download']) {
      const page = await proven.get(`/exits?${filter}`);
      expect(page, filter).not.toContain('no restores');
      expect(textOf(page), filter).toContain('a restore may fit of which that is not known');
    }
    const ofCluster = await proven.get(`/exits?projectId=${PROJECT_ID}&clusterName=orders`);
    expect(ofCluster.match(/: no restores</g)).toHaveLength(9);
    expect(ofCluster).toContain(': 1 destination not known<');
  });

  test('a month with exits says that they are all, where that is proven', async () => {
    const begun = job({ jobId: idAt('2026-10-14T12:00:00Z', 1), projectId: PROJECT_ID, delivery: 'download' });
    const made = completed(begun, '2026-10-14T13:00:00.000Z');
    await using proven = await startSite(engine, { jobs: [made], coverages: [coverage()], requesters: [undefined] });
    await proven.ledger.saveScope(() => scope());
    await proven.ledger.saveKnownProject(PROJECT_ID, () => known());
    const text = textOf(await proven.get('/exits'));
    expect(text).toContain('1 restore: 1 downloaded out of Atlas.');
    expect(text).not.toMatch(/At least|at least|there may have been more|or more in/);
  });

  test('of more projects than a page proves are not known', async () => {
    const many = Array.from({ length: 101 }, (_, i) => coverage({ projectId: idAt('2025-06-01T00:00:00Z', i) }));
    await using large = await startSite(engine, { coverages: many });
    await large.ledger.saveScope(() => scope());
    for (const { projectId } of many) await large.ledger.saveKnownProject(projectId, () => known({ projectId }));
    expect(await large.get('/exits')).not.toMatch(/: (no restores|none known, to be proven)</);
    expect(await large.get(`/exits?projectId=${many[0]?.projectId}`)).not.toMatch(/: no restores</);
  });

  test('of none say that none is on record, and a wrong address what is wrong', async () => {
    expect(textOf(await empty.get('/exits'))).toContain('None that is on record.');
    expect(textOf(await site.get('/exits?destination=itself'))).toContain('None that is on record.');
    for (const [path, what] of [
      ['/exits?period=x', 'period: expected days'],
      ['/exits?project=nobody', 'project: no project'],
    ] as const) {
      const answer = await site.fetch(path);
      expect([answer.status, textOf(await answer.text())]).toEqual([400, expect.stringContaining(what)]);
    }
  });
});

describe('announced restores', () => {
  test('are listed with what is known of their state, by state, and one by one', async () => {
    expect(await said('/expected')).toContain('No restore was announced');
    const [coming = '', over = '', off = ''] = await announceSome(site.table);
    const text = await said('/expected');
    expect(text).toMatch(
      /orders payments-prod Withdrawn 0 of 1 restore by ana@laptop \(self-declared\) 1 min ago a download/,
    );
    expect(text).toMatch(
      /Expected 0 of 1 restore orders-test other project: staging .* drill · OPS-1 .* by ana@laptop/,
    );
    expect(text).toMatch(/(Not known|Missed) 0 of 1 restore .* by ana@example\.com/);
    const withdrawn = await said('/expected?state=withdrawn');
    expect(withdrawn).toContain('1 announced restore ');
    expect(await said('/expected?state=came')).toContain('No such announced restore');
    for (const id of [coming, over, off]) expect(await said(`/expected?id=${id}`)).toContain('1 announced restore ');
    for (const [path, status] of [
      [`/expected?id=${'0'.repeat(24)}`, 404],
      ['/expected?state=lost', 400],
      ['/expected?projectId=x', 400],
      ['/expected?cursor=x', 400],
      ['/expected?sate=came', 400],
    ] as const)
      expect((await site.fetch(path)).status, path).toBe(status);
  });
});

describe('the headings of the list', () => {
  test('sort by what they say, and the other way round, and say so', async () => {
    const sortOf = (page: string) =>
      [...page.matchAll(/aria-sort="(\w+)"><a class="sort" href="[^"]*">([^<]*)/g)].map(
        ([, how, what]) => `${what} ${how}`,
      );
    const list = await site.get('/?status=COMPLETED');
    expect(sortOf(list)).toEqual(['Requested (UTC) descending']);
    const [byTook = ''] = hrefs(list, /sort=durationSeconds%3Adesc$/);
    expect(byTook).toBe('/?status=COMPLETED&sort=durationSeconds%3Adesc');
    const longest = await site.get(byTook);
    expect(sortOf(longest)).toEqual(['Took descending']);
    const seconds = new Map(JOBS.map(({ jobId, durationSeconds }) => [jobId, durationSeconds ?? -1]));
    const shown = jobIds(longest).map((id) => seconds.get(id) ?? -1);
    expect(shown).toEqual(shown.toSorted((a, b) => b - a));
    const [shortest = ''] = hrefs(longest, /sort=durationSeconds$/);
    expect(sortOf(await site.get(shortest))).toEqual(['Took ascending']);
    expect(hrefs(longest, /^\/\?status=COMPLETED$/)).not.toEqual([]);
  });
});

describe('pages in words', () => {
  test('an address that leads nowhere is a page for a browser, and a problem for a program', async () => {
    const browser = await fetch(`${site.url}/nowhere`, { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect([browser.status, browser.headers.get('content-security-policy')]).toEqual([
      404,
      expect.stringContaining("default-src 'none'"),
    ]);
    expect(textOf(await browser.text())).toContain('No such page');
    const program = await site.fetch('/nowhere');
    expect([program.status, program.headers.get('content-type')]).toEqual([
      404,
      expect.stringContaining('application/problem+json'),
    ]);
  });

  test('a time of which nobody asked whether there was none is one without any on record', async () => {
    const page = await site.get('/trends?status=FAILED&period=30d');
    expect(page).toMatch(/<title>\d{4}-\d\d-\d\d: none on record</);
    expect(page).not.toContain(': no restores<');
  });

  test('trends of no restores say so, and the overview how often it is read again', async () => {
    expect(textOf(await empty.get('/trends'))).toContain('No restore of this period is on record.');
    expect(await site.get('/')).toContain('data-every="minute"');
    expect(await site.get('/clusters')).toContain('Late after 1 d 2 h without a complete read, stale after 1 d 2 h');
  });
});
