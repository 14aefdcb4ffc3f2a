// functions/api/sign-in/bounded-fetch.ts: requests to the issuer, whose answers may be late or large.

/** API Gateway waits for 30 s; a sign-in makes at most three requests, one after the other. */
const TIMEOUT_MS = 5_000;
/** Key sets and configurations take some 10 KB. */
const MAX_BYTES = 256 * 1_024;

type Asked = Pick<RequestInit, 'method' | 'headers'> & { body?: URLSearchParams | undefined };

/** The answer is here as a whole. Redirects are not followed. @throws Error for what is late or too large */
export async function boundedFetch(url: string, { body, ...init }: Asked): Promise<Response> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { ...init, body: body ?? null, redirect: 'manual', signal });
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > MAX_BYTES) throw new Error(`the issuer's answer is larger than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  const { status, headers } = response;
  return new Response(parts.length > 0 ? Buffer.concat(parts) : null, { status, headers });
}
