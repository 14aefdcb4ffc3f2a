// functions/atlas/auth/credential-session.ts: the credentials in use, replaced when they change at their source.
import type { Clock } from '../../platform/clock.ts';
import { ATLAS_URL, parseBaseUrl } from '../http/base-url.ts';
import { AtlasError } from '../model/errors.ts';
import type { CredentialSource, Credentials } from './credentials.ts';
import { DigestSigner } from './digest.ts';
import { OAuthSigner } from './oauth.ts';
import type { Signer } from './signer.ts';

export interface Access {
  credentials: Credentials;
  /** The only origin that anything signed is sent to. */
  origin: string;
  signer: Signer;
}

/** Where the source still said the same, or nothing, one view doesn't read again for so long: a broken key is refused many times. */
const REREAD_AFTER_MS = 30_000;

export class CredentialSession {
  readonly #source: CredentialSource;
  readonly #baseUrl: string | undefined;
  readonly #clock: Clock;
  #current: Promise<Access> | undefined;
  #principal: string | undefined;
  #renewing: Promise<Access> | undefined;
  /** When the source was last read again, to no avail. */
  #rereadAtMs = Number.NEGATIVE_INFINITY;

  /** @param baseUrl wins over the one that comes with the credentials */
  constructor(source: CredentialSource, baseUrl: string | undefined, clock: Clock) {
    this.#source = source;
    this.#baseUrl = baseUrl === undefined ? undefined : parseBaseUrl(baseUrl, 'the base URL');
    this.#clock = clock;
  }

  /** Public key, or client id, of the credentials in use. Absent as long as there are none. */
  get principal(): string | undefined {
    return this.#principal;
  }

  /** @throws AtlasError ATLAS_CREDENTIALS; the next call then reads the source again */
  current(): Promise<Access> {
    if (!this.#current) {
      const reading = this.#read(false);
      this.#current = reading;
      reading.catch(() => {
        if (this.#current === reading) this.#current = undefined;
      });
    }
    return this.#current;
  }

  /**
   * What to use instead of an access that was refused; undefined where the source still says the same, or did in the last half
   * minute and since `sinceMs`. Calls at the same time share one reading of the source.
   * @param sinceMs when the work began that was refused: what the source said before that is not believed
   */
  async insteadOf(refused: Access, sinceMs: number): Promise<Access | undefined> {
    const held = await this.#current?.catch(() => undefined);
    if (held && held !== refused) return held;
    const rereadLately = this.#rereadAtMs >= sinceMs && this.#clock.now() - this.#rereadAtMs < REREAD_AFTER_MS;
    if (!this.#renewing && rereadLately) return undefined;
    this.#renewing ??= this.#renew(refused).finally(() => {
      this.#renewing = undefined;
    });
    const access = await this.#renewing;
    return access === refused ? undefined : access;
  }

  async #renew(refused: Access): Promise<Access> {
    this.#rereadAtMs = this.#clock.now();
    const fresh = await this.#read(true);
    if (same(fresh.credentials, refused.credentials)) return refused;
    this.#rereadAtMs = Number.NEGATIVE_INFINITY;
    this.#current = Promise.resolve(fresh);
    return fresh;
  }

  async #read(fresh: boolean): Promise<Access> {
    let credentials: Credentials;
    try {
      credentials = await this.#source.read({ fresh });
    } catch (error) {
      if (error instanceof AtlasError) throw error;
      // A source of somebody else's: what its error holds is not known, so none of it is repeated.
      throw new AtlasError('ATLAS_CREDENTIALS', `${this.#source.describe} could not be read`);
    }
    const { baseUrl = ATLAS_URL } = credentials;
    const origin = this.#baseUrl ?? parseBaseUrl(baseUrl, `the base URL in ${this.#source.describe}`);
    if (credentials.type === 'apiKey') {
      this.#principal = credentials.publicKey;
      return { credentials, origin, signer: new DigestSigner(credentials, this.#clock) };
    }
    this.#principal = credentials.clientId;
    return { credentials, origin, signer: new OAuthSigner(credentials, this.#clock) };
  }
}

/** By value: each reading makes new objects, with their fields in one order. */
const same = (one: Credentials, other: Credentials) => {
  const values = ({ type, baseUrl, ...rest }: Credentials) =>
    JSON.stringify([type, baseUrl, Object.entries(rest).sort()]);
  return values(one) === values(other);
};
