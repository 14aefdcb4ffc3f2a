// functions/api/web/pages/clusters-page.ts: GET /clusters: what is read as it should be, and first what is not.
import { html } from 'hono/html';
import { grouped } from '../../../platform/grouped.ts';
import { FRESH_MS } from '../../../proof/list.ts';
import { tagsText } from '../../../restore/tags/tag-text.ts';
import { shortSpan } from '../../../restore/text.ts';
import { COVERAGE_STATES, type CoverageState } from '../../../schema/words.ts';
import { needsAttention, worstFirst } from '../../../views/coverage.ts';
import { KIND_LABEL, stateMark } from '../../../views/html/badge.ts';
import { tableHead } from '../../../views/html/table.ts';
import {
  agoTime,
  copied,
  cut,
  type Html,
  name,
  quoted,
  time,
  visible,
  whole,
  worded,
} from '../../../views/html/text.ts';
import { counted, number, spanBetween } from '../../../views/text.ts';
import { document } from '../html/layout.ts';
import type { ClusterHealth } from '../parts/coverage-health.ts';
import { drillPart, drillsOf, dueCell, evidenceCell, lastRestoreCells } from '../parts/drill-part.ts';
import { clusterLink } from '../parts/job-table.ts';
import type { LastRuns } from '../parts/last-runs.ts';
import { runsPart } from '../parts/run-part.ts';

/** Rows of the part that shows everything; the project's own page has them all. */
const MAX_ROWS = 500;
/** Rows of what needs attention. */
const MAX_ATTENTION = 200;

export interface ClustersPage {
  clusters: readonly ClusterHealth[];
  /** False: there are more projects than a page reads. */
  complete: boolean;
  /** Absent on the page of one project. */
  runs?: LastRuns;
  /** Days and months of the clusters, and on the page of one project its restores. */
  pictures?: Html | '';
  /** Without a reading for so long a cluster is late, in ms. */
  lateAfterMs: number;
  /** Only clusters that have one of these, or may have it. */
  tags?: readonly string[];
  /** Where the page is of one project. */
  project?: { projectId: string; projectName: string };
}

export function clustersPage(page: ClustersPage, now: number): Html {
  const { clusters, complete, runs, project, tags } = page;
  const attention = clusters.filter(({ state }) => needsAttention(state));
  const gone = clusters.filter(({ state }) => isOver(state));
  const there = clusters.filter(({ clusterName, state }) => clusterName !== undefined && !isOver(state));
  const one = project !== undefined;
  const title = one ? `Clusters of ${cut(visible(project.projectName), 80)}` : 'Clusters';
  const parts = [
    summary(there),
    attentionPart(attention, page, now),
    drillPart(drillsOf(there), now),
    page.pictures ?? '',
    everything(there, page, now),
  ];
  const body = html`<div class="top"><h1>${one ? html`Clusters of ${name(project.projectName, 200)}` : title}</h1>
${one ? html`<p><a href="/clusters">All projects</a></p>` : ''}</div>
${tags === undefined ? '' : html`<p class="note">Only clusters with the tag ${name(tags.join(' or '), 200)}, and what may hide one: clusters whose tags are not known. <a href="/clusters${one ? `?projectId=${encodeURIComponent(project.projectId)}` : ''}">Show all</a></p>`}
${complete ? '' : html`<div class="note">There are more projects than this page reads. ${ALL_OF_THEM}</div>`}
${there.length + attention.length > 0 ? parts : tags ? NONE_THERE : nothing(one)}
${gone.length === 0 ? '' : gonePart(gone, one, now)}
${runs ? runsPart(runs, now) : ''}`;
  return document({ title, place: '/clusters', itself: !one && tags === undefined, body }, now);
}

const isOver = (state: CoverageState) => state === 'gone' || state === 'out-of-scope';

const ALL_OF_THEM = html`<a href="/coverage?format=ndjson">GET /coverage</a> has them all.`;

const gonePart = (gone: readonly ClusterHealth[], one: boolean, now: number) =>
  html`<section class="card"><details><summary>${counted(gone.length, 'cluster')} no longer there</summary>
<p class="soft small">Their restores stay in the ledger.
${one ? '' : 'Those gone for more than a week are on their project’s page.'}</p>
${clusterTable(gone.slice(0, MAX_ROWS), 'Clusters that are gone', true, now)}</details></section>`;

const NONE_THERE = html`<div class="card empty"><h2>No cluster that is still there has this tag</h2></div>`;

const nothing = (inProject: boolean) =>
  html`<div class="card empty"><h2>No cluster is known${inProject ? ' in this project' : ' yet'}</h2>
<p>A collection finds every cluster of every project that the Atlas credentials can see. Start one with ${copied('restore-ledger collect')} or <code>POST /runs</code>. If it ends and this page stays empty, see which projects the credentials’ roles reach.</p></div>`;

function summary(there: readonly ClusterHealth[]): Html {
  const parts = COVERAGE_STATES.flatMap((state) => {
    const n = there.filter((row) => row.state === state).length;
    return n === 0
      ? []
      : html`<div><dt>${stateMark(state)}</dt>
<dd class="n">${number(n)}</dd></div>`;
  });
  return html`<dl class="facts">${parts}</dl>`;
}

function attentionPart(
  rows: readonly ClusterHealth[],
  { lateAfterMs, complete, tags }: ClustersPage,
  now: number,
): Html {
  const late = shortSpan(lateAfterMs / 1_000);
  if (rows.length === 0) {
    return html`<section class="card" aria-labelledby="attention">
<h2 id="attention">Nothing needs attention</h2>
<p class="soft">Every cluster with backups ${complete && tags === undefined ? '' : 'on this page '}was last read at most ${late} ago, without an error.</p></section>`;
  }
  const worst = rows.toSorted(worstFirst);
  return html`<section class="card" aria-labelledby="attention">
<div class="head"><h2 id="attention">Needs attention</h2>
<p class="soft small">Late after ${late} without a complete read, stale after ${shortSpan(FRESH_MS / 1_000)}</p></div>
<table class="stack" role="table"><caption class="hidden">What is failing, not visible, never read, stale or late</caption>
${tableHead(['Cluster', 'State', 'What is wrong', 'Last read (UTC)'])}<tbody role="rowgroup">
${worst.slice(0, MAX_ATTENTION).map(
  (row) => html`<tr role="row">
${clusterCell(row, true)}<td role="cell" class="end">${stateMark(row.state)}</td>
<td role="cell" class="all">${wrong(row, now)}</td>
${readCell(row, now)}</tr>
`,
)}</tbody></table>${rows.length > MAX_ATTENTION ? html`<p class="soft">And ${number(rows.length - MAX_ATTENTION)} more.</p>` : ''}</section>`;
}

function wrong({ failures, state, gaps, readAt }: ClusterHealth, now: number): Html {
  if (failures.length > 0) {
    return html`${failures.map(
      ({ what, failure: { message, code, since } }) => html`<div>${quoted(message)}
<span class="sub"><code>${visible(code)}</code>\u00a0· ${what}\u00a0· failing since ${time(since)} UTC</span></div>`,
    )}`;
  }
  if (state !== 'stale' && state !== 'late' && gaps.length > 0) {
    return html`${gaps.slice(0, MAX_GAPS).map(
      ({ text, action }) => html`<div>${worded(text)}
${action === undefined ? '' : html`<span class="sub">To do: ${visible(action)}</span>`}</div>`,
    )}`;
  }
  const age = spanBetween(readAt, new Date(now).toISOString()) ?? 'long';
  return html`Nothing read for ${whole(age)}. Does the schedule run? See the <a href="/clusters#run">last run</a>.`;
}

/** Gaps of one row. */
const MAX_GAPS = 3;

function clusterCell(row: ClusterHealth, withProject: boolean): Html {
  const { clusterName, projectId, projectName, kinds, what, tags } = row;
  const cluster =
    clusterName === undefined ? (WHAT_LABEL[what ?? ''] ?? visible(what ?? '')) : clusterLink(projectId, clusterName);
  const about = withProject ? name(projectName) : kinds.map((kind) => KIND_LABEL[kind]).join(', ');
  return html`<th role="rowheader" scope="row">${cluster}<span class="sub">${about}</span>${clusterName === undefined ? '' : tagsSub(tags)}</th>`;
}

/** The page of the cluster has all of them, and says where they are not known. */
const tagsSub = (tags: ClusterHealth['tags'] = []) =>
  tags.length === 0 ? '' : html`<span class="sub">${name(tagsText(tags), 100)}</span>`;

const WHAT_LABEL: Record<string, string> = {
  project: 'The whole project',
  'project events': 'Project events (requesters)',
};

const readCell = ({ readAt }: ClusterHealth, now: number) =>
  readAt === undefined
    ? html`<td role="cell" class="soft nowrap all flat" data-l="Last read">never</td>`
    : html`<td role="cell" class="nowrap all flat" data-l="Last read">${agoTime(readAt, now)}<span class="sub">${time(readAt)}</span></td>`;

function everything(rows: readonly ClusterHealth[], { project }: ClustersPage, now: number): Html {
  const one = project !== undefined;
  const projects = grouped(one ? rows : rows.slice(0, MAX_ROWS), ({ projectId }) => projectId);
  const left = one ? 0 : rows.length - MAX_ROWS;
  return html`${[...projects.values()].map((clusters) => projectPart(clusters, one, now))}
${left > 0 ? html`<div class="note">${number(left)} more clusters are not shown. ${ALL_OF_THEM}</div>` : ''}`;
}

function projectPart(clusters: readonly ClusterHealth[], one: boolean, now: number): Html {
  const { projectId = '', projectName = '' } = clusters[0] ?? {};
  const link = html`<a class="plainlink" href="/clusters?projectId=${projectId}">${name(projectName, 200)}</a>`;
  const jobs = clusters.reduce((sum, row) => sum + row.jobs, 0);
  return html`<section class="card"><div class="head"><h2>${one ? 'All clusters' : link}</h2>
<p class="soft small">${counted(clusters.length, 'cluster')}, ${counted(jobs, 'restore')}</p></div>
${clusterTable(clusters, `Clusters of ${cut(visible(projectName), 64)}`, false, now)}</section>`;
}

const COLUMNS = [
  'Cluster',
  'State',
  ['Restores', 'r'],
  ['Last restore', 'gap'],
  'Took',
  'Snapshot age',
  'Drill due',
  'Evidence',
  'Last read (UTC)',
] as const;

const clusterTable = (rows: readonly ClusterHealth[], caption: string, gone: boolean, now: number) =>
  html`<table class="stack even pack" role="table"><caption class="hidden">${caption}</caption>
${tableHead(COLUMNS)}<tbody role="rowgroup">${rows.map((row) => clusterRow(row, gone, now))}</tbody></table>`;

function clusterRow(row: ClusterHealth, gone: boolean, now: number): Html {
  const { state, problems, goneAt, jobs, open, drill, provenThrough, backupsOff, paused } = row;
  const states = html`${stateMark(state)}
${backupsOff ? html`<span class="sub wait">backups are off</span>` : ''}${paused ? html`<span class="sub">paused</span>` : ''}
${provenThrough === undefined ? '' : html`<span class="sub">proven to ${time(provenThrough)}</span>`}
${problems > 0 ? html`<span class="sub wait">${counted(problems, 'job')} not understood</span>` : ''}
${goneAt === undefined ? '' : html`<span class="sub">since ${time(goneAt)}</span>`}`;
  return html`<tr role="row">${clusterCell(row, gone)}
<td role="cell" class="end">${states}</td>
<td role="cell" class="r third" data-l="Restores">${number(jobs)}${open > 0 ? html`<span class="sub">${number(open)} open</span>` : ''}</td>
${lastRestoreCells(row, now)}
${dueCell(drill)}
${evidenceCell(row)}
${readCell(row, now)}</tr>
`;
}
