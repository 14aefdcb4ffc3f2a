// functions/restore/rules/finding.ts: the vocabulary of findings.

export const RULES = [
  /** The target is in another project. */
  'cross-project',
  /** The data was made available for download. */
  'download',
  /** A restore to a point in time. Off by default. */
  'point-in-time',
  /** The target is on the list of those that no restore should overwrite. */
  'protected-target',
  /** Asked for by someone who is not on the list. */
  'requester-not-listed',
  /** Asked for outside working hours. */
  'outside-hours',
  'failed',
  /** Took longer than a limit, or than this cluster's restores usually take. */
  'slow',
  /** Has been waiting or running for too long. */
  'stuck',
  /** Asked for with the credentials that this ledger reads with. */
  'own-credential',
  /** Something about it can't be understood. Also of what Atlas lists without an id, which is no job in the ledger. */
  'unknown-job-shape',
] as const;
export type Rule = (typeof RULES)[number];

/** A job that can't be understood may be any restore, so nobody should wish not to know of it. */
export const CAN_BE_OFF = RULES.filter((rule) => rule !== 'unknown-job-shape');

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A job has each at most once. */
export interface Finding {
  rule: Rule;
  severity: Severity;
  /** When it was found: the time of the look at Atlas, or of the evaluation. ISO 8601. */
  at: string;
  /** One sentence for people: what broke the rule, with the values and limits compared. Holds no URL and no secret. */
  why: string;
}
