// bin/output/requester-text.ts: the requester of a restore with the grade of certainty, or the reason why none is known.
import { isFound, type Requester } from '../../functions/restore/requesters/requester.ts';
import { actorKind, actorName, measures, requesterUnknown } from '../../functions/views/requester-text.ts';

/** The grade, or the reason why no requester is known; empty before the first look. */
export const gradeOf = (requester: Requester | undefined): string =>
  requester === undefined ? '' : isFound(requester) ? requester.grade : requester.reason;

/** `ci-bot (exact)` or `(none)`; empty before the first look. */
export function shortRequester(requester: Requester | undefined): string {
  if (!requester) return '';
  return isFound(requester) ? `${actorName(requester.actor)} (${requester.grade})` : `(${requester.reason})`;
}

/** `ci-bot, API key, exact (100 of 100 points): event X, same process, id counter 4 ahead, same second, no other candidate` */
export function wholeRequester(requester: Requester): string {
  if (!isFound(requester)) {
    const { reason, detail } = requester;
    return `${requesterUnknown(requester)} (${reason}${detail === undefined ? '' : `, ${detail}`})`;
  }
  const { grade, points, actor, eventId, eventType } = requester;
  const event = eventId === undefined ? `several events ${eventType}` : `event ${eventType}`;
  const via = actor.via === undefined ? '' : ` through ${actor.via}`;
  const hint = grade === 'weak' ? ', a hint and no more' : '';
  return `${actorName(requester.actor)}${via}, ${actorKind(actor)}, ${grade} (${points} of 100 points${hint}): ${event}, ${measures(requester)}`;
}
