// local/content-coding.ts: answers compressed as they are streamed, as behind API Gateway.
import { Duplex } from 'node:stream';
import type { ReadableWritablePair } from 'node:stream/web';
import { createBrotliCompress, createGzip } from 'node:zlib';
import { brotliParameters, codingFor, LEAST_BYTES, markCoded } from '../functions/api/http/content-coding.ts';

export async function compressed(request: Request, response: Response): Promise<Response> {
  const coding = codingFor(response.headers, LEAST_BYTES, request.headers.get('accept-encoding') ?? undefined);
  if (coding === undefined || !response.body || request.method === 'HEAD') return response;
  const { chunks, body } = await begun(response.body, LEAST_BYTES);
  const whole = restOf(chunks, body);
  if (chunks.reduce((sum, { length }) => sum + length, 0) < LEAST_BYTES) return new Response(whole, response);
  const headers = new Headers(response.headers);
  markCoded(headers, coding);
  const coder = coding === 'gzip' ? createGzip() : createBrotliCompress({ params: brotliParameters() });
  const pair = Duplex.toWeb(coder) as unknown as ReadableWritablePair<Uint8Array, Uint8Array>;
  const { status, statusText } = response;
  return new Response(whole.pipeThrough(pair as never), { status, statusText, headers });
}

type Bytes = ReadableStreamDefaultReader<Uint8Array>;

/** Its beginning: `least` bytes, or all there are. */
async function begun(stream: ReadableStream<Uint8Array>, least: number) {
  const body = stream.getReader();
  const chunks: Uint8Array[] = [];
  for (let bytes = 0; bytes < least; ) {
    const { done, value } = await body.read();
    if (done) break;
    chunks.push(value);
    bytes += value.length;
  }
  return { chunks, body };
}

function restOf(chunks: readonly Uint8Array[], body: Bytes): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (to) => {
      for (const chunk of chunks) to.enqueue(chunk);
    },
    pull: async (to) => {
      const { done, value } = await body.read();
      if (done) to.close();
      else to.enqueue(value);
    },
    cancel: (reason) => body.cancel(reason),
  });
}
