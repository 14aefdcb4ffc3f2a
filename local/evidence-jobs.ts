// local/evidence-jobs.ts: reports that are made beside a server on this machine. Each is kept in a temporary file without a name, until it is
// one of too many, or the server ends.
import type { Log } from '../functions/platform/log.ts';
import type { Progress } from '../functions/proof/verify/verify-all.ts';
import type { MadeReport } from '../functions/report/make.ts';
import {
  type EvidenceJob,
  type EvidenceJobs,
  type EvidenceSource,
  TooManyEvidenceJobs,
} from '../functions/report/model/jobs.ts';
import { outcomeOf } from '../functions/report/model/outcome.ts';
import type { EvidenceRequest } from '../functions/report/model/request.ts';
import { TemporaryFile } from '../functions/report/spool/temporary-file.ts';
import type { Annotator } from '../functions/restore/annotations.ts';
import { newObjectId } from '../functions/restore/object-id.ts';

/** Each holds some MB of memory, and reads the ledger as fast as it can. */
const MAX_RUNNING = 2;
const MAX_KEPT = 8;
const RETRY_SECONDS = 10;

export interface LocalEvidenceOptions {
  make(request: EvidenceRequest, about: { progress: Progress; signal: AbortSignal }): Promise<MadeReport>;
  log: Log;
  /** Milliseconds since the epoch. */
  now(): number;
}

interface Kept {
  job: EvidenceJob;
  file?: TemporaryFile;
  /** Answers that are being sent from it. */
  readers: number;
  isLetGo: boolean;
}

export class LocalEvidenceJobs implements EvidenceJobs, AsyncDisposable {
  readonly #options: LocalEvidenceOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(options: LocalEvidenceOptions) {
    this.#options = options;
  }

  async start(request: EvidenceRequest, requestedBy?: Annotator): Promise<EvidenceJob> {
    const same = [...this.#kept.values()].find(({ job }) => job.state === 'running' && isSame(job.request, request));
    if (same) return same.job;
    if (this.#running.size >= MAX_RUNNING)
      throw new TooManyEvidenceJobs(`${MAX_RUNNING} reports are being made: ask again once one is`, RETRY_SECONDS);
    const requestedAt = this.#time();
    const id = newObjectId(new Date(requestedAt));
    const job: EvidenceJob = { id, state: 'running', requestedAt, requestedBy, request };
    const kept: Kept = { job, readers: 0, isLetGo: false };
    this.#kept.set(id, kept);
    // Counted before anything is waited for, so that of many at once no more than these begin.
    const made = this.#make(kept).finally(() => this.#running.delete(made));
    this.#running.add(made);
    return kept.job;
  }

  async job(id: string): Promise<EvidenceJob | undefined> {
    return this.#kept.get(id)?.job;
  }

  async report(id: string): Promise<EvidenceSource | undefined> {
    const kept = this.#kept.get(id);
    const file = kept?.file;
    return file && { parts: this.#read(kept, file) };
  }

  async *#read(kept: Kept, file: TemporaryFile): AsyncGenerator<string> {
    kept.readers += 1;
    try {
      yield* file.stream();
    } finally {
      kept.readers -= 1;
      await close(kept);
    }
  }

  async #make(kept: Kept): Promise<void> {
    const { make, log } = this.#options;
    const { job } = kept;
    const progress = { show: (text: string) => this.#tell(kept, { progress: text }) };
    let file: TemporaryFile | undefined;
    try {
      await this.#letGoOld();
      await using made = await make(job.request, { progress, signal: this.#stop.signal });
      file = await TemporaryFile.open();
      for await (const part of made.parts()) await file.append(part);
      kept.file = file;
      this.#tell(kept, { state: 'done', endedAt: this.#time(), progress: undefined, outcome: outcomeOf(made.head) });
    } catch (error) {
      await file?.[Symbol.asyncDispose]();
      const { name, message, stack } = error as Error;
      log.error('report failed', { id: job.id, error: name, reason: message, stack });
      this.#tell(kept, { state: 'failed', endedAt: this.#time(), progress: undefined, reason: reasonOf(error) });
    }
  }

  #tell(kept: Kept, change: Partial<EvidenceJob>) {
    kept.job = { ...kept.job, ...change };
  }

  /** The oldest of those that have ended. */
  async #letGoOld() {
    const ended = [...this.#kept.values()].filter(({ job }) => job.state !== 'running');
    for (const kept of ended.slice(0, Math.max(0, this.#kept.size - MAX_KEPT))) await this.#letGo(kept);
  }

  async #letGo(kept: Kept) {
    this.#kept.delete(kept.job.id);
    kept.isLetGo = true;
    await close(kept);
  }

  #time = () => new Date(this.#options.now()).toISOString();

  async [Symbol.asyncDispose]() {
    this.#stop.abort(new Error('the server was stopped'));
    await Promise.all(this.#running);
    for (const kept of [...this.#kept.values()]) await this.#letGo(kept);
  }
}

/** Once nobody reads it. */
async function close({ isLetGo, readers, file }: Kept) {
  if (isLetGo && readers === 0) await file?.[Symbol.asyncDispose]();
}

/** Written alike. The period ends now where nobody said when: of two that were asked for one after the other, the later one is another. */
const isSame = (a: EvidenceRequest, b: EvidenceRequest) => JSON.stringify(a) === JSON.stringify(b);

/** Errors whose message is for people. */
const MEANT_FOR_PEOPLE = new Set(['LedgerError', 'TemporaryFileError']);

const reasonOf = (error: unknown) =>
  error instanceof Error && MEANT_FOR_PEOPLE.has(error.name)
    ? error.message
    : 'an unexpected error, which the log names';
