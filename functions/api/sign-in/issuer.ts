// functions/api/sign-in/issuer.ts: the OpenID Connect issuer: authorization code flow with PKCE, state and nonce.
import * as oauth from 'oauth4webapi';
import { boundedFetch } from './bounded-fetch.ts';
import type { SignInPorts } from './ports.ts';

/** Signatures with the issuer's public keys. Never `none`, and no shared secret. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** How long the issuer's configuration is kept. The library keeps keys for 5 minutes, and reads them again for an unknown key id. */
const CONFIGURATION_MS = 3_600_000;

/** What must come back unchanged from the issuer. */
export interface Attempt {
  state: string;
  nonce: string;
  verifier: string;
}

export type Claims = Readonly<Record<string, unknown>> & { sub: string };

/** The issuer could not be asked, or what it answered can't be trusted. The message is for the log. */
export class IssuerError extends Error {
  override readonly name = 'IssuerError';
}

export const newAttempt = (): Attempt => ({
  state: oauth.generateRandomState(),
  nonce: oauth.generateRandomNonce(),
  verifier: oauth.generateRandomCodeVerifier(),
});

type IssuerPorts = Pick<SignInPorts, 'issuer' | 'clientId' | 'clientSecret' | 'now'>;

export class Issuer {
  readonly #ports: IssuerPorts;
  readonly #client: oauth.Client;
  #configuration: { readAt: number; server: Promise<oauth.AuthorizationServer> } | undefined;

  constructor(ports: IssuerPorts) {
    this.#ports = ports;
    this.#client = { client_id: ports.clientId };
  }

  /** Where the browser is sent. @throws IssuerError */
  async authorizationUrl({ state, nonce, verifier }: Attempt, redirectUri: string): Promise<string> {
    const { authorization_endpoint: endpoint = '' } = await this.#server();
    const url = new URL(endpoint);
    const parameters = {
      client_id: this.#client.client_id,
      response_type: 'code',
      scope: 'openid email profile',
      redirect_uri: redirectUri,
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  }

  /** Where the session with the issuer ends, or undefined if it names no such page. */
  async signOutUrl(returnTo: string): Promise<string | undefined> {
    const server = await this.#server().catch(() => undefined);
    const url = this.#pageUrl(server?.end_session_endpoint);
    // Cognito has a name of its own for the address.
    const parameters = { client_id: this.#client.client_id, post_logout_redirect_uri: returnTo, logout_uri: returnTo };
    for (const [name, value] of Object.entries(parameters)) url?.searchParams.set(name, value);
    return url?.href;
  }

  /** The claims of a verified ID token. @param callback address that the browser came back to @throws IssuerError */
  async claims(callback: URL, { state, nonce, verifier }: Attempt, redirectUri: string): Promise<Claims> {
    const server = await this.#server();
    try {
      const parameters = oauth.validateAuthResponse(server, this.#client, callback, state);
      const [by, options] = [await this.#authentication(server), this.#options];
      const response = await oauth.authorizationCodeGrantRequest(
        ...([server, this.#client, by, parameters, redirectUri, verifier, options] as const),
      );
      const expected = { expectedNonce: nonce, requireIdToken: true };
      const tokens = await oauth.processAuthorizationCodeResponse(server, this.#client, response, expected);
      await oauth.validateApplicationLevelSignature(server, response, options);
      const claims = oauth.getValidatedIdTokenClaims(tokens);
      if (!claims) throw new IssuerError('the answer has no ID token');
      return claims;
    } catch (error) {
      throw issuerError(error);
    }
  }

  async #authentication({ token_endpoint_auth_methods_supported: methods }: oauth.AuthorizationServer) {
    const secret = await this.#ports.clientSecret?.();
    if (secret === undefined) return oauth.None();
    const basic = methods === undefined || methods.includes('client_secret_basic');
    return basic ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret);
  }

  /** http is for an issuer on this machine. */
  get #options() {
    const { hostname, protocol } = new URL(this.#ports.issuer);
    const insecure = protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(hostname);
    return { [oauth.customFetch]: boundedFetch, [oauth.allowInsecureRequests]: insecure };
  }

  #pageUrl(address: string | undefined): URL | undefined {
    if (address === undefined || !URL.canParse(address)) return undefined;
    const url = new URL(address);
    const allowed = this.#options[oauth.allowInsecureRequests] ? ['https:', 'http:'] : ['https:'];
    return allowed.includes(url.protocol) ? url : undefined;
  }

  /** Kept, unless reading it failed. */
  #server(): Promise<oauth.AuthorizationServer> {
    const now = this.#ports.now();
    if (this.#configuration && now - this.#configuration.readAt < CONFIGURATION_MS) return this.#configuration.server;
    const reading = { readAt: now, server: this.#read() };
    this.#configuration = reading;
    reading.server.catch(() => {
      if (this.#configuration === reading) this.#configuration = undefined;
    });
    return reading.server;
  }

  async #read(): Promise<oauth.AuthorizationServer> {
    try {
      const issuer = new URL(this.#ports.issuer);
      const response = await oauth.discoveryRequest(issuer, this.#options);
      const server = await oauth.processDiscoveryResponse(issuer, response);
      if (!this.#pageUrl(server.authorization_endpoint))
        throw new IssuerError('the configuration has no https authorization_endpoint');
      const { id_token_signing_alg_values_supported: signed } = server;
      const supported = Array.isArray(signed) ? signed : ['RS256'];
      return {
        ...server,
        id_token_signing_alg_values_supported: supported.filter((name) => ALGORITHMS.includes(name)),
      };
    } catch (error) {
      throw issuerError(error);
    }
  }
}

/** Codes and the library's own words, without what the issuer sent, and without the cause, which holds whole answers. */
function issuerError(error: unknown): IssuerError {
  if (error instanceof IssuerError) return error;
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError)
    return new IssuerError(`the issuer refused: ${/^[a-z_]{1,60}$/.test(error.error) ? error.error : 'error'}`);
  return new IssuerError(error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 300) : 'unknown');
}
