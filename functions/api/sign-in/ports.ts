// functions/api/sign-in/ports.ts: what sign-in by OpenID Connect needs from outside.
import type { Log } from '../../platform/log.ts';

/** Each may read; `run` may start runs, too, and `annotate` annotate restore jobs. */
export type Role = 'read' | 'run' | 'annotate';

export interface SignInSettings {
  /** As the ID tokens name it. Its configuration is at `/.well-known/openid-configuration` below. */
  issuer: string;
  clientId: string;
  /** Claim of the ID token that holds a person's groups or roles. */
  rolesClaim: string;
  /** Values of that claim that give a role. */
  values: Readonly<Record<Role, readonly string[]>>;
  sessionMinutes: number;
}

/** A text that is kept secret. @param options.fresh read it again, unless that was done moments ago */
export type SecretText = (options?: { fresh?: boolean }) => Promise<string>;

export interface SignInPorts extends SignInSettings {
  /** Of cookies. Whoever has it can sign in as anyone. */
  key: SecretText;
  /** Absent for a public client, which PKCE alone protects. */
  clientSecret?: SecretText | undefined;
  log: Log;
  /** Milliseconds since the epoch. */
  now(): number;
}
