// functions/api/sign-in/form.ts: forms of our own pages, and of no others.

/** A token and a key. */
const MAX_BYTES = 2_048;
export const FORM = 'application/x-www-form-urlencoded';

/** Undefined for anything but a form, and for one that is larger. */
export async function readForm(request: Request, maxBytes = MAX_BYTES): Promise<URLSearchParams | undefined> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== FORM) return undefined;
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of request.body ?? []) {
    bytes += part.length;
    if (bytes > maxBytes) return undefined;
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
}

/** What a browser says of the page must hold; where it says nothing, nothing is known of the page. */
export function isSameOrigin({ headers }: Request, { origin }: URL): boolean {
  const [site, from] = [headers.get('sec-fetch-site'), headers.get('origin')];
  if (site === null && from === null) return false;
  return (site === null || site === 'same-origin') && (from === null || from === origin);
}
