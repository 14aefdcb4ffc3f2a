// functions/monthly/write-month.ts: the evidence report of a month, signed, in the store of the anchors.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnchorStore, type StoredBody, StoreError } from '../anchors/store.ts';
import type { Ledger } from '../ledger/model/ledger.ts';
import { makeReports, type PdfMaker } from '../report/make.ts';
import { predicateOf } from '../report/model/predicate.ts';
import { fileNameOf } from '../report/model/request.ts';
import { type ReportFile, reportFile } from '../report/spool/report-file.ts';
import type { Objectives } from '../restore/objectives/objective.ts';
import { SIGNATURE_ENDING, sealedReport } from '../signing/report.ts';
import type { Signer } from '../signing/signer.ts';
import { attemptFolder, doneBy, MONTHLY_FORMATS, periodOfMonth, REPORTS } from './months.ts';

export interface MonthPorts {
  ledger: Ledger;
  store: AnchorStore;
  signer: Signer;
  ledgerName: string;
  objectives: Objectives;
  pdf: PdfMaker;
  /** ISO 8601 in UTC. */
  madeAt: string;
  /** Ends it, with its reason. What is in the store then has no signature, and the month is not done. */
  signal: AbortSignal;
}

export interface WrittenMonth {
  /** In the store. */
  folder: string;
  /** complete, incomplete or not-known. */
  verdict: string;
  restores: number;
  gaps: number;
  /** Of the reports. */
  bytes: number;
}

/** Months whose report is there, signed. @throws StoreError */
export async function doneMonths(store: AnchorStore): Promise<Set<string>> {
  const months = new Set<string>();
  for await (const name of store.list(REPORTS)) {
    const month = doneBy(name);
    if (month !== undefined) months.add(month);
  }
  return months;
}

/**
 * The report in each format, of one reading of the ledger and with all histories recomputed, then the signatures: the last of them says
 * that the month is done. Nothing is put before all of it is made, and each file is put whole. Temporary files: up to three times the
 * size of the reports.
 * @param month such as `2026-11`
 * @throws LedgerError, StoreError, SignatureError, TemporaryFileError, and the signal's reason
 */
export async function writeMonth(month: string, ports: MonthPorts): Promise<WrittenMonth> {
  const { ledger, store, signer, ledgerName, objectives, pdf, madeAt, signal } = ports;
  const folder = attemptFolder(month, madeAt);
  const directory = await mkdtemp(join(tmpdir(), 'restore-ledger-'));
  try {
    const period = { ...periodOfMonth(month), ended: true };
    const making = { ledger, ledgerName, objectives, pdf, madeAt, signal, verifyByProject: true };
    await using made = await makeReports({ period, verify: true }, MONTHLY_FORMATS, making);
    const predicate = predicateOf(made.head);
    const files: [string, ReportFile][] = [];
    for (const format of MONTHLY_FORMATS) {
      const name = fileNameOf({ period, format });
      files.push([name, await reportFile(join(directory, name), made.parts(format), signal)]);
    }
    const envelopes: [string, string][] = [];
    for (const [name, { sha256 }] of files)
      envelopes.push([name + SIGNATURE_ENDING, await sealedReport({ name, sha256 }, predicate, signer)]);
    for (const [name, file] of files) await create(store, folder + name, file);
    for (const [name, envelope] of envelopes) await create(store, folder + name, envelope);
    const { verdict, restores, gaps } = predicate;
    return { folder, verdict, restores, gaps, bytes: files.reduce((sum, [, { bytes }]) => sum + bytes, 0) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function create(store: AnchorStore, name: string, body: StoredBody) {
  if (!(await store.create(name, body))) throw new StoreError(`${store.place}: ${name}: another call has written it`);
}
