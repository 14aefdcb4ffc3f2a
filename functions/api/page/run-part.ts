// functions/api/page/run-part.ts tells how the last run of the collector went.
import { html } from 'hono/html';
import type { Run } from '../../ledger/run.ts';
import { mark, type Shape, type Tone } from './status.ts';
import { agoTime, counted, cut, exactTime, type Html, number, spanBetween, visible } from './text.ts';

export const RUN_LOOK: Record<Run['status'], { label: string; tone: Tone; shape: Shape }> = {
  running: { label: 'Running', tone: 'now', shape: 'half' },
  complete: { label: 'Complete', tone: 'ok', shape: 'check' },
  incomplete: { label: 'Incomplete', tone: 'wait', shape: 'alert' },
  failed: { label: 'Failed', tone: 'bad', shape: 'cross' },
};

/** Failures shown, and characters of each. */
const MOST_FAILURES = 10;
const LONGEST_ERROR = 300;

export function runPart(run: Run | undefined, now: number): Html {
  if (!run) {
    return html`<section class="card" id="run"><h2>No run yet</h2>
<p class="soft">A run is one pass of the collector. Runs are kept for some months.</p></section>`;
  }
  const { status, startedAt, finishedAt, failures } = run;
  const { label, tone, shape } = RUN_LOOK[status];
  const took = spanBetween(startedAt, finishedAt);
  return html`<section class="card" id="run" aria-labelledby="run-title">
<div class="head"><h2 id="run-title">Last run</h2>
<p>${mark(label, tone, shape)}</p></div>
<p>Began ${agoTime(startedAt, now)}, ${exactTime(startedAt)}${took === undefined ? '' : `, and took ${took}`}. ${countsText(run)}
<a href="/runs/${encodeURIComponent(run.runId)}">JSON</a></p>
${failures.length === 0 ? '' : html`<ul class="moves">${failures.slice(0, MOST_FAILURES).map(failureItem)}</ul>`}</section>`;
}

function countsText({ projects, counts }: Run): string {
  if (projects === undefined) return '';
  const about = `It covers ${counted(projects, 'project')}`;
  if (!counts) return `${about}.`;
  // Runs of an earlier version did not count what is found, nor what is old.
  const { clusters, jobsNew, jobsOld = 0, jobsChanged, findings = 0, clustersFailed } = counts;
  const old = jobsOld > 0 ? ` (${number(jobsOld)} had ended long before)` : '';
  const news = `${counted(jobsNew, 'new restore')}${old}, ${number(jobsChanged)} changed`;
  const failed = `${counted(clustersFailed, 'cluster')} failed`;
  return `${about}: ${counted(clusters, 'cluster')}, ${news}, ${counted(findings, 'finding')}, ${failed}.`;
}

const failureItem = ({ what, code, message }: Run['failures'][number]) =>
  html`<li><code>${visible(code)}</code> ${visible(what)}: <bdi>${cut(visible(message), LONGEST_ERROR)}</bdi></li>`;
