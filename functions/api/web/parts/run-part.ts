// functions/api/web/parts/run-part.ts: how the last runs of the collector went.
import { html, raw } from 'hono/html';
import type { Run } from '../../../ledger/model/run.ts';
import { lookMark, RUN_LOOK } from '../../../views/html/badge.ts';
import { agoTime, exactTime, type Html, name, quoted, visible, whole } from '../../../views/html/text.ts';
import { counted, number, spanBetween } from '../../../views/text.ts';
import type { LastRuns } from './last-runs.ts';

/** Failures shown. */
const MAX_FAILURES = 10;

/** Runs of one project or cluster shown. */
const MAX_OTHERS = 5;

export function runsPart(runs: LastRuns, now: number): Html {
  const { newest, ended, others } = runs;
  return html`<section class="card" id="run"${newest ? raw(' aria-labelledby="run-title"') : ''}>
${newest ? wholeRun('Last run', newest, now, 'run-title') : noRun(runs)}
${newest && ended && newest !== ended ? wholeRun('The run before', ended, now) : ''}
${newest && !ended ? html`<p class="soft">${noneEnded(runs)}</p>` : ''}
${others.length === 0 ? '' : otherRuns(runs, now)}</section>`;
}

const noRun = ({ complete, others }: LastRuns) =>
  html`<h2>${others.length === 0 ? 'No run yet' : 'No run of everything'}</h2>
<p class="soft">A run is one pass of the collector. Runs are kept for some months.${complete ? '' : ' Older ones were not looked at.'}</p>`;

/** That nobody takes a run that is under way for the first one. */
const noneEnded = ({ complete }: LastRuns) =>
  complete ? 'No run of everything has ended yet.' : 'No run of everything has ended among those looked at.';

function wholeRun(title: string, run: Run, now: number, id?: string): Html {
  const { runId, status, startedAt, finishedAt, failures } = run;
  const took = spanBetween(startedAt, finishedAt);
  return html`<div class="head"><h2${id === undefined ? '' : html` id="${id}"`}>${title}</h2>
<p>${lookMark(RUN_LOOK[status])}</p></div>
<p>Began ${agoTime(startedAt, now)}, ${exactTime(startedAt)}${took === undefined ? '' : whole(`, and took ${took}`)}. ${countsText(run)}
${runLink(runId)}</p>
${failures.length === 0 ? '' : html`<ul class="moves">${failures.slice(0, MAX_FAILURES).map(failureItem)}</ul>`}`;
}

const runLink = (runId: string) => html`<a href="/runs/${encodeURIComponent(runId)}">JSON</a>`;

function otherRuns({ ended, others }: LastRuns, now: number): Html {
  const left = others.length - MAX_OTHERS;
  return html`<h3>Other runs${ended ? ' since' : ''}</h3>
<ul class="moves">${others.slice(0, MAX_OTHERS).map(({ runId, status, startedAt, scope }) => {
    const of = scope.clusterName === undefined ? '' : html`cluster ${name(scope.clusterName)} of `;
    return html`<li>${lookMark(RUN_LOOK[status])} ${of}project <code>${visible(scope.projectId ?? '')}</code>, began ${agoTime(startedAt, now)}. ${runLink(runId)}</li>`;
  })}${left > 0 ? html`<li class="soft">and ${number(left)} more</li>` : ''}</ul>`;
}

function countsText({ projects, counts }: Run): string {
  if (projects === undefined) return '';
  const about = `It covers ${counted(projects, 'project')}`;
  if (!counts) return `${about}.`;
  const { clusters, jobsNew, jobsBackfilled, jobsChanged, findings, clustersFailed } = counts;
  const old = jobsBackfilled > 0 ? ` (${number(jobsBackfilled)} had ended long before)` : '';
  const jobs = `${counted(jobsNew, 'new restore')}${old}, ${number(jobsChanged)} changed`;
  const failed = `${counted(clustersFailed, 'cluster')} failed`;
  return `${about}: ${counted(clusters, 'cluster')}, ${jobs}, ${counted(findings, 'finding')}, ${failed}.`;
}

const failureItem = ({ what, code, message }: Run['failures'][number]) =>
  html`<li><code>${visible(code)}</code> ${visible(what)}: ${quoted(message)}</li>`;
