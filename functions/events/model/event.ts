// functions/events/model/event.ts: the events of the change feed, as EventBridge carries them. docs/events/ has their JSON Schemas.
import type * as z from 'zod/mini';
import type {
  drillOverdue,
  expectedRestoreMissed,
  jobStateChange,
  projectNotVisible,
  restoreFinding,
  runFinished,
} from '../../schema/events.ts';
import type { EVENT_SOURCE } from '../../schema/words.ts';

/** Each revision of a job: a new status, or another change of what is known. */
export type JobStateChange = z.infer<typeof jobStateChange>;
/** The job as lists show it: normalised, without what Atlas sent and without its history. */
export type EventJob = JobStateChange['job'];
export type RestoreFinding = z.infer<typeof restoreFinding>;
/** Clusters of one project that became overdue together. */
export type DrillOverdue = z.infer<typeof drillOverdue>;
/** Of one announcement, once. */
export type ExpectedRestoreMissed = z.infer<typeof expectedRestoreMissed>;
/** Once where no credentials see a project any more, and once where that is over. */
export type ProjectNotVisible = z.infer<typeof projectNotVisible>;
export type RunFinished = z.infer<typeof runFinished>;

interface Event<Type, Detail> {
  source: typeof EVENT_SOURCE;
  'detail-type': Type;
  time: string;
  detail: Detail;
}
export type LedgerEvent =
  | Event<'Restore Job State Change', JobStateChange>
  | Event<'Restore Finding', RestoreFinding>
  | Event<'Restore Drill Overdue', DrillOverdue>
  | Event<'Expected Restore Missed', ExpectedRestoreMissed>
  | Event<'Project Not Visible', ProjectNotVisible>
  | Event<'Collector Run Completed' | 'Collector Run Incomplete', RunFinished>;
