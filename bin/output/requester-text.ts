// bin/output/requester-text.ts says who asked for a restore, never without how sure that is; or why nobody is named.
import {
  type Actor,
  type FoundRequester,
  isFound,
  type Requester,
} from '../../functions/restore/requesters/requester.ts';

const KINDS: Record<Actor['kind'], string> = {
  user: 'user',
  apiKey: 'API key',
  staff: 'MongoDB staff',
  delegated: 'application',
  unknown: 'unknown',
};

type Named = Pick<FoundRequester, 'actor'>;

/** The name, or the id where there is none. */
export const nameOf = ({ actor: { kind, id, name } }: Named) => name ?? id ?? KINDS[kind] ?? kind;
export const kindOf = ({ actor: { kind } }: Named) => KINDS[kind] ?? kind;

/** How sure it is, or why nobody is named; empty where nobody has looked yet. */
export const gradeOf = (requester: Requester | undefined): string =>
  requester === undefined ? '' : isFound(requester) ? requester.grade : requester.reason;

/** `ci-bot (exact)` or `(none)`; empty where nobody has looked yet. */
export function shortRequester(requester: Requester | undefined): string {
  if (!requester) return '';
  return isFound(requester) ? `${nameOf(requester)} (${requester.grade})` : `(${requester.reason})`;
}

const REASONS: Record<string, string> = {
  pending: 'not known yet: the event may still come',
  'not-read': 'not known: the events of that time could not be read',
  none: 'not known: no event of Atlas fits',
  ambiguous: 'not known: events of several actors fit',
};

/** `ci-bot, API key, exact (100 of 100 points): ORDER_EVENT in the same second, 4 counts later` */
export function wholeRequester(requester: Requester): string {
  if (!isFound(requester)) {
    const { reason, detail } = requester;
    return `${REASONS[reason] ?? reason} (${reason}${detail === undefined ? '' : `, ${detail}`})`;
  }
  const { grade, points, actor } = requester;
  const via = actor.via === undefined ? '' : ` through ${actor.via}`;
  const hint = grade === 'weak' ? ', a hint and no more' : '';
  return `${nameOf(requester)}${via}, ${kindOf(requester)}, ${grade} (${points} of 100 points${hint}): ${evidenceOf(requester)}`;
}

function evidenceOf({ eventId, eventType, secondsLater, countsAhead, rivals }: FoundRequester): string {
  const event = eventId === undefined ? `several events ${eventType}` : `event ${eventType}`;
  return [
    secondsLater === undefined ? event : `${event} ${laterBy(secondsLater)}`,
    ...(countsAhead === undefined ? [] : [`${countsAhead} counts ahead on the same process`]),
    rivals === 0 ? 'no rival' : `${rivals} ${rivals === 1 ? 'rival' : 'rivals'}`,
  ].join(', ');
}

const laterBy = (seconds: number) => (seconds === 0 ? 'in the same second' : `${seconds} s later`);
