// test/api/web/site.ts: the whole API, pages included, on real HTTP over a ledger.
import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { apiApp } from '../../../functions/api/app.ts';
import type { ProjectCoverage } from '../../../functions/ledger/model/coverage.ts';
import { type LedgerReader, ledgerReader } from '../../../functions/ledger/repositories/ledger-reader.ts';
import type { Table } from '../../../functions/ledger/table/table-port.ts';
import { silentLog } from '../../../functions/platform/log.ts';
import type { RestoreJob } from '../../../functions/restore/job.ts';
import type { Requester } from '../../../functions/restore/requesters/requester.ts';
import type { TestEngine } from '../../ledger/engines.ts';
import { fill, NOW } from './world.ts';

export interface Site extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  url: string;
  ledger: LedgerReader;
  /** That it is in. */
  table: Table;
  /** The page's text. */
  get(path: string): Promise<string>;
  fetch(path: string): Promise<Response>;
  /** Requests to the table since last asked, by operation. */
  requests(): Record<string, number>;
}

interface SiteOptions {
  /** @default none */
  jobs?: readonly RestoreJob[];
  /** @default of world.ts, where there are jobs */
  coverages?: readonly ProjectCoverage[];
  /** Of the jobs, in turn. @default those of world.ts */
  requesters?: readonly (Requester | undefined)[];
}

export async function startSite(
  engine: TestEngine,
  { jobs = [], coverages, requesters }: SiteOptions = {},
): Promise<Site> {
  const { table, requests, [Symbol.asyncDispose]: closeTable } = await engine.newTable(() => NOW);
  const ledger = ledgerReader({ table, now: () => NOW });
  if (jobs.length > 0 || coverages) await fill(ledger, jobs, coverages, requesters);
  requests();
  // A reader of its own, which remembers nothing of the filling.
  const fresh = ledgerReader({ table, now: () => NOW });
  const app = apiApp({ ledger: fresh, log: silentLog, now: () => NOW });
  const server = await new Promise<ServerType>((resolve) => {
    const started = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(started));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const get = (path: string) => fetch(`${url}${path}`, { redirect: 'manual' });
  return {
    url,
    ledger,
    table,
    fetch: get,
    get: async (path) => (await get(path)).text(),
    requests,
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => server.close(resolve));
      await closeTable();
    },
  };
}

/** The addresses of a page's links that match, as a browser reads them. */
export function hrefs(page: string, pattern: RegExp): string[] {
  return [...page.matchAll(/ href="([^"]*)"/g)]
    .map(([, href = '']) => unescaped(href))
    .filter((href) => pattern.test(href));
}

export const unescaped = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

export const jobIds = (page: string) => hrefs(page, /^\/jobs\/[^#]*$/).map((href) => href.slice('/jobs/'.length));

/** What a page says, without its markup. */
export const textOf = (page: string) =>
  unescaped(page.replace(/<title>.*?<\/title>|<[^>]*>/gs, ' ')).replace(/\s+/g, ' ');
