// bin/remote/address.ts: the address of an API, and how requests to it are authenticated.
import type { Environment } from '../../functions/runtime/settings.ts';
import { UsageError } from '../process/exit-codes.ts';

/** iam: signed with AWS credentials (SigV4). token: a bearer token. none: nothing. */
export const API_AUTHS = ['iam', 'token', 'none'] as const;
export type ApiAuthName = (typeof API_AUTHS)[number];

export type ApiAuth = { by: 'iam'; region: string } | { by: 'token'; token: string } | { by: 'none' };

export interface ApiAddress {
  /** Without a slash at its end. */
  url: string;
  auth: ApiAuth;
}

export type ApiFlags = { apiAuth?: ApiAuthName; apiRegion?: string };

/** API Gateway's own names: an API's, and those of its VPC endpoints. */
const EXECUTE_API = /^[a-z0-9-]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/;
const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/;
const TOKEN = 'RESTORE_LEDGER_API_TOKEN';

/** @param name of the flag or variable that holds `text` @throws UsageError */
export function apiAddress(name: string, text: string, flags: ApiFlags, env: Environment): ApiAddress {
  const url = baseUrl(name, text);
  return { url: url.origin + url.pathname.replace(/\/+$/, ''), auth: authOf(url, flags, env) };
}

function baseUrl(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // Not repeated in the message: it may hold a password.
  if (url && (url.username !== '' || url.password !== '')) {
    throw new UsageError(`${name}: expected an address without user name and password, got one with them`);
  }
  const expected = `${name}: expected an address such as https://abc123.execute-api.eu-west-1.amazonaws.com`;
  if (!url || !/^https?:$/.test(url.protocol)) throw new UsageError(`${expected}, got ${JSON.stringify(text)}`);
  if (url.protocol === 'http:' && !isLoopback(url)) {
    throw new UsageError(`${name}: expected https, except on this machine, got ${JSON.stringify(text)}`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw new UsageError(`${name}: expected an address without ? and #, got ${JSON.stringify(text)}`);
  }
  return url;
}

export const isLoopback = ({ hostname }: URL) =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);

function authOf(url: URL, { apiAuth, apiRegion }: ApiFlags, env: Environment): ApiAuth {
  const [, ofHost] = EXECUTE_API.exec(url.hostname) ?? [];
  const by = apiAuth ?? usualAuth(url, ofHost !== undefined, env);
  if (apiRegion !== undefined && by !== 'iam') {
    throw new UsageError(`--api-region: expected with --api-auth iam, got with ${by}: only signatures name a region`);
  }
  if (by === 'iam') return { by, region: regionOf(url, apiRegion ?? ofHost, env) };
  return by === 'token' ? { by, token: tokenOf(env) } : { by };
}

function usualAuth(url: URL, isExecuteApi: boolean, env: Environment): ApiAuthName {
  // Nothing is sent to this machine: a token is meant for elsewhere.
  if (isLoopback(url)) return 'none';
  if ((env[TOKEN] ?? '') !== '') return 'token';
  if (isExecuteApi) return 'iam';
  throw new UsageError(
    `--api-auth: expected iam, token or none for an API at ${url.hostname}, got none of them: iam signs with your AWS credentials, token sends ${TOKEN}`,
  );
}

function regionOf(url: URL, known: string | undefined, env: Environment): string {
  const region = known ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION);
  if (!region) throw new UsageError(`--api-region: expected the AWS region of the API at ${url.hostname}, got none`);
  if (REGION.test(region)) return region;
  throw new UsageError(`--api-region: expected an AWS region such as eu-west-1, got ${JSON.stringify(region)}`);
}

function tokenOf(env: Environment): string {
  const token = env[TOKEN] ?? '';
  if (token === '') throw new UsageError(`${TOKEN}: expected a token, for --api-auth token, got none`);
  // RFC 6750 b64token; never repeated.
  if (/^[\w.~+/-]+=*$/.test(token)) return token;
  throw new UsageError(`${TOKEN}: expected a bearer token, got something with other characters in it`);
}
