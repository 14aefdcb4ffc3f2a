// functions/api/web/parts/requester-text.ts puts into words who asked for a restore, how that is known, and why it is not.
import { html } from 'hono/html';
import type { LedgerJob } from '../../../ledger/model/ledger.ts';
import type { Kind } from '../../../restore/job.ts';
import {
  type Actor,
  type FoundRequester,
  type Grade,
  isFound,
  type Requester,
} from '../../../restore/requesters/requester.ts';
import { counted, number } from '../../../views/text.ts';
import { type Html, name, visible } from '../html/text.ts';

interface GradeLook {
  label: string;
  /** Before the name: what is not sure is not said as if it were. */
  hedge: string;
  meaning: string;
}

const GRADE_LOOK: Record<Grade, GradeLook> = {
  exact: { label: 'exact', hedge: '', meaning: 'Id and time leave practically no other choice.' },
  strong: { label: 'strong', hedge: '', meaning: 'Id and time fit, and anything else is unlikely.' },
  likely: {
    label: 'likely',
    hedge: 'probably ',
    meaning: 'Only the time ties it to this restore: no proof.',
  },
  weak: { label: 'weak', hedge: 'perhaps ', meaning: 'A hint and no more: don’t act on it alone.' },
};
/** A grade of a later version is shown as it is, and trusted as little as can be. */
export const gradeLook = (grade: Grade): GradeLook =>
  GRADE_LOOK[grade] ?? { ...GRADE_LOOK.weak, label: visible(grade) };

export const KIND_WORDS: Record<Actor['kind'], string> = {
  user: 'User',
  apiKey: 'API key',
  staff: 'MongoDB staff',
  delegated: 'Through an application',
  unknown: 'Of unknown kind',
};

export function actorName({ kind, name: given, id }: Actor, most?: number): Html {
  const known = given ?? id;
  if (known !== undefined) return name(known, most);
  return html`${kind === 'staff' ? 'MongoDB staff' : 'someone whom Atlas did not name'}`;
}

/** `Same process, 4 counts later, same second, no rivals.` */
export function measures({ countsAhead, secondsLater, rivals }: FoundRequester): string {
  const parts = [
    countsAhead === undefined ? 'Other process' : `Same process, ${counted(countsAhead, 'count')} later`,
    ...(secondsLater === undefined ? [] : [secondsLater === 0 ? 'same second' : seconds(secondsLater)]),
    rivals === 0 ? 'no rivals' : counted(rivals, 'rival'),
  ];
  return `${parts.join(', ')}.`;
}

/** The same for whoever has never heard of counts and processes. */
export function explained({ countsAhead, secondsLater, eventId, rivals }: FoundRequester): string {
  const when = secondsLater === 0 ? 'in the same second' : secondsLater === undefined ? '' : seconds(secondsLater);
  const parts = [
    countsAhead === undefined
      ? `Another process of Atlas wrote the event${when && `, ${when}`}.`
      : `The process of Atlas that numbered this restore wrote the event too, ${counted(countsAhead, 'number')} further on${when && ` and ${when}`}.`,
    ...(eventId === undefined ? ['Several events of this one actor fit.'] : []),
    `${rivals === 0 ? 'Nothing else' : others(rivals)} came into question.`,
  ];
  return parts.join(' ');
}

const others = (rivals: number) => `${number(rivals)} other ${rivals === 1 ? 'event or job' : 'events or jobs'}`;
const seconds = (later: number) => `${counted(Math.abs(later), 'second')} ${later < 0 ? 'before' : 'later'}`;

/** Atlas writes no event when one is asked for (docs/atlas.md#12-3). */
const isUntold = (kind: Kind | undefined) => kind === 'collection' || kind === 'serverless';

/** Why nobody is named, in a few words. @param kind of the job, where that is at hand */
export function reasonInShort(requester: Requester | undefined, kind?: Kind): string {
  if (requester === undefined || isFound(requester)) return 'not looked for yet';
  switch (requester.reason) {
    case 'pending':
      return 'not known yet';
    case 'not-read':
      return 'events not readable';
    case 'none':
      return isUntold(kind) ? 'Atlas writes no event' : 'no event fits';
    case 'ambiguous':
      return 'several could have';
    default:
      return visible(requester.reason);
  }
}

/** And in whole sentences. */
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
      return isUntold(kind)
        ? 'Atlas writes no event when a restore of this kind is asked for.'
        : 'The project’s events of that time were read, and none of them fits.';
    case 'ambiguous':
      return `Several events fit, of different actors, so nobody is named.${rivals > 0 ? ` ${others(rivals)} came into question.` : ''}`;
    default:
      return visible(reason);
  }
}

/** Of a history's entry, where a value comes from the store and may have any shape: then nothing comes back. */
export function requesterInShort(value: unknown): Html | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const it = value as Partial<FoundRequester> & { reason?: unknown };
  if (typeof it.reason === 'string') return html`nobody: ${reasonInShort(it as Requester)}`;
  if (typeof it.grade !== 'string' || typeof it.actor !== 'object' || it.actor === null) return undefined;
  const { label, hedge } = gradeLook(it.grade);
  return html`${hedge}${actorName(it.actor)} (${label} match)`;
}
