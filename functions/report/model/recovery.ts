// functions/report/model/recovery.ts: restores of a cluster in a period, compared with its objectives. Pure.
import { defined } from '../../platform/defined.ts';
import { medianOf } from '../../platform/percentile.ts';
import type { Period } from '../../proof/period.ts';
import {
  isMeasured,
  type MeasuredJob,
  type Measurements,
  type Measures,
  measurements,
} from '../../restore/objectives/measure.ts';
import { type Objective, SIDES, type Side } from '../../restore/objectives/objective.ts';
import { type Recovered, RecoveryTally } from '../../restore/objectives/recovery.ts';
import { isCompletedRestore } from '../../restore/understood.ts';

/** Medians of completed restores of the first and the second half of the period. */
export interface Trend {
  firstHalfSeconds: number;
  secondHalfSeconds: number;
}

export interface SideEvidence extends Recovered {
  /** Absent where a half has too few completed restores for a median. */
  trend?: Trend;
}

/** By the objectives that the report was made with. */
export interface RecoveryEvidence extends Record<Side, SideEvidence> {
  /** Absent where the cluster has none. */
  objective?: { line: string; rtoSeconds?: number; rpoSeconds?: number };
}

const MEASURED: Record<Side, keyof Measurements> = { rto: 'durationSeconds', rpo: 'dataAgeSeconds' };

export function recoveryOf(
  restores: readonly (MeasuredJob & Measures)[],
  objective: Objective | undefined,
  { since, until }: Period,
): RecoveryEvidence {
  const tally = new RecoveryTally();
  for (const restore of restores) tally.add(restore);
  const middle = new Date((Date.parse(since) + Date.parse(until)) / 2).toISOString();
  const { sides } = tally;
  const side = (name: Side) => ({ ...sides[name], ...defined({ trend: trendOf(restores, name, middle) }) });
  const { text: line = '', rtoSeconds, rpoSeconds } = objective ?? {};
  const applies = objective && SIDES.some((name) => objective[`${name}Seconds`] !== undefined);
  return {
    ...(applies && { objective: { line, ...defined({ rtoSeconds, rpoSeconds }) } }),
    rto: side('rto'),
    rpo: side('rpo'),
  };
}

function trendOf(restores: readonly (MeasuredJob & Measures)[], side: Side, middle: string): Trend | undefined {
  const usualOf = (some: readonly MeasuredJob[]) =>
    medianOf(some.flatMap((restore) => measurements(restore)[MEASURED[side]] ?? []));
  const completed = restores.filter((restore) => isMeasured(restore) && isCompletedRestore(restore));
  const firstHalfSeconds = usualOf(completed.filter(({ requestedAt }) => requestedAt < middle));
  const secondHalfSeconds = usualOf(completed.filter(({ requestedAt }) => requestedAt >= middle));
  return firstHalfSeconds === undefined || secondHalfSeconds === undefined
    ? undefined
    : { firstHalfSeconds, secondHalfSeconds };
}
