// functions/report/html/document.ts: the parts of the document but for its clusters and restores; nothing in it is fetched or run.
import { html, raw } from 'hono/html';
import type { NamedGap } from '../../proof/ledger.ts';
import { type Look, lookMark, SHAPES } from '../../views/html/badge.ts';
import { tableHead } from '../../views/html/table.ts';
import { type Html, name, time, visible, whole } from '../../views/html/text.ts';
import { counted, number, utc } from '../../views/text.ts';
import type { EvidenceHead } from '../model/report.ts';
import { frameworkSections } from './frameworks.ts';
import { sub, WHOLE } from './marks.ts';
import { numberTables } from './numbers.ts';
import { STYLE } from './style.ts';

/** Nothing is fetched and nothing runs, whatever a name holds. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
const MAX_GAPS = 1_000;
const MAX_BREAKS = 200;

export function* beginning(evidence: EvidenceHead): Generator<string> {
  yield String(head(evidence));
  yield String(verdict(evidence));
  yield String(facts(evidence));
  yield String(contents(evidence));
  yield String(gaps(evidence));
  yield String(numberTables(evidence));
  yield String(integrity(evidence));
  yield* frameworkSections(evidence);
}

export const beforeRestores = ({ numbers: { restores } }: EvidenceHead): string =>
  restores === 0 ? String(NO_RESTORES) : '<div id="restores"></div>\n';

export const ending = (evidence: EvidenceHead): string => `${limits(evidence)}</main></body></html>\n`;

export const titleOf = ({ since, until }: EvidenceHead['period']): string =>
  `Restore evidence, ${utc(since, 'day')} to ${utc(until, 'day')}`;

const head = ({ period, madeAt, madeBy, ledger, zoned }: EvidenceHead) => html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">
<title>${titleOf(period)}</title><meta name="color-scheme" content="light dark">
<style>${raw(STYLE)}</style></head>
<body>${SHAPES}<main><h1>Restore evidence</h1>
<p>Restores of MongoDB Atlas clusters requested from ${time(period.since)} to ${time(period.until)} UTC.</p>
<p class="soft small">Made at ${time(madeAt)} UTC by ${madeBy.program} ${madeBy.version} from the ledger ${name(ledger, WHOLE)}. ${zoned === undefined ? 'All times are UTC.' : html`Times are UTC, and in parentheses ${visible(zoned.timeZone)}, with its offset from UTC.`}</p>
`;

function verdict(evidence: EvidenceHead): Html {
  const look = verdictLook(evidence);
  const tone = look.tone === 'ok' || look.tone === 'bad' ? look.tone : 'wait';
  return html`<section class="verdict ${tone}" aria-labelledby="verdict"><h2 id="verdict">${lookMark(look)}</h2><p>${whole(evidence.verdict.text)}</p></section>
`;
}

type Judged = Pick<EvidenceHead, 'verdict' | 'gaps' | 'integrity'>;

/** The verdict in a few words. */
export function verdictLook({ verdict: { state }, gaps: all, integrity: checked }: Judged): Look {
  if (checked?.unbroken === false) return { label: 'The record was changed', tone: 'bad', shape: 'cross' };
  if (state === 'complete') return { label: 'The record is complete', tone: 'ok', shape: 'check' };
  if (state === 'not known') return { label: 'Not known', tone: 'wait', shape: 'ring' };
  const isDue = all.every(({ reason }) => reason === 'full-reading-due');
  if (isDue) return { label: 'Full reading due', tone: 'wait', shape: 'half' };
  return { label: 'The record has gaps', tone: 'wait', shape: 'alert' };
}

function facts({ numbers, gaps: { length } }: EvidenceHead): Html {
  const { restores, outcomes, clusters, severities, drills } = numbers;
  const fact = (title: string, count: number, tone = '') =>
    html`<div><dt>${title}</dt><dd class="${count > 0 ? tone : ''}">${number(count)}</dd></div>`;
  return html`<dl class="facts">${[
    fact('Restores', restores),
    fact('Failed', outcomes.FAILED, 'bad'),
    fact('Clusters', clusters),
    fact('Gaps', length, 'wait'),
    fact('Critical findings', severities.critical, 'bad'),
    fact('Drills overdue', drills.overdue, 'bad'),
  ]}</dl>
`;
}

const contents = ({
  frameworks = [],
}: EvidenceHead) => html`<nav aria-label="Contents"><ul><li><a href="#gaps">Gaps</a></li><li><a href="#numbers">Numbers</a></li>
<li><a href="#integrity">Integrity</a></li>${frameworks.map(({ id, name: called }) => html`<li><a href="#${id}">${called}</a></li>`)}<li><a href="#pictures">In pictures</a></li><li><a href="#drills">Drills</a></li><li><a href="#objectives">Objectives</a></li><li><a href="#clusters">Clusters</a></li>
<li><a href="#restores">Restores</a></li><li><a href="#limits">What this can't show</a></li></ul></nav>
`;

const NO_RESTORES = html`<section aria-labelledby="restores"><h2 id="restores">No restores</h2>
<p>No restore that was requested in the period is in the ledger. Whether there can be others, the gaps say.</p></section>
`;

function gaps({ gaps: all, projectsReadAt, provenThrough }: EvidenceHead): Html {
  const listed =
    projectsReadAt === undefined
      ? ''
      : html` The list of projects was last read as a whole at ${time(projectsReadAt)}.${provenThrough === undefined ? '' : html` Of what is in scope, every restore requested before ${time(provenThrough)} is on record.`}`;
  if (all.length === 0) {
    return html`<section aria-labelledby="gaps"><h2 id="gaps">No gaps</h2>
<p>Every list of clusters and of restore jobs on record was read to its end after the period had ended.${listed}</p></section>
`;
  }
  const left = all.length - MAX_GAPS;
  return html`<section class="long" aria-labelledby="gaps"><h2 id="gaps">${counted(all.length, 'gap')}</h2>
<p>Restores that can't be ruled out.${listed}</p>
<table class="stack gaps" role="table"><caption class="hidden">Gaps</caption>
${tableHead(['Where', "What can't be ruled out, and why"])}<tbody role="rowgroup">${all.slice(0, MAX_GAPS).map(gapRow)}</tbody></table>
${left > 0 ? html`<p>And ${counted(left, 'gap')} more: the report as JSON has all.</p>` : ''}</section>
`;
}

const gapRow = ({
  projectName,
  clusterName,
  text,
  action,
}: NamedGap) => html`<tr role="row"><th role="rowheader" scope="row" class="all">${
  clusterName === undefined ? (projectName === undefined ? 'All projects' : 'The project') : name(clusterName, WHOLE)
}${sub(projectName !== undefined && name(projectName, WHOLE))}</th>
<td role="cell" class="all">${visible(text)}${sub(action && `To do: ${visible(action)}`)}</td></tr>
`;

function integrity({ integrity: checked }: EvidenceHead): Html {
  if (!checked) {
    return html`<section aria-labelledby="integrity"><h2 id="integrity">Integrity not verified</h2>
<p>Without <code>--verify</code> it is not known whether histories were changed since they were recorded.</p></section>
`;
  }
  const { unbroken, projects, jobs, entries, folded, breakCount, projectsBroken } = checked;
  const where = `${counted(jobs, 'job')} with ${counted(entries, 'entry')} of history in ${counted(projects, 'project')}`;
  const middle =
    folded > 0 && ` The middle of ${counted(folded, 'very long history')} is not kept and was not checked.`;
  if (unbroken) {
    return html`<section aria-labelledby="integrity"><h2 id="integrity">Integrity verified</h2>
<p>All hashes of ${where} were recomputed, and jobs were counted. Nothing was changed or taken away since it was recorded.${middle || ''}</p></section>
`;
  }
  const breaks = projectsBroken.flatMap(({ projectId, projectName = projectId, breaks: of }) =>
    of.map((one) => ({ projectName, ...one })),
  );
  return html`<section class="long" aria-labelledby="integrity"><h2 id="integrity">Integrity broken: ${counted(breakCount, 'break')}</h2>
<p>Of ${where}, these do not fit:${middle || ''}</p>
<ul>${breaks.slice(0, MAX_BREAKS).map(
    ({ projectName, jobId, revision, problem }) =>
      html`<li>${name(projectName, WHOLE)}${jobId === undefined ? '' : html`, job <code>${visible(jobId)}</code>`}${
        revision === undefined ? '' : `, revision ${revision}`
      }: ${visible(problem)}</li>
`,
  )}</ul>${breakCount > MAX_BREAKS ? html`<p>The first ${MAX_BREAKS}.</p>` : ''}</section>
`;
}

const limits = ({
  limits: all,
  period,
}: EvidenceHead) => html`<section aria-labelledby="limits"><h2 id="limits">What this can't show</h2>
<ul>${all.map((limit) => html`<li>${limit}</li>`)}</ul>
<p class="soft small">Restores count by when they were requested: at or after ${time(period.since)}, before ${time(period.until)}.</p></section>
`;
