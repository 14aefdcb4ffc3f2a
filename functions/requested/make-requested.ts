// functions/requested/make-requested.ts: makes a report that was asked for, signs it, and puts it where it can be fetched.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnchorStore, StoreError } from '../anchors/store.ts';
import type { Ledger } from '../ledger/model/ledger.ts';
import type { Log } from '../platform/log.ts';
import { makeReport, type PdfMaker } from '../report/make.ts';
import { type Outcome, outcomeOf } from '../report/model/outcome.ts';
import { predicateOf } from '../report/model/predicate.ts';
import { fileNameOf } from '../report/model/request.ts';
import { reportFile } from '../report/spool/report-file.ts';
import type { Objectives } from '../restore/objectives/objective.ts';
import { SIGNATURE_ENDING, sealedReport } from '../signing/report.ts';
import type { Signer } from '../signing/signer.ts';
import { BEAT_MS, type KeptReport, MAX_ATTEMPTS, type RequestedJob } from './jobs.ts';
import type { RequestedReports } from './requested-reports.ts';

export interface MakingPorts {
  reports: RequestedReports;
  ledger: Ledger;
  store: AnchorStore;
  signer: Signer;
  /** As the report calls it. */
  ledgerName: string;
  objectives: Objectives;
  pdf: PdfMaker;
  log: Log;
  /** Milliseconds since the epoch. */
  now(): number;
  /** How long it may take, in ms. */
  leftMs: number;
  /** Between two words to whoever waits. @default BEAT_MS */
  beatMs?: number | undefined;
}

class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/** The job has ended for whoever asked: it was given up, or begun again elsewhere. */
class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

/** Errors whose message is for people, and holds no secret. */
const MEANT_FOR_PEOPLE = new Set(['LedgerError', 'StoreError', 'SignatureError', 'TemporaryFileError', 'OutOfTime']);

/**
 * Nothing to do where the job has ended, or was begun too often. What fails at the last attempt, or would fail again, is said to whoever
 * waits.
 * @returns where the report is @throws whatever kept it from being made, so that it is tried again, or told
 */
export async function makeRequested(id: string, ports: MakingPorts): Promise<KeptReport | undefined> {
  const { reports, log, leftMs, beatMs = BEAT_MS } = ports;
  const attempt = await reports.begin(id);
  if (!attempt) {
    log.warn('nothing to be made: the report has ended, or was begun too often', { id });
    return undefined;
  }
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(new OutOfTime(tooLong(leftMs))), Math.max(0, leftMs));
  const beat = new Beat(attempt, ports, stop, beatMs);
  try {
    const { outcome, report } = await made(attempt, { ports, beat, signal: stop.signal });
    await beat.end();
    if (!(await reports.tell(attempt, { outcome, report }))) throw new GivenUp('the report came too late');
    log.info('a report was made', { id, ...report });
    return report;
  } catch (thrown) {
    await beat.end();
    const error: unknown = stop.signal.aborted ? stop.signal.reason : thrown; // streams only say that they were stopped
    const isLast = attempt.attempts >= MAX_ATTEMPTS || error instanceof OutOfTime;
    const { name, message } = error instanceof Error ? error : new Error('an unknown error');
    log.error('a report was not made', { id, attempt: attempt.attempts, error: name, reason: message });
    const reason = MEANT_FOR_PEOPLE.has(name)
      ? message
      : 'an unexpected error, which the log of the function Report names';
    if (isLast) await reports.tell(attempt, { reason });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

const tooLong = (ms: number) =>
  `it takes longer than the ${Math.floor(ms / 60_000)} minutes that there are: narrow since and until, or projectId`;

interface Making {
  ports: MakingPorts;
  beat: Beat;
  signal: AbortSignal;
}

async function made(
  { id, request }: RequestedJob,
  { ports, beat, signal }: Making,
): Promise<{ outcome: Outcome; report: KeptReport }> {
  const { ledger, store, signer, ledgerName, objectives, pdf, now } = ports;
  const madeAt = new Date(now()).toISOString();
  const directory = await mkdtemp(join(tmpdir(), 'restore-ledger-'));
  try {
    const about = { ledger, ledgerName, objectives, pdf, madeAt, signal, progress: beat, verifyByProject: true };
    await using report = await makeReport(request, about);
    const fileName = fileNameOf(request);
    const file = await reportFile(join(directory, fileName), report.parts(), signal);
    beat.show('signing and storing the report');
    const subject = { name: fileName, sha256: file.sha256 };
    const envelope = await sealedReport(subject, predicateOf(report.head), signer);
    const name = `${id}/${madeAt.replaceAll(':', '-')}/${fileName}`;
    for (const [key, body] of [[name, file] as const, [name + SIGNATURE_ENDING, envelope] as const])
      if (!(await store.create(key, body))) throw new StoreError(`${store.place}: ${key}: it is there already`);
    return { outcome: outcomeOf(report.head), report: { name, bytes: file.bytes } };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Says how far it is every few seconds, progress or not, so that a silent one is known to have died. */
class Beat {
  #text = 'reading the ledger';
  #telling: Promise<void> | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #tell: () => Promise<void>;

  constructor(attempt: RequestedJob, { reports, log }: MakingPorts, stop: AbortController, everyMs: number) {
    this.#tell = async () => {
      try {
        if (!(await reports.tell(attempt, { progress: this.#text }))) stop.abort(new GivenUp('it is not waited for'));
      } catch (error) {
        // The next one may come through; if none does, the job counts as failed, and so does its end.
        log.warn('how far a report is could not be said', { id: attempt.id, reason: (error as Error).message });
      }
    };
    this.#timer = setInterval(() => {
      this.#telling ??= this.#tell().finally(() => {
        this.#telling = undefined;
      });
    }, everyMs);
  }

  show(text: string) {
    this.#text = text;
  }

  async end() {
    clearInterval(this.#timer);
    await this.#telling;
  }
}
