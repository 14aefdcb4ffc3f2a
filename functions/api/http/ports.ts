// functions/api/http/ports.ts: the ports of the HTTP API.

import type { RunScope } from '../../ledger/model/run.ts';
import type { LedgerReader } from '../../ledger/repositories/ledger-reader.ts';
import type { Table } from '../../ledger/table/table-port.ts';
import type { Log } from '../../platform/log.ts';
import type { PdfMaker } from '../../report/make.ts';
import type { EvidenceJobs } from '../../report/model/jobs.ts';
import type { Annotator } from '../../restore/annotations.ts';
import type { Objectives } from '../../restore/objectives/objective.ts';

export interface RunRequest {
  runId: string;
  scope: RunScope;
  full: boolean;
}

/** Starts a run somewhere else and returns at once; the run is seen through the ledger. */
export interface RunStarter {
  /** A repeat of the same run is harmless. @throws TooManyRuns, or whatever else kept it from starting */
  start(request: RunRequest): Promise<void>;
}

/**
 * An `Idempotency-Key` is remembered for at least so long, in ms, and less than twice as long. A run that has one is listed as of
 * the beginning of such a stretch of time.
 */
export const KEY_MS = 3_600_000;

/** Nothing is wrong but the moment. */
export class TooManyRuns extends Error {
  override readonly name = 'TooManyRuns';
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export interface AnnotationPort {
  table: Pick<Table, 'get' | 'put' | 'query' | 'update'>;
  /** Of this machine, who annotates where no API Gateway says who calls. */
  user?: Annotator | undefined;
}

export interface EvidencePort {
  /** As reports call it: the table, or the directory. */
  ledgerName: string;
  /** Of a report that is answered at once: how long it may take, in ms, and how large it may be on the wire. @default no limits: it is streamed */
  limits?: { ms: number; bytes: number } | undefined;
  /** Absent where none is made at once: as a job only. */
  pdf?: PdfMaker | undefined;
  /** Makes every format. Absent where only reports can be had that are answered at once. */
  jobs?: EvidenceJobs | undefined;
}

export interface ApiPorts {
  ledger: LedgerReader;
  log: Log;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Absent where no run can be started from here. */
  runs?: RunStarter | undefined;
  /** Absent where jobs can't be annotated, and restores not announced, from here. */
  annotations?: AnnotationPort | undefined;
  /** Absent where no reports are made. */
  evidence?: EvidencePort | undefined;
  /** After how long without a complete reading one is late (functions/platform/freshness.ts). @default 26 hours, as no schedule is known */
  lateAfterMs?: number | undefined;
  /** By which restores are measured. @default none */
  objectives?: Objectives | undefined;
  /** Waits between two looks at a run. @default real time */
  sleep?: ((ms: number) => Promise<void>) | undefined;
}

/** Headers of an answer that the ledger had no time for: DynamoDB's throttling is over in a second or two. */
export const LEDGER_RETRY = { 'retry-after': '2' } as const;

/** Whoever looks at a page, having signed in. */
export interface Viewer {
  /** In whose name they annotate. Absent where they may not. */
  annotator?: Annotator | undefined;
  /** Comes back with each form. */
  formToken: string;
  /** Why the form that came is not accepted: they may send it again. */
  refusal?: string | undefined;
}

/** What Hono keeps for each request. */
export interface ApiEnv {
  Bindings: {
    /** API Gateway's, there in Lambda only. */
    requestContext?: { requestId?: string; authorizer?: unknown; identity?: unknown };
    /** What callers have to write before each path, without a slash at its end. @default nothing */
    prefix?: string;
    /** Who has signed in with a browser. From their session, never from what the request says. */
    viewer?: Viewer;
    /** Ends the connection, so that an answer that is under way is not taken for whole. Where answers stream. */
    breakOff?(): void;
  };
  Variables: { requestId: string };
}
