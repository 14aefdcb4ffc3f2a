// test/api/sign-in/issuer.ts: an OpenID Connect issuer that lies on request.
import { createHash, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { listen } from '../../../local/listen.ts';

export const CLIENT_ID = 'restore-ledger-page';

export interface Lie {
  /** Of the ID token; undefined leaves a claim out. */
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  /** Instead of the key that the issuer publishes. */
  key?: KeyObject;
  /** Instead of the whole answer of the token endpoint. */
  tokens?: (response: ServerResponse) => void;
}

export interface TestIssuer extends AsyncDisposable {
  url: string;
  /** Of what follows. */
  lie: Lie;
  /** Fields of the configuration that differ. */
  configuration: Record<string, unknown>;
  requests: string[];
  publicKeyPem(): string;
  /** A new key pair takes the place of the old one. */
  rotate(): void;
  /** As a person who signs in: the way back. */
  approve(authorizationUrl: string, changes?: Record<string, string | undefined>): string;
}

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const newKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
/** Made once, as that takes a while. */
const [FIRST, SECOND, OTHER] = [newKey(), newKey(), newKey()];

export async function startIssuer(): Promise<TestIssuer> {
  let [keys, kid] = [FIRST, 1];
  const codes = new Map<string, URLSearchParams>();
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    const json = (status: number, value: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (path === '/.well-known/openid-configuration') return json(200, { ...configuration(), ...issuer.configuration });
    if (path === '/jwks')
      return json(200, {
        keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: String(kid), alg: 'RS256', use: 'sig' }],
      });
    let body = '';
    for await (const part of request) body += part;
    if (issuer.lie.tokens) return issuer.lie.tokens(response);
    const sent = new URLSearchParams(body);
    const asked = codes.get(sent.get('code') ?? '');
    codes.delete(sent.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(sent.get('code_verifier') ?? '')
      .digest('base64url');
    if (!asked || asked.get('code_challenge') !== challenge || asked.get('redirect_uri') !== sent.get('redirect_uri'))
      return json(400, { error: 'invalid_grant' });
    return json(200, { access_token: 'a', token_type: 'Bearer', id_token: idToken(asked.get('nonce')) });
  });
  const url = await listen(server);

  const configuration = () => ({
    issuer: url,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/jwks`,
    end_session_endpoint: `${url}/sign-out`,
    id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
  });

  function idToken(nonce: string | null) {
    const now = Math.floor(Date.now() / 1_000);
    const header = { alg: 'RS256', kid: String(kid), ...issuer.lie.header };
    const known = { iss: url, aud: CLIENT_ID, sub: 'ada', iat: now, exp: now + 300, nonce, 'cognito:groups': ['run'] };
    const text = `${encoded(header)}.${encoded({ ...known, ...issuer.lie.claims })}`;
    if (header.alg === 'none') return `${text}.`;
    if (header.alg === 'HS256')
      return `${text}.${createHmac('sha256', issuer.publicKeyPem()).update(text).digest('base64url')}`;
    return `${text}.${sign('sha256', Buffer.from(text), issuer.lie.key ?? keys.privateKey).toString('base64url')}`;
  }

  const issuer: TestIssuer = {
    url,
    requests,
    lie: {},
    configuration: {},
    publicKeyPem: () => String(keys.publicKey.export({ format: 'pem', type: 'spki' })),
    rotate: () => {
      keys = SECOND;
      kid += 1;
    },
    approve(authorizationUrl, changes = {}) {
      const asked = new URL(authorizationUrl).searchParams;
      const code = `code-${codes.size}-${requests.length}`;
      codes.set(code, asked);
      const back = new URL(asked.get('redirect_uri') ?? '');
      for (const [name, value] of Object.entries({ code, state: asked.get('state') ?? '', ...changes }))
        if (value !== undefined) back.searchParams.set(name, value);
      return back.href;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return issuer;
}

export const anotherKey = () => OTHER.privateKey;
