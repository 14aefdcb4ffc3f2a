// functions/report/make.ts: a report of what was asked for, made from a ledger.
import type { Ledger } from '../ledger/model/ledger.ts';
import { NO_PROGRESS, type Progress } from '../proof/verify/verify-all.ts';
import type { Objectives } from '../restore/objectives/objective.ts';
import { CsvReport } from './formats/csv.ts';
import { JsonReport } from './formats/json.ts';
import { gather } from './gather/gather.ts';
import { HtmlReport } from './html/report.ts';
import type { EvidenceHead, Report } from './model/report.ts';
import type { EvidenceFormat, EvidenceRequest } from './model/request.ts';
import { VERSION } from './model/version.ts';

/** @param timeZone of the times beside those in UTC */
export type PdfMaker = (timeZone: string | undefined) => Promise<Report>;

export interface Making {
  ledger: Ledger;
  madeAt: string;
  /** The table, or the directory. */
  ledgerName: string;
  /** @default none */
  objectives?: Objectives | undefined;
  /** @default nobody looks */
  progress?: Progress | undefined;
  /** Ends it, with its reason. */
  signal?: AbortSignal | undefined;
  /** Makes pages: its fonts and layout are no part of functions that make none. @default PDF is refused */
  pdf?: PdfMaker | undefined;
  /** Histories are recomputed project by project, by queries alone. @default false: in one scan of the table */
  verifyByProject?: boolean | undefined;
}

/** Until it is disposed of, it has temporary files. */
export interface MadeReport extends AsyncDisposable {
  head: EvidenceHead;
  /** Once. */
  parts(): AsyncIterable<string>;
}

/** @throws LedgerError, TemporaryFileError, PdfNotMade, and the signal's reason */
export async function makeReport(request: EvidenceRequest, making: Making): Promise<MadeReport> {
  const { period, format, timeZone, only, frameworks, verify = false } = request;
  const { ledger, progress = NO_PROGRESS, pdf, ...about } = making;
  const report = await emptyReport(format, timeZone, pdf);
  const dispose = () => report[Symbol.asyncDispose]();
  try {
    const head = await gather(
      ledger,
      { period, timeZone, only, frameworks, verify, progress, version: VERSION, ...about },
      report,
    );
    return { head, parts: () => report.parts(head), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Asked of a function without what makes pages. */
export class PdfNotMade extends Error {
  override readonly name = 'PdfNotMade';
}

async function emptyReport(format: EvidenceFormat, timeZone: string | undefined, pdf?: PdfMaker): Promise<Report> {
  if (format === 'json') return new JsonReport();
  if (format === 'csv') return new CsvReport();
  if (format === 'html') return new HtmlReport(timeZone);
  if (!pdf) throw new PdfNotMade('no PDF is made here: expected another format');
  return pdf(timeZone);
}
