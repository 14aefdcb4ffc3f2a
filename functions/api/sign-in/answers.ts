// functions/api/sign-in/answers.ts: answers to browsers: their headers, cookies, and links below the prefix.
import type { ApiEnv } from '../http/ports.ts';
import { belowPrefix } from '../http/prefix.ts';
import type { RequestProblem } from '../http/problem.ts';
import { withHeaderPart } from '../web/html/layout.ts';
import { accountPart, type Notice, noticePage, SIGNED_IN_HEADERS } from './pages.ts';
import { BROWSER_PREFIX } from './prefix.ts';
import type { Session } from './session.ts';

/** @param location as the browser sees it: no prefix is added */
export const redirect = (location: string, cookies: readonly string[] = []): Response =>
  withCookies(new Response(null, { status: 303, headers: { ...SIGNED_IN_HEADERS, location } }), cookies);

export function problem(error: RequestProblem, { requestContext }: ApiEnv['Bindings']): Response {
  const answer = error.response(requestContext?.requestId ?? '');
  for (const [header, value] of Object.entries(SIGNED_IN_HEADERS)) answer.headers.set(header, value);
  return answer;
}

interface About {
  url: URL;
  status: number;
  now: number;
  cookies?: readonly string[];
}

export async function notice(page: Notice, { url, status, now, cookies = [] }: About): Promise<Response> {
  const headers = { ...SIGNED_IN_HEADERS, 'content-type': 'text/html; charset=UTF-8' };
  const body = String(await noticePage(page, now));
  return withCookies(await below(url, new Response(body, { status, headers })), cookies);
}

/** Nothing behind a session is kept by the browser. */
export async function withAccount(answer: Response, session: Session): Promise<Response> {
  answer.headers.set('cache-control', 'no-store');
  if (!answer.headers.get('content-type')?.startsWith('text/html')) return answer;
  const headers = new Headers(answer.headers);
  headers.delete('etag'); // of the page without what is added here
  for (const [name, value] of Object.entries(SIGNED_IN_HEADERS)) headers.set(name, value);
  const page = withHeaderPart(await answer.text(), String(await accountPart(session)));
  return new Response(page, { status: answer.status, headers });
}

/** With the prefix before the links of an answer of ours. */
export async function below({ origin }: URL, answer: Response): Promise<Response> {
  const given = { headers: Object.fromEntries(answer.headers), body: await answer.text() };
  const { headers, body } = belowPrefix(given, origin, BROWSER_PREFIX);
  const { location } = headers;
  if (location) headers.location = location.replace(HOME, '');
  const text = headers['content-type']?.startsWith('text/html') ? body.replaceAll(HOME_LINKS, '$1') : body;
  return new Response(text === '' ? null : text, { status: answer.status, headers });
}

/** API Gateway's greedy routes take no path that ends with the slash before them: home is the prefix alone. */
const HOME = new RegExp(`(?<=^${BROWSER_PREFIX})/(?=[?#]|$)`);
const HOME_LINKS = new RegExp(`(\\s(?:href|action)="${BROWSER_PREFIX})/(?=["?#])`, 'g');

function withCookies(answer: Response, cookies: readonly string[]): Response {
  for (const cookie of cookies) answer.headers.append('set-cookie', cookie);
  return answer;
}
