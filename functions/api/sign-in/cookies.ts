// functions/api/sign-in/cookies.ts: cookies for this host alone, out of reach of scripts.

/** Of all cookies of a request, in characters. API Gateway takes 10,240 bytes of headers. */
const MAX_COOKIES = 16_384;

export interface Cookie {
  /** With `__Host-`, which browsers take from this very host only, over https. */
  name: string;
  secure: boolean;
}

/** On a laptop there is http, where browsers refuse the prefix. */
export function cookieOf(name: string, { protocol }: URL): Cookie {
  const secure = protocol === 'https:';
  return { name: `${secure ? '__Host-' : ''}${name}`, secure };
}

/** Undefined if the cookie is absent, or there more than once: which of them is ours can't be told. */
export function readCookie(request: Request, { name }: Cookie): string | undefined {
  const sent = request.headers.get('cookie') ?? '';
  if (sent.length > MAX_COOKIES) return undefined;
  const values = sent.split(';').flatMap((pair) => {
    const [key, ...rest] = pair.trim().split('=');
    return key === name ? [rest.join('=')] : [];
  });
  return values.length === 1 ? values[0] : undefined;
}

/** Lax, not Strict: the way back from the issuer starts on another site. */
export const cookieHeader = ({ name, secure }: Cookie, value: string, seconds: number) =>
  `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;

export const clearedCookie = (cookie: Cookie) => cookieHeader(cookie, '', 0);
