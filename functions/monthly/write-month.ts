// functions/monthly/write-month.ts: the evidence report of a month, signed, in the store of the anchors.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type AnchorStore, type StoredBody, StoreError } from '../anchors/store.ts';
import type { Ledger } from '../ledger/model/ledger.ts';
import { makeReport } from '../report/make.ts';
import { predicateOf } from '../report/model/predicate.ts';
import { type EvidenceFormat, fileNameOf } from '../report/model/request.ts';
import type { Objectives } from '../restore/objectives/objective.ts';
import { type ReportPredicate, SIGNATURE_ENDING, sealedReport } from '../signing/report.ts';
import type { Signer } from '../signing/signer.ts';
import { attemptFolder, doneBy, MONTHLY_FORMATS, periodOfMonth, REPORTS } from './months.ts';

export interface MonthPorts {
  ledger: Ledger;
  store: AnchorStore;
  signer: Signer;
  ledgerName: string;
  objectives: Objectives;
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
 * The report in each format, with all histories recomputed, then the signatures: the last of them says that the month is done. Nothing
 * is put before all of it is made, and each file is put whole. It is read once for each format, so a correction made meanwhile can be in
 * the second alone. Temporary files: up to three times the size of the report.
 * @param month such as `2026-11`
 * @throws LedgerError, StoreError, SignatureError, TemporaryFileError, and the signal's reason
 */
export async function writeMonth(month: string, ports: MonthPorts): Promise<WrittenMonth> {
  const { store, madeAt, signer } = ports;
  const folder = attemptFolder(month, madeAt);
  const directory = await mkdtemp(join(tmpdir(), 'restore-ledger-'));
  try {
    const files: ReportFile[] = [];
    for (const format of MONTHLY_FORMATS) files.push(await fileOf(month, format, directory, ports));
    const envelopes: [string, string][] = [];
    for (const { name, sha256, predicate } of files)
      envelopes.push([`${folder}${name}${SIGNATURE_ENDING}`, await sealedReport({ name, sha256 }, predicate, signer)]);
    for (const { name, path, bytes } of files) await create(store, folder + name, { path, bytes });
    for (const [name, envelope] of envelopes) await create(store, name, envelope);
    const { verdict = '', restores = 0, gaps = 0 } = files.at(-1)?.predicate ?? {};
    return { folder, verdict, restores, gaps, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface ReportFile {
  name: string;
  /** Of the temporary file. */
  path: string;
  bytes: number;
  /** In hex. */
  sha256: string;
  predicate: ReportPredicate;
}

async function fileOf(
  month: string,
  format: EvidenceFormat,
  directory: string,
  { ledger, ledgerName, objectives, madeAt, signal }: MonthPorts,
): Promise<ReportFile> {
  const period = { ...periodOfMonth(month), ended: true };
  const request = { period, format, verify: true };
  await using made = await makeReport(request, {
    ...{ ledger, ledgerName, objectives, madeAt, signal },
    verifyByProject: true,
  });
  const name = fileNameOf(request);
  const path = join(directory, name);
  const hash = createHash('sha256');
  let bytes = 0;
  const counted = async function* (parts: AsyncIterable<string>) {
    for await (const part of parts) {
      const data = Buffer.from(part);
      hash.update(data);
      bytes += data.length;
      yield data;
    }
  };
  await pipeline(Readable.from(made.parts()), counted, createWriteStream(path, { mode: 0o600 }), { signal });
  return { name, path, bytes, sha256: hash.digest('hex'), predicate: predicateOf(made.head) };
}

async function create(store: AnchorStore, name: string, body: StoredBody) {
  if (!(await store.create(name, body))) throw new StoreError(`${store.place}: ${name}: another call has written it`);
}
