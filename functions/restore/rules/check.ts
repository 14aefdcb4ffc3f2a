// functions/restore/rules/check.ts: the input and result of a rule.

import type { Severity } from '../../schema/words.ts';
import type { Announcement } from '../expected/expected-restore.ts';
import type { RestoreJob } from '../job.ts';
import type { ClusterOfJob, MeasuredJob } from '../objectives/measure.ts';
import type { Requester } from '../requesters/requester.ts';
import type { Tag } from '../tags/tag.ts';
import type { CompiledRules } from './compile-rules.ts';
import type { Finding } from './finding.ts';

/** What the rules look at. A job as the ledger holds it has all of it. */
export interface EvaluatedJob extends Omit<RestoreJob, 'atlas'> {
  requester?: Requester;
  /** Those it has. */
  findings?: readonly Finding[];
  announcement?: Announcement;
  /** Since when Atlas no longer lists it. */
  vanishedAt?: string;
}

/** What the rules on time look at. */
export type TimedJob = Pick<EvaluatedJob, 'status' | 'requestedAt' | 'vanishedAt' | 'durationSeconds'> &
  MeasuredJob &
  ClusterOfJob;

export interface TimeContext {
  rules: CompiledRules;
  /** The time of the look, ISO 8601. */
  at: string;
  /** How long completed restores of the cluster took before, in seconds, in any order. @default none */
  pastDurations?: readonly number[] | undefined;
}

export interface EvaluationContext extends TimeContext {
  /** Of the cluster that a restore is of, as they are now; undefined where they are not known. Absent: none is. */
  tagsOf?: ((job: ClusterOfJob) => readonly Tag[] | undefined) | undefined;
  /** Of a project that these credentials can see; of another nothing. */
  projectNameOf(projectId: string): string | undefined;
  /** Public key or client id that this ledger reads with. Absent: nobody asks for a restore with it. */
  principal?: string | undefined;
  /**
   * Whether a restore may be one that was announced, or one of a time when none could be. Absent: that is not known here, and a restore
   * stays as it was found.
   */
  mayBeAnnounced?(job: EvaluatedJob): boolean;
}

/** A finding but for its rule and its time. */
export interface Verdict {
  severity: Severity;
  why: string;
}

/** Pure. */
export type Check = (job: EvaluatedJob, context: EvaluationContext) => Verdict | undefined;
