// What is easily seen of a poor layout, measured: texts on one another, words and times that break, values that can't be read or copied.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fill } from '../../bench/big/made-ledger.ts';
import { apiApp } from '../../functions/api/app.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { hrefs, type Site, startSite } from '../api/web/site.ts';
import { announceSome, jobsOf, PROJECTS } from '../api/web/world.ts';
import { testEngine } from '../ledger/engines.ts';
import { startChromium } from './chromium.ts';
import { bareValues, brokenWords, cramped, overlaps, spills, sprawlingChoices } from './measure.ts';
import { axeViolations, overflow, visit } from './visit.ts';

const WIDTHS = [360, 390, 768, 1024, 1440];
const PHONES = [360, 390];
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
        expect.soft(await cramped(page), path).toEqual([]);
      }
      expect.soft(await bareValues(page), path).toEqual([]);
    }
  },
);

test.each([360, 768, 1024])(
  'at %i px nothing that can be pressed is too small, or too near to another',
  async (width) => {
    await using visitor = await visit(browser, { viewport: { width, height: 900 } });
    for (const path of paths) {
      await visitor.page.goto(`${site.url}${path}`);
      expect.soft(await axeViolations(visitor.page), path).toEqual([]);
    }
  },
);

test.each(PHONES)('at %i px what can be chosen from takes a line, with what was chosen in sight', async (width) => {
  await using visitor = await visit(browser, { viewport: { width, height: 740 } });
  for (const path of paths) {
    await visitor.page.goto(`${site.url}${path}`);
    expect.soft(await sprawlingChoices(visitor.page), path).toEqual([]);
  }
});

test.each([360, 768, 1024, 1440])('nor does the report at %i px', async (width) => {
  await using visitor = await visit(browser, { viewport: { width, height: 900 } });
  const { page } = visitor;
  await page.setContent(await report());
  expect(await page.locator('.restores').count()).toBeGreaterThan(0);
  expect(await axeViolations(page)).toEqual([]);
  expect(await overlaps(page)).toEqual([]);
  expect(await brokenWords(page)).toEqual([]);
  expect(await cramped(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
});

async function report(): Promise<string> {
  const load = { jobs: 120, clusters: 8, runs: 3, untilMs: Date.parse('2026-11-23T12:00:00Z') };
  const now = () => load.untilMs;
  await using own = await engine.newTable(now);
  const ledger = ledgerReader({ table: own.table, now });
  await fill(ledger, load);
  const app = apiApp({ ledger, log: silentLog, now, evidence: { ledgerName: 'synthetic' } });
  const answer = await app.request('/evidence?since=2026-09-01&until=2026-11-20&format=html');
  expect(answer.status).toBe(200);
  return answer.text();
}

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
<p>2026-11-23 12:00 UTC</p><p>${'a'.repeat(24)}</p><time datetime="x">then</time>
<p style="width:4.5rem">took 47 min 49 s</p><table style="table-layout:fixed;width:2rem"><tr><td style="padding:0">wholeword</td></tr></table>
<ul class="quick" aria-label="Days" style="display:flex;width:5rem;overflow:auto"><li>one</li><li style="margin-left:6rem"><a aria-current="true">two</a></li><li style="margin-top:2rem">three</li></ul>
<div class="card" style="box-sizing:border-box;width:6rem;padding:1rem"><table style="width:5rem"><caption>close</caption></table></div>
<main><h1>Targets</h1><button style="width:9px;height:9px;padding:0" aria-label="a"></button><button style="width:9px;height:9px;padding:0" aria-label="b"></button></main>`);
  expect(await overlaps(page)).toEqual(['other lies on one']);
  expect(await brokenWords(page)).toEqual([
    'ordersandpayments of ordersandpayments',
    '2026-11-23 of 2026-11-23',
    '47 min 49 s of took 47 min 49 s',
  ]);
  expect(await spills(page)).toEqual(['wide', 'close']);
  expect(await cramped(page)).toEqual(['wholeword leaves its cell']);
  expect(await sprawlingChoices(page)).toEqual(['Days takes 2 lines', 'Days hides what was chosen']);
  expect((await axeViolations(page)).filter((text) => text.startsWith('target-size'))).toHaveLength(2);
  expect(await bareValues(page)).toEqual(['no moment: then', 'time: 2026-11-23 12:00 UTC', `id: ${'a'.repeat(24)}`]);
});
