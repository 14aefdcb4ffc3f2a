// functions/views/findings.ts: which rules this version knows, how messages name a finding, and the worst of a job's.

import type { Finding } from '../restore/rules/finding.ts';
import { RULES, type Rule, SEVERITIES, type Severity } from '../schema/words.ts';

/** False for a rule of a later version. */
export const isRule = (rule: string): rule is Rule => RULES.some((known) => known === rule);

/** `slow (warning)`, as messages name a finding. */
export const findingName = ({ rule, severity }: Pick<Finding, 'rule' | 'severity'>) => `${rule} (${severity})`;

/** The severity of the worst of them. */
export const worstOf = (findings: readonly Pick<Finding, 'severity'>[] = []): Severity | undefined =>
  SEVERITIES.findLast((severity) => findings.some((finding) => finding.severity === severity));
