// functions/api/lambda/exchange.ts: a request and its answer, whatever API Gateway's format.

/** A request, however API Gateway says it. */
export interface Asked {
  method: string;
  origin: string;
  path: string;
  query: string;
  headers: Readonly<Record<string, string | undefined>>;
  body: string | null | undefined;
  isBase64Encoded: boolean;
}

export interface Answer {
  statusCode: number;
  headers: Record<string, string>;
  /** Of an HTTP API, which has no other way for several. */
  cookies?: string[];
  body: string;
  /** The body's bytes, since they are no text. */
  isBase64Encoded: boolean;
}
