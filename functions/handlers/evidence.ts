// functions/handlers/evidence.ts: the Lambda that takes each day's anchor, and writes each month's report once the month is over.
import type { Context } from 'aws-lambda';
import { dayOf } from '../anchors/anchor.ts';
import { anchorNames } from '../anchors/read-anchors.ts';
import { S3Store } from '../anchors/s3-store.ts';
import { type Taken, takeAnchor } from '../anchors/take-anchor.ts';
import { tableLedger } from '../ledger/repositories/table-ledger.ts';
import { dueMonths } from '../monthly/months.ts';
import { doneMonths, writeMonth } from '../monthly/write-month.ts';
import { pdfReport } from '../report/pdf/maker.ts';
import { lambdaLog } from '../runtime/lambda-log.ts';
import { Metrics } from '../runtime/metrics.ts';
import { evidenceSettings } from '../runtime/settings.ts';
import { SignatureError } from '../signing/errors.ts';
import { kmsSigner } from '../signing/kms-signer.ts';

const { tableName, ledgerName, bucket, keyArn, objectives, retentionDays } = evidenceSettings(process.env); // a missing variable fails the cold start
const log = lambdaLog('evidence', process.env);
const metrics = new Metrics(ledgerName);
const ledger = tableLedger({ tableName });
const store = new S3Store(bucket);
const signer = kmsSigner({ keyId: keyArn });
/** Kept back to sign and to put what was read, in ms. */
const RESERVE_MS = 60_000;
const DAY_MS = 86_400_000;

class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/** One part of the day's anchor, then the months that are due, as far as there is time: the next call goes on. A repeat is harmless. */
export const handler = async (_event: unknown, context: Context) => {
  const leftMs = () => context.getRemainingTimeInMillis() - RESERVE_MS;
  try {
    const taken = await anchor(leftMs);
    // What is reported is anchored first, so that nobody can change it in between unnoticed.
    const isWhole = taken.wholeDay === taken.day;
    const reports = isWhole ? await months(leftMs) : [];
    return { anchor: taken.name, state: taken.state, reports };
  } finally {
    metrics.flush(Date.now());
  }
};

async function anchor(leftMs: () => number): Promise<Taken> {
  try {
    const taken = await takeAnchor(
      { ledger, store, signer, now: Date.now, isOutOfTime: () => leftMs() <= 0 },
      { ledgerName, retentionDays },
    );
    const { state, name, day, totals, findings, wholeDay } = taken;
    for (const finding of findings) log.error('a history is not as it was anchored', { ...finding, day });
    metrics.gauge({ AnchorFindings: totals.rewritten + totals.missing + totals.broken + (totals.altered ?? 0) });
    if (wholeDay !== undefined)
      metrics.gauge({ AnchorAgeDays: Math.max(0, (Date.parse(dayOf(Date.now())) - Date.parse(wholeDay)) / DAY_MS) });
    if (state !== 'there') log.info('an anchor was taken', { anchor: name, state, ...totals });
    return taken;
  } catch (error) {
    if (error instanceof SignatureError && error.code !== 'KEY_UNUSABLE') {
      log.error('an anchor is not as it was signed', { error: error.message });
      metrics.gauge({ AnchorFindings: 1 });
    }
    throw error;
  }
}

/** @returns where the reports are that were written */
async function months(leftMs: () => number): Promise<string[]> {
  const [first = ''] = await anchorNames(store);
  const done = await doneMonths(store);
  const due = dueMonths(first.split('/')[1] ?? '', Date.now()).filter((month) => !done.has(month));
  const missing = new Set(due);
  const folders: string[] = [];
  try {
    for (const month of due) {
      const written = await reportWithin(leftMs(), month);
      if (written === undefined) break;
      missing.delete(month);
      folders.push(written.folder);
      log.info('the report of a month was written', { month, ...written });
    }
  } finally {
    metrics.gauge({ ReportsMissing: missing.size });
  }
  return folders;
}

/** Undefined where there was no time: none of it is signed, and the next call begins anew. */
async function reportWithin(ms: number, month: string) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(new OutOfTime()), Math.max(0, ms));
  try {
    const madeAt = new Date().toISOString();
    if (ms <= 0) throw new OutOfTime();
    const about = { ledgerName, objectives, pdf: pdfReport, madeAt, signal: stop.signal };
    return await writeMonth(month, { ledger, store, signer, ...about });
  } catch (error) {
    const isStopped = error instanceof Error && error.name === 'AbortError' && stop.signal.aborted; // as streams say it
    if (!isStopped && !(error instanceof OutOfTime)) throw error;
    log.error('no time for the report of a month', { month, ms: Math.max(0, ms) });
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
