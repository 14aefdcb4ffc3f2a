// functions/api/web/expected/page.ts: announced restores in a row each: which, what for, by whom, and whether they came.
import { html, raw } from 'hono/html';
import { EXPECTED_STATES, type ExpectedState } from '../../../schema/words.ts';
import { annotatorWords } from '../../../views/annotations.ts';
import type { ExpectedRow } from '../../../views/expected.ts';
import { expectedLook, lookMark } from '../../../views/html/badge.ts';
import { tableHead } from '../../../views/html/table.ts';
import { agoTime, copied, type Html, name, time, visible } from '../../../views/html/text.ts';
import { jobHref } from '../../../views/paths.ts';
import { counted, number } from '../../../views/text.ts';
import { document } from '../html/layout.ts';
import type { ProjectNames } from '../parts/job-form.ts';
import { clusterLink, projectLink } from '../parts/job-table.ts';

export interface ExpectedAsked {
  /** Of all that a page looks at. */
  state?: ExpectedState;
  projectId?: string;
  cursor?: string;
}

export interface ExpectedPage {
  /** Absent: of one alone. */
  asked?: ExpectedAsked;
  rows: readonly ExpectedRow[];
  /** Where the page after begins. */
  next?: string | undefined;
  /** Of other projects. */
  names: ProjectNames;
}

/** Jobs of one that are linked. */
const MAX_JOBS = 5;

export function expectedPage({ asked, rows, next, names }: ExpectedPage, now: number): Html {
  const title = asked ? 'Announced restores' : 'Announced restore';
  const body = html`<div class="top"><h1>${title}</h1>${asked ? '' : html`<p><a href="/expected">All announced restores</a></p>`}</div>
<section class="card" aria-labelledby="expected-title"><h2 id="expected-title" class="hidden">${title}</h2>
${asked ? states(asked) : ''}${rows.length === 0 && asked ? empty(asked, next) : table(rows, names, now)}
${asked ? pages(asked, next) : ''}</section>`;
  return document({ title, place: '/', itself: false, body }, now);
}

const hrefOf = (asked: ExpectedAsked) => {
  const query = new URLSearchParams(Object.entries(asked));
  return query.size === 0 ? '/expected' : `/expected?${query}`;
};

const fromStart = ({ cursor: _, ...asked }: ExpectedAsked): ExpectedAsked => asked;

function states({ state, projectId }: ExpectedAsked): Html {
  const of = projectId === undefined ? {} : { projectId };
  const chip = (label: string, href: string, isCurrent: boolean) =>
    html`<li><a href="${href}"${isCurrent ? raw(' aria-current="true"') : ''}>${label}</a></li>`;
  return html`<ul class="quick" aria-label="State">${chip('All', hrefOf(of), state === undefined)}${EXPECTED_STATES.map(
    (each) => chip(expectedLook(each).label, hrefOf({ ...of, state: each }), each === state),
  )}</ul>`;
}

function empty({ state, projectId, cursor }: ExpectedAsked, next: string | undefined): Html {
  if (next !== undefined || cursor !== undefined)
    return html`<div class="empty"><h2>None in this part</h2><p>A page looks at a part of them. None of this part is in this state${next === undefined ? '' : '; there is more to look at'}.</p></div>`;
  return state !== undefined || projectId !== undefined
    ? html`<div class="empty"><h2>No such announced restore</h2><p><a class="button" href="/expected">All announced restores</a></p></div>`
    : html`<div class="empty"><h2>No restore was announced</h2>
<p>Announce one before it is requested, with ${copied('restore-ledger expect')} or <code>POST /expected-restores</code>: the one that comes says what it was for.</p></div>`;
}

const pages = (asked: ExpectedAsked, next: string | undefined) =>
  html`<nav class="pages" aria-label="Pages">${next === undefined ? html`<span class="soft">That is all.</span>` : html`<a class="button" rel="next" href="${hrefOf({ ...asked, cursor: next })}">Next →</a>`}
${asked.cursor === undefined ? '' : html`<a href="${hrefOf(fromStart(asked))}">Back to the first</a>`}
<span class="data soft small">As <a href="/expected-restores?format=csv&amp;bom=true">CSV</a>, <a href="/expected-restores?format=json">JSON</a></span></nav>`;

const COLUMNS = ['From', 'State', 'To', 'Between (UTC)', 'What for', 'Announced'];

const table = (rows: readonly ExpectedRow[], names: ProjectNames, now: number) =>
  html`<table class="stack pack" role="table"><caption>${counted(rows.length, 'announced restore')}${rows.length > 1 ? ', those that end last first' : ''}</caption>
${tableHead(COLUMNS)}<tbody role="rowgroup">
${rows.map((row) => rowOf(row, names, now))}</tbody></table>`;

function rowOf(row: ExpectedRow, names: ProjectNames, now: number): Html {
  const { projectId, projectName = projectId, clusterName, state, from, until, withdrawn, missedAt } = row;
  const since = withdrawn
    ? html`by ${name(annotatorWords(withdrawn.by), 40)} ${agoTime(withdrawn.at, now)}`
    : missedAt && html`found ${agoTime(missedAt, now)}`;
  return html`<tr role="row"><th role="rowheader" scope="row">${clusterLink(projectId, clusterName)}<span class="sub">${projectLink(projectId, projectName)}</span></th>
<td role="cell" class="end">${lookMark(expectedLook(state))}<span class="sub">${came(row)}</span>${since ? html`<span class="sub">${since}</span>` : ''}</td>
<td role="cell" data-l="To">${target(row, names)}</td>
<td role="cell" data-l="Between (UTC)">${time(from)}<span class="sub">and ${time(until)}</span></td>
<td role="cell" data-l="What for">${purposeOf(row)}</td>
<td role="cell" class="all" data-l="Announced">${agoTime(row.at, now)}<span class="sub">by ${name(annotatorWords(row.by))}</span></td></tr>
`;
}

function target({ projectId, targetProjectId = projectId, targetClusterName }: ExpectedRow, names: ProjectNames): Html {
  if (targetClusterName === undefined) return html`<span class="soft">a download</span>`;
  const other =
    targetProjectId === projectId ? '' : projectLink(targetProjectId, names.get(targetProjectId) ?? targetProjectId);
  return html`${clusterLink(targetProjectId, targetClusterName)}${other === '' ? '' : html`<span class="sub">other project: ${other}</span>`}`;
}

function came({ jobs, restores }: ExpectedRow): Html {
  const links = jobs
    .slice(0, MAX_JOBS)
    .map(({ jobId }, i) => html`${i > 0 ? ', ' : ''}<a href="${jobHref(jobId)}">${i + 1}</a>`);
  const of = `${number(jobs.length)} of ${counted(restores, 'restore')}`;
  if (jobs.length === 1 && jobs[0]) return html`<a href="${jobHref(jobs[0].jobId)}">${of}</a>`;
  return jobs.length === 0
    ? html`${of}`
    : html`${of}: ${links}${jobs.length > MAX_JOBS ? html` and ${number(jobs.length - MAX_JOBS)} more` : ''}`;
}

function purposeOf({ purpose, ticket, requester }: ExpectedRow): Html {
  const parts = [purpose, ticket].flatMap((text) => (text === undefined ? [] : [html`<bdi>${visible(text)}</bdi>`]));
  return html`${parts.length === 0 ? html`<span class="soft">–</span>` : parts.map((part, i) => html`${i > 0 ? ' · ' : ''}${part}`)}${requester === undefined ? '' : html`<span class="sub">by <bdi>${visible(requester)}</bdi></span>`}`;
}
