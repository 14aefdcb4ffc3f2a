// functions/report/gather/drill-proof.ts: drills of a cluster through a period, compared with what the rules expect. Pure.
import type { LetGo } from '../../ledger/let-go/let-go.ts';
import type { ClusterCoverage, CompletedRestore } from '../../ledger/model/coverage.ts';
import type { JobSummary } from '../../ledger/model/ledger.ts';
import { LATEST } from '../../ledger/verdicts/read-verdicts.ts';
import { defined } from '../../platform/defined.ts';
import {
  coveredUntil,
  createdAt as createdAtOf,
  drillState,
  isCoveredUntil,
  isDataOf,
  lostUntil,
  measured,
} from '../../proof/drill-state.ts';
import type { Period } from '../../proof/period.ts';
import { isCompletedRestore } from '../../restore/understood.ts';
import type { DrillProof } from '../model/report.ts';

const DAY_MS = 86_400_000;

type Completed = Pick<JobSummary, 'kind' | 'delivery' | 'status' | 'problems'>;

/** Shows for certain that a backup can be restored as a whole: a download shows that there is one, a collection that a part can. */
export const isDrill = (job: Completed) => job.kind !== 'collection' && isCompletedRestore(job);

/** A completed restore. `proves`: it shows all that a drill of its cluster needs. */
export type Counted = CompletedRestore & { proves?: boolean };

export interface DrillFacts {
  cluster: ClusterCoverage;
  /** Restores that were completed in the period, or before it the last one; in any order. */
  completed: readonly Counted[];
  period: Period;
  madeAt: string;
  /** Up to when verdicts that would count may not be known, ISO 8601. */
  unreadUntil?: string | undefined;
  /** Of the project: restores that are not on record any more. */
  letGo?: Pick<LetGo, 'before' | 'endedBy'> | undefined;
}

export function proveDrill({ cluster, completed, period, madeAt, unreadUntil, letGo }: DrillFacts): DrillProof {
  const goneAt = Date.parse(cluster.goneAt ?? LATEST);
  const asked = Math.min(Date.parse(period.until), Date.parse(madeAt));
  // Of a cluster that is gone, nothing is asked since.
  const end = Math.min(asked, goneAt);
  const done = completed
    .filter((restore) => isDataOf(cluster, restore))
    .map((restore) => ({ restore, at: Date.parse(restore.finishedAt) }))
    .filter(({ at }) => at <= end)
    .sort((a, b) => a.at - b.at);
  const last = done.at(-1)?.restore;
  const days = cluster.drill?.days;
  if (days === undefined) {
    const wasNotKnown = cluster.drillNotKnown && goneAt > Date.parse(period.since);
    const state = wasNotKnown ? ('tags-not-known' as const) : drillState(cluster, new Date(asked)).state;
    return { state, ...lastOf(last), missed: [] };
  }
  const [createdAt, within] = [Date.parse(createdAtOf(cluster)), days * DAY_MS];
  const { needs } = cluster.drill ?? {};
  const counted = needs ? done.filter(({ restore }) => restore.proves) : done;
  const moments = [createdAt, ...counted.map(({ at }) => at).filter((at) => at >= createdAt)];
  const dueAt = (moments.at(-1) ?? createdAt) + within;
  const due = { days, dueAt: iso(dueAt) };
  // Only where every restore until then is known can one be said to be missing.
  const unread = needs ? Math.max(...[unreadUntil, cluster.provenLetGo].map((at) => (at ? Date.parse(at) : 0))) : 0;
  const isKnown =
    isCoveredUntil(cluster, due, new Date(end)) && [letGoUntil(letGo), unread].every((until) => until + within <= end);
  const known = {
    from: knownFrom(cluster, moments, { period, within, letGo, unread }),
    until: knownUntil(cluster, end),
  };
  // Of a time before the first reading, restores that Atlas no longer listed then may be missing.
  const late = isKnown && known.from < end ? ('overdue' as const) : ('not-covered' as const);
  const missed = missedIn(moments, within, known);
  if (goneAt <= asked) {
    // Whether it was asked in vain can't be told where restores or verdicts that would have counted are not known.
    const isTold = known.from <= Math.max(Date.parse(period.since), createdAt) && known.until >= end;
    return { state: 'none', ...(isTold || missed.length > 0 ? { days } : {}), ...lastOf(last), missed };
  }
  const provenAt = needs && moments.length > 1 ? iso(moments.at(-1) ?? end) : undefined;
  const lastAt = last === undefined ? 0 : Date.parse(last.finishedAt);
  const isRestored = lastAt >= createdAt && lastAt + within > end;
  const inTime = moments.length > 1 ? (needs ? 'proven' : 'met') : 'due';
  const notProven = unread + within <= end ? ('not-proven' as const) : ('not-covered' as const);
  const early = inTime === 'due' && needs && isRestored ? notProven : inTime;
  const [begin, stop] = [Date.parse(period.since), Math.max(known.from, known.until)];
  const notKnown = [
    { from: begin, until: Math.min(known.from, end) },
    { from: stop, until: end },
  ].flatMap((part) => missedIn(moments, within, part));
  return {
    state: dueAt <= end ? late : early,
    ...{ ...due, ...defined({ needs, provenAt }), ...lastOf(last), missed },
    ...(notKnown.length > 0 && { notKnown }),
  };
}

/** Between one moment and the next, the time after the days that the rules allow. */
function missedIn(moments: readonly number[], within: number, part: { from: number; until: number }) {
  return moments.flatMap((moment, index) => {
    const from = Math.max(moment + within, part.from);
    const until = Math.min(moments[index + 1] ?? part.until, part.until);
    return from < until ? [{ from: iso(from), until: iso(until) }] : [];
  });
}

/** After the last reading of the list that was read the longest ago nothing can be said to be missing, be it between known restores. */
function knownUntil(cluster: ClusterCoverage, end: number): number {
  const covered = coveredUntil(cluster);
  return covered === undefined ? 0 : Math.min(end, Date.parse(covered));
}

/** Nothing can be said before the first reading and the first known restore, nor while a restore lost with its list would count. */
function knownFrom(
  cluster: ClusterCoverage,
  [, first]: readonly number[],
  about: Pick<DrillFacts, 'period' | 'letGo'> & { within: number; unread: number },
): number {
  const { period, within, letGo, unread } = about;
  const known = Math.min(Date.parse(cluster.firstSeenAt), first ?? Number.POSITIVE_INFINITY);
  const lost = lostUntil(cluster);
  const lostUntilMs = Math.max(lost === undefined ? 0 : Date.parse(lost), letGoUntil(letGo), unread);
  return Math.max(Date.parse(period.since), known, lostUntilMs === 0 ? 0 : lostUntilMs + within);
}

/** Up to when restores may have been completed that were let go: 0 where none was. */
export const letGoUntil = (letGo: DrillFacts['letGo']): number =>
  letGo ? Math.max(Date.parse(letGo.before), Date.parse(letGo.endedBy ?? letGo.before)) : 0;

const lastOf = (last: CompletedRestore | undefined): Partial<DrillProof> =>
  last ? { lastCompletedAt: last.finishedAt, ...measured(last) } : {};

const iso = (ms: number) => new Date(ms).toISOString();
