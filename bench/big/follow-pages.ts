// bench/big/follow-pages.ts: the pages that answer the questions, followed from home by their links, as somebody without a browser's script.
import type { Hono } from 'hono';
import type { ApiEnv } from '../../functions/api/http/ports.ts';
import type { Table } from '../../functions/ledger/table/table-port.ts';
import type { Load } from '../dynamo/made-jobs.ts';
import { appOn } from './api.ts';
import { CountingTable } from './counting-table.ts';
import { type Click, type Question, questionsOf } from './questions.ts';

export interface Followed {
  name: string;
  /** Of the pages after home. */
  clicks: number;
  requests: number;
  items: number;
  /** Of the page that takes the most, home included: the processor's time, which is what it takes on a machine that does nothing else. */
  slowestMs: number;
  /** Of all pages. */
  cpuMs: number;
  wallMs: number;
  /** Of all pages. */
  bytes: number;
}

const HTML = { accept: 'text/html' };
const MOVED = [302, 303];

/** Twice: for the times, and for what is read. @throws Error where a link isn't there, or a page does not say the answer */
export async function followAll(table: Table, load: Load): Promise<Followed[]> {
  const counting = new CountingTable(table);
  const followed: Followed[] = [];
  for (const question of questionsOf(load)) {
    const times = await follow(appOn(table, load), question);
    counting.taken();
    await follow(appOn(counting, load), question);
    const { requests, items } = counting.taken();
    const { name, clicks } = question;
    const bytes = times.reduce((sum, page) => sum + page.bytes, 0);
    const sum = (number: 'wallMs' | 'cpuMs') => times.reduce((all, page) => all + page[number], 0);
    followed.push({
      ...{ name, clicks: clicks.length, requests, items, bytes },
      ...{ slowestMs: Math.max(...times.map(({ cpuMs }) => cpuMs)), cpuMs: sum('cpuMs'), wallMs: sum('wallMs') },
    });
  }
  return followed;
}

async function follow(app: Hono<ApiEnv>, { name, clicks, page }: Question) {
  const pages = [await visit(app, '/')];
  for (const click of clicks) pages.push(await visit(app, hrefOf(pages.at(-1)?.html ?? '', click)));
  const last = textOf(pages.at(-1)?.html ?? '');
  if (!page.test(last)) throw new Error(`${name}: the last page does not say ${page}: ${last.slice(0, 300)}`);
  return pages;
}

interface Visited {
  html: string;
  wallMs: number;
  cpuMs: number;
  bytes: number;
}

/** With what it is moved to. */
async function visit(app: Hono<ApiEnv>, path: string): Promise<Visited> {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const answer = await app.fetch(new Request(`http://127.0.0.1${path}`, { headers: HTML }));
  const html = await answer.text();
  const { user, system } = process.cpuUsage(cpu);
  const here = { wallMs: performance.now() - began, cpuMs: (user + system) / 1_000 };
  if (MOVED.includes(answer.status)) {
    const moved = await visit(app, answer.headers.get('location') ?? '');
    return { ...moved, wallMs: here.wallMs + moved.wallMs, cpuMs: here.cpuMs + moved.cpuMs };
  }
  if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}: ${textOf(html).slice(0, 300)}`);
  return { ...here, html, bytes: Buffer.byteLength(html) };
}

/** Where a click leads. @throws Error where there is nothing to click */
function hrefOf(html: string, click: Click): string {
  if ('search' in click) {
    if (!html.includes('<form method="get" action="/search"')) throw new Error('no search box');
    return `/search?q=${encodeURIComponent(click.search)}`;
  }
  const href =
    'fact' in click
      ? new RegExp(`<dt>${click.fact}</dt>\\s*<dd[^>]*>.*?<a href="([^"]*)"`, 's').exec(html)?.[1]
      : [...html.matchAll(/<a [^>]*?href="([^"]*)"[^>]*>(.*?)<\/a>/gs)].find(
          ([, , text = '']) => textOf(text).trim() === click.link,
        )?.[1];
  if (href === undefined) throw new Error(`nothing to click: ${JSON.stringify(click)}`);
  return href.replaceAll('&amp;', '&').replace(/#.*$/, '');
}

const textOf = (html: string) => html.replace(/<[^>]*>/gs, ' ').replace(/\s+/g, ' ');
