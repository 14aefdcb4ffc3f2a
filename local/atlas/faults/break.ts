// local/atlas/faults/break.ts: faults of the connection: no proper answer at all.
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './faults.ts';

const CHUNK_BYTES = 64 * 1024;
/** The longest that a timer can wait: 24 days, which outlives any client. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** @returns true where the fault was one of these and the request is done with. */
export async function broken(fault: Fault, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  switch (fault.type) {
    case 'reset':
      request.socket.resetAndDestroy();
      return true;
    case 'redirect':
      response.writeHead(301, { Location: fault.to, 'Content-Length': 0 }).end();
      return true;
    case 'wrongJson':
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html><body>Please sign in</body></html>');
      return true;
    case 'foreign': {
      const { status, headers, body = '<html><body>Not here</body></html>' } = fault;
      response.writeHead(status, { 'Content-Type': 'text/html', ...headers }).end(body);
      return true;
    }
    case 'hugeBody':
      await pour(response, fault.bytes);
      return true;
    default:
      return false;
  }
}

/** Waits `ms` of real time. @returns false when the client left before. */
export async function waited(response: ServerResponse, ms: number): Promise<boolean> {
  const left = new AbortController();
  const leave = () => left.abort();
  response.once('close', leave);
  try {
    await delay(Math.min(ms, MAX_TIMER_MS), undefined, { signal: left.signal });
    return true;
  } catch {
    return false;
  } finally {
    response.off('close', leave);
  }
}

/** A list without items and with spaces up to the size asked for, as fast as the client takes it. */
async function pour(response: ServerResponse, bytes: number) {
  const start = '{"results":[';
  const end = ']}';
  const spaces = Buffer.alloc(CHUNK_BYTES, ' ');
  const left = new AbortController();
  response.once('close', () => left.abort());
  response.writeHead(200, { 'Content-Type': 'application/vnd.atlas.2023-01-01+json;charset=utf-8' });
  response.write(start);
  for (let rest = bytes - start.length - end.length; rest > 0 && !response.destroyed; rest -= CHUNK_BYTES) {
    const isFull = !response.write(spaces.subarray(0, Math.min(rest, CHUNK_BYTES)));
    if (isFull) await once(response, 'drain', { signal: left.signal }).catch(() => undefined);
  }
  response.end(end);
}
