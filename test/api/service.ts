// test/api/service.ts: the API on real HTTP over a table of its own, whose requests are counted.
import type { ApiPorts } from '../../functions/api/http/ports.ts';
import type { LedgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { type Log, type LogFields, silentLog } from '../../functions/platform/log.ts';
import type { RestoreJob } from '../../functions/restore/job.ts';
import { serveApi } from '../../local/serve.ts';
import type { TestEngine } from '../ledger/engines.ts';
import { seen } from '../ledger/jobs.ts';
import { NOW } from '../ledger/table.ts';

export interface Service extends AsyncDisposable {
  url: string;
  ledger: LedgerReader;
  ports: ApiPorts;
  /** Requests to the table since last asked, by operation. */
  requests(): Record<string, number>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** The body of a 200. */
  json<T>(path: string, headers?: Record<string, string>): Promise<T>;
  add(...jobs: RestoreJob[]): Promise<void>;
}

export async function startService(engine: TestEngine, options: Partial<ApiPorts> = {}): Promise<Service> {
  const now = options.now ?? (() => Date.parse(NOW));
  const own = await engine.newTable(now);
  const { table, requests } = own;
  const ledger = options.ledger ?? ledgerReader({ table, now });
  const ports: ApiPorts = { ledger, log: silentLog, now, ...options };
  const server = await serveApi(ports);
  const { url } = server;
  requests();
  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${url}${path}`, { headers });
  return {
    url,
    ledger,
    ports,
    requests,
    get,
    post: (path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      }),
    json: async (path, headers) => {
      const response = await get(path, headers);
      const body = await response.text();
      if (response.status !== 200) throw new Error(`GET ${path} answered ${response.status}: ${body}`);
      return JSON.parse(body);
    },
    add: async (...jobs) => {
      await Promise.all(jobs.map((job) => ledger.record(job, seen(0))));
      requests();
    },
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await own[Symbol.asyncDispose]();
    },
  };
}

/** Follows `Link: rel="next"` to the end. */
export async function walk<T>(service: Service, path: string, list: string): Promise<{ items: T[]; pages: number }> {
  const items: T[] = [];
  let pages = 0;
  for (let next: string | undefined = path; next !== undefined; ) {
    const response: Response = await service.get(next);
    if (response.status !== 200) throw new Error(`GET ${next} answered ${response.status}: ${await response.text()}`);
    const body = (await response.json()) as Record<string, T[]>;
    items.push(...(body[list] ?? []));
    pages += 1;
    next = nextOf(response)?.slice(service.url.length);
  }
  return { items, pages };
}

export const nextOf = (response: Response) => /<([^>]*)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];

/** A log that is kept. */
export function keptLog(): Log & { lines: { message: string; fields: LogFields }[] } {
  const lines: { message: string; fields: LogFields }[] = [];
  const keep = (message: string, fields: LogFields = {}) => void lines.push({ message, fields });
  return { debug: keep, info: keep, warn: keep, error: keep, lines };
}
