// functions/events/model/event.ts is the vocabulary of what is told: the events of the change feed, as EventBridge carries them.
// docs/events/ has their JSON Schemas.
import type { Change, JobSummary } from '../../ledger/model/ledger.ts';
import type { Run } from '../../ledger/model/run.ts';
import type { Status } from '../../restore/job.ts';
import type { Finding, Severity } from '../../restore/rules/finding.ts';
import type { Cut } from './truncate.ts';

/** EventBridge's `source`. It never changes. */
export const EVENT_SOURCE = 'atlas-restore-ledger';
/** Grows when a field changes its meaning or goes; a new field does not raise it. */
export const SCHEMA_VERSION = 1;

export const DETAIL_TYPES = [
  'Restore Job State Change',
  'Restore Finding',
  'Restore Drill Overdue',
  'Project Not Visible',
  'Collector Run Completed',
  'Collector Run Incomplete',
] as const;
export type DetailType = (typeof DETAIL_TYPES)[number];

interface Envelope {
  schemaVersion: typeof SCHEMA_VERSION;
  /** The same event, told twice, has the same one: `<jobId>:<revision>` and the like. */
  id: string;
  severity: Severity;
  /** When what it tells was seen, ISO 8601. */
  at: string;
  /** One to three lines for people. */
  message: string;
  /** What was cut, where the whole would not fit into an event. */
  cut?: Cut[];
}

/** The job as lists show it: normalised, without what Atlas sent and without its history. */
export type EventJob = Omit<JobSummary, 'fingerprint'>;

/** Each revision of a job: a new status, or another change of what is known. Id: `<jobId>:<revision>`. */
export interface JobStateChange extends Envelope {
  job: EventJob;
  revision: number;
  /** Absent for the first sight. */
  oldStatus?: Status;
  newStatus: Status;
  /** As in the job's history, with `previous`, the hash that ties it to the entry before. */
  change: Change;
}

/** Id: `<jobId>:<revision>:<rule>`; of a list of jobs `<projectId>/<clusterName>:<jobId or number>:<rule>`. */
export interface RestoreFinding extends Envelope {
  finding: Finding;
  projectId: string;
  projectName: string;
  clusterName: string;
  /** Absent for what was listed without the id of a job. */
  job?: EventJob;
}

/** Clusters of one project that became overdue together. Id: `<projectId>:<revision of its coverage>:drills`. */
export interface DrillOverdue extends Envelope {
  projectId: string;
  projectName: string;
  clusters: {
    clusterName: string;
    /** Days within which a restore was expected. */
    days: number;
    dueAt: string;
    /** Absent: never, as far as is known. */
    lastCompletedAt?: string;
  }[];
}

/** Once where no credentials see a project any more, and once where that is over. Id: `<projectId>:<revision of what is known of it>:not-visible`. */
export interface ProjectNotVisible extends Envelope {
  projectId: string;
  projectName: string;
  state: 'lost' | 'over';
  /** Since when it is, or was, not visible. */
  since: string;
  /** How it ended. Absent while it is lost. */
  ended?: 'visible' | 'excluded' | 'retired';
  /** Names of the credentials that have ever seen it. */
  accounts: string[];
}

/** A finished run. Id: `<runId>:finished`. */
export interface RunFinished extends Envelope {
  run: Run;
}

export type LedgerEvent =
  | { source: typeof EVENT_SOURCE; 'detail-type': 'Restore Job State Change'; time: string; detail: JobStateChange }
  | { source: typeof EVENT_SOURCE; 'detail-type': 'Restore Finding'; time: string; detail: RestoreFinding }
  | { source: typeof EVENT_SOURCE; 'detail-type': 'Restore Drill Overdue'; time: string; detail: DrillOverdue }
  | { source: typeof EVENT_SOURCE; 'detail-type': 'Project Not Visible'; time: string; detail: ProjectNotVisible }
  | {
      source: typeof EVENT_SOURCE;
      'detail-type': 'Collector Run Completed' | 'Collector Run Incomplete';
      time: string;
      detail: RunFinished;
    };
