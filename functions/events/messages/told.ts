// functions/events/messages/told.ts: what people were told of a job, what they are still to be told, and when. Pure.
import type { LedgerJob } from '../../ledger/model/ledger.ts';
import { isFound, type Requester } from '../../restore/requesters/requester.ts';
import type { Finding } from '../../restore/rules/finding.ts';
import { SEVERITIES, type Severity } from '../../schema/words.ts';
import { findingsAdded } from '../from/job-events.ts';

/** How much is known of who requested a restore. A later message is worth sending only where it is more. */
export const KNOWLEDGE = ['pending', 'not-read', 'verdict'] as const;
export type Knowledge = (typeof KNOWLEDGE)[number];

export interface Told {
  /** In words of `findingTopic` and `revisionTopic`. */
  owed: readonly string[];
  /** Since when the first of these waits, in ms since the epoch. */
  owedSince?: number;
  told: readonly string[];
  /** What the last message could say of the requester. */
  requester?: Knowledge;
  /** The first message, for those that refer to it. */
  first?: { at: string; subject: string };
  /** Topics that took a message which others did not take. */
  taken?: { key: string; topics: readonly string[] };
}

export const NOTHING_TOLD: Told = { owed: [], told: [] };

export const findingTopic = ({ rule, severity }: Pick<Finding, 'rule' | 'severity'>) => `${rule}:${severity}`;
export const revisionTopic = (revision: number) => `revision:${revision}`;

/** What an event is about. */
export type Trigger =
  /** A finding, or, where people want to read of all, a change. */
  | { about: 'news'; at: string; revision?: number }
  /** The requester has become known, or that nobody will be. */
  | { about: 'requester'; revision?: number | undefined };

/**
 * With what an event brings. The findings of one reading are owed together, whichever of their events comes first: so one
 * message tells them all. A finding that a change of the rules took back is owed no more.
 */
export function withOwed(told: Told, trigger: Trigger, job: LedgerJob, { severities, now }: Wanted): Told {
  const has = new Set((job.findings ?? []).map(findingTopic));
  const kept = told.owed.filter((topic) => topic.startsWith(REVISION) || has.has(topic));
  const owed = [...new Set([...kept, ...newsOf(trigger, job, severities)])];
  const left = owed.filter((topic) => !told.told.includes(topic));
  const { owedSince = now, ...rest } = told;
  return { ...rest, owed: left, ...(left.length > 0 ? { owedSince } : {}) };
}

/** With a requester comes what was found because of it. */
function newsOf(trigger: Trigger, job: LedgerJob, severities: readonly Severity[]): string[] {
  const { revision } = trigger;
  const change = job.changes.find((each) => each.revision === revision);
  const found =
    trigger.about === 'news'
      ? (job.findings ?? []).filter(({ at }) => at >= trigger.at)
      : change
        ? findingsAdded(job, change)
        : [];
  const topics = found.filter(({ severity }) => severities.includes(severity)).map(findingTopic);
  return trigger.about === 'news' && revision !== undefined ? [...topics, revisionTopic(revision)] : topics;
}

const REVISION = revisionTopic(0).slice(0, -1);

interface Wanted {
  severities: readonly Severity[];
  /** In ms since the epoch. */
  now: number;
}

export type Decision = { tell: 'news' | 'requester' } | { waitMs: number } | 'nothing';

/** News waits for the requester, unless it is critical; where it did not wait, the requester follows. */
export function decide(told: Told, job: LedgerJob, { now, waitMs }: { now: number; waitMs: number }): Decision {
  const known = knowledgeOf(job.requester);
  if (told.owed.length === 0) return isMore(known, told.requester) ? { tell: 'requester' } : 'nothing';
  const isCritical = told.owed.some((topic) => topic.endsWith(`:${SEVERITIES.at(-1)}`));
  const leftMs = (told.owedSince ?? now) + waitMs - now;
  return known !== 'pending' || isCritical || leftMs <= 0 ? { tell: 'news' } : { waitMs: leftMs };
}

/** @param told absent: there was no message */
const isMore = (known: Knowledge, told: Knowledge | undefined) =>
  told !== undefined && KNOWLEDGE.indexOf(known) > KNOWLEDGE.indexOf(told);

export function knowledgeOf(requester: Requester | undefined): Knowledge {
  if (requester === undefined) return 'pending';
  if (isFound(requester)) return 'verdict';
  return requester.reason === 'pending' || requester.reason === 'not-read' ? requester.reason : 'verdict';
}

/** After a message. */
export function afterMessage(
  told: Told,
  job: Pick<LedgerJob, 'requester'>,
  message: { at: string; subject: string },
): Told {
  const { owed, first = message } = told;
  return { owed: [], told: [...told.told, ...owed], requester: knowledgeOf(job.requester), first };
}
