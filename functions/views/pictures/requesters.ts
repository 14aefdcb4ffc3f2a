// functions/views/pictures/requesters.ts: who requested restores, never without how sure that is.
import { type Actor, isFound } from '../../restore/requesters/requester.ts';
import { GRADES, type Grade } from '../../schema/words.ts';
import { actorName, whyNobody } from '../requester-text.ts';
import type { PicturedJob } from './jobs.ts';

/** Names whom Atlas names by an id the same, whatever they are called; others by their name. */
export interface ActorKey {
  kind: Actor['kind'];
  id?: string;
  name?: string;
}

export const actorKey = ({ kind, id, name }: Actor): ActorKey => {
  if (id !== undefined) return { kind, id };
  return name === undefined ? { kind } : { kind, name };
};

export const isActor = (key: ActorKey) => {
  const text = textOf(key);
  return (actor: Actor): boolean => textOf(actorKey(actor)) === text;
};

const textOf = ({ kind, id, name }: ActorKey) => JSON.stringify([kind, id, name]);

export interface RequesterCount {
  key: ActorKey;
  /** As the newest restore names them. */
  actor: Actor;
  restores: number;
  grades: Record<Grade, number>;
  /** To another project, or out of Atlas. */
  leaving: number;
  /** When the newest was requested, ISO 8601. */
  newestAt: string;
}

export interface Requesters {
  /** The most restores first. */
  known: RequesterCount[];
  /** Restores of which nobody is known, by why: the most first. */
  unknown: { why: string; restores: number }[];
}

/** @param jobs newest first @param leaves whether the data of a restore left its project */
export function requestersOf(jobs: Iterable<PicturedJob>, leaves: (job: PicturedJob) => boolean): Requesters {
  const known = new Map<string, RequesterCount>();
  const unknown = new Map<string, number>();
  for (const job of jobs) {
    const { requester, kind, requestedAt } = job;
    if (!isFound(requester)) {
      const why = whyNobody(requester, kind);
      unknown.set(why, (unknown.get(why) ?? 0) + 1);
      continue;
    }
    const { actor, grade } = requester;
    const key = actorKey(actor);
    const count = known.get(textOf(key)) ?? {
      key,
      actor,
      restores: 0,
      grades: noGrades(),
      leaving: 0,
      newestAt: requestedAt,
    };
    known.set(textOf(key), count);
    count.restores += 1;
    // A grade of a later version is trusted as little as can be.
    count.grades[GRADES.includes(grade) ? grade : 'weak'] += 1;
    if (leaves(job)) count.leaving += 1;
  }
  const byName = (a: RequesterCount, b: RequesterCount) => (actorName(a.actor) < actorName(b.actor) ? -1 : 1);
  return {
    known: [...known.values()].sort((a, b) => b.restores - a.restores || byName(a, b)),
    unknown: [...unknown].map(([why, restores]) => ({ why, restores })).sort((a, b) => b.restores - a.restores),
  };
}

const noGrades = () => Object.fromEntries(GRADES.map((grade) => [grade, 0])) as Record<Grade, number>;
