// bin/actions/import.ts: an export that is read twice: to verify it, and to write it.
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Break } from '../../functions/ledger/model/hash-chain.ts';
import { checked } from '../../functions/ledger/transfer/check.ts';
import { ExportError, readExport } from '../../functions/ledger/transfer/lines.ts';
import type { TransferRecord } from '../../functions/ledger/transfer/record.ts';
import { CommandError, UsageError } from '../process/exit-codes.ts';
import { reasonOf } from '../process/output-file.ts';
import type { Progress } from '../process/progress.ts';

export interface ExportSource extends AsyncDisposable {
  /** From its beginning, each time. */
  bytes(): AsyncIterable<Uint8Array>;
}

/** @param path @default stdin @param onStdin called before all of that is waited for @throws UsageError */
export async function openExport(path: string | undefined, onStdin: () => void): Promise<ExportSource> {
  if (path === undefined && process.stdin.isTTY) {
    throw new UsageError(
      'FILE: expected an export, or one on stdin (restore-ledger export ... | restore-ledger import ...), got a terminal',
    );
  }
  if (path === undefined) {
    onStdin();
    return spooled(process.stdin);
  }
  try {
    if ((await stat(path)).isFile()) return ofFile(await open(path));
  } catch (error) {
    throw new UsageError(`FILE ${path}: expected an export that can be read, got ${reasonOf(error)}`);
  }
  return spooled(createReadStream(path));
}

/** Kept in a file without a name, which goes with the process, however that ends. */
async function spooled(input: AsyncIterable<Uint8Array>): Promise<ExportSource> {
  const directory = await mkdtemp(join(tmpdir(), 'restore-ledger-import-'));
  let file: FileHandle;
  try {
    file = await open(join(directory, 'export'), 'wx+', 0o600);
  } finally {
    await rm(directory, { recursive: true });
  }
  try {
    for await (const chunk of input) await file.writeFile(chunk);
  } catch (error) {
    await file.close();
    throw new CommandError(`the export can't be kept until it is verified: ${reasonOf(error)}`, { cause: error });
  }
  return ofFile(file);
}

const ofFile = (file: FileHandle): ExportSource => ({
  bytes: () => file.createReadStream({ start: 0, autoClose: false }),
  [Symbol.asyncDispose]: () => file.close(),
});

/** Reads it to its end. @throws CommandError where it is not whole, or holds what no ledger does */
export async function verified(
  source: ExportSource,
  { progress, signal }: { progress: Pick<Progress, 'show' | 'clear'>; signal: AbortSignal },
): Promise<{ records: number; breaks: Break[] }> {
  const breaks: Break[] = [];
  let records = 0;
  try {
    for await (const { line, record } of readExport(source.bytes())) {
      signal.throwIfAborted();
      const found = checked(record);
      if (found.wrong !== undefined) throw new ExportError(`line ${line}: ${found.wrong}`);
      breaks.push(...found.breaks);
      records += 1;
      progress.show(`verified ${records} records`);
    }
  } catch (error) {
    throw error instanceof ExportError ? new CommandError(`nothing was imported: ${error.message}`) : error;
  } finally {
    progress.clear();
  }
  return { records, breaks };
}

export async function* recordsOf(source: ExportSource): AsyncGenerator<TransferRecord> {
  for await (const { record } of readExport(source.bytes())) yield record;
}
