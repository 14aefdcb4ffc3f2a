// A page that may change reads itself again, and never takes anything from its reader.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Site, startSite } from '../api/web/site.ts';
import { jobsOf } from '../api/web/world.ts';
import { testEngine } from '../ledger/engines.ts';
import { startChromium } from './chromium.ts';
import { axeViolations, visit } from './visit.ts';

const engine = testEngine();
const JOBS = jobsOf(5);
const OPEN = `/jobs/${JOBS[0]?.jobId}`;
const ENDED = `/jobs/${JOBS[3]?.jobId}`;
let browser: Browser;
let site: Site;

beforeAll(async () => {
  browser = await startChromium();
  site = await startSite(engine, { jobs: JOBS });
});
afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});

/** A visit whose clock is ours. `loads`: how often the page was requested. */
async function opened(path: string, options: Parameters<typeof visit>[1] = {}) {
  const visitor = await visit(browser, options);
  const { page } = visitor;
  const loads: string[] = [];
  page.on('request', (request) => {
    if (request.isNavigationRequest()) loads.push(request.url());
  });
  await page.clock.install();
  await page.goto(`${site.url}${path}`);
  loads.length = 0;
  return { visitor, page, loads };
}

async function pass(page: Page, seconds: number) {
  await page.clock.runFor(seconds * 1_000);
  await page.waitForLoadState();
}

test('the page of an open job is read again every 20 seconds, and says so', async () => {
  const { visitor, page, loads } = await opened(OPEN);
  await using _ = visitor;
  expect(await page.locator('#follow').innerText()).toContain('Updates by itself every 20 s.');
  expect(await axeViolations(page)).toEqual([]);
  await pass(page, 15);
  expect(loads).toEqual([]);
  await pass(page, 10);
  await expect.poll(() => loads).toEqual([`${site.url}${OPEN}`]);
  expect(visitor.complaints).toEqual([]);
});

test.each([ENDED, '/clusters', '/?status=FAILED'])('%s stays as it is', async (path) => {
  const { visitor, page, loads } = await opened(path);
  await using _ = visitor;
  expect(await page.locator('#follow').count()).toBe(0);
  await pass(page, 1_000);
  expect(loads).toEqual([]);
});

describe('nothing is read again', () => {
  test('while it is paused, which a tab remembers, and then it goes on', async () => {
    const { visitor, page, loads } = await opened(OPEN);
    await using _ = visitor;
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.reload();
    loads.length = 0;
    expect(await page.locator('#follow').innerText()).toContain('Updates are paused.');
    await pass(page, 120);
    expect(loads).toEqual([]);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.evaluate('document.activeElement.blur()');
    await pass(page, 25);
    await expect.poll(() => loads.length).toBe(1);
  });

  test('once something was typed', async () => {
    const { visitor, page, loads } = await opened('/');
    await using _ = visitor;
    await page.getByText('More filters').click();
    await page.locator('form input[type=text]').first().fill('orders');
    await page.getByText('More filters').click(); // folded again
    await page.evaluate('document.activeElement.blur()');
    await pass(page, 600);
    expect(loads).toEqual([]);
    expect(await page.locator('form input[type=text]').first().inputValue()).toBe('orders');
  });

  test('while a part is unfolded, a link has the focus, or text is marked; and then at once', async () => {
    const { visitor, page, loads } = await opened(OPEN);
    await using _ = visitor;
    await page.getByText('What Atlas sent').click();
    await page.evaluate('document.activeElement.blur()');
    await pass(page, 60);
    expect(loads).toEqual([]);
    await page.getByText('What Atlas sent').click();
    await page.getByRole('link', { name: 'JSON' }).first().focus();
    await pass(page, 60);
    expect(loads).toEqual([]);
    await page.evaluate(
      "document.activeElement.blur(); getSelection().selectAllChildren(document.querySelector('h1'))",
    );
    await pass(page, 60);
    expect(loads).toEqual([]);
    await page.evaluate('getSelection().removeAllRanges()');
    await pass(page, 2);
    await expect.poll(() => loads.length).toBe(1);
  });

  test('while the tab is hidden, or the browser is offline', async () => {
    const { visitor, page, loads } = await opened(OPEN);
    await using _ = visitor;
    await page.evaluate("Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })");
    await pass(page, 120);
    expect(loads).toEqual([]);
    await page.evaluate("Object.defineProperty(document, 'hidden', { configurable: true, get: () => false })");
    await visitor.context.setOffline(true);
    await pass(page, 120);
    expect(loads).toEqual([]);
    await visitor.context.setOffline(false);
    await pass(page, 2);
    await expect.poll(() => loads.length).toBe(1);
  });

  test('without JavaScript, and nothing says that it would be', async () => {
    await using visitor = await visit(browser, { javaScriptEnabled: false });
    await visitor.page.goto(`${site.url}${OPEN}`);
    expect(await visitor.page.locator('#follow').isVisible()).toBe(false);
  });
});
