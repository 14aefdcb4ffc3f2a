// functions/report/model/jobs.ts: the port for reports that take longer than a request may.
import type { Annotator } from '../../restore/annotations.ts';
import type { EvidenceJobState } from '../../schema/words.ts';
import type { Outcome } from './outcome.ts';
import type { EvidenceRequest } from './request.ts';

/** A report that is made, or was. */
export interface EvidenceJob {
  id: string;
  state: EvidenceJobState;
  /** ISO 8601 in UTC. */
  requestedAt: string;
  /** Who asked first, where that is known. */
  requestedBy?: Annotator | undefined;
  endedAt?: string | undefined;
  request: EvidenceRequest;
  /** Of one that is running: how far it is. */
  progress?: string | undefined;
  /** Of one that failed: why, for people. */
  reason?: string | undefined;
  /** Of one that is done: what it comes to. */
  outcome?: Outcome | undefined;
}

/** A report as it is, or where whoever has the address can fetch it for some minutes. */
export type EvidenceSource = { parts: AsyncIterable<string> } | { location: string };

export interface EvidenceJobs {
  /**
   * A request like one that is under way gets that one, whoever asks.
   * @param by who asks. @default not known
   * @throws TooManyEvidenceJobs, or whatever else kept it from starting
   */
  start(request: EvidenceRequest, by?: Annotator): Promise<EvidenceJob>;
  /** Nothing for an id that was never given, or whose report is not kept any more. */
  job(id: string): Promise<EvidenceJob | undefined>;
  /** Nothing unless it is done, and still kept. @param method that an address of it is for, and for no other */
  report(id: string, method: 'GET' | 'HEAD'): Promise<EvidenceSource | undefined>;
}

/** Nothing is wrong but the moment. */
export class TooManyEvidenceJobs extends Error {
  override readonly name = 'TooManyEvidenceJobs';
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
