// functions/atlas/resources/event.ts: the parser of one of Atlas's events (docs/atlas.md#12-2). Only the fields named here are kept:
// addresses and `raw` are not.

import { isoDateTime } from '../../platform/calendar.ts';
import { defined } from '../../platform/defined.ts';
import { fieldsOf, isObject } from '../../platform/json.ts';
import { isObjectId } from '../../restore/object-id.ts';
import { redactAnswer } from '../../restore/redact/redact.ts';
import type { AtlasEvent } from '../../restore/requesters/event.ts';
import { type Actor, MAX_ACTOR_TEXT, WAY } from '../../restore/requesters/requester.ts';

const TYPE = /^[A-Za-z][A-Za-z0-9_]{0,255}$/;
/** How much of a text is read. */
const MAX_READ = 2_000;
/** Principals that act for each other, at most. Nobody has seen even two. */
const MAX_PRINCIPALS = 8;

/** Undefined for what has no usable id, time or type. */
export function asEvent(element: unknown): AtlasEvent | undefined {
  const event = fieldsOf(element);
  const { id, eventTypeName: type } = event;
  const created = wholeSecond(event.created);
  if (!isObjectId(id) || created === undefined || typeof type !== 'string' || !TYPE.test(type)) return undefined;
  return { id, created, type, actor: actorOf(event) };
}

/** `2026-08-10T03:06:46Z`. @throws RangeError for an invalid date */
export const spelledSecond = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function wholeSecond(value: unknown): string | undefined {
  const iso = typeof value === 'string' ? isoDateTime(value) : undefined;
  return iso && spelledSecond(Date.parse(iso));
}

function actorOf(event: Record<string, unknown>): Actor {
  const user = named(event.userId, event.username);
  if (event.isGlobalAdmin === true) return { kind: 'staff', ...user };
  const key = named(event.apiKeyId, event.publicKey);
  const principals = chainOf(event.delegatePrincipal);
  if (principals.length > 0) return delegated(principals, isNamed(user) ? user : key);
  if (isNamed(user)) return { kind: 'user', ...user };
  return isNamed(key) ? { kind: 'apiKey', ...key } : { kind: 'unknown' };
}

type Named = Pick<Actor, 'id' | 'name'>;

/** Who it was done for is the last principal; where there is but one, whoever the event itself names, else that one. */
function delegated(principals: readonly Named[], onEvent: Named): Actor {
  const [application = {}] = principals;
  const through = principals.length > 1 ? principals.slice(0, -1) : isNamed(onEvent) ? [application] : [];
  const actor = principals.length > 1 ? principals.at(-1) : isNamed(onEvent) ? onEvent : application;
  const via = text(through.flatMap(({ id, name }) => name ?? id ?? []).join(WAY));
  return { kind: 'delegated', ...actor, ...defined({ via }) };
}

/** The principal, whom it acts for, whom that one acts for, and so on; those without id and name are left out. */
function chainOf(value: unknown): Named[] {
  const chain: Named[] = [];
  let principal = value;
  for (let depth = 0; depth < MAX_PRINCIPALS && isObject(principal); depth++) {
    const found = named(principal.id, principal.name);
    if (isNamed(found)) chain.push(found);
    principal = principal.onBehalfOf;
  }
  return chain;
}

const named = (id: unknown, name: unknown): Named => defined({ id: text(id), name: text(name) });

const isNamed = ({ id, name }: Named) => id !== undefined || name !== undefined;

/** One short line that holds no URL. A public key may be an e-mail address, so no more is required of it (docs/atlas.md#12-2). */
function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const line = String(redactAnswer(value.slice(0, MAX_READ)))
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\s]+/gu, ' ')
    .trim();
  return line === '' ? undefined : [...line].slice(0, MAX_ACTOR_TEXT).join('');
}
