// functions/api/web/parts/requester-text.ts: how it is known who requested a restore, or why it isn't, in whole sentences.

import { html } from 'hono/html';
import type { LedgerJob } from '../../../ledger/model/ledger.ts';
import { type FoundRequester, isFound, type Requester } from '../../../restore/requesters/requester.ts';
import type { Grade } from '../../../schema/words.ts';
import { type Html, name, visible } from '../../../views/html/text.ts';
import { actorName, hasNoEvent, hedge, secondsText, whyNobody } from '../../../views/requester-text.ts';
import { counted, number } from '../../../views/text.ts';

const GRADE_MEANING: Record<Grade, string> = {
  exact: 'Id and time leave practically no other choice.',
  strong: 'Id and time fit, and anything else is unlikely.',
  likely: 'Only the time ties it to this restore: no proof.',
  weak: 'A hint and no more: don’t act on it alone.',
};
/** A grade of a later version is trusted as little as can be. */
export const gradeMeaning = (grade: Grade): string => GRADE_MEANING[grade] ?? GRADE_MEANING.weak;

/** For whoever has never heard of counts and processes. */
export function explained({ countsAhead, secondsLater, eventId, rivals }: FoundRequester): string {
  const when = secondsLater === 0 ? 'in the same second' : secondsLater === undefined ? '' : secondsText(secondsLater);
  const parts = [
    countsAhead === undefined
      ? `Another process of Atlas wrote the event${when && `, ${when}`}.`
      : `The process of Atlas that numbered this restore wrote the event too, ${counted(countsAhead, 'number')} further on${when && ` and ${when}`}.`,
    ...(eventId === undefined ? ['Several events of this one actor fit.'] : []),
    others(rivals),
  ];
  return parts.join(' ');
}

const others = (rivals: number) => {
  if (rivals === 0) return 'Nothing else was possible.';
  return rivals === 1 ? '1 other event or job was possible.' : `${number(rivals)} other events or jobs were possible.`;
};

/** Why nobody is named, in whole sentences. */
export function reasonAtLength({ requester, kind }: Pick<LedgerJob, 'requester' | 'kind'>): string {
  if (requester === undefined || isFound(requester)) {
    return 'Nobody has looked yet. Atlas’s events are read when a collection finds new restores.';
  }
  const { reason, detail, rivals = 0 } = requester;
  switch (reason) {
    case 'pending':
      return 'It is too early to say: an event can come late. The project’s events are read again soon.';
    case 'not-read':
      return detail === 'TOO_MANY_EVENTS'
        ? 'There were more events in that time than are read at once.'
        : `The project’s events could not be read${detail === undefined ? '' : ` (${visible(detail)})`}. To read them, the credentials need the role Project Read Only. The next collection tries again.`;
    case 'none':
      return hasNoEvent(kind)
        ? 'Atlas writes no event when a restore of this kind is requested.'
        : 'The project’s events of that time were read, and none of them fits.';
    case 'ambiguous':
      return `Several events fit, of different actors, so nobody is named.${rivals > 0 ? ` ${others(rivals)}` : ''}`;
    default:
      return visible(reason);
  }
}

/** Of a history's entry, where a value comes from the store and may have any shape: then nothing comes back. */
export function requesterInShort(value: unknown): Html | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const it = value as Partial<FoundRequester> & { reason?: unknown };
  if (typeof it.reason === 'string') return html`nobody: ${visible(whyNobody(it as Requester))}`;
  if (typeof it.grade !== 'string' || typeof it.actor !== 'object' || it.actor === null) return undefined;
  return html`${hedge(it.grade)}${name(actorName(it.actor))} (${visible(it.grade)} match)`;
}
