// functions/proof/drill-state.ts: whether a cluster's backups have been shown to work, and how well, by its coverage.

import type * as z from 'zod/mini';
import { type ClusterCoverage, type CompletedRestore, LISTS_OF, type ListCoverage } from '../ledger/model/coverage.ts';
import { LONGEST_DAYS } from '../ledger/verdicts/asked.ts';
import { defined } from '../platform/defined.ts';
import {
  type DrillNeeds,
  isElsewhere,
  isProof,
  isWholeRestore,
  type JudgedRestore,
  missingNeeds,
  type Shows,
  shows,
  type Verdicts,
} from '../restore/drills/judged.ts';
import { isObjectId, requestedAt } from '../restore/object-id.ts';
import { ageOf, dataAt } from '../restore/objectives/measure.ts';
import type { CompiledRules } from '../restore/rules/compile-rules.ts';
import { type Drill, daysAfter, drillDue, dueAfter, isOverdue } from '../restore/rules/drill.ts';
import { NOT_KNOWN, type NotKnown } from '../restore/tags/cluster-pattern.ts';
import type { drill } from '../schema/drill.ts';
import { KINDS } from '../schema/words.ts';
import { FRESH_MS, heardAt, isOver } from './list.ts';
import { earlier } from './period.ts';

const DAY_MS = 86_400_000;
export const NO_VERDICTS: Verdicts = { restores: [] };

/** Kinds of list whose restores bring back a whole backup. */
const WHOLE = KINDS.filter((kind) => kind !== 'collection');

/** `overdueAt` is the collector's, and whether objectives were met depends on those. */
export type DrillState = Omit<z.infer<typeof drill>, 'overdueAt' | 'rto' | 'rpo'>;

export interface DrillFacts {
  /** Of the cluster. Absent: they were not read, and what the collector found holds. */
  verdicts?: Verdicts | undefined;
  /** A reading that is older says nothing of the present, in ms. @default FRESH_MS */
  freshMs?: number | undefined;
}

/** Whether a cluster's backups have been shown to work, over all of its lists. */
export function drillState(cluster: ClusterCoverage, now: Date, facts: DrillFacts = {}): DrillState {
  const last = lastRestore(cluster);
  const drill = cluster.goneAt === undefined ? cluster.drill : undefined;
  const shown = { last, ...(drill?.needs && shownBy(cluster, drill.needs, facts.verdicts, drill.proof)) };
  const dueAt = drill?.needs ? dueAfter(createdAt(cluster), shown.proof?.finishedAt, drill.days) : drill?.dueAt;
  const state = stateOf(cluster, drill && { ...drill, dueAt: dueAt ?? drill.dueAt }, shown, now, facts);
  const unproven =
    state !== 'proven' && drill && facts.verdicts
      ? unprovenOf(cluster, drill, facts.verdicts, new Date(now.getTime() - drill.days * DAY_MS).toISOString())
      : undefined;
  const { needs, days } = drill ?? {};
  const proof = shown.proof;
  return { state, ...defined({ days, dueAt, last, ...(last && measured(last)), needs, proof, unproven }) };
}

/**
 * The moment until which every restore of the whole cluster is known and understood, but for those of `lostUntil`: only before it can
 * one that is not there be said to be missing. Nothing where some list was never read, or holds what was not understood. ISO 8601.
 */
export function coveredUntil({ tier, lists }: Pick<ClusterCoverage, 'tier' | 'lists'>): string | undefined {
  const kinds = WHOLE.filter((kind) => LISTS_OF[tier].includes(kind) || lists[kind]);
  const isClear = (list: ListCoverage) => (list.problemCount ?? 0) + (list.notUnderstood ?? 0) === 0;
  // Empty where nothing was heard, which sorts first.
  const times = kinds.flatMap((kind) => {
    const list = lists[kind];
    if (!list || !isClear(list)) return [''];
    return isOver(list) ? [] : [heardAt(list) ?? ''];
  });
  return times.sort()[0] || undefined;
}

/** Up to when there can have been restores that are not on record: of a list that is gone and was not read, or let go. ISO 8601. */
export function lostUntil({ lists }: Pick<ClusterCoverage, 'lists'>): string | undefined {
  const ends = WHOLE.flatMap((kind) => {
    const { readAt = '', notThere, supersededAt, letGoUntil } = lists[kind] ?? {};
    const end = notThere && earlier(notThere.since, supersededAt);
    return [end !== undefined && readAt < end ? [end] : [], letGoUntil ?? []].flat();
  });
  return ends.sort().at(-1);
}

/** True where a restore that was due at `dueAt` is known to be missing `now`: neither to come, nor lost with its list. */
export function isCoveredUntil(
  cluster: Pick<ClusterCoverage, 'tier' | 'lists'>,
  { days, dueAt }: Pick<Drill, 'days' | 'dueAt'>,
  now: Date,
): boolean {
  const [until, lost] = [coveredUntil(cluster), lostUntil(cluster)];
  return until !== undefined && until >= dueAt && (lost === undefined || isOverdue(daysAfter(lost, days), now));
}

/**
 * The restore of a whole backup that was completed last. Collection-level ones do not count: they bring back chosen
 * collections beside what is there, and show neither that the backup is whole nor how long the cluster takes to come back.
 */
export function lastRestore({ lists }: Pick<ClusterCoverage, 'lists'>): CompletedRestore | undefined {
  const all = WHOLE.flatMap((kind) => lists[kind]?.lastCompleted ?? []);
  return all.toSorted((a, b) => Date.parse(b.finishedAt) - Date.parse(a.finishedAt))[0];
}

/** The restores of whole backups that coverage has: of each list the last one, and the last one into another project. */
export const wholeRestores = ({ lists }: Pick<ClusterCoverage, 'lists'>): CompletedRestore[] =>
  WHOLE.flatMap((kind) => [lists[kind]?.lastCompleted ?? [], lists[kind]?.lastElsewhere ?? []].flat());

/** What a cluster's `drill` should be, from the rest of its coverage. Not known where that depends on tags that are not. */
export function drillOf(
  projectName: string,
  cluster: ClusterCoverage,
  rules: CompiledRules,
  now: Date,
  verdicts: Verdicts = NO_VERDICTS,
): Drill | NotKnown | undefined {
  const { clusterName, tier, tags, goneAt, deleted, drill, backupsOff, paused } = cluster;
  if (deleted || backupsOff || paused) return undefined;
  const asked = rules.drillNeeds({ projectName, clusterName, tags });
  const needs = asked === NOT_KNOWN ? undefined : asked;
  const proof = needs && proofOf(cluster, needs, verdicts);
  const lastCountedAt = (needs ? proof : lastRestore(cluster))?.finishedAt;
  const due = drillDue(
    { projectName, clusterName, tier, tags, createdAt: createdAt(cluster), lastCountedAt, goneAt, drill },
    rules,
    now,
  );
  if (!due) return undefined;
  if (due === NOT_KNOWN || asked === NOT_KNOWN) return NOT_KNOWN;
  const full = { ...due, ...defined({ needs, proof }) };
  const isKnown = isCoveredUntil(cluster, due, now) && (!needs || areKnown(cluster, due.days, verdicts, now));
  if (full.overdueAt === undefined || isKnown) return full;
  const { overdueAt: _, ...unknown } = full;
  return unknown;
}

/** The last restore that shows all that a drill needs. One from before the creation was of another cluster of this name. */
function proofOf(cluster: ClusterCoverage, needs: DrillNeeds, verdicts: Verdicts): CompletedRestore | undefined {
  const proofs = verdicts.restores.flatMap((restore) =>
    isProof(restore, needs) ? completedOf(restore).filter((one) => isOfCluster(cluster, one)) : [],
  );
  return proofs.sort(byFinish)[0];
}

/** The completed restore since a moment that misses the least of what a drill needs; of several, the last. */
function unprovenOf(
  cluster: ClusterCoverage,
  { needs }: Drill,
  { restores, before = '' }: Verdicts,
  since: string,
): DrillState['unproven'] {
  if (!needs) return undefined;
  const judged = restores.filter(isWholeRestore);
  const ids = new Set(judged.map(({ jobId }) => jobId));
  // Of one that is not among them, nobody has said anything, if all of its time were read.
  const unjudged = wholeRestores(cluster)
    .filter(({ jobId, requestedAt }) => !ids.has(jobId) && requestedAt >= before)
    .map((one) => ({ ...one, missing: missingNeeds(showsUnjudged(one), needs) }));
  const all = [
    ...judged.flatMap((restore) =>
      completedOf(restore).map((one) => ({ ...one, missing: missingNeeds(shows(restore), needs) })),
    ),
    ...unjudged,
  ].filter((one) => one.finishedAt >= since && isOfCluster(cluster, one));
  const [best] = all.sort((a, b) => a.missing.length - b.missing.length || byFinish(a, b));
  return best && { jobId: best.jobId, missing: best.missing };
}

const showsUnjudged = ({ requestedAt, durationSeconds, dataAt, elsewhere }: CompletedRestore): Shows => ({
  ...{ isVerified: false, isElsewhere: elsewhere === true },
  measured: { durationSeconds, dataAgeSeconds: ageOf(requestedAt, dataAt) },
});

/** Whether no verdict that would count can be unknown: not read, or let go with its restore. */
function areKnown({ provenLetGo }: ClusterCoverage, days: number, verdicts: Verdicts, now: Date): boolean {
  return [unreadUntil(verdicts), provenLetGo].every(
    (until) => until === undefined || isOverdue(daysAfter(until, days), now),
  );
}

/** Up to when restores may have finished whose verdicts were not read: they were requested before. ISO 8601. */
export const unreadUntil = ({ before }: Verdicts): string | undefined =>
  before === undefined ? undefined : daysAfter(before, LONGEST_DAYS);

/** Not of one of the same name that was there before: Atlas may list restores by the name alone. */
export const isOfCluster = (cluster: ClusterCoverage, restore: Pick<CompletedRestore, 'finishedAt' | 'dataAt'>) =>
  Date.parse(restore.finishedAt) >= Date.parse(createdAt(cluster)) && isDataOf(cluster, restore);

/** Backups can't be older than their cluster: those of a former one are kept for a while, and may be restored into it. */
export function isDataOf(cluster: Made, { dataAt }: Pick<CompletedRestore, 'dataAt'>): boolean {
  const made = madeAt(cluster);
  return made === undefined || dataAt === undefined || Date.parse(dataAt) >= Date.parse(made);
}

/** A restore as coverage has it. Nothing for one that has not finished. */
export function completedOf(restore: JudgedRestore): CompletedRestore[] {
  const { jobId, requestedAt, finishedAt, durationSeconds, snapshotAt } = restore;
  const elsewhere = isElsewhere(restore) || undefined;
  const optional = defined({ durationSeconds, snapshotAt, dataAt: dataAt(restore), elsewhere });
  return finishedAt === undefined ? [] : [{ jobId, requestedAt, finishedAt, ...optional }];
}

const byFinish = (a: CompletedRestore, b: CompletedRestore) => Date.parse(b.finishedAt) - Date.parse(a.finishedAt);

type Made = Pick<ClusterCoverage, 'clusterId' | 'seenAt'>;

/** Its id is made when it is. Undefined without one, or with one from the future. ISO 8601. */
function madeAt({ clusterId, seenAt }: Made): string | undefined {
  const made = isObjectId(clusterId) ? requestedAt(clusterId) : undefined;
  return made !== undefined && made <= seenAt ? made : undefined;
}

/** Where it is not known when it was made, it is as old as it is known to be. */
export const createdAt = (cluster: Made & Pick<ClusterCoverage, 'firstSeenAt'>): string =>
  madeAt(cluster) ?? cluster.firstSeenAt;

interface Shown {
  last?: CompletedRestore | undefined;
  proof?: CompletedRestore | undefined;
  /** Whether all verdicts are known. */
  isKnown?: (days: number, now: Date) => boolean;
}

function shownBy(
  cluster: ClusterCoverage,
  needs: DrillNeeds,
  verdicts: Verdicts | undefined,
  known: CompletedRestore | undefined,
): Shown {
  if (!verdicts) return { proof: known, isKnown: () => true };
  const isKnown = (days: number, now: Date) => areKnown(cluster, days, verdicts, now);
  return { proof: proofOf(cluster, needs, verdicts), isKnown };
}

function stateOf(
  cluster: ClusterCoverage,
  drill: Drill | undefined,
  { last, proof, isKnown = () => true }: Shown,
  now: Date,
  { freshMs = FRESH_MS }: DrillFacts,
): DrillState['state'] {
  const { goneAt, deleted, tier, backupsOff, paused, drillNotKnown } = cluster;
  if (goneAt !== undefined || deleted || tier === 'free') return 'none';
  if (backupsOff) return 'backups-off';
  if (paused) return 'paused';
  if (drillNotKnown) return 'tags-not-known';
  if (!drill) return coveredUntil(cluster) === undefined ? 'not-covered' : 'none'; // it was never read, or none is expected of it
  const counts = (restore: CompletedRestore | undefined) =>
    restore !== undefined &&
    isOfCluster(cluster, restore) &&
    !isOverdue(daysAfter(restore.finishedAt, drill.days), now);
  if (drill.needs ? counts(proof) : counts(last)) return drill.needs ? 'proven' : 'met';
  const areVerdictsKnown = isKnown(drill.days, now);
  if (!isOverdue(drill.dueAt, now)) return !counts(last) ? 'due' : areVerdictsKnown ? 'not-proven' : 'not-covered';
  const isFresh = Date.parse(coveredUntil(cluster) ?? '') >= now.getTime() - freshMs;
  return isFresh && areVerdictsKnown && isCoveredUntil(cluster, drill, now) ? 'overdue' : 'not-covered';
}

/** What a restore shows: how long it took, and how old its snapshot was. */
export function measured({ requestedAt, snapshotAt, durationSeconds }: CompletedRestore) {
  const age = snapshotAt === undefined ? undefined : (Date.parse(requestedAt) - Date.parse(snapshotAt)) / 1_000;
  return defined({ snapshotAgeSeconds: age === undefined ? undefined : Math.max(0, Math.round(age)), durationSeconds });
}
