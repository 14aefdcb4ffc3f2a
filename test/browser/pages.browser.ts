import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Requester } from '../../functions/restore/requesters/requester.ts';
import type { Grade } from '../../functions/schema/words.ts';
import { hrefs, jobIds, type Site, startSite } from '../api/web/site.ts';
import { announceSome, coverages, jobsOf, PROJECTS } from '../api/web/world.ts';
import { testEngine } from '../ledger/engines.ts';
import { job } from '../ledger/jobs.ts';
import { startChromium } from './chromium.ts';
import { axeViolations, overflow, SCHEMES, SIZES, type Size, screenshots, visit } from './visit.ts';

const SIZE_NAMES = Object.keys(SIZES) as Size[];
const LONG = `<script>alert(1)</script>"'&${'x'.repeat(200)} \u202Egnp.exe 👩‍👩‍👧 ${'wide '.repeat(40)}`.slice(0, 500);

const engine = testEngine();
let browser: Browser;
let shots: string;
let sites: Record<'none' | 'five' | 'thousands' | 'hostile', Site>;
let failedJob: string;
let criticalJob: string;

beforeAll(async () => {
  browser = await startChromium();
  shots = await screenshots();
  await mkdir(shots, { recursive: true });
  console.log(`screenshots: ${shots}`);
  sites = {
    none: await startSite(engine),
    five: await startSite(engine, { jobs: jobsOf(5) }),
    thousands: await startSite(engine, { jobs: jobsOf(5_000) }),
    hostile: await startSite(engine, {
      jobs: hostileJobs(),
      coverages: hostileCoverages(),
      requesters: [hostileRequester('exact'), hostileRequester('weak')],
    }),
  };
  await announceSome(sites.thousands.table);
  await announceSome(sites.hostile.table, LONG.slice(0, 200));
  failedJob = hrefs(await sites.five.get('/?status=FAILED'), /^\/jobs\//)[0] ?? '';
  criticalJob = hrefs(await sites.thousands.get('/?finding=protected-target'), /^\/jobs\//)[0] ?? '';
});
afterAll(async () => {
  await browser?.close();
  for (const site of Object.values(sites ?? {})) await site[Symbol.asyncDispose]();
});

const hostileJobs = () =>
  jobsOf(6).map((one, i) => ({
    ...one,
    clusterName: LONG,
    projectName: LONG,
    ...(i % 2 ? {} : { targetClusterName: `${LONG}!` }),
    errorMessage: LONG,
  }));
const hostileRequester = (grade: Grade): Requester => ({
  actor: { kind: 'delegated', id: LONG, name: LONG, via: LONG },
  ...{ grade, points: 10, eventId: LONG, eventType: LONG, rivals: 123_456 },
});
const hostileCoverages = () =>
  coverages().map((one) => ({
    ...one,
    projectName: LONG,
    attribution: { error: { code: LONG, message: LONG, since: one.projectId } },
    clusters: Object.fromEntries(
      Object.entries(one.clusters).map(([key, cluster]) => [key, { ...cluster, clusterName: LONG }]),
    ),
  }));

/** Every page there is, in every state. Those that are refused make the browser log the status, which is no complaint. */
const pages = (): [name: string, site: Site, path: string, status?: number][] => [
  ['empty', sites.none, '/'],
  ['empty-clusters', sites.none, '/clusters'],
  ['five', sites.five, '/'],
  ['thousands', sites.thousands, '/'],
  ['thousands-failed', sites.thousands, '/?status=FAILED&status=CANCELLED&delivery=automated&since=2026-10-01'],
  ['nothing-fits', sites.five, '/?kind=serverless'],
  ['wrong-filter', sites.five, '/?clusterName=orders', 400],
  ['wrong-cursor', sites.five, '/?cursor=x', 400],
  ['job', sites.five, failedJob],
  ['job-critical', sites.thousands, criticalJob],
  ['job-exact', sites.five, `/jobs/${jobsOf(5)[3]?.jobId}`],
  ['job-pending', sites.five, `/jobs/${jobsOf(5)[0]?.jobId}`],
  ['no-job', sites.five, '/jobs/x', 404],
  ['clusters', sites.five, '/clusters'],
  ['clusters-of-one', sites.five, `/clusters?projectId=${PROJECTS[1].projectId}`],
  ['cluster', sites.thousands, `/clusters?projectId=${PROJECTS[0].projectId}&clusterName=orders`],
  ['cluster-failing', sites.five, `/clusters?projectId=${PROJECTS[0].projectId}&clusterName=sessions`],
  ['project', sites.thousands, `/clusters?projectId=${PROJECTS[1].projectId}`],
  ['requesters', sites.thousands, '/requesters'],
  ['requester', sites.five, `/requesters?kind=user&id=${'1'.repeat(24)}`],
  ['trends', sites.thousands, '/trends?period=90d&by=rule'],
  ['trends-filtered', sites.thousands, '/trends?period=365d&status=FAILED'],
  ['trends-wrong', sites.five, '/trends?by=x', 400],
  ['trends-empty', sites.none, '/trends'],
  ['requesters-empty', sites.none, '/requesters'],
  ['exits', sites.thousands, '/exits'],
  ['exits-empty', sites.none, '/exits'],
  ['exits-wrong', sites.five, '/exits?period=x', 400],
  ['totals', sites.thousands, '/totals?groupBy=requester'],
  ['totals-months', sites.thousands, '/totals?groupBy=month&since=2026-09-01'],
  ['totals-wrong', sites.five, '/totals?groupBy=x', 400],
  ['expected', sites.thousands, '/expected'],
  ['expected-empty', sites.none, '/expected'],
  ['sorted', sites.thousands, '/?period=30d&sort=durationSeconds:desc'],
  ['hostile-exits', sites.hostile, '/exits'],
  ['hostile-totals', sites.hostile, '/totals?groupBy=cluster'],
  ['hostile-expected', sites.hostile, '/expected'],
  ['hostile', sites.hostile, '/'],
  ['hostile-trends', sites.hostile, '/trends'],
  ['hostile-requesters', sites.hostile, '/requesters'],
  ['hostile-project', sites.hostile, `/clusters?projectId=${PROJECTS[0].projectId}`],
  ['hostile-job', sites.hostile, `/jobs/${jobsOf(6)[4]?.jobId}`],
  ['hostile-clusters', sites.hostile, '/clusters'],
];

describe.each(SIZE_NAMES)('on a %s', (size) => {
  test.each(SCHEMES)('in %s, every page renders without a complaint or an axe violation, and fits', async (scheme) => {
    await using visitor = await visit(browser, { size, scheme });
    const { page, complaints } = visitor;
    for (const [name, site, path, status = 200] of pages()) {
      const answer = await page.goto(`${site.url}${path}`);
      expect.soft(answer?.status(), name).toBe(status);
      await page.screenshot({
        path: join(shots, `${name}-${size}-${scheme}.png`),
        fullPage: !/^thousands$|^thousands-failed/.test(name),
      });
      expect.soft(await overflow(page), `${name} is wider than the window, by px`).toBe(0);
      await page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true");
      expect.soft(await axeViolations(page), name).toEqual([]);
      expect.soft(await overflow(page), `${name} unfolded is wider than the window, by px`).toBe(0);
      expect
        .soft(
          complaints.splice(0).filter((text) => !(status !== 200 && text.includes(`status of ${status}`))),
          name,
        )
        .toEqual([]);
    }
  });
});

test('at 360 px everything still fits', async () => {
  await using visitor = await visit(browser, { viewport: { width: 360, height: 740 } });
  for (const [name, site, path] of pages()) {
    await visitor.page.goto(`${site.url}${path}`);
    await visitor.page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true");
    expect.soft(await overflow(visitor.page), name).toBe(0);
  }
});

test('the form filters, without JavaScript too', async () => {
  for (const javaScriptEnabled of [true, false]) {
    await using visitor = await visit(browser, { javaScriptEnabled });
    const { page, complaints } = visitor;
    await page.goto(sites.thousands.url);
    await page.getByText('More filters').click();
    await page.locator('input[name="status"][value="FAILED"]').check();
    await page.getByLabel('Project', { exact: true }).selectOption({ label: 'analytics' });
    await page.getByLabel('Cluster', { exact: true }).fill('events');
    await page.locator('input[name="since"]').fill('2026-11-01');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.waitForURL(/status=FAILED/);
    const asked = Object.fromEntries(new URL(page.url()).searchParams);
    expect(asked).toMatchObject({ status: 'FAILED', cluster: 'events', since: '2026-11-01' });
    expect(Object.values(asked)).toContain(PROJECTS[1].projectId);
    const rows = page.getByRole('row');
    const texts = (await rows.allInnerTexts()).slice(1);
    expect(texts.length).toBeGreaterThan(5);
    for (const text of texts) expect(text).toMatch(/Failed.*events.*analytics/s);
    await page.getByRole('link', { name: 'Remove the filter Cluster: events' }).click();
    expect(page.url()).not.toContain('events');
    expect(complaints).toEqual([]);
  }
});

test.each(['phone', 'desktop'] as const)(
  'on a %s the words behind a grade show on hover and on focus, inside the window',
  async (size) => {
    for (const javaScriptEnabled of [true, false]) {
      await using visitor = await visit(browser, { size, javaScriptEnabled });
      const { page } = visitor;
      await page.goto(sites.five.url);
      for (const grade of ['exact', 'likely']) {
        const link = page.getByRole('link', { name: new RegExp(`^${grade} match\\. `) }).first();
        const tip = link.locator('.tip');
        const shownWidth = async () => (await tip.boundingBox())?.width ?? 0;
        expect(await shownWidth()).toBe(1);
        await link.hover();
        expect(await shownWidth()).toBeGreaterThan(150);
        await page.screenshot({ path: join(shots, `tip-${grade}-${size}.png`) });
        expect(await overflow(page)).toBe(0);
        const box = await tip.boundingBox();
        expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(SIZES[size].width);
        await page.mouse.move(0, 0);
        expect(await shownWidth()).toBe(1);
        await page.keyboard.press('Tab'); // so that the next focus is a keyboard's
        await link.focus();
        expect(await shownWidth()).toBeGreaterThan(150);
        await page.keyboard.press('Enter');
        await page.waitForURL(/\/jobs\/\w+#asked$/);
        expect(await page.getByRole('heading', { name: 'Requested by', exact: true }).isVisible()).toBe(true);
        await page.goBack();
      }
    }
  },
);

test('a finding of the overview leads to the restores that have it, and the form can ask for another, without JavaScript too', async () => {
  for (const javaScriptEnabled of [true, false]) {
    await using visitor = await visit(browser, { javaScriptEnabled });
    const { page } = visitor;
    await page.goto(sites.thousands.url);
    await page
      .getByRole('region', { name: 'Found in 30 days' })
      .getByRole('link', { name: /^Slow \d/ })
      .click();
    for (const text of (await page.getByRole('row').allInnerTexts()).slice(1)) expect(text).toMatch(/Info:\s+Slow/);
    await page.getByText('More filters').click();
    await page.locator('input[name="finding"][value="slow"]').uncheck();
    await page.locator('input[name="finding"][value="protected-target"]').check();
    await page.getByRole('button', { name: 'Show' }).click();
    await page.waitForURL(/finding=protected-target/);
    for (const text of (await page.getByRole('row').allInnerTexts()).slice(1))
      expect(text).toMatch(/Critical:\s+Protected/);
  }
});

test('without JavaScript the pages can be walked from the list to a job, its JSON, and back', async () => {
  await using visitor = await visit(browser, { javaScriptEnabled: false });
  const { page } = visitor;
  await page.goto(sites.thousands.url);
  await page.getByRole('link', { name: 'Older' }).click();
  await page.getByRole('link', { name: 'Back to the newest' }).click();
  await page
    .getByRole('table')
    .getByRole('link', { name: /^2026-/ })
    .first()
    .click();
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('Restore of');
  await page.getByText('What Atlas sent').click();
  expect(await page.getByRole('region', { name: 'What Atlas sent, as JSON' }).innerText()).toContain(
    '"desiredTimestamp"',
  );
  await page.getByRole('link', { name: 'Clusters' }).click();
  expect(await page.getByRole('heading', { name: 'Needs attention' }).isVisible()).toBe(true);
});

test('with JavaScript every time has the local one in its title, and beside it on the page of a job', async () => {
  await using visitor = await visit(browser);
  const { page } = visitor;
  await page.goto(`${sites.five.url}${failedJob}`);
  const requested = page.locator('dd time').first();
  const utc = new Date((await requested.getAttribute('datetime')) ?? '');
  const local = new Date(utc.getTime() + 5.5 * 3_600_000).toISOString().slice(11, 16); // Kolkata
  expect(await requested.getAttribute('title')).toContain(local);
  expect(
    await page
      .locator('dd')
      .filter({ has: page.locator('time') })
      .first()
      .innerText(),
  ).toContain(`${local} local`);
});

test('the keyboard alone reaches everything: skip link, navigation, filters, a job', async () => {
  await using visitor = await visit(browser);
  const { page } = visitor;
  const focused = () => page.evaluate('(document.activeElement?.textContent ?? "").trim()') as Promise<string>;
  const tabTo = async (text: string | RegExp) => {
    for (let presses = 0; presses < 150; presses++) {
      await page.keyboard.press('Tab');
      const name = await focused();
      if (typeof text === 'string' ? name === text : text.test(name)) return;
    }
    throw new Error(`no ${text} by Tab`);
  };
  await page.goto(sites.five.url);
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Skip to content');
  await page.keyboard.press('Enter');
  expect(await page.evaluate('document.activeElement.id')).toBe('main');
  await tabTo('More filters');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab'); // Pending
  for (let i = 0; i < 3; i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Space'); // Completed
  await tabTo('Show');
  const ring = (await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')) as string;
  expect(ring).toBe('solid');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\?status=COMPLETED$/);
  await tabTo(/^2026-/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/jobs\//);
  await tabTo('Clusters');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/clusters$/);
  expect(await page.locator('[aria-current=page]').innerText()).toBe('Clusters');
});

test('hostile names run nothing and load nothing', async () => {
  await using visitor = await visit(browser);
  const { page, complaints } = visitor;
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  for (const path of [
    '/',
    '/clusters',
    `/jobs/${jobsOf(6)[0]?.jobId}`,
    `/?projectId=${job().projectId}&clusterName=${encodeURIComponent('"><img src=/x onerror=alert(1)>')}`,
  ]) {
    await page.goto(`${sites.hostile.url}${path}`);
    expect(await page.locator('main script, main img').count()).toBe(0);
  }
  expect(asked.filter((path) => !/^\/($|clusters$|jobs\/|page-[0-9a-f]{12}\.(css|js|svg)$)/.test(path))).toEqual([]);
  expect(complaints).toEqual([]);
});

test('on paper there is no navigation, and no form', async () => {
  await using visitor = await visit(browser);
  const { page } = visitor;
  await page.emulateMedia({ media: 'print' });
  await page.goto(sites.five.url);
  await page.screenshot({ path: join(shots, 'five-print.png'), fullPage: true });
  for (const part of await page.locator('header, .quick, .pages').all()) expect(await part.isVisible()).toBe(false);
  expect(jobIds(await page.content())).toHaveLength(5);
});

test('a phone shows five restores a screen', async () => {
  await using visitor = await visit(browser, { size: 'phone' });
  await visitor.page.goto(`${sites.thousands.url}/`);
  const heights = await visitor.page.evaluate<number[]>(
    "[...document.querySelectorAll('.jobs tbody tr')].map((row) => row.getBoundingClientRect().height)",
  );
  expect(heights).toHaveLength(50);
  const average = heights.reduce((sum, height) => sum + height) / heights.length;
  expect(average).toBeLessThanOrEqual(SIZES.phone.height / 5);
});

test("a button copies a job's id, and says so", async () => {
  await using visitor = await visit(browser, { permissions: ['clipboard-read', 'clipboard-write'] });
  const { page } = visitor;
  await page.goto(`${sites.five.url}${failedJob}`);
  const id = failedJob.replace('/jobs/', '');
  const button = page.getByRole('button', { name: `Copy ${id}` });
  await button.click();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(id);
  expect(await button.textContent()).toBe('Copied');
});
