// functions/api/job-rules.ts says which findings a restore job can have, and which of them weighs most.
import { type Finding, RULES, type Rule, SEVERITIES, type Severity } from '../restore/finding.ts';

export type JobRule = Exclude<Rule, 'unknown-job-shape'>;

/** What is not understood is no job: the coverage names it, under `problems`. */
export const JOB_RULES = RULES.filter((rule): rule is JobRule => rule !== 'unknown-job-shape');

/** False for a rule of a later version. */
export const isJobRule = (rule: string): rule is JobRule => JOB_RULES.some((known) => known === rule);

/** The severity of the worst of them. */
export const worstOf = (findings: readonly Pick<Finding, 'severity'>[] = []): Severity | undefined =>
  SEVERITIES.findLast((severity) => findings.some((finding) => finding.severity === severity));
