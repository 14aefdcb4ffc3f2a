// test/browser/visit.ts: visits to pages that fail where the browser complains.
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

export const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } } as const;
export type Size = keyof typeof SIZES;
export const SCHEMES = ['light', 'dark'] as const;
export type Scheme = (typeof SCHEMES)[number];

export interface Visit extends AsyncDisposable {
  page: Page;
  context: BrowserContext;
  /** What the browser complained of: errors, and everything the policy refused. */
  complaints: string[];
}

/** The icon of a page is no part of its load event: a visit that goes on at once ends that request. Refusals have other words. */
const LEFT_BEHIND = 'net::ERR_ABORTED';

interface VisitOptions extends BrowserContextOptions {
  /** @default 'desktop' */
  size?: Size;
  /** @default 'light' */
  scheme?: Scheme;
}

export async function visit(browser: Browser, options: VisitOptions = {}): Promise<Visit> {
  const { size = 'desktop', scheme = 'light', ...rest } = options;
  const context = await browser.newContext({
    viewport: SIZES[size],
    colorScheme: scheme,
    timezoneId: 'Asia/Kolkata',
    locale: 'en-GB',
    ...rest,
  });
  const complaints: string[] = [];
  const page = await context.newPage();
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    if (reason !== LEFT_BEHIND) complaints.push(`failed: ${request.url()} (${reason})`);
  });
  return { page, context, complaints, [Symbol.asyncDispose]: () => context.close() };
}

const AXE_OPTIONS = JSON.stringify({ resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } });
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Everything that axe has a rule for, best practices too; in words, one a problem. Targets, which axe leaves out unless asked, are
 * 24 px or more each way, or as far from others as WCAG 2.2 wants of smaller ones (SC 2.5.8).
 */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(AXE); // by the debugger, which the page's policy does not bind
  const { violations } = (await page.evaluate(`axe.run(document, ${AXE_OPTIONS})`)) as AxeResults;
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => `${id}: ${help} (${target.join(' ')}) ${failureSummary}`),
  );
}

/** How far the page is wider than its window, in px; a part that scrolls by itself doesn't count. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

/** Where screenshots go: a new directory, or SCREENSHOTS. */
export const screenshots = async () => process.env.SCREENSHOTS ?? mkdtemp(join(tmpdir(), 'restore-ledger-pages-'));
