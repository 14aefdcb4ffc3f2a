// functions/api/web/parts/findings-part.ts: what is noteworthy about one restore, why, and since when.
import { html } from 'hono/html';
import type { LedgerJob } from '../../../ledger/model/ledger.ts';
import type { Finding } from '../../../restore/rules/finding.ts';
import { isRule } from '../../../views/findings.ts';
import { severityLook } from '../../../views/html/badge.ts';
import { exactTime, type Html, visible } from '../../../views/html/text.ts';
import { findingMark, mostSevereFirst } from './finding-badge.ts';
import { jobsHref } from './job-filter.ts';

export const findingsPart = ({ findings = [] }: Pick<LedgerJob, 'findings'>): Html | '' =>
  findings.length === 0
    ? ''
    : html`<section class="card" id="findings" aria-labelledby="findings-title"><div class="head"><h2 id="findings-title">Findings</h2></div>
<ul class="found">${mostSevereFirst(findings).map(item)}</ul></section>`;

const item = (finding: Finding) => html`<li><h3>${findingMark(finding)}</h3>
<p><bdi>${visible(finding.why)}</bdi></p>
<p class="soft small">${severityLook(finding.severity).label}, found ${exactTime(finding.at)}${others(finding)}</p></li>
`;

const others = ({ rule }: Finding) =>
  isRule(rule) ? html`\u00a0· <a href="${jobsHref({ finding: rule })}">others like it</a>` : '';
