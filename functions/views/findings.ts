// functions/views/findings.ts: which rules this version knows, and the worst of a job's findings.

import type { Finding } from '../restore/rules/finding.ts';
import { RULES, type Rule, SEVERITIES, type Severity } from '../schema/words.ts';

/** False for a rule of a later version. */
export const isRule = (rule: string): rule is Rule => RULES.some((known) => known === rule);

/** The severity of the worst of them. */
export const worstOf = (findings: readonly Pick<Finding, 'severity'>[] = []): Severity | undefined =>
  SEVERITIES.findLast((severity) => findings.some((finding) => finding.severity === severity));
