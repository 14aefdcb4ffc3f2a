// local/serve.ts: the API and its page on this machine, from any ledger. A browser can't sign requests as AWS wants them;
// here it needn't.
import { createAdaptorServer } from '@hono/node-server';
import { apiApp } from '../functions/api/app.ts';
import type { ApiPorts, EvidencePort } from '../functions/api/http/ports.ts';
import { browserApp, type Fetch } from '../functions/api/sign-in/browser-app.ts';
import type { SignInPorts } from '../functions/api/sign-in/ports.ts';
import { BROWSER_PREFIX } from '../functions/api/sign-in/prefix.ts';
import { makeReport } from '../functions/report/make.ts';
import { pdfReport } from '../functions/report/pdf/maker.ts';
import { compressed } from './content-coding.ts';
import { LocalEvidenceJobs, type LocalEvidenceOptions } from './evidence-jobs.ts';
import { listen } from './listen.ts';

export interface ServeOptions extends Omit<ApiPorts, 'now' | 'evidence'> {
  /** What reports call the ledger. @default no reports are made */
  evidence?: Pick<EvidencePort, 'ledgerName'> | undefined;
  /** On 127.0.0.1. @default a free one */
  port?: number | undefined;
  /** Milliseconds since the epoch. @default Date.now */
  now?: (() => number) | undefined;
  /** Everyone must sign in, and nothing is answered outside of the pages for browsers. @default nobody signs in */
  signIn?: Omit<SignInPorts, 'log' | 'now'> | undefined;
}

export interface ServedApi extends AsyncDisposable {
  /** Without a slash at its end. */
  url: string;
  close(): Promise<void>;
}

/** @throws Error where the port is in use */
export async function serveApi(options: ServeOptions): Promise<ServedApi> {
  const { port = 0, now = Date.now, signIn, evidence, ...ports } = options;
  // Where people sign in, none of them is the user of this machine.
  const annotations = signIn && ports.annotations ? { table: ports.annotations.table } : ports.annotations;
  const jobs = evidence && evidenceJobs(evidence, { ...ports, now });
  const app = apiApp({ ...ports, annotations, now, evidence: evidence && { ...evidence, jobs, pdf: pdfReport } });
  const answer = signIn ? signedIn(browserApp(app.fetch, { ...signIn, log: ports.log, now })) : app.fetch;
  const server = createAdaptorServer({
    fetch: async (request, { incoming, outgoing }) =>
      refusal(request, incoming.rawHeaders) ??
      compressed(request, await answer(request, { breakOff: () => outgoing.destroy() })),
  });
  const url = await listen(server, port);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= new Promise<void>((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()));
      if ('closeAllConnections' in server) server.closeAllConnections();
    }).finally(() => jobs?.[Symbol.asyncDispose]());
    return closing;
  };
  return { url, close, [Symbol.asyncDispose]: close };
}

function evidenceJobs(
  about: Pick<EvidencePort, 'ledgerName'>,
  { ledger, log, now, objectives }: Pick<ApiPorts, 'ledger' | 'log' | 'now' | 'objectives'>,
): LocalEvidenceJobs {
  const make: LocalEvidenceOptions['make'] = (request, made) =>
    makeReport(request, {
      ...about,
      ...made,
      ledger,
      objectives,
      madeAt: new Date(now()).toISOString(),
      pdf: pdfReport,
    });
  return new LocalEvidenceJobs({ make, log, now });
}

/** The address that `serve` prints leads to the page. */
const signedIn =
  (browser: Fetch): Fetch =>
  (request, bindings) => {
    const { pathname } = new URL(request.url);
    if (pathname !== '/') return browser(request, bindings);
    return new Response(null, { status: 303, headers: { location: BROWSER_PREFIX } });
  };

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Any web page that is open on this machine can send requests here, and nobody signs in. So only our own names are
 * answered, which keeps out a page whose name was pointed at this address, and nothing that another site's page sent.
 */
function refusal(request: Request, rawHeaders: readonly string[]): Response | undefined {
  // Node takes the first one; what is before it may have taken another (RFC 9112, section 3.2).
  const hosts = rawHeaders.filter((text, nth) => nth % 2 === 0 && text.toLowerCase() === 'host');
  if (hosts.length !== 1) return new Response('A request has one Host.\n', { status: 400 });
  const { hostname, origin } = new URL(request.url);
  if (!LOOPBACK.has(hostname)) return new Response('This server answers to its own address only.\n', { status: 421 });
  const from = request.headers.get('origin');
  const crossSite =
    request.headers.get('sec-fetch-site') === 'cross-site' && request.headers.get('sec-fetch-mode') !== 'navigate';
  if (crossSite || (from !== null && from !== origin)) {
    return new Response('Requests of other sites are refused.\n', { status: 403 });
  }
  return undefined;
}
