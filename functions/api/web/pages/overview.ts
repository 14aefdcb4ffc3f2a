// functions/api/web/pages/overview.ts: the headline numbers, and restores over time.

import { html } from 'hono/html';
import type { CoverageNumbers } from '../../../ledger/model/coverage.ts';
import { noDayCounts } from '../../../ledger/model/day-counts.ts';
import type { EvidenceFormat } from '../../../report/model/request.ts';
import { span } from '../../../restore/text.ts';
import { RULES } from '../../../schema/words.ts';
import { type Look as Badge, lookMark, RUN_LOOK, severityLook } from '../../../views/html/badge.ts';
import { agoTime, exactTime, type Html, whole } from '../../../views/html/text.ts';
import { overTime } from '../../../views/pictures/over-time.ts';
import { counted, number } from '../../../views/text.ts';
import { evidenceForm } from '../../evidence/form.ts';
import { type CoverageState, MAX_PROJECTS } from '../../query/coverage-state.ts';
import type { Summary } from '../../query/summary.ts';
import { ruleLabel } from '../parts/finding-badge.ts';
import { jobsHref } from '../parts/job-filter.ts';
import type { LastRuns } from '../parts/last-runs.ts';
import { overTimePicture } from '../pictures/over-time-part.ts';

export interface Overview {
  /** Of the last days. */
  recent: Summary;
  /** Jobs that are open now, whenever they were requested. */
  open: { jobs: number; more: boolean };
  coverage: CoverageState;
  runs: LastRuns;
  /** Whether reports are made here. */
  /** Formats of reports. Absent where none are made. */
  evidence?: readonly EvidenceFormat[] | undefined;
}

export function overview({ recent, open, coverage, runs, evidence }: Overview, now: number): Html {
  const { byDay, byStatus, truncated, countedFrom } = recent;
  const since = recent.from.slice(0, 10);
  const failed = byStatus.FAILED;
  const { clusters, covered, unread, attention } = coverage.numbers;
  const period = `in ${byDay.length} days`;
  const plus = truncated ? '+' : '';
  return html`<dl class="facts">
${fact('Restores', `${number(recent.jobs)}${plus}`, period, { href: jobsHref({ since }) })}
${fact('Open', `${number(open.jobs)}${open.more ? '+' : ''}`, 'now', { href: jobsHref({ open: 'true' }) })}
${fact('Failed', `${number(failed)}${plus}`, period, { href: jobsHref({ status: 'FAILED', since }), ...(failed > 0 && FAILURE) })}
${findingsFact(recent)}
${fact('Clusters covered', number(covered), coveredOf(clusters, unread), { href: '/clusters' })}
${fact('Need attention', number(attention), 'failing, late or never read', { href: '/clusters#attention', ...(attention > 0 && ALERT) })}
${drillsFact(coverage.numbers)}
${lastRunFact(runs, now)}
</dl>
${asFarAs(coverage)}${found(recent)}
<section class="card" aria-labelledby="chart-title"><div class="head"><h2 id="chart-title">Restores a day, last ${byDay.length} days</h2>
<p class="soft small">${whole(durations(recent))} <a href="/trends">Trends</a>\u00a0· <a href="/exits">Exits</a>\u00a0· <a href="/totals?groupBy=project">Totals</a>\u00a0· <a href="/expected">Announced</a></p></div>
${truncated ? html`<p class="note">There are more restores than are counted for a page: only those since ${exactTime(countedFrom ?? recent.from)} are.</p>` : ''}
${overTimePicture(byOutcome(recent), {})}${evidence ? evidenceForm(now, evidence) : ''}</section>`;
}

const byOutcome = ({ from, to, byDay }: Summary) =>
  overTime(
    { since: from, until: to },
    new Map(byDay.map(({ day, byStatus }) => [day, { ...noDayCounts(), status: byStatus }])),
    'outcome',
    'day',
  );

/** Of projects that were never read, or are no longer visible, nobody knows how many clusters there are. */
const coveredOf = (clusters: number, unread: number) =>
  `of ${number(clusters)} backed up${unread === 0 ? '' : `, and ${counted(unread, 'project')} not read`}`;

interface Look extends Partial<Pick<Badge, 'tone' | 'shape'>> {
  href?: string;
  /** The value is no number. */
  word?: boolean;
}

const FAILURE: Look = { tone: 'bad', shape: 'cross' };
const ALERT: Look = { tone: 'wait', shape: 'alert' };

const fact = (title: string, value: string | Html, about: string | Html, { href, tone, shape, word }: Look = {}) =>
  html`<div><dt>${title}</dt>
<dd class="n ${tone}${word ? ' word' : ''}">${shape ? html`<svg class="i" aria-hidden="true"><use href="#${shape}"/></svg>` : ''}${href === undefined ? value : html`<a href="${href}">${value}</a>`}</dd>
<dd class="soft small">${about}</dd></div>`;

const FOUND = 'found';

function findingsFact({ findings: { jobs, bySeverity }, byDay, truncated }: Summary): Html {
  const { critical } = bySeverity;
  const label = `${number(critical)} critical`;
  const about = critical > 0 ? lookMark({ ...severityLook('critical'), label }) : `in ${byDay.length} days`;
  const count = `${number(jobs)}${truncated ? '+' : ''}`;
  return fact('With findings', count, about, jobs > 0 ? { href: `#${FOUND}` } : {});
}

/** Where the numbers are not those of all projects as they are now. */
function asFarAs({ asOf, complete }: CoverageState): Html | '' {
  if (asOf !== undefined) {
    return html`<p class="note">Clusters and drills are counted as of ${exactTime(asOf)}. What was collected since is counted after the run; the <a href="/clusters">clusters page</a> has it.</p>
`;
  }
  return complete
    ? ''
    : html`<p class="note">There are more projects than this page reads: clusters and drills are those of the first ${number(MAX_PROJECTS)} projects only. <a href="/coverage?format=ndjson">GET /coverage</a> has them all.</p>
`;
}

function drillsFact({ overdue, expected, drillsUnknown: unknown }: CoverageNumbers): Html {
  const about =
    expected > 0
      ? `of ${number(expected)} expected${unknown === 0 ? '' : `, ${number(unknown)} not known`}`
      : 'none expected';
  return fact('Drills overdue', number(overdue), about, {
    href: '/clusters#drills',
    ...(overdue > 0 && ALERT),
  });
}

/** Each rule that something was found by, as a way to those restores. */
function found({ findings: { byRule }, from, byDay }: Summary): Html | '' {
  const since = from.slice(0, 10);
  const rules = RULES.filter((rule) => byRule[rule] > 0);
  return rules.length === 0
    ? ''
    : html`<section class="found-line" id="${FOUND}" aria-labelledby="found-title"><h2 id="found-title">Found in ${byDay.length} days</h2>
<ul class="quick">${rules.map((rule) => html`<li><a href="${jobsHref({ finding: rule, since })}">${ruleLabel(rule)} <strong>${number(byRule[rule])}</strong></a></li>`)}</ul></section>`;
}

/** Of everything: a run of one project says nothing of the others. */
function lastRunFact({ newest, ended, others }: LastRuns, now: number): Html {
  const since = others.length === 0 ? '' : html`<br>${counted(others.length, 'other run')}${ended ? ' since' : ''}`;
  const look: Look = { href: '/clusters#run', word: true };
  if (!newest) {
    return others.length === 0
      ? fact('Last run', 'None', 'nothing collected yet', { word: true })
      : fact('Last run', 'None', html`of everything${since}`, look);
  }
  const { label, tone, shape } = RUN_LOOK[newest.status];
  const before =
    newest === ended
      ? ''
      : html`<br>${ended ? html`before: ${lookMark(RUN_LOOK[ended.status])} ${agoTime(ended.startedAt, now)}` : 'none has ended'}`;
  return fact('Last run', label, html`${agoTime(newest.startedAt, now)}${before}${since}`, {
    ...look,
    ...(tone === 'ok' || tone === 'now' ? {} : { tone, shape }),
  });
}

function durations({ durations: { completed, medianSeconds, p95Seconds, maxSeconds } }: Summary): string {
  if (maxSeconds === undefined) return '';
  const parts = [
    medianSeconds !== undefined && `${span(medianSeconds)} (median)`,
    p95Seconds === undefined ? `at most ${span(maxSeconds)}` : `${span(p95Seconds)} (95th percentile)`,
  ];
  return `${counted(completed, 'restore')} completed in ${parts.filter(Boolean).join(', ')}`;
}
