// functions/restore/requesters/confidence.ts: actors with grades, or the reason for none, from pairs of jobs and events.

import { defined } from '../../platform/defined.ts';
import { grouped } from '../../platform/grouped.ts';
import type { Grade } from '../../schema/words.ts';
import type { EventMark, JobMark, Pair } from './candidates.ts';
import { type Choice, choices } from './matching.ts';
import type { Actor, FoundRequester, MissingRequester } from './requester.ts';

export type Verdict = FoundRequester | (MissingRequester & { reason: 'none' | 'ambiguous' });

const MIN_POINTS: readonly [Grade, number][] = [
  ['exact', 90],
  ['strong', 70],
  ['likely', 30],
];
const MAX_STRONG = 89;
const MAX_WEAK = 29;

/**
 * By how much the counter of an event's id was ahead, at least, in 95 recorded pairs; so it was in 77 (docs/atlas.md#12-4, 2026-08).
 * A request that began after the job needs as many ids itself: its event can't be this near.
 */
const MIN_AHEAD = 4;
/** So it was, at most, in 88 of them. */
const USUALLY_AHEAD = 8;
/** All of them came within 1 s; 2 with the second that `created` may be off. */
const PROMPT_SECONDS = 2;

/**
 * A verdict for each job that is in a pair.
 * @param proven false: nobody is named with more than `strong`
 */
export function verdicts(pairs: readonly Pair[], proven: boolean): Map<string, Verdict> {
  const choiceOf = choices<JobMark, Pair>(pairs);
  const inQuestion = countInQuestion(pairs);
  const found = new Map<JobMark, FoundRequester>();
  const taken = new Set<EventMark>();

  for (const [job, { pairs: possible, always }] of choiceOf) {
    if (!always || !haveOneActor(possible)) continue;
    const others = inQuestion(job) - 1;
    const points = possible.map((pair) => Math.min(pair.points, ceiling(pair, others, proven)));
    found.set(job, nameOf(possible, Math.max(...points), others));
    if (possible.length === 1) for (const { event } of possible) taken.add(event);
  }
  for (const pair of outstanding(choiceOf.values())) {
    if (found.has(pair.job) || taken.has(pair.event)) continue;
    found.set(pair.job, nameOf([pair], Math.min(pair.points, MAX_STRONG), inQuestion(pair.job) - 1));
    taken.add(pair.event);
  }
  const nobody = (job: JobMark, { pairs: possible }: Choice<Pair>): Verdict => ({
    reason: possible.every(({ event }) => taken.has(event)) ? 'none' : 'ambiguous',
    rivals: inQuestion(job),
  });
  return new Map([...choiceOf].map(([job, choice]) => [job.id, found.get(job) ?? nobody(job, choice)]));
}

/** The most points that a pair is given where its job and event can't be assigned otherwise. */
function ceiling(pair: Pair, others: number, proven: boolean): number {
  const { alone, countsAhead = 0, secondsLater } = pair;
  // With rivals, a late counter or second is also consistent with a missing event and a missing job.
  const certain = alone || countsAhead === MIN_AHEAD || (others === 0 && isUsual(pair));
  if (certain) return proven ? 100 : MAX_STRONG;
  return secondsLater <= PROMPT_SECONDS ? MAX_STRONG : MAX_WEAK;
}

const isUsual = ({ countsAhead = 0 }: Pair) => countsAhead >= MIN_AHEAD && countsAhead <= USUALLY_AHEAD;

/** Pairs as near as can be, where neither the job nor the event has another that is usual. */
function outstanding(all: Iterable<Choice<Pair>>): Pair[] {
  const usual = [...all].flatMap(({ pairs }) => pairs.filter(isUsual));
  const ofJob = grouped(usual, ({ job }) => job);
  const ofEvent = grouped(usual, ({ event }) => event);
  const isOnly = ({ job, event }: Pair) => ofJob.get(job)?.length === 1 && ofEvent.get(event)?.length === 1;
  return usual.filter((pair) => pair.countsAhead === MIN_AHEAD && isOnly(pair));
}

const identity = ({ kind, id, name, via }: Actor) => JSON.stringify([kind, id, name, via]);
const haveOneActor = (pairs: readonly Pair[]) =>
  new Set(pairs.map(({ event }) => identity(event.event.actor))).size === 1;

/** Where several events fit, all of the one actor, it stays open which it was. */
function nameOf(pairs: readonly Pair[], points: number, rivals: number): FoundRequester {
  const [first, ...others] = pairs;
  if (!first) throw new RangeError('no pair to take a name from');
  const { event, secondsLater, countsAhead } = first;
  const grade = MIN_POINTS.find(([, minPoints]) => points >= minPoints)?.[0] ?? 'weak';
  const named = { actor: event.event.actor, grade, points, eventType: event.event.type, rivals };
  if (others.length > 0) return named;
  return { ...named, eventId: event.id, secondsLater, ...defined({ countsAhead }) };
}

/** Counts, for a job, the events that could belong to it, and the other jobs of the one that could belong to most. */
function countInQuestion(pairs: readonly Pair[]): (job: JobMark) => number {
  const ofJob = grouped(pairs, ({ job }) => job);
  const ofEvent = grouped(pairs, ({ event }) => event);
  return (job) => {
    const own = ofJob.get(job) ?? [];
    const askers = own.map(({ event }) => ofEvent.get(event)?.length ?? 0);
    return own.length + Math.max(0, ...askers.map((count) => count - 1));
  };
}
