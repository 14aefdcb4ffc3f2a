// functions/api/sign-in/browser-app.ts: the page and API for browsers, behind a session cookie. Whatever has no session gets nothing.
import type { ApiEnv } from '../http/ports.ts';
import { RequestProblem } from '../http/problem.ts';
import { MAX_ANNOTATION_BYTES } from '../routes/annotations.ts';
import { CSS_PATH, ICON_PATH, SCRIPT_PATH } from '../web/html/style.ts';
import { below, notice, problem, redirect, withAccount } from './answers.ts';
import { FORM, isSameOrigin, readForm } from './form.ts';
import type { SignInPorts } from './ports.ts';
import { BROWSER_PREFIX, CALLBACK_PATH, isBelow, SIGN_IN_PATH } from './prefix.ts';
import { isTokenOf, type Session, viewerOf } from './session.ts';
import { SignIn, safeTarget } from './sign-in.ts';

type Bindings = ApiEnv['Bindings'];
export type Fetch = (request: Request, bindings: Bindings) => Response | Promise<Response>;

/** The same for everyone, and nothing of the ledger. */
const PUBLIC_FILES: readonly string[] = [CSS_PATH, ICON_PATH, SCRIPT_PATH];
const HOME = { href: '/', label: 'All restores' };
/** The form on a job's page. */
const ANNOTATION = /^\/jobs\/[^/]+\/annotation$/;
const AGAIN = { href: SIGN_IN_PATH, label: 'Sign in' };

/** @param api without authorization of its own */
export function browserApp(api: Fetch, ports: SignInPorts): Fetch {
  const { issuer, log, now } = ports;
  const signIn = new SignIn(ports);

  return async (request, bindings) => {
    try {
      return await respond(request, new URL(request.url), bindings);
    } catch (error) {
      if (error instanceof RequestProblem) return problem(error, bindings);
      const { name, message, stack } = error as Error;
      log.error('request failed', { request: request.method, error: name, reason: message, stack });
      return problem(new RequestProblem('internal'), bindings);
    }
  };

  async function respond(request: Request, url: URL, bindings: Bindings): Promise<Response> {
    if (!isBelow(url.pathname)) throw new RequestProblem('not-found');
    const path = url.pathname.slice(BROWSER_PREFIX.length) || '/';
    if (request.method === 'POST') return change(request, url, path, bindings);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new RequestProblem('method-not-allowed', { headers: { allow: 'GET, HEAD, POST' } });
    return read(request, url, path, bindings);
  }

  async function read(request: Request, url: URL, path: string, bindings: Bindings): Promise<Response> {
    if (path === SIGN_IN_PATH) return begin(url);
    if (path === CALLBACK_PATH) return finish(request, url);
    const isPublic = PUBLIC_FILES.includes(path);
    const session = isPublic ? undefined : await signIn.session(request);
    if (!session && !isPublic) return unknownCaller(request, url);
    const viewer = session && viewerOf(session, issuer);
    const seen = { ...bindings, prefix: BROWSER_PREFIX, ...(viewer && { viewer }) };
    const answer = await below(url, await api(moved(request, url, path), seen));
    return session ? withAccount(answer, session) : answer;
  }

  /** A person is shown the way; a program is told. */
  function unknownCaller({ headers }: Request, { pathname, search }: URL): Response {
    if (!headers.get('accept')?.includes('text/html')) throw new RequestProblem('not-signed-in');
    return redirect(`${BROWSER_PREFIX}${SIGN_IN_PATH}?to=${encodeURIComponent(`${pathname}${search}`)}`);
  }

  async function begin(url: URL): Promise<Response> {
    const target = safeTarget(url.searchParams.get('to'), url);
    try {
      const { location, cookie } = await signIn.begin(url, target, callbackOf(url));
      return redirect(location, [cookie]);
    } catch (error) {
      log.error('sign-in is not possible', { reason: (error as Error).message });
      const text = 'The sign-in service can’t be reached, or its answer makes no sense. Try again in a moment.';
      return notice({ title: 'Sign-in is not possible', text, link: AGAIN }, { url, status: 503, now: now() });
    }
  }

  async function finish(request: Request, url: URL): Promise<Response> {
    const outcome = await signIn.finish(request, callbackOf(url));
    const { cookies } = outcome;
    if (outcome.is === 'signed-in') return redirect(outcome.target, cookies);
    const about = { url, now: now(), cookies };
    switch (outcome.is) {
      case 'no-role': {
        const text = `You are known as ${outcome.name}, but have no role in this ledger. Ask whoever runs it for one.`;
        return notice({ title: 'No access', text, link: AGAIN }, { ...about, status: 403 });
      }
      case 'not-begun':
        return notice({ title: 'Sign-in has expired', text: NOT_BEGUN, link: AGAIN }, { ...about, status: 400 });
      case 'not-confirmed':
        return notice({ title: 'Not signed in', text: NOT_CONFIRMED, link: AGAIN }, { ...about, status: 403 });
    }
  }

  /** From a form of our own page alone. */
  async function change(request: Request, url: URL, path: string, bindings: Bindings): Promise<Response> {
    const session = await signIn.session(request);
    if (!session) return endedSession(request, url);
    const refused = (title: string, text: string) =>
      notice({ title, text, link: HOME }, { url, status: 403, now: now() });
    const isAnnotation = ANNOTATION.test(path);
    const form = isSameOrigin(request, url)
      ? await readForm(request, isAnnotation ? MAX_ANNOTATION_BYTES : undefined)
      : undefined;
    if (!form) return refused('Not accepted', FOREIGN);
    const isOfSession = isTokenOf(session, form.get('token'));
    if (isAnnotation && !session.roles.includes('annotate'))
      return refused('No access', 'You may read this ledger, but not annotate restores.');
    if (isAnnotation) return annotate(session, { path, form, url, isOfSession }, bindings);
    if (!isOfSession) return refused('Not accepted', FOREIGN);
    if (path === '/sign-out') return signOut(url);
    if (path !== '/runs') throw new RequestProblem('not-found');
    if (!session.roles.includes('run')) return refused('No access', 'You may read this ledger, but not start runs.');
    const key = form.get('key');
    if (key && !HEADER_TEXT.test(key)) return refused('Not accepted', FOREIGN);
    return startRun(session, key, url, bindings);
  }

  /** The browser still has what was typed; a new session takes it, once looked at again. */
  async function endedSession({ headers }: Request, url: URL): Promise<Response> {
    if (!headers.get('accept')?.includes('text/html')) throw new RequestProblem('not-signed-in');
    return notice({ title: 'Not signed in', text: ENDED, link: AGAIN }, { url, status: 401, now: now() });
  }

  /** The page of the job shows what was typed again wherever it can't be kept. */
  async function annotate(session: Session, sent: SentAnnotation, bindings: Bindings): Promise<Response> {
    const { path, form, url, isOfSession } = sent;
    const viewer = { ...viewerOf(session, issuer), ...(isOfSession ? {} : { refusal: OTHER_SESSION }) };
    form.delete('token');
    const headers = { 'content-type': FORM, origin: url.origin };
    const order = new Request(`${url.origin}${path}`, { method: 'POST', headers, body: form.toString() });
    const answer = await below(url, await api(order, { ...bindings, prefix: BROWSER_PREFIX, viewer }));
    log.info('annotation sent on the page', { subject: session.subject, status: answer.status });
    return withAccount(answer, session);
  }

  async function signOut(url: URL): Promise<Response> {
    const issuerPage = await signIn.issuerSignOut(`${url.origin}${BROWSER_PREFIX}`);
    const link = issuerPage ? { href: issuerPage, label: 'Sign out there, too' } : AGAIN;
    const text = 'You may still be signed in with the sign-in service, which then asks for no password.';
    const cookies = [signIn.endedSession(url)];
    return notice({ title: 'You are signed out', text, link }, { url, status: 200, now: now(), cookies });
  }

  async function startRun({ subject }: Session, key: string | null, url: URL, bindings: Bindings): Promise<Response> {
    const headers = { 'content-type': 'application/json', ...(key ? { 'idempotency-key': key } : {}) };
    const order = new Request(`${url.origin}/runs`, { method: 'POST', headers, body: '{}' });
    const answer = await api(order, bindings);
    log.info('run requested on the page', { subject, status: answer.status });
    const about = { url, now: now(), status: answer.status };
    if (answer.ok) return notice({ title: 'A run has started', text: STARTED, link: HOME }, about);
    const { detail, title } = (await answer.json()) as { detail?: string; title: string };
    return notice({ title: 'No run has started', text: detail ?? title, link: HOME }, about);
  }
}

/** What fits into a header. */
const HEADER_TEXT = /^[!-~]{1,255}$/;

interface SentAnnotation {
  path: string;
  form: URLSearchParams;
  url: URL;
  /** Whether it has the token of this very session. */
  isOfSession: boolean;
}

const ENDED = 'Your session has ended, and nothing was changed. Sign in on another tab, then go back to the form here.';
const OTHER_SESSION = 'The form is of an earlier session, and nothing was changed. Look at it again, and send it.';
const NOT_BEGUN =
  'This sign-in was not begun in this browser, took longer than 10 minutes, or is done already. Cookies must be allowed.';
const NOT_CONFIRMED = 'The sign-in service did not confirm who you are. Try again; if it stays, the log says why.';
const FOREIGN = 'This request did not come from a current page of the ledger. Load the page again, and repeat.';
const STARTED = 'It is listed with the last runs in a moment. Reloading this page starts no other.';

const callbackOf = ({ origin }: URL) => `${origin}${BROWSER_PREFIX}${CALLBACK_PATH}`;

/** The same request, without the prefix and the cookies. */
function moved({ method, headers: sent, signal }: Request, url: URL, path: string): Request {
  const headers = new Headers(sent);
  headers.delete('cookie');
  return new Request(`${url.origin}${path}${url.search}`, { method, headers, signal });
}
