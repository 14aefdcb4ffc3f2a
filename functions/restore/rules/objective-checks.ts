// functions/restore/rules/objective-checks.ts: the rules on recovery objectives.
import { dataAt, measuresOf, objectiveOf } from '../objectives/measure.ts';
import { printable, span } from '../text.ts';
import type { TimeContext, TimedJob, Verdict } from './check.ts';

/** From the moment the objective is over, whatever becomes of the restore. */
export function rtoMissed(job: TimedJob, context: TimeContext): Verdict | undefined {
  const { objective, rto } = measured(job, context);
  if (rto?.state !== 'missed') return undefined;
  const { seconds = secondsOpen(job, context), objectiveSeconds } = rto;
  const how = job.status === 'COMPLETED' ? 'took' : isUnderWay(job) ? 'has been under way for' : 'ended after';
  return missed(
    `${how} ${span(seconds)}, longer than the recovery time objective of ${span(objectiveSeconds)}`,
    objective,
  );
}

/** Once the data is back. */
export function rpoMissed(job: TimedJob, context: TimeContext): Verdict | undefined {
  const { objective, rpo } = measured(job, context);
  if (rpo?.state !== 'missed') return undefined;
  const { seconds = 0, objectiveSeconds } = rpo;
  const what = `brought back data of ${dataAt(job)}, ${span(seconds)} before the request`;
  return missed(`${what}, older than the recovery point objective of ${span(objectiveSeconds)}`, objective);
}

function measured(job: TimedJob, context: TimeContext) {
  const objective = objectiveOf(job, context.rules.objectives);
  return { objective: objective?.text ?? '', ...measuresOf(job, objective, openAt(job, context)) };
}

/** One that Atlas no longer lists has not run on since, as far as anyone can tell. */
const openAt = ({ vanishedAt }: TimedJob, { at }: TimeContext) => vanishedAt ?? at;

const secondsOpen = (job: TimedJob, context: TimeContext) =>
  Math.floor((Date.parse(openAt(job, context)) - Date.parse(job.requestedAt)) / 1_000);

const isUnderWay = ({ status }: TimedJob) => status === 'PENDING' || status === 'RUNNING';

const missed = (what: string, line: string): Verdict => ({
  severity: 'warning',
  why: `The restore ${what} (${printable(line, 200)}).`,
});
