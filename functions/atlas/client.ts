// functions/atlas/client.ts: the Atlas port over the real API.
import { setMaxListeners } from 'node:events';
import { type Clock, systemClock } from '../platform/clock.ts';
import { type Log, silentLog } from '../platform/log.ts';
import type { AtlasEvent } from '../restore/requesters/event.ts';
import { CredentialSession } from './auth/credential-session.ts';
import type { CredentialSource } from './auth/credentials.ts';
import { AdaptiveConcurrency } from './http/adaptive-concurrency.ts';
import { SkewMeter } from './http/clock-skew.ts';
import { HttpTransport } from './http/http-transport.ts';
import { MAX_CONCURRENCY } from './http/max-concurrency.ts';
import type { ProxySettings } from './http/proxy.ts';
import type { Transport } from './http/transport.ts';
import type {
  Atlas,
  AtlasUsage,
  ClusterList,
  EventsQuery,
  JobList,
  JobPage,
  JobPagesOptions,
  Waits,
} from './model/atlas.ts';
import type { SkewReading } from './model/skew-reading.ts';
import { RateLimits, type Wait } from './request/rate-limits.ts';
import { AtlasHttp } from './request/request.ts';
import { MAX_WAIT_MS, type RetryOptions } from './request/retry.ts';
import { UsageCount } from './request/usage.ts';
import { listClusters, listProjects } from './resources/discovery.ts';
import { listEventPages } from './resources/events.ts';
import { type RawList, type RawListRequest, readRawList } from './resources/raw-list.ts';
import { listJobPages, readJob } from './resources/restore-jobs.ts';

export interface AtlasClientOptions {
  credentials: CredentialSource;
  /** @default the one that comes with the credentials, else https://cloud.mongodb.com */
  baseUrl?: string | undefined;
  /** @default the machine's */
  clock?: Clock | undefined;
  /** @default none */
  log?: Log | undefined;
  /** @default HTTP/2 where Atlas agrees to it, else HTTP/1.1 */
  transport?: Transport | undefined;
  /** What Atlas is reached through; unused with a transport of your own. @default nothing */
  proxy?: ProxySettings | undefined;
  /** Requests under way at once: fewer where Atlas answers slowly or refuses. @default 256 */
  maxConcurrency?: number | undefined;
  /** For one HTTP request, up to the last byte of its answer, in ms. @default 30_000 */
  callTimeoutMs?: number | undefined;
  /** Largest answer, on the wire and decoded alike. @default 33_554_432 (32 MiB) */
  maxBytes?: number | undefined;
  /** @default 'atlas-restore-ledger' */
  userAgent?: string | undefined;
  retry?: RetryOptions | undefined;
  /** Called when a wait of a second or more begins. */
  onWait?: ((wait: Wait) => void) | undefined;
}

/** What a client, or its view within a time budget, can read. */
export class AtlasReader implements Atlas {
  readonly #http: AtlasHttp;

  constructor(http: AtlasHttp) {
    this.#http = http;
  }

  get usage(): AtlasUsage {
    return this.#http.context.usage;
  }

  get principal(): string | undefined {
    return this.#http.context.access.principal;
  }

  get clockSkewMs(): number | undefined {
    return this.#http.context.skew.root.skewMs;
  }

  get skewReading(): SkewReading | undefined {
    return this.#http.context.skew.reading;
  }

  projects() {
    return listProjects(this.#http);
  }

  clusters(projectId: string, list: ClusterList) {
    return listClusters(this.#http, projectId, list);
  }

  jobPages(list: JobList, options: JobPagesOptions = {}): AsyncGenerator<JobPage> {
    return listJobPages(this.#http, list, options);
  }

  job(list: JobList, jobId: string) {
    return readJob(this.#http, list, jobId);
  }

  events(query: EventsQuery): AsyncGenerator<AtlasEvent[]> {
    return listEventPages(this.#http, query);
  }

  /**
   * The same, sharing all it has, whose calls and waits must fit into the time left. A wait that doesn't fit isn't
   * begun: the call then fails with what made the wait necessary.
   */
  within(timeLeftMs: () => number, waits?: Waits): AtlasReader {
    return new AtlasReader(this.#http.within(timeLeftMs, waits));
  }

  /** One page of a list as Atlas sent it, secret-bearing fields removed. A refusal is thrown, as everywhere. */
  rawList(request: RawListRequest): Promise<RawList> {
    return readRawList(this.#http, request);
  }
}

/** Shorter waits are not reported. */
const SHOWN_WAIT_MS = 1_000;

/** Outlives a run: its connections, nonce or token, and what it learnt of rate limits are worth keeping. */
export class AtlasClient extends AtlasReader implements AsyncDisposable {
  readonly #transport: Transport;
  readonly #closing: AbortController;

  /** @throws AtlasError ATLAS_CREDENTIALS for a base URL that may not be sent credentials */
  constructor(options: AtlasClientOptions) {
    const {
      credentials,
      baseUrl,
      clock = systemClock,
      log = silentLog,
      maxConcurrency = MAX_CONCURRENCY,
      proxy,
      transport: sender = new HttpTransport({ connections: maxConcurrency, proxy }),
      callTimeoutMs = 30_000,
      maxBytes = 32 * 1024 * 1024,
      userAgent = 'atlas-restore-ledger',
      retry = {},
      onWait = () => {},
    } = options;
    const closing = new AbortController();
    const transport = new AdaptiveConcurrency(sender, { max: maxConcurrency, clock });
    const { signal } = closing;
    const onLongWait = (wait: Wait) => {
      if (wait.ms >= SHOWN_WAIT_MS) onWait(wait);
    };
    setMaxListeners(0, signal); // every call under way listens, and stops when it's over
    const http = new AtlasHttp({
      access: new CredentialSession(credentials, baseUrl, clock),
      rateLimits: new RateLimits({ clock, onWait: onLongWait, signal, longestMs: retry.longestMs ?? MAX_WAIT_MS }),
      skew: new SkewMeter(),
      usage: new UsageCount(),
      waits: { leftMs: Number.POSITIVE_INFINITY, note: () => {} },
      timeLeftMs: () => Number.POSITIVE_INFINITY,
      deprecated: new Set(),
      onWait: onLongWait,
      ...{ signal, transport, clock, log, callTimeoutMs, maxBytes, userAgent, retry },
    });
    super(http);
    this.#transport = transport;
    this.#closing = closing;
  }

  /** Ends calls and waits under way, which then fail, and closes the connections. */
  async close() {
    this.#closing.abort();
    await this.#transport.close();
  }

  [Symbol.asyncDispose]() {
    return this.close();
  }
}
