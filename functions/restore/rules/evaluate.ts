// functions/restore/rules/evaluate.ts: the findings of a restore, kept stable over repeated evaluations.

import { RULES, type Rule } from '../../schema/words.ts';
import { printable } from '../text.ts';
import type { Check, EvaluatedJob, EvaluationContext, TimeContext, TimedJob } from './check.ts';
import type { Finding } from './finding.ts';
import { rpoMissed, rtoMissed } from './objective-checks.ts';
import { ownCredential, requesterNotListed } from './requester-checks.ts';
import { unknownShape } from './shape-checks.ts';
import { requested, unannounced } from './source-checks.ts';
import { crossProject, download, pointInTime, protectedTarget } from './target-checks.ts';
import { outsideHours, slow, stuck } from './time-checks.ts';

/** 300: room for a sentence of Atlas's; an item holds at most one. */
const MAX_MESSAGE = 300;

const failed: Check = ({ status, delivery, clusterName, errorMessage }) => {
  if (status !== 'FAILED') return undefined;
  const what = `The ${delivery === 'download' ? 'download' : 'restore'} of cluster ${printable(clusterName)} failed`;
  const reason = errorMessage === undefined ? '' : printable(errorMessage, MAX_MESSAGE).trim().replace(/\.$/, '');
  return { severity: 'warning', why: reason === '' ? `${what}; Atlas gave no reason.` : `${what}: ${reason}.` };
};

const CHECKS: Record<Rule, Check> = {
  'cross-project': crossProject,
  download,
  'point-in-time': pointInTime,
  'protected-target': protectedTarget,
  requested,
  unannounced,
  'requester-not-listed': requesterNotListed,
  'outside-hours': outsideHours,
  failed,
  slow,
  stuck,
  'rto-missed': rtoMissed,
  'rpo-missed': rpoMissed,
  'own-credential': ownCredential,
  'unknown-job-shape': unknownShape,
};

/** All findings that hold for a job now, in the order of `RULES`. Pure. */
export function evaluate(job: EvaluatedJob, context: EvaluationContext): Finding[] {
  return RULES.flatMap((rule) => {
    if (context.rules.isOff(rule)) return [];
    const verdict = CHECKS[rule](job, context);
    return verdict === undefined ? [] : [{ rule, severity: verdict.severity, at: context.at, why: verdict.why }];
  });
}

/** The rules that may come to match while nothing but time passes. */
const TIMED = { slow, stuck, 'rto-missed': rtoMissed } satisfies Partial<Record<Rule, Check>>;

export const isTimed = (rule: Rule): boolean => Object.hasOwn(TIMED, rule);

/**
 * Whether the mere passing of time has made an open job noteworthy. Cheap enough for every pass; whether the job already has that
 * finding is the caller's to see.
 */
export function needsTime(job: TimedJob, context: TimeContext): boolean {
  if (job.status !== 'PENDING' && job.status !== 'RUNNING') return false;
  return Object.entries(TIMED).some(
    ([rule, check]) => !context.rules.isOff(rule as Rule) && check(job, context) !== undefined,
  );
}

export interface MergeOptions {
  /**
   * After a change of the rules: findings that no longer hold are removed, and those with another severity replaced. Otherwise a
   * finding stays as it was found. @default false
   */
  rulesChanged?: boolean;
}

/**
 * The findings that a job should have. One that it had keeps its time and its words, so that looking again changes nothing.
 * At most one of a rule, in the order of `RULES`; merging the same again gives the same.
 */
export function mergeFindings(
  had: readonly Finding[] | undefined,
  found: readonly Finding[],
  { rulesChanged = false }: MergeOptions = {},
): readonly Finding[] {
  return RULES.flatMap((rule) => {
    const [before, now] = [had, found].map((findings) => findings?.find((finding) => finding.rule === rule));
    if (!rulesChanged) return before ?? now ?? [];
    return before !== undefined && before.severity === now?.severity ? before : (now ?? []);
  });
}
