// functions/api/evidence/answer.ts: a report as an answer: streamed, or as a whole where it has to fit into one.

import type { MadeReport } from '../../report/make.ts';
import type { Outcome } from '../../report/model/outcome.ts';
import { contentTypeOf, type EvidenceRequest, fileNameOf } from '../../report/model/request.ts';
import { wireBytes } from '../http/payload-limit.ts';

/** A file to be kept; opened from an address of ours, it could still do nothing. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** @param outcome of a report that is made */
export const reportHeaders = (
  request: Pick<EvidenceRequest, 'period' | 'format'>,
  outcome?: Outcome,
): Record<string, string> => ({
  'content-type': contentTypeOf(request.format),
  'content-disposition': `attachment; filename="${fileNameOf(request)}"`,
  'content-security-policy': POLICY,
  vary: 'accept, prefer',
  ...(outcome && { 'x-evidence-summary': outcome.summary, 'x-evidence-integrity': outcome.integrity }),
});

/** Longer than it may be. */
export class TooLong extends Error {
  override readonly name = 'TooLong';
}

/** @param bytes that it may have on the wire @throws TooLong */
export async function whole(made: MadeReport, bytes: number): Promise<string> {
  const parts: string[] = [];
  let left = bytes;
  for await (const part of made.parts()) {
    left -= wireBytes(part);
    if (left < 0) throw new TooLong(`the report has more than ${bytes} bytes`);
    parts.push(part);
  }
  return parts.join('');
}

/** What is behind the parts is disposed of with their end, and when nobody wants the rest. */
export function streamed(parts: AsyncIterable<string>, dispose: () => PromiseLike<void>): ReadableStream<Uint8Array> {
  const iterator = parts[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { value, done } = await iterator.next();
        if (!done) return controller.enqueue(encoder.encode(value));
        await dispose();
        controller.close();
      } catch (error) {
        await dispose();
        throw error;
      }
    },
    async cancel() {
      await iterator.return?.();
      await dispose();
    },
  });
}
