// functions/restore/objectives/recovery.ts: restores of a cluster added up: how many met its objectives, and what is usual.
import type * as z from 'zod/mini';
import { defined } from '../../platform/defined.ts';
import { medianOf, p95Of } from '../../platform/percentile.ts';
import type { recovered } from '../../schema/measure.ts';
import { isCompletedRestore } from '../understood.ts';
import { isMeasured, type Measure, type MeasuredJob, type Measures, measurements } from './measure.ts';

export type Recovered = z.infer<typeof recovered>;

/** Percentiles are those of completed restores, with an objective or without. Memory: two numbers a restore. */
export class RecoveryTally {
  readonly #rto = new SideTally();
  readonly #rpo = new SideTally();

  /** Restores that are not measured are left out. */
  add(job: MeasuredJob & Measures) {
    if (!isMeasured(job)) return;
    const { durationSeconds, dataAgeSeconds } = isCompletedRestore(job) ? measurements(job) : {};
    this.#rto.add(job.rto, durationSeconds);
    this.#rpo.add(job.rpo, dataAgeSeconds);
  }

  get sides(): { rto: Recovered; rpo: Recovered } {
    return { rto: this.#rto.recovered, rpo: this.#rpo.recovered };
  }
}

const COUNTED = { met: 'met', missed: 'missed', 'not known': 'notKnown' } as const;

class SideTally {
  readonly #counts = { met: 0, missed: 0, notKnown: 0 };
  readonly #seconds: number[] = [];

  add(measure: Measure | undefined, seconds: number | undefined) {
    if (measure) this.#counts[COUNTED[measure.state]] += 1;
    if (seconds !== undefined) this.#seconds.push(seconds);
  }

  get recovered(): Recovered {
    const [p50Seconds, p95Seconds] = [medianOf(this.#seconds), p95Of(this.#seconds)];
    return { ...this.#counts, measured: this.#seconds.length, ...defined({ p50Seconds, p95Seconds }) };
  }
}
