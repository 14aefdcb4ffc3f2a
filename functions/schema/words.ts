// functions/schema/words.ts: the values of every public enumeration.

/** The Atlas API that a job is from. */
export const KINDS = ['dedicated', 'flex', 'serverless', 'collection'] as const;
export type Kind = (typeof KINDS)[number];

/** One status model for all kinds. READY: a download waits to be fetched. UNKNOWN: it has ended, the outcome isn't known. */
export const STATUSES = [
  'PENDING',
  'RUNNING',
  'READY',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'EXPIRED',
  'UNKNOWN',
] as const;
export type Status = (typeof STATUSES)[number];

/** How the data is delivered, in the words of the dedicated API; flex says RESTORE for automated. */
export const DELIVERIES = ['automated', 'download', 'pointInTime', 'unknown'] as const;
export type Delivery = (typeof DELIVERIES)[number];

/**
 * Where the data of a restore goes. itself: the cluster that the backup is of. project: another cluster of its project. elsewhere:
 * another project. unknown: no cluster is named, or whether the data goes to one is not known.
 */
export const DESTINATIONS = ['itself', 'project', 'elsewhere', 'download', 'unknown'] as const;
export type DestinationPlace = (typeof DESTINATIONS)[number];

/** How sure: 90 points and more, 70, 30, 10. `weak` is a hint and never a reason to alert (docs/atlas.md#12-5). */
export const GRADES = ['exact', 'strong', 'likely', 'weak'] as const;
export type Grade = (typeof GRADES)[number];

/**
 * Why nobody is named. pending: the job is too young for its event to be missing. not-read: the events of that time could
 * not be read. none: they were read, and none fits. ambiguous: several fit, by different actors, or one fits several jobs.
 */
export const NO_REQUESTER = ['pending', 'not-read', 'none', 'ambiguous'] as const;
export type NoRequester = (typeof NO_REQUESTER)[number];

export const ACTOR_KINDS = ['user', 'apiKey', 'staff', 'delegated', 'unknown'] as const;

export const RULES = [
  /** The target is in another project. */
  'cross-project',
  /** The data was made available for download. */
  'download',
  /** A restore to a point in time. Off by default. */
  'point-in-time',
  /** The target is on the list of those that no restore should overwrite. */
  'protected-target',
  /** A restore of a cluster on the list of those whose restores are to be heard of, whatever it is. */
  'requested',
  /** A restore of a cluster that asks for announcements, and nobody announced it. */
  'unannounced',
  /** The requester isn't on the list. */
  'requester-not-listed',
  /** Requested outside working hours. */
  'outside-hours',
  'failed',
  /** Took longer than a limit, or than this cluster's restores usually take. */
  'slow',
  /** Has been waiting or running for too long. */
  'stuck',
  /** Took longer than the recovery time objective of its cluster, or has been running for longer. */
  'rto-missed',
  /** Brought back data older than the recovery point objective of its cluster allows. */
  'rpo-missed',
  /** Requested with the credentials that this ledger reads with. */
  'own-credential',
  /** Something about it can't be understood. Also of what Atlas lists without an id, which is not a job in the ledger. */
  'unknown-job-shape',
] as const;
export type Rule = (typeof RULES)[number];

/** Whether a restore met an objective. not known: it is under way or did not succeed, or Atlas does not say what the answer needs. */
export const MEASURE_STATES = ['met', 'missed', 'not known'] as const;
export type MeasureState = (typeof MEASURE_STATES)[number];

export const HIT_KINDS = ['job', 'snapshot', 'project', 'cluster', 'requester', 'ticket'] as const;

/** What restores are summed up by, named like the filters; day and month are of the request, in UTC. */
export const GROUPINGS = [
  ...(['day', 'month', 'status', 'kind', 'delivery', 'destination', 'project', 'cluster', 'targetProject'] as const),
  ...(['targetCluster', 'snapshotId', 'requester', 'grade', 'finding', 'purpose', 'ticket', 'validation'] as const),
  ...(['accountId', 'organizationId'] as const),
] as const;
export type Grouping = (typeof GROUPINGS)[number];

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** As in AWS Backup's PutRestoreValidationResult. */
export const VALIDATION_STATUSES = ['VALIDATING', 'SUCCESSFUL', 'FAILED', 'TIMED_OUT'] as const;
export type ValidationStatus = (typeof VALIDATION_STATUSES)[number];

/** What a restore is for, usually; any other text will do. */
export const PURPOSES = ['drill', 'incident', 'refresh', 'migration'] as const;

/** How somebody who annotates is known: an AWS identity, a token, or a user of this machine. */
export const ANNOTATOR_KINDS = ['iam', 'token', 'user'] as const;

/**
 * expected: its time is not over. came: as many restores as were announced. missed: its time is over, and every restore until then is
 * on record. not known: its time is over, and there may be restores that nobody has read. withdrawn: by somebody, before it came.
 */
export const EXPECTED_STATES = ['expected', 'came', 'missed', 'not known', 'withdrawn'] as const;
export type ExpectedState = (typeof EXPECTED_STATES)[number];

export const TIERS = ['dedicated', 'free', 'flex', 'serverless'] as const;

export const RUN_TRIGGERS = ['schedule', 'request', 'command'] as const;

/** complete: everything was read. incomplete: something was not. failed: nothing was read. */
export const PART_STATUSES = ['complete', 'incomplete', 'failed'] as const;

/** `running` until every project has its part, or nothing was heard of it for too long. */
export const RUN_STATUSES = ['running', ...PART_STATUSES] as const;

/**
 * complete: every fact that the claim needs is on record. incomplete: restores may be missing, each gap is named. not known:
 * there are no facts, as in an empty ledger or for a time that has not come.
 */
export const CLAIMS = ['complete', 'incomplete', 'not known'] as const;
export type ClaimState = (typeof CLAIMS)[number];

export const GAP_REASONS = [
  /** Not once. */
  'never-read',
  /** Every attempt since has failed. */
  'failing',
  /** Nobody tried since. */
  'not-read',
  /** Read since, but not to its end: what an incremental reading can miss can't be ruled out. */
  'full-reading-due',
  /** Between the last reading and when the cluster, or its list, was no longer there. */
  'gone',
  /** Atlas lists something that could not be understood. */
  'not-understood',
  /** A list of clusters was not read, or not often enough: there may be clusters that nobody knows of. */
  'clusters',
  /** A list of projects was not read. */
  'projects',
  /** The credentials no longer see the project. */
  'not-visible',
  /** A run that was to read it did not end. */
  'run-not-ended',
  /** The time before the ledger first read it: what Atlas no longer listed then is not known. */
  'before-first-reading',
  /** Let go by the policy of retention: the jobs are deleted, or about to be. */
  'let-go',
  /** The period, or a part of it, has not passed. */
  'future',
  /** A stored time is ahead of the clock. */
  'clock',
  /** The table holds less, or other things, than the ledger has on record. */
  'record-differs',
  /** A hub does not hold what a spoke has on record. */
  'hub-behind',
  /** A spoke has not been heard of since its schedule promised a run. */
  'spoke-silent',
  /** Two ledgers sent records of the project to the hub. */
  'project-contested',
] as const;
export type GapReason = (typeof GAP_REASONS)[number];

/** What a drill can need to count, in the order in which it is told. verdict: somebody checked the data, with success. */
export const DRILL_NEEDS = ['verdict', 'other-project', 'rto', 'rpo', 'checks', 'by'] as const;
export type DrillNeed = (typeof DRILL_NEEDS)[number];

/**
 * proven: a restore within the days shows all that a drill needs. met: restored within the days, where a drill needs no more.
 * not-proven: restored within the days, but something that a drill needs is missing, with time left. due: not restored yet, but there is
 * time left. overdue: the time has passed, and every restore until then is known. not-covered: the time has passed, or never began, and
 * there may be restores, or verdicts, that nobody knows of. paused: the cluster is. backups-off: Atlas makes no backups of it, which is
 * worse than an overdue drill. none: no restore is expected.
 */
export const DRILL_STATES = [
  'proven',
  'met',
  'not-proven',
  'due',
  'overdue',
  'not-covered',
  'tags-not-known',
  'paused',
  'backups-off',
  'none',
] as const;
export type DrillState = (typeof DRILL_STATES)[number];

/**
 * The least first. never: no restore was completed. lapsed: one was, but none that still counts. elsewhere: into another project.
 * verified: somebody checked the data, with success. within objectives: the verified restore met them, too.
 */
export const EVIDENCE_GRADES = [
  'never',
  'lapsed',
  'restored',
  'restored elsewhere',
  'verified',
  'verified within objectives',
] as const;
export type EvidenceGrade = (typeof EVIDENCE_GRADES)[number];

/**
 * Worst first. failing: the last attempt failed. not-visible: no credentials see the project any more. never: not read once.
 * stale: not read for a day and two hours. late: not read when the schedule should have. read: up to date. absent: Atlas says
 * that there is no such list. none: nothing to read, as the tier has no backups. gone: the cluster is no longer there; its jobs
 * stay. out-of-scope: the project was retired, or is excluded.
 */
export const COVERAGE_STATES = [
  'failing',
  'not-visible',
  'never',
  'stale',
  'late',
  'read',
  'absent',
  'none',
  'gone',
  'out-of-scope',
] as const;
export type CoverageState = (typeof COVERAGE_STATES)[number];

/** Of a report that is made by itself. */
export const EVIDENCE_JOB_STATES = ['running', 'failed', 'done'] as const;
export type EvidenceJobState = (typeof EVIDENCE_JOB_STATES)[number];

/** Whether histories were recomputed for a report, and fit. */
export const EVIDENCE_INTEGRITY = ['unbroken', 'broken', 'not verified'] as const;
export type EvidenceIntegrity = (typeof EVIDENCE_INTEGRITY)[number];

/** EventBridge's `source`. It never changes. */
export const EVENT_SOURCE = 'atlas-restore-ledger';
/** Grows when a field of an event changes its meaning or goes; a new field does not raise it. */
export const SCHEMA_VERSION = 1;

export const DETAIL_TYPES = [
  'Restore Job State Change',
  'Restore Finding',
  'Restore Drill Overdue',
  'Expected Restore Missed',
  'Project Not Visible',
  'Collector Run Completed',
  'Collector Run Incomplete',
] as const;
export type DetailType = (typeof DETAIL_TYPES)[number];
