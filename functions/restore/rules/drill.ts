// functions/restore/rules/drill.ts: when a cluster must have been restored by, to show that its backups work.
import type * as z from 'zod/mini';
import { defined } from '../../platform/defined.ts';
import type { completedRestore } from '../../schema/drill.ts';
import type { DrillNeeds } from '../drills/judged.ts';
import { NOT_KNOWN, type NotKnown } from '../tags/cluster-pattern.ts';
import type { Tag } from '../tags/tag.ts';
import type { CompiledRules } from './compile-rules.ts';

/** When a cluster must have been restored by. Times are ISO 8601. */
export interface Drill {
  /** Allowed days since the last restore, or since the cluster's creation. */
  days: number;
  dueAt: string;
  /** When it was first found overdue. */
  overdueAt?: string;
  /** What a restore has to show to count. Absent: that it was completed. */
  needs?: DrillNeeds;
  /** With `needs`: the last that showed it, when the collector looked. */
  proof?: z.infer<typeof completedRestore>;
}

export interface DrilledCluster {
  projectName: string;
  clusterName: string;
  /** Absent: not known. */
  tags?: readonly Tag[] | undefined;
  /** `free` has no backups. */
  tier: string;
  /** When the cluster was created; where that is unknown, when it was first seen. */
  createdAt: string;
  /** When the last restore that counts finished. */
  lastCountedAt?: string | undefined;
  /** Absent: it is still there. */
  goneAt?: string | undefined;
  /** As found before. */
  drill?: Drill | undefined;
}

const DAY_MS = 86_400_000;

/** Not known where the days depend on tags that are not. Nothing where no restore is expected: of a free cluster, of one that is gone, and where the rules say 0 days. */
export function drillDue(cluster: DrilledCluster, rules: CompiledRules, now: Date): Drill | NotKnown | undefined {
  const { createdAt, lastCountedAt, drill } = cluster;
  const days = rules.drillDays(cluster);
  if (days === 0 || cluster.tier === 'free' || cluster.goneAt !== undefined) return undefined;
  if (days === NOT_KNOWN) return NOT_KNOWN;
  const dueAt = dueAfter(createdAt, lastCountedAt, days);
  const known = drill?.dueAt === dueAt ? drill.overdueAt : undefined;
  const overdueAt = known ?? (isOverdue(dueAt, now) ? now.toISOString() : undefined);
  return defined({ days, dueAt, overdueAt });
}

/** A restore from before the creation was of another cluster of this name. ISO 8601. */
export const dueAfter = (createdAt: string, lastCountedAt: string | undefined, days: number) =>
  daysAfter(Math.max(Date.parse(createdAt), Date.parse(lastCountedAt ?? createdAt)), days);

/** ISO 8601. */
export const daysAfter = (moment: number | string, days: number) =>
  new Date(new Date(moment).getTime() + days * DAY_MS).toISOString();

/** Overdue from `dueAt` inclusive. */
export const isOverdue = (dueAt: string, now: Date) => Date.parse(dueAt) <= now.getTime();
