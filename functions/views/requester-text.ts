// functions/views/requester-text.ts: who requested a restore, in words. Names are as Atlas sent them: who shows them makes them safe.

import {
  ACTOR_KIND_TEXT,
  type Actor,
  type FoundRequester,
  isFound,
  type Requester,
} from '../restore/requesters/requester.ts';
import type { Grade, Kind } from '../schema/words.ts';
import { counted } from './text.ts';

/** A kind of a later version is shown as it is. */
export const actorKind = ({ kind }: Actor): string => ACTOR_KIND_TEXT[kind] ?? kind;

/** The name, or the id where there is none. */
export const actorName = ({ kind, name, id }: Actor): string =>
  name ?? id ?? (kind === 'staff' ? ACTOR_KIND_TEXT.staff : 'someone whom Atlas did not name');

const HEDGES: Record<Grade, string> = { exact: '', strong: '', likely: 'probably ', weak: 'perhaps ' };
/** Before the name: what isn't sure isn't stated as a fact, least of all a grade of a later version. */
export const hedge = (grade: Grade): string => HEDGES[grade] ?? HEDGES.weak;

/** `4 seconds later`, `2 seconds before` */
export const secondsText = (later: number) => `${counted(Math.abs(later), 'second')} ${later < 0 ? 'before' : 'later'}`;

/** `same process, id counter 4 ahead, same second, no other candidate` */
export function measures({ countsAhead, secondsLater, rivals }: FoundRequester): string {
  const parts = [
    countsAhead === undefined ? 'other process' : `same process, id counter ${countsAhead} ahead`,
    ...(secondsLater === undefined ? [] : [secondsLater === 0 ? 'same second' : secondsText(secondsLater)]),
    rivals === 0 ? 'no other candidate' : counted(rivals, 'other candidate'),
  ];
  return parts.join(', ');
}

/** Atlas writes no event when one is requested (docs/atlas.md#12-3). */
export const hasNoEvent = (kind: Kind | undefined) => kind === 'collection' || kind === 'serverless';

/** Why nobody is named, in a few words. @param kind of the job, where that is at hand */
export function whyNobody(requester: Requester | undefined, kind?: Kind): string {
  if (requester === undefined || isFound(requester)) return 'not looked for yet';
  switch (requester.reason) {
    case 'pending':
      return 'not known yet';
    case 'not-read':
      return 'events not readable';
    case 'none':
      return hasNoEvent(kind) ? 'Atlas writes no event' : 'no event fits';
    case 'ambiguous':
      return 'several actors fit';
    default:
      return requester.reason;
  }
}

/** The same where nothing else says that it isn't known: `not known: no event fits`. */
export function requesterUnknown(requester: Requester | undefined, kind?: Kind): string {
  const why = whyNobody(requester, kind);
  const isEarly = requester === undefined || isFound(requester) || requester.reason === 'pending';
  return isEarly ? why : `not known: ${why}`;
}
