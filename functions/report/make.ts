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

/** The same in several formats: until it is disposed of, it has temporary files. */
export interface MadeReports extends AsyncDisposable {
  head: EvidenceHead;
  /** Once for each format that was asked for. */
  parts(format: EvidenceFormat): AsyncIterable<string>;
}

/** @throws LedgerError, TemporaryFileError, PdfNotMade, and the signal's reason */
export async function makeReport(request: EvidenceRequest, making: Making): Promise<MadeReport> {
  const { format } = request;
  const made = await makeReports(request, [format], making);
  return { ...made, parts: () => made.parts(format) };
}

/** From one reading of the ledger, so that they can't disagree. @throws LedgerError, TemporaryFileError, PdfNotMade, and the signal's reason */
export async function makeReports(
  { period, timeZone, only, frameworks, verify = false }: Omit<EvidenceRequest, 'format'>,
  formats: readonly EvidenceFormat[],
  { ledger, progress = NO_PROGRESS, pdf, ...about }: Making,
): Promise<MadeReports> {
  const reports = new Map<EvidenceFormat, Report>();
  const ofAll = (work: (report: Report) => PromiseLike<void>) => inTurn(reports.values(), work);
  const dispose = () => ofAll((report) => report[Symbol.asyncDispose]());
  try {
    for (const format of formats) reports.set(format, await emptyReport(format, timeZone, pdf));
    const head = await gather(
      ledger,
      { period, timeZone, only, frameworks, verify, progress, version: VERSION, ...about },
      {
        project: (project, restores) => ofAll((report) => report.project(project, restores)),
        cluster: (cluster) => ofAll((report) => report.cluster(cluster)),
      },
    );
    return { head, parts: (format) => partsOf(reports.get(format), head), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function inTurn<T>(all: Iterable<T>, work: (each: T) => PromiseLike<void>): Promise<void> {
  for (const each of all) await work(each);
}

function partsOf(report: Report | undefined, head: EvidenceHead): AsyncIterable<string> {
  if (!report) throw new TypeError('the report was not made in this format');
  return report.parts(head);
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
