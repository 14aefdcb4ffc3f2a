import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageRoutes } from '../../../../functions/api/web/routes.ts';
import { silentLog } from '../../../../functions/platform/log.ts';
import { objectivesOf } from '../../../../functions/restore/objectives/objective.ts';
import { testEngine } from '../../../ledger/engines.ts';
import { hrefs, type Site, startSite, textOf, unescaped } from '../site.ts';
import { coverages, jobsOf, NOW, PROJECTS } from '../world.ts';

const engine = testEngine();
const JOBS = jobsOf(1_200);
const [PAYMENTS, ANALYTICS, STAGING] = PROJECTS;
const ORDERS = `/clusters?projectId=${PAYMENTS.projectId}&clusterName=orders`;
const ANA = `/requesters?kind=user&id=${'1'.repeat(24)}`;
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
/** Of a table of ranks: the number beside each label. */
const ranked = (page: string) =>
  [...page.matchAll(/<tr><th scope="row">(.*?)<\/th><td class="r">([\d,]+)<\/td><td><svg class="rank"/gs)].map(
    ([, label = '', n = '']) => [textOf(label).trim(), Number(n.replace(',', ''))] as const,
  );

describe('the page of a cluster', () => {
  test('says what is usual only with how many restores it is of, and what was left out', async () => {
    const text = await said(ORDERS);
    expect(text).toMatch(/Of 1\d\d completed restores: median 2\d min \d\d s, 95th percentile \d\d min \d\d s\./);
    expect(text).toContain('There are more restores than a page reads: these are of the newest 200, back to 2026-');
    const few = await startSite(engine, { jobs: jobsOf(12) });
    const [, , , other] = jobsOf(12);
    const fewText = textOf(await few.get(`/clusters?projectId=${other?.projectId}&clusterName=${other?.clusterName}`));
    expect(fewText).toMatch(/completed restores?, too few for a median; at most/);
    expect(fewText).not.toContain('There are more restores than a page reads');
    await few[Symbol.asyncDispose]();
  });

  test('is measured against its objective where one is set', async () => {
    const { ledger } = site;
    const app = pageRoutes({
      ledger,
      log: silentLog,
      now: () => NOW,
      objectives: objectivesOf(['payments-prod/orders = rto 20m, rpo 6h']),
    });
    const page = await (await app.request(ORDERS)).text();
    expect(textOf(page)).toContain('Objective 20 min 00 s recovery time');
    expect(page).toContain('class="dot bad"');
    expect(page.match(/class="level objective"/g)).toHaveLength(2);
    expect(await site.get(ORDERS)).not.toContain('level objective');
  });

  test('shows which days are proven, each a way to its restores, and holes as holes', async () => {
    const page = await site.get(ORDERS);
    expect(page).toContain('<path class="cell full"');
    const days = hrefs(page, /^\/\?projectId=\w+&clusterName=orders&since=\S+&until=\S+$/);
    expect(days).toContain(`/?projectId=${PAYMENTS.projectId}&clusterName=orders&since=2026-11-23&until=2026-11-24`);
    const failing = await site.get(`/clusters?projectId=${PAYMENTS.projectId}&clusterName=sessions`);
    expect(failing).toContain('<path class="cell cross"');
    expect(textOf(failing)).toContain('1 day not proven : 2026-11-23');
    const never = textOf(await site.get(`/clusters?projectId=${STAGING.projectId}&clusterName=brand-new`));
    expect(never).toContain('60 days not proven : 2026-09-25 to 2026-11-23');
    expect(never).not.toContain(' proven: every restore is on record');
  });

  test('never says that a month had no restore where the record has fewer than Atlas lists', async () => {
    const page = textOf(await site.get(`/clusters?projectId=${PAYMENTS.projectId}&clusterName=ledger-eu`));
    expect(page).toContain('None known in 12 months; 12 months not known');
  });

  test('of a name that no run has found says so, and of one without restores there is none', async () => {
    const flex = await said(`/clusters?projectId=${PAYMENTS.projectId}&clusterName=playground`);
    expect(flex).toContain('No run has found a cluster of this name');
    expect(flex).not.toContain('Proven');
    expect((await site.fetch(`/clusters?projectId=${PAYMENTS.projectId}&clusterName=none`)).status).toBe(404);
    expect((await site.fetch(`/clusters?projectId=${PAYMENTS.projectId}&clusterName=__proto__`)).status).toBe(404);
    expect((await site.fetch(`/clusters?projectId=${'f'.repeat(24)}&clusterName=orders`)).status).toBe(404);
  });

  test('is linked from every list, job and table where the name stands', async () => {
    const link = (page: string) => hrefs(page, /^\/clusters\?projectId=\w+&clusterName=/);
    const [named] = JOBS.slice(1);
    for (const path of ['/', '/?status=FAILED', `/jobs/${named?.jobId}`, '/clusters', '/trends', ANA])
      expect(link(await site.get(path)).length, path).toBeGreaterThan(0);
    for (const path of [...new Set(link(await site.get('/')))])
      expect((await site.fetch(path)).status, path).not.toBe(500);
  });
});

describe('the page of a project', () => {
  test('has its clusters by day and month, who restores them and where to', async () => {
    const page = await site.get(`/clusters?projectId=${ANALYTICS.projectId}`);
    const text = textOf(page);
    expect(text).toContain('Its list of clusters');
    expect(text).toContain('Who restores its clusters');
    expect(text).toMatch(/analytics → to a download/);
    expect(hrefs(page, /targetProjectId=c/)).toContain(
      `/?projectId=${ANALYTICS.projectId}&targetProjectId=${STAGING.projectId}`,
    );
  });
});

describe('requesters', () => {
  test('are counted over the newest restores, those whom nobody knows too, and add up', async () => {
    const page = await site.get('/requesters');
    const ranks = ranked(page);
    expect(ranks.reduce((sum, [, n]) => sum + n, 0)).toBe(1_000);
    expect(ranks[0]?.[0]).toBe('ana@example.com user');
    expect(textOf(page)).toContain('these are of the newest 1,000');
    expect(textOf(page)).toContain('Not known: several actors fit');
  });

  test('have a page each, never without how sure it is', async () => {
    const text = await said(ANA);
    expect(text).toContain('ana@example.com');
    expect(text).toMatch(/Exact match \d+ Id and time leave practically no other choice/);
    expect(text).not.toContain('Not all of these are sure');
    const unsure = await said('/requesters?kind=delegated&name=ben%40example.com');
    expect(unsure).toContain('a likely match is no proof that it was them');
    expect(await said('/requesters?kind=staff')).toContain('a weak match is no proof');
  });

  test('lead from each picture of them to their restores', async () => {
    const page = await site.get(ANA);
    const links = hrefs(page, /^\/\?.*requester=/);
    for (const part of [/finding=/, /since=/, /targetProjectId=|delivery=download/]) {
      const link = links.find((each) => part.test(each));
      const listed = await site.get(link ?? '/');
      expect(new Set(hrefs(listed, /^\/requesters\?/))).toEqual(new Set([ANA]));
    }
    expect(hrefs(await site.get('/requesters?kind=staff'), /requester=/)).toEqual([]);
  });

  test('are linked from the list and from a job', async () => {
    expect(hrefs(await site.get('/'), /^\/requesters\?/)).toContain(ANA);
    expect(hrefs(await site.get(`/jobs/${JOBS[3]?.jobId}`), /^\/requesters\?/)).toEqual([ANA]);
  });

  test.each([
    ['/requesters?kind=user&id=9', 404],
    ['/requesters?kind=nobody', 400],
    ['/requesters?id=1', 400],
    ['/requesters?kind=user&nmae=x', 400],
    [`/requesters?kind=user&name=${'x'.repeat(201)}`, 400],
    ['/requesters?kind=user&name=', 400],
  ])('%s is answered with %d', async (path, status) => expect((await site.fetch(path)).status).toBe(status));
});

describe('the trends', () => {
  const counts = (page: string) =>
    [...page.matchAll(/until=\S+">[^<]+<\/a><\/th>((?:<td class="r">[\d,]+<\/td>){2,})/g)].map(([, cells = '']) =>
      [...cells.matchAll(/>([\d,]+)</g)].map(([, n = '']) => Number(n.replace(',', ''))),
    );
  const total = (page: string) => counts(page).reduce((sum, row) => sum + (row.at(-1) ?? 0), 0);

  test.each(['outcome', 'kind', 'delivery'])('by %s count each restore of the period once', async (by) => {
    const page = await site.get(`/trends?period=90d&by=${by}`);
    expect(total(page)).toBe(JOBS.length);
    for (const row of counts(page)) expect(row.slice(0, -1).reduce((a, b) => a + b)).toBe(row.at(-1));
  });

  test('under filters count what the list has, and keep them for another period and dimension', async () => {
    const page = await site.get('/trends?period=90d&status=FAILED');
    expect(total(page)).toBe(JOBS.filter(({ status }) => status === 'FAILED').length);
    expect(hrefs(page, /^\/trends/)).toEqual(
      expect.arrayContaining([
        '/trends?status=FAILED&period=7d',
        '/trends?status=FAILED&period=90d&by=kind',
        '/trends?period=90d',
      ]),
    );
    expect(hrefs(page, /^\/\?status=FAILED&since=/).length).toBeGreaterThan(10);
  });

  test('of a year are weeks, which hold as many', async () => {
    const page = await site.get('/trends?period=365d');
    expect(total(page)).toBe(JOBS.length);
    expect(unescaped(page)).toMatch(/>2026-\d\d-\d\d to 2026-\d\d-\d\d<\/a>/);
  });

  test('between two days are of those days alone', async () => {
    const page = await site.get('/trends?since=2026-11-01&until=2026-11-08');
    expect(total(page)).toBe(
      JOBS.filter(({ requestedAt }) => requestedAt >= '2026-11-01' && requestedAt < '2026-11-08').length,
    );
  });

  test('say where the data went: as many as there are', async () => {
    const page = await site.get('/trends?period=90d');
    const flows = ranked(page).filter(([label]) => label.includes('→'));
    expect(flows.reduce((sum, [, n]) => sum + n, 0)).toBe(JOBS.length);
    const downloads = JOBS.filter(({ delivery }) => delivery === 'download').length;
    expect(flows.filter(([label]) => label.endsWith('download')).reduce((sum, [, n]) => sum + n, 0)).toBe(downloads);
  });

  test.each(['/trends', '/exits', '/totals?groupBy=day'])(
    '%s takes the words that the list of restores takes',
    async (path) => {
      const page = textOf(await site.get(`${path}${path.includes('?') ? '&' : '?'}period=last-month`));
      expect(page).toContain('2026-10-01 to 2026-10-31, UTC');
    },
  );

  test.each([
    ['/trends?by=colour', /by: expected one of outcome, kind/],
    ['/trends?period=400d', /period: expected days/],
    ['/trends?period=7d&since=2026-11-01', /period excludes since and until/],
    ['/trends?since=2024-01-01', /at most 366 days/],
    ['/trends?kind=x', /kind: expected some of dedicated/],
  ])('%s is refused, and says why', async (path, why) => {
    const answer = await site.fetch(path);
    expect(answer.status).toBe(400);
    expect(textOf(await answer.text())).toMatch(why);
  });
});

test('without anything on record every page says so', async () => {
  expect(textOf(await empty.get('/requesters'))).toContain('No restores so far');
  expect(textOf(await empty.get('/trends'))).toContain('Nothing was found');
});

test('what each page reads is bounded, however many restores there are', async () => {
  const costs = async (path: string) => {
    site.requests();
    expect((await site.fetch(path)).status).toBe(200);
    return site.requests();
  };
  // The project: 1 batch and 2 queries, one of them of verdicts. The cluster: 1 query and 2 batches for 200 jobs; the names of other projects, 1 batch.
  expect(await costs(ORDERS)).toEqual({ BatchGetItem: 1 + 2 + 1, Query: 2 + 1 });
  // 400 jobs of a project from the table itself.
  expect(await costs(`/clusters?projectId=${PAYMENTS.projectId}`)).toEqual({ BatchGetItem: 1 + 1, Query: 2 + 2 });
  // 5 pages of 200 jobs, each 1 query of a month's feed, or 2, and 2 batches.
  const { Query = 0, BatchGetItem } = await costs('/requesters');
  expect(BatchGetItem).toBe(10);
  expect(Query).toBeLessThanOrEqual(10);
  await site.ledger.markDaysAgain();
  await site.ledger.countDays(() => false);
  // Days that are counted: 1 batch for their marks, and 1 for their restores, or their counts; and the names.
  expect(await costs('/trends')).toEqual({ BatchGetItem: 2, Query: 1 });
  expect(await costs('/totals?groupBy=cluster')).toEqual({ BatchGetItem: 2, Query: 1 });
  // The marks of all days, the newest 1,000 restores where they are, and whole.
  expect(await costs('/requesters')).toEqual({ GetItem: 1, Query: 1, BatchGetItem: 1 + 10 });
});

describe('following', () => {
  const followed = (page: string) => /<p id="follow"[^>]* data-seconds="(\d+)"/.exec(page)?.[1];

  test('the page of an open job is read again, that of one that has ended is not', async () => {
    const [open] = JOBS;
    const ended = JOBS.find(({ status }) => status === 'COMPLETED');
    const ready = JOBS.find(({ status }) => status === 'READY');
    expect(followed(await site.get(`/jobs/${open?.jobId}`))).toBe('20');
    expect(followed(await site.get(`/jobs/${ready?.jobId}`))).toBe('300');
    expect(followed(await site.get(`/jobs/${ended?.jobId}`))).toBeUndefined();
  });

  test('the overview is read again, a filtered or older list is not', async () => {
    expect(followed(await site.get('/'))).toBe('60');
    expect(followed(await empty.get('/'))).toBe('60'); // the first run is waited for
    for (const path of ['/?status=RUNNING', '/clusters', '/trends', '/requesters'])
      expect(followed(await site.get(path)), path).toBeUndefined();
  });
});

test('a page of a thousand clusters stays bounded, shows the worst, and says how many more there are', async () => {
  const [one] = coverages();
  const sample = one?.clusters.orders;
  if (!one || !sample) throw new Error('no cluster to copy');
  const clusters = Object.fromEntries(
    Array.from({ length: 250 }, (_, n) => [`c${n}`, { ...sample, clusterName: `c${n}` }]),
  );
  const projects = Array.from({ length: 4 }, (_, n) => ({
    ...one,
    ...{ projectId: `${n}`.padStart(24, 'a'), projectName: `p${n}`, clusters },
  }));
  const last = projects[3];
  if (last) last.clusters = { ...clusters, bad: { ...sample, clusterName: 'bad', lists: {} } };
  await using large = await startSite(engine, { coverages: projects });
  const page = await large.get('/clusters');
  expect(page.match(/class="cells"/g)).toHaveLength(80);
  expect(textOf(page)).toContain('The 40 worst covered. And 961 more clusters: each is on the page of its project.');
  expect(page.indexOf('60 days not proven')).toBeGreaterThan(0);
  const pictures = page.slice(page.indexOf('id="days"'), page.indexOf('class="stack even'));
  expect(pictures).toContain('id="months"');
  expect(Buffer.byteLength(pictures)).toBeLessThan(150_000);
});

test('trends of a filter that no index carries look at the newest 1,000 restores, and say from when on', async () => {
  const before = /of those requested before ([\d-]+ [\d:]+) UTC ?, some or all are left out/;
  const [, since = ''] = before.exec(await said('/trends?requester=nobody%40example.com&period=365d')) ?? [];
  const newer = JOBS.filter(({ requestedAt }) => requestedAt >= `${since.replace(' ', 'T')}.000Z`);
  expect(newer.length).toBeGreaterThanOrEqual(990);
  expect(newer.length).toBeLessThanOrEqual(1_000);
  expect(await said('/trends?requester=nobody%40example.com&period=7d')).not.toMatch(before);
});
