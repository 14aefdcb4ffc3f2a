// functions/api/web/parts/finding-badge.ts: what findings look like.

import { html } from 'hono/html';
import type { Finding } from '../../../restore/rules/finding.ts';
import { type Rule, SEVERITIES } from '../../../schema/words.ts';
import { isRule } from '../../../views/findings.ts';
import { mark, severityLook } from '../../../views/html/badge.ts';
import { type Html, visible } from '../../../views/html/text.ts';

const RULE_LABEL: Record<Rule, string> = {
  'cross-project': 'Other project',
  download: 'Download',
  'point-in-time': 'Point in time',
  'protected-target': 'Protected target',
  requested: 'Requested',
  unannounced: 'Unannounced',
  'requester-not-listed': 'Requester not listed',
  'outside-hours': 'Outside hours',
  failed: 'Failed',
  slow: 'Slow',
  stuck: 'Stuck',
  'rto-missed': 'RTO missed',
  'rpo-missed': 'RPO missed',
  'own-credential': 'Ledger’s own key',
  'unknown-job-shape': 'Not understood',
};

/** A rule of a later version is shown as it is. */
export const ruleLabel = (rule: string) => (isRule(rule) ? RULE_LABEL[rule] : visible(rule));

/** The most severe first; those alike in their order. */
export const mostSevereFirst = (findings: readonly Finding[]) =>
  findings.toSorted((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));

export function findingMark({ rule, severity }: Pick<Finding, 'rule' | 'severity'>): Html {
  const { label, tone, shape } = severityLook(severity);
  return mark(html`<span class="hidden">${label}: </span>${ruleLabel(rule)}`, tone, shape);
}

/** For a row of a table, whose status says already that a restore failed. */
export function findingMarks(findings: readonly Finding[] = []): Html | '' {
  const shown = mostSevereFirst(findings).filter(({ rule }) => rule !== 'failed');
  return shown.length === 0
    ? ''
    : html`<ul class="finds">${shown.map((finding) => html`<li>${findingMark(finding)}</li>`)}</ul>`;
}
