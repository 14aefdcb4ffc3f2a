// functions/atlas/http/transport.ts: the port that sends one HTTP request.

export interface TransportRequest {
  method: 'GET' | 'POST';
  /** Used as it is: the request target is its path and query, byte for byte. */
  url: URL;
  headers: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
  /** Until the last byte of the answer, waiting for a connection included. */
  timeoutMs: number;
  /** The same with the wait for its turn among other requests. @default `timeoutMs` */
  timeLeftMs?: number;
  /** Largest body, on the wire and decoded alike. */
  maxBytes: number;
}

export interface TransportAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  /** Decoded, as UTF-8. */
  body: string;
}

export interface Transport {
  /** Any status is an answer; redirects are never followed. @throws AtlasError without a complete answer. */
  send(request: TransportRequest): Promise<TransportAnswer>;
  /** Ends what is under way and closes the connections. */
  close(): Promise<void>;
}

/** One value of a header that should have one. */
export function headerOf(headers: TransportAnswer['headers'], name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
