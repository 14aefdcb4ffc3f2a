// functions/atlas/auth/credential-fields.ts: credentials put together from named values, each checked before it is used.
// No message here quotes a value, or a field name that was not expected: people do paste keys in the wrong place.

import { defined } from '../../platform/defined.ts';
import { tryJson } from '../../platform/json.ts';
import { parseBaseUrl } from '../http/base-url.ts';
import { AtlasError } from '../model/errors.ts';

/** What one half of a pair is called, most usual first. */
export const NAMES = {
  publicKey: ['publicKey', 'PublicKey', 'public_key'],
  privateKey: ['privateKey', 'PrivateKey', 'private_key'],
  clientId: ['clientId', 'ClientId', 'client_id'],
  clientSecret: ['clientSecret', 'ClientSecret', 'client_secret'],
  baseUrl: ['baseUrl', 'BaseUrl', 'base_url'],
} as const;

export type Half = Exclude<keyof typeof NAMES, 'baseUrl'>;

export const EXPECTED = '{"publicKey","privateKey"} of an API key or {"clientId","clientSecret"} of a service account';
/** What templates put where a value belongs. */
const PLACEHOLDER =
  /^(<.*>|\$?\{.*\}|\.{3,}|x{3,}|-+|todo\b.*|tbd|none|null|undefined|placeholder.*|dummy|(change|replace|fill)[-_ ]?(me|this|in).*|(your|my)[-_ ].*)$/i;
/** Printable, without spaces: anything else can't travel in a header, and comes from a bad paste. */
const SENDABLE = /^[\x21-\x7e]+$/;

/** null and an empty text are how templates leave a field out. */
export const isBlank = (value: unknown) =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

export const isJson = (text: string) => /^\s*[{[]/.test(text) && tryJson(text) !== undefined;

export const refuse = (message: string) => new AtlasError('ATLAS_CREDENTIALS', message);

interface Found {
  name: string;
  value: unknown;
}

export const notFilledIn = (where: string, name?: string) =>
  refuse(
    `${where} has not been filled in yet${name === undefined ? '' : ` (${name} is still a placeholder)`}: it should be ${EXPECTED}`,
  );

function text({ name, value }: Found, where: string): string {
  if (typeof value !== 'string') throw refuse(`${name} in ${where} is not a string`);
  const trimmed = value.trim();
  if (isJson(trimmed)) throw refuse(`${name} in ${where} holds JSON: expected the value alone, got all of a secret`);
  if (trimmed === '' || PLACEHOLDER.test(trimmed)) throw notFilledIn(where, name);
  if (!SENDABLE.test(trimmed)) throw refuse(`${name} in ${where} holds a space or a character outside ASCII`);
  return trimmed;
}

type Find = (half: keyof typeof NAMES) => Found | undefined;
type NameOf = (half: Half) => string;

/** Undefined where neither half is there. */
function pair(find: Find, halves: readonly [Half, Half], where: string, nameOf: NameOf) {
  const [user, secret] = halves.map(find);
  if (user && secret) {
    const [userText, secretText] = [text(user, where), text(secret, where)];
    // The part before the colon, in a Basic header as in a digest, ends at the first colon.
    if (userText.includes(':')) throw refuse(`${user.name} in ${where} holds a colon: it is not the id alone`);
    return [userText, secretText] as const;
  }
  const there = user ?? secret;
  if (there) throw refuse(`${where} has ${there.name} but no ${nameOf(user ? halves[1] : halves[0])}: set both`);
  return undefined;
}

export function assemble(find: Find, where: string, nameOf: NameOf) {
  const [keyHalves, accountHalves] = [['publicKey', 'privateKey'] as const, ['clientId', 'clientSecret'] as const];
  const names = (halves: readonly Half[]) => halves.flatMap((half) => find(half)?.name ?? []);
  const [keys, accounts] = [names(keyHalves), names(accountHalves)];
  if (keys.length > 0 && accounts.length > 0) {
    throw refuse(
      `${where} holds both an API key (${keys.join(', ')}) and a service account (${accounts.join(', ')}): ` +
        `remove ${keys.join(' and ')} to use the service account, or ${accounts.join(' and ')} to use the API key`,
    );
  }
  const base = find('baseUrl');
  const withBase = defined({ baseUrl: base && parseBaseUrl(text(base, where), `${base.name} in ${where}`) });
  const [publicKey, privateKey] = pair(find, keyHalves, where, nameOf) ?? [];
  if (publicKey && privateKey) return { type: 'apiKey' as const, publicKey, privateKey, ...withBase };
  const [clientId, clientSecret] = pair(find, accountHalves, where, nameOf) ?? [];
  if (clientId && clientSecret) return { type: 'serviceAccount' as const, clientId, clientSecret, ...withBase };
  throw refuse(
    `${where} holds no credentials: set ${nameOf('publicKey')} and ${nameOf('privateKey')} of an API key, ` +
      `or ${nameOf('clientId')} and ${nameOf('clientSecret')} of a service account`,
  );
}
