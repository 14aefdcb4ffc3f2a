// functions/api/sign-in/sign-in.ts: the way to the issuer and back, and the cookies on it.
import { type Cookie, clearedCookie, cookieHeader, cookieOf, readCookie } from './cookies.ts';
import { type Attempt, Issuer, IssuerError, newAttempt } from './issuer.ts';
import type { SignInPorts } from './ports.ts';
import { BROWSER_PREFIX, isBelow } from './prefix.ts';
import { MAX_SEALED, type Seal, sealOf } from './seal.ts';
import { isCurrent, isSession, nameOf, newSession, rolesOf, type Session } from './session.ts';

/** Time to sign in with the issuer. */
const ATTEMPT_SECONDS = 600;
const MAX_TARGET = 1_000;

interface SealedAttempt extends Attempt {
  target: string;
  endsAt: number;
}

export type Outcome =
  | { is: 'signed-in'; target: string; cookies: string[] }
  | { is: 'no-role'; name: string; cookies: string[] }
  | { is: 'not-begun'; cookies: string[] }
  | { is: 'not-confirmed'; cookies: string[] };

export class SignIn {
  readonly #ports: SignInPorts;
  readonly #issuer: Issuer;

  constructor(ports: SignInPorts) {
    this.#ports = ports;
    this.#issuer = new Issuer(ports);
  }

  /** @param target path to go to afterwards @throws IssuerError */
  async begin(url: URL, target: string, redirectUri: string): Promise<{ location: string; cookie: string }> {
    const attempt = newAttempt();
    const location = await this.#issuer.authorizationUrl(attempt, redirectUri);
    const endsAt = this.#ports.now() + ATTEMPT_SECONDS * 1_000;
    const sealed = (await this.#seal()).seal(
      { ...attempt, target, endsAt } satisfies SealedAttempt,
      this.#context('attempt'),
    );
    return { location, cookie: cookieHeader(attemptCookie(url), sealed, ATTEMPT_SECONDS) };
  }

  /** An attempt ends here, whatever comes of it: its cookie is cleared. */
  async finish(request: Request, redirectUri: string): Promise<Outcome> {
    const url = new URL(request.url);
    const cookies = [clearedCookie(attemptCookie(url))];
    const attempt = (await this.#open(request, attemptCookie(url), 'attempt')) as SealedAttempt | undefined;
    if (!attempt) return { is: 'not-begun', cookies };
    try {
      const claims = await this.#issuer.claims(url, attempt, redirectUri);
      const roles = rolesOf(claims, this.#ports);
      if (roles.length === 0) return { is: 'no-role', name: nameOf(claims), cookies };
      const seconds = this.#ports.sessionMinutes * 60;
      const session = newSession(claims, roles, this.#ports.now() + seconds * 1_000);
      const sealed = (await this.#seal()).seal(session, this.#context('session'));
      if (sealed.length > MAX_SEALED) throw new IssuerError('the subject is too long for a cookie');
      this.#ports.log.info('signed in', { subject: session.subject, roles });
      return {
        is: 'signed-in',
        target: attempt.target,
        cookies: [...cookies, cookieHeader(sessionCookie(url), sealed, seconds)],
      };
    } catch (error) {
      if (!(error instanceof IssuerError)) throw error;
      this.#ports.log.warn('sign-in refused', { reason: error.message });
      return { is: 'not-confirmed', cookies };
    }
  }

  async session(request: Request): Promise<Session | undefined> {
    const opened = await this.#open(request, sessionCookie(new URL(request.url)), 'session');
    return isSession(opened) ? opened : undefined;
  }

  /** Ends the session in this browser. */
  endedSession = (url: URL) => clearedCookie(sessionCookie(url));

  issuerSignOut = (returnTo: string) => this.#issuer.signOutUrl(returnTo);

  /** Undefined unless we sealed it for this purpose, and its time has not passed. */
  async #open(request: Request, cookie: Cookie, purpose: string): Promise<unknown> {
    const sealed = readCookie(request, cookie);
    if (sealed === undefined) return undefined;
    const context = this.#context(purpose);
    // A second look at the key: it may have been replaced.
    const value =
      (await this.#seal()).open(sealed, context) ?? (await this.#seal({ fresh: true })).open(sealed, context);
    return isCurrent(value, this.#ports.now()) ? value : undefined;
  }

  async #seal(options?: { fresh: boolean }): Promise<Seal> {
    return sealOf(await this.#ports.key(options));
  }

  /** Another issuer or client ends what was sealed before. */
  #context = (purpose: string) => JSON.stringify([purpose, this.#ports.issuer, this.#ports.clientId]);
}

const sessionCookie = (url: URL) => cookieOf('restore-ledger-session', url);
const attemptCookie = (url: URL) => cookieOf('restore-ledger-sign-in', url);

/** A path of ours below the prefix, or the prefix itself. Anything else could lead to another site. */
export function safeTarget(sent: string | null, { origin }: URL): string {
  if (sent === null || sent.length > MAX_TARGET || !sent.startsWith(BROWSER_PREFIX)) return BROWSER_PREFIX;
  if (!URL.canParse(sent, origin)) return BROWSER_PREFIX;
  const { origin: leadsTo, pathname, search } = new URL(sent, origin);
  // Parsing drops `..` and reads `\` as `/`.
  return leadsTo === origin && isBelow(pathname) ? `${pathname}${search}` : BROWSER_PREFIX;
}
