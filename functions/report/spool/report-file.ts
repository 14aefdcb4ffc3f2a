// functions/report/spool/report-file.ts: a report as a file, to be signed and then put where it is kept.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface ReportFile {
  path: string;
  bytes: number;
  /** In hex. */
  sha256: string;
}

/** @param path of a file that is not there yet @throws the file system's error, and an AbortError once the signal is raised */
export async function reportFile(
  path: string,
  parts: AsyncIterable<string>,
  signal?: AbortSignal,
): Promise<ReportFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  const counted = async function* (all: AsyncIterable<string>) {
    for await (const part of all) {
      const data = Buffer.from(part);
      hash.update(data);
      bytes += data.length;
      yield data;
    }
  };
  const file = createWriteStream(path, { mode: 0o600, flags: 'wx' });
  await pipeline(Readable.from(parts), counted, file, signal ? { signal } : {});
  return { path, bytes, sha256: hash.digest('hex') };
}
