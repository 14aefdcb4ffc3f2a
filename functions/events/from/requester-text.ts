// functions/events/from/requester-text.ts says who asked for a restore, and how sure that is.
import { type Actor, isFound, type NoRequester, type Requester } from '../../restore/requesters/requester.ts';
import { singleLine } from './single-line.ts';

const KIND_WORDS: Record<Actor['kind'], string> = {
  user: 'user',
  apiKey: 'API key',
  staff: 'MongoDB staff',
  delegated: 'an application',
  unknown: 'someone',
};

const REASONS: Record<NoRequester, string> = {
  pending: 'who asked for it is not known yet',
  'not-read': 'who asked for it could not be read',
  none: 'Atlas names nobody who asked for it',
  ambiguous: 'several may have asked for it',
};

/** `asked for by ci-bot (exact)`; nothing where nobody has looked yet. A weak hint is never told as a fact. */
export function requesterText(requester: Requester | undefined): string | undefined {
  if (!requester) return undefined;
  if (!isFound(requester)) return REASONS[requester.reason];
  const { actor, grade } = requester;
  return `${grade === 'weak' ? 'perhaps asked for by' : 'asked for by'} ${nameOf(actor)} (${grade})`;
}

function nameOf({ kind, id, name, via }: Actor): string {
  const who = name === undefined ? [KIND_WORDS[kind], ...(id ? [singleLine(id)] : [])].join(' ') : singleLine(name);
  return via === undefined ? who : `${who} through ${singleLine(via)}`;
}
