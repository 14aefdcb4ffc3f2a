// The five questions that people come with, asked of a real browser: each answered in at most two clicks from home, without JavaScript too.

import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fill } from '../../bench/big/made-ledger.ts';
import { type Click, questionsOf } from '../../bench/big/questions.ts';
import { apiApp } from '../../functions/api/app.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { type EngineTable, testEngine } from '../ledger/engines.ts';
import { startChromium } from './chromium.ts';
import { axeViolations, visit } from './visit.ts';

const LOAD = { jobs: 4_000, clusters: 50, runs: 5, untilMs: Date.parse('2026-11-23T12:00:00Z') };
const now = () => LOAD.untilMs;
let browser: Browser;
let own: EngineTable;
let server: ServerType;
let url: string;

beforeAll(async () => {
  browser = await startChromium();
  own = await testEngine().newTable(now);
  await fill(ledgerReader({ table: own.table, now }), LOAD);
  const app = apiApp({ ledger: ledgerReader({ table: own.table, now }), log: silentLog, now });
  server = await new Promise<ServerType>((resolve) => {
    const started = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(started));
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await browser?.close();
  await new Promise((resolve) => server?.close(resolve));
  await own?.[Symbol.asyncDispose]();
});

async function click(page: Page, one: Click) {
  if ('search' in one) {
    await page.getByRole('searchbox').fill(one.search);
    await page.keyboard.press('Enter');
  } else if ('fact' in one) {
    const fact = page.locator('dl.facts > div').filter({ has: page.getByText(one.fact, { exact: true }) });
    await fact.getByRole('link').click();
  } else await page.getByRole('main').getByRole('link', { name: one.link, exact: true }).first().click();
  await page.waitForLoadState('load');
}

test.each(questionsOf(LOAD).map((question) => [question.name, question] as const))('%s', async (_, question) => {
  expect(question.clicks.length).toBeLessThanOrEqual(2);
  for (const javaScriptEnabled of [true, false]) {
    await using visitor = await visit(browser, { javaScriptEnabled });
    const { page, complaints } = visitor;
    await page.goto(url);
    for (const one of question.clicks) {
      const before = page.url();
      await click(page, one);
      await page.waitForURL((address) => address.href !== before);
    }
    const said = (await page.getByRole('main').innerText()).replace(/\s+/g, ' ');
    expect(said).toMatch(question.page);
    if (javaScriptEnabled) expect(await axeViolations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  }
});
