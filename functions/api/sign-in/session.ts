// functions/api/sign-in/session.ts: who is signed in, as the session cookie keeps it.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { printable } from '../../restore/text.ts';
import type { Viewer } from '../http/ports.ts';
import type { Claims } from './issuer.ts';
import type { Role, SignInSettings } from './ports.ts';

export interface Session {
  subject: string;
  /** For people. */
  name: string;
  roles: readonly Role[];
  /** Comes back with each form. */
  formToken: string;
  /** Milliseconds since the epoch. */
  endsAt: number;
}

const MAX_NAME = 100;
const MAX_SUBJECT = 255;

/** What a person's claims give: `read` by itself only, as the others may read, too. */
export function rolesOf(claims: Claims, { rolesClaim, values }: SignInSettings): Role[] {
  const claim = Object.hasOwn(claims, rolesClaim) ? claims[rolesClaim] : undefined;
  const held: unknown[] = Array.isArray(claim) ? claim : [claim];
  const has = (role: Role) => values[role].some((value) => held.includes(value));
  const more = (['run', 'annotate'] as const).filter(has);
  return more.length === 0 && has('read') ? ['read'] : more;
}

/** Only a name that the issuer has checked is shown as an address. */
export function nameOf({ email, email_verified: verified, name, sub }: Claims): string {
  const texts = [verified === true ? email : undefined, name, sub];
  const text = texts.find((each): each is string => typeof each === 'string' && each.trim() !== '') ?? '';
  return text.slice(0, MAX_NAME).toWellFormed();
}

export const newSession = (claims: Claims, roles: readonly Role[], endsAt: number): Session => ({
  subject: claims.sub.slice(0, MAX_SUBJECT),
  name: nameOf(claims),
  roles,
  formToken: randomBytes(32).toString('base64url'),
  endsAt,
});

/** What opened is what was sealed; only its time may have passed. */
export const isCurrent = (value: unknown, now: number): value is { endsAt: number } =>
  typeof value === 'object' && value !== null && 'endsAt' in value && Number(value.endsAt) > now;

/** Not one that an earlier version sealed, with a single `role`. */
export const isSession = (value: unknown): value is Session =>
  typeof value === 'object' && value !== null && 'roles' in value && Array.isArray(value.roles);

/** The session as the pages see it. @param issuer of the subject */
export const viewerOf = ({ subject, roles, formToken }: Session, issuer: string): Viewer => ({
  formToken,
  annotator: roles.includes('annotate') ? { kind: 'token', name: printable(subject, MAX_SUBJECT), issuer } : undefined,
});

export function isTokenOf({ formToken }: Session, sent: string | null): boolean {
  const [ours, theirs] = [Buffer.from(formToken), Buffer.from(sent ?? '')];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}
