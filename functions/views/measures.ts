// functions/views/measures.ts: what a restore is measured by, wherever a job is shown.
import type { JobSummary } from '../ledger/model/ledger.ts';
import { type Measure, type Measures, measuresOf, objectiveOf } from '../restore/objectives/measure.ts';
import { type Objectives, SIDES } from '../restore/objectives/objective.ts';
import { span } from '../restore/text.ts';

type Shown = Omit<JobSummary, 'fingerprint'>;

/** By the objectives as they are now. */
export function withMeasures<Job extends Shown>(job: Job, objectives: Objectives): Job & Measures {
  if (objectives.lines.length === 0) return job;
  return { ...job, ...measuresOf(job, objectiveOf(job, objectives), seenOpenUntil(job)) };
}

/** An unchanged answer is not written, but the finding that a reading of the open job led to is. */
function seenOpenUntil({ observedAt, vanishedAt, findings = [] }: Shown): string {
  const [found] = findings.filter(({ rule }) => rule === 'rto-missed');
  return vanishedAt ?? (found && found.at > observedAt ? found.at : observedAt);
}

export const MEASURE_COLUMNS = SIDES.flatMap((side) => [`${side}State`, `${side}Seconds`, `${side}ObjectiveSeconds`]);

export const measureCells = (measures: Measures): Record<string, unknown> =>
  Object.fromEntries(
    SIDES.flatMap((side) => {
      const { state, seconds, objectiveSeconds } = measures[side] ?? {};
      return Object.entries({
        [`${side}State`]: state,
        [`${side}Seconds`]: seconds,
        [`${side}ObjectiveSeconds`]: objectiveSeconds,
      });
    }),
  );

/** `20 min 00 s of 1 h 00 min` */
export const measureWords = ({ seconds, objectiveSeconds }: Measure): string =>
  `${seconds === undefined ? 'unknown' : span(seconds)} of ${span(objectiveSeconds)}`;
