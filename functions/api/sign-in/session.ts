// functions/api/sign-in/session.ts: who is signed in, as the session cookie keeps it.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Claims } from './issuer.ts';
import type { Role, SignInSettings } from './ports.ts';

export interface Session {
  subject: string;
  /** For people. */
  name: string;
  role: Role;
  /** Comes back with each form. */
  formToken: string;
  /** Milliseconds since the epoch. */
  endsAt: number;
}

const MAX_NAME = 100;

/** The highest role that a person's claims give. */
export function roleOf(claims: Claims, { rolesClaim, values }: SignInSettings): Role | undefined {
  const claim = Object.hasOwn(claims, rolesClaim) ? claims[rolesClaim] : undefined;
  const held: unknown[] = Array.isArray(claim) ? claim : [claim];
  return (['run', 'read'] as const).find((role) => values[role].some((value) => held.includes(value)));
}

/** Only a name that the issuer has checked is shown as an address. */
export function nameOf({ email, email_verified: verified, name, sub }: Claims): string {
  const texts = [verified === true ? email : undefined, name, sub];
  const text = texts.find((each): each is string => typeof each === 'string' && each.trim() !== '') ?? '';
  return text.slice(0, MAX_NAME).toWellFormed();
}

export const newSession = (claims: Claims, role: Role, endsAt: number): Session => ({
  subject: claims.sub.slice(0, 255),
  name: nameOf(claims),
  role,
  formToken: randomBytes(32).toString('base64url'),
  endsAt,
});

/** What opened is what was sealed; only its time may have passed. */
export const isCurrent = (value: unknown, now: number): value is { endsAt: number } =>
  typeof value === 'object' && value !== null && 'endsAt' in value && Number(value.endsAt) > now;

export function isTokenOf({ formToken }: Session, sent: string | null): boolean {
  const [ours, theirs] = [Buffer.from(formToken), Buffer.from(sent ?? '')];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}
