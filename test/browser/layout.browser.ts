// What is easily seen of a poor layout, measured: texts on one another, words and times that break, values that can't be read or copied.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hrefs, type Site, startSite } from '../api/web/site.ts';
import { announceSome, jobsOf, PROJECTS } from '../api/web/world.ts';
import { testEngine } from '../ledger/engines.ts';
import { startChromium } from './chromium.ts';
import { bareValues, brokenWords, overlaps, spills } from './measure.ts';
import { overflow, visit } from './visit.ts';

const WIDTHS = [390, 768, 1024, 1440];
/** Of A4 within its margins, in CSS px. */
const PAPER = 718;

const engine = testEngine();
let browser: Browser;
let site: Site;
let paths: string[];

beforeAll(async () => {
  browser = await startChromium();
  site = await startSite(engine, { jobs: jobsOf(400) });
  await announceSome(site.table);
  const [failed = ''] = hrefs(await site.get('/?status=FAILED'), /^\/jobs\//);
  const [{ projectId }] = PROJECTS;
  paths = [
    ...['/', '/?status=FAILED&since=2026-10-01', '/?period=30d&sort=durationSeconds:desc', '/search?q=orders', failed],
    ...['/clusters', `/clusters?projectId=${projectId}`, `/clusters?projectId=${projectId}&clusterName=sessions`],
    ...['/trends', '/trends?period=365d', '/requesters', `/requesters?kind=user&id=${'1'.repeat(24)}`],
    ...['/exits', '/totals?groupBy=requester', '/expected', '/jobs/x', '/nothing'],
  ];
});
afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});

test.each(WIDTHS)(
  'at %i px no text lies on another, no word or time breaks, and no table leaves its part',
  async (width) => {
    await using visitor = await visit(browser, { viewport: { width, height: 900 } });
    const { page } = visitor;
    for (const path of paths) {
      await page.goto(`${site.url}${path}`);
      for (const open of [false, true]) {
        await page.evaluate(`for (const part of document.querySelectorAll('details')) part.open = ${open}`);
        expect.soft(await overlaps(page), path).toEqual([]);
        expect.soft(await brokenWords(page), path).toEqual([]);
        expect.soft(await spills(page), path).toEqual([]);
      }
      expect.soft(await bareValues(page), path).toEqual([]);
    }
  },
);

test('nor on paper, where pictures keep their bands', async () => {
  await using visitor = await visit(browser, { viewport: { width: PAPER, height: 1_000 } });
  const { page } = visitor;
  await page.emulateMedia({ media: 'print' });
  for (const path of paths) {
    await page.goto(`${site.url}${path}`);
    expect.soft(await overlaps(page), path).toEqual([]);
    expect.soft(await brokenWords(page), path).toEqual([]);
    expect.soft([await spills(page), await overflow(page)], path).toEqual([[], 0]);
    for (const bands of await page.locator('.flow svg:not(.names)').all())
      expect.soft((await bands.boundingBox())?.width ?? 0, path).toBeGreaterThan(100);
  }
});

test('the measures find what they look for', async () => {
  await using visitor = await visit(browser, { viewport: { width: 390, height: 800 } });
  const { page } = visitor;
  await page.setContent(`<p>one</p><p style="margin-top:-2.2rem">other</p>
<p style="width:3rem;overflow-wrap:anywhere">ordersandpayments</p><p style="width:3rem">2026-11-23</p>
<div style="height:2rem;overflow:auto"><p>seen</p><p>scrolled away</p></div><p>below</p>
<div class="card" style="width:4rem"><table style="width:9rem"><caption>wide</caption></table></div>
<p>2026-11-23 12:00 UTC</p><p>${'a'.repeat(24)}</p><time datetime="x">then</time>`);
  expect(await overlaps(page)).toEqual(['other lies on one']);
  expect(await brokenWords(page)).toEqual(['ordersandpayments of ordersandpayments', '2026-11-23 of 2026-11-23']);
  expect(await spills(page)).toEqual(['wide']);
  expect(await bareValues(page)).toEqual(['no moment: then', 'time: 2026-11-23 12:00 UTC', `id: ${'a'.repeat(24)}`]);
});
