// functions/api/page/clusters-page.ts is GET /clusters: what is read as it should be, and first of all what is not.
import { html } from 'hono/html';
import type { AttributionCoverage } from '../../ledger/coverage.ts';
import { type ClusterHealth, HEALTHS, type Health, needsAttention, worstFirst } from './coverage-health.ts';
import { drillPart, drillsOf, dueCell, lastRestoreCells } from './drill-part.ts';
import { clusterLink } from './job-table.ts';
import type { LastRuns } from './last-runs.ts';
import { document } from './layout.ts';
import { runsPart } from './run-part.ts';
import { KIND_LABEL, mark, type Shape, type Tone } from './status.ts';
import { agoTime, counted, cut, type Html, name, number, spanBetween, time, visible } from './text.ts';

const HEALTH_LOOK: Record<Health, { label: string; tone: Tone; shape: Shape }> = {
  failing: { label: 'Failing', tone: 'bad', shape: 'cross' },
  stale: { label: 'Stale', tone: 'bad', shape: 'alert' },
  late: { label: 'Late', tone: 'wait', shape: 'alert' },
  never: { label: 'Never read', tone: 'wait', shape: 'ring' },
  fresh: { label: 'Up to date', tone: 'ok', shape: 'check' },
  none: { label: 'No backups', tone: 'off', shape: 'dash' },
  gone: { label: 'Gone', tone: 'off', shape: 'dash' },
};

/** Rows of the part that shows everything; the project's own page has them all. */
const MOST_ROWS = 500;
/** Rows of what needs attention. */
const MOST_ATTENTION = 200;
/** Characters of a message. */
const LONGEST_ERROR = 300;

export interface ClustersPage {
  clusters: readonly ClusterHealth[];
  /** False: there are more projects than a page reads. */
  complete: boolean;
  /** Absent on the page of one project. */
  runs?: LastRuns;
  /** By project: how far it is known who asked for its restores. */
  attributions: ReadonlyMap<string, AttributionCoverage>;
  /** Where the page is of one project. */
  project?: { projectId: string; projectName: string };
}

export function clustersPage(page: ClustersPage, now: number): Html {
  const { clusters, complete, runs, project } = page;
  const attention = clusters.filter(({ health }) => needsAttention(health));
  const gone = clusters.filter(({ health }) => health === 'gone');
  const there = clusters.filter(({ clusterName, health }) => clusterName !== undefined && health !== 'gone');
  const one = project !== undefined;
  const title = one ? `Clusters of ${cut(visible(project.projectName), 80)}` : 'Clusters';
  const parts = [
    summary(there),
    attentionPart(attention, now),
    drillPart(drillsOf(there), now),
    everything(there, page, now),
  ];
  const body = html`<div class="top"><h1>${one ? html`Clusters of ${name(project.projectName, 200)}` : title}</h1>
${one ? html`<p><a href="/clusters">All projects</a></p>` : ''}</div>
${complete ? '' : html`<div class="note">There are more projects than this page reads. ${ALL_OF_THEM}</div>`}
${there.length + attention.length === 0 ? nothing(one) : parts}
${gone.length === 0 ? '' : gonePart(gone, one, now)}
${runs ? runsPart(runs, now) : ''}`;
  return document({ title, place: '/clusters', itself: !one, body }, now);
}

const ALL_OF_THEM = html`<a href="/coverage?format=ndjson">GET /coverage</a> has them all.`;

const gonePart = (gone: readonly ClusterHealth[], one: boolean, now: number) =>
  html`<section class="card"><details><summary>${counted(gone.length, 'cluster')} no longer there</summary>
<p class="soft small">Their restores stay in the ledger.
${one ? '' : 'Those gone for more than a week are on their project’s page.'}</p>
${clusterTable(gone.slice(0, MOST_ROWS), 'Clusters that are gone', true, now)}</details></section>`;

const nothing = (inProject: boolean) =>
  html`<div class="card empty"><h2>No cluster is known${inProject ? ' in this project' : ' yet'}</h2>
<p>A collection finds every cluster of every project that the Atlas credentials can see. Start one with <code>restore-ledger collect</code> or <code>POST /runs</code>. If it ends and this page stays empty, see which projects the credentials’ roles reach.</p></div>`;

function summary(there: readonly ClusterHealth[]): Html {
  const parts = HEALTHS.flatMap((health) => {
    const n = there.filter((row) => row.health === health).length;
    const { label, tone, shape } = HEALTH_LOOK[health];
    return n === 0
      ? []
      : html`<div><dt>${mark(label, tone, shape)}</dt>
<dd class="n">${number(n)}</dd></div>`;
  });
  return html`<dl class="facts">${parts}</dl>`;
}

function attentionPart(rows: readonly ClusterHealth[], now: number): Html {
  if (rows.length === 0) {
    return html`<section class="card" aria-labelledby="attention">
<h2 id="attention">Nothing needs attention</h2>
<p class="soft">Every cluster with backups was read within the last hour, without an error.</p></section>`;
  }
  const worst = rows.toSorted(worstFirst);
  return html`<section class="card" aria-labelledby="attention">
<div class="head"><h2 id="attention">Needs attention</h2>
<p class="soft small">Late after 1 h without a complete read, stale after 24 h</p></div>
<table class="stack" role="table"><caption class="hidden">Clusters that are failing, stale or late</caption>
<thead role="rowgroup"><tr role="row">
${['Cluster', 'State', 'What is wrong', 'Last read (UTC)'].map((title) => html`<th role="columnheader" scope="col">${title}</th>`)}</tr></thead>
<tbody role="rowgroup">
${worst.slice(0, MOST_ATTENTION).map(
  (row) => html`<tr role="row">
${clusterCell(row, true)}<td role="cell" class="end">${healthMark(row.health)}</td>
<td role="cell" class="all">${wrong(row, now)}</td>
${readCell(row, now)}</tr>
`,
)}</tbody></table>${rows.length > MOST_ATTENTION ? html`<p class="soft">And ${number(rows.length - MOST_ATTENTION)} more.</p>` : ''}</section>`;
}

function healthMark(health: Health): Html {
  const { label, tone, shape } = HEALTH_LOOK[health];
  return mark(label, tone, shape);
}

function wrong({ failures, health, readAt }: ClusterHealth, now: number): Html {
  if (failures.length > 0) {
    return html`${failures.map(
      ({ what, failure: { message, code, since } }) => html`<div><bdi>${cut(visible(message), LONGEST_ERROR)}</bdi>
<span class="sub"><code>${visible(code)}</code> · ${what} · failing since ${time(since)} UTC</span></div>`,
    )}`;
  }
  if (health === 'never') return html`Found, but its restore jobs were never read to the end.`;
  const age = spanBetween(readAt, new Date(now).toISOString()) ?? 'long';
  return html`Nothing read for ${age}. Does the schedule run? See the <a href="/clusters#run">last run</a>.`;
}

function clusterCell({ clusterName, projectId, projectName, kinds }: ClusterHealth, withProject: boolean): Html {
  const cluster = clusterName === undefined ? 'All clusters' : clusterLink(projectId, clusterName);
  const about = withProject ? name(projectName) : kinds.map((kind) => KIND_LABEL[kind]).join(', ');
  return html`<th role="rowheader" scope="row">${cluster}<span class="sub">${about}</span></th>`;
}

const readCell = ({ readAt }: ClusterHealth, now: number) =>
  readAt === undefined
    ? html`<td role="cell" class="soft nowrap all flat" data-l="Last read">never</td>`
    : html`<td role="cell" class="nowrap all flat" data-l="Last read">${agoTime(readAt, now)}<span class="sub">${time(readAt)}</span></td>`;

function everything(rows: readonly ClusterHealth[], { project, attributions }: ClustersPage, now: number): Html {
  const one = project !== undefined;
  const projects = new Map<string, ClusterHealth[]>();
  for (const row of one ? rows : rows.slice(0, MOST_ROWS)) {
    const known = projects.get(row.projectId);
    if (known) known.push(row);
    else projects.set(row.projectId, [row]);
  }
  const left = one ? 0 : rows.length - MOST_ROWS;
  return html`${[...projects.values()].map((clusters) => projectPart(clusters, one, attributions, now))}
${left > 0 ? html`<div class="note">${number(left)} more clusters are not shown. ${ALL_OF_THEM}</div>` : ''}`;
}

function projectPart(
  clusters: readonly ClusterHealth[],
  one: boolean,
  attributions: ClustersPage['attributions'],
  now: number,
): Html {
  const { projectId = '', projectName = '' } = clusters[0] ?? {};
  const link = html`<a class="plainlink" href="/clusters?projectId=${projectId}">${name(projectName, 200)}</a>`;
  const jobs = clusters.reduce((sum, row) => sum + row.jobs, 0);
  return html`<section class="card"><div class="head"><h2>${one ? 'All clusters' : link}</h2>
<p class="soft small">${counted(clusters.length, 'cluster')}, ${counted(jobs, 'restore')}</p></div>
${attributionNote(attributions.get(projectId))}
${clusterTable(clusters, `Clusters of ${cut(visible(projectName), 64)}`, false, now)}</section>`;
}

/** Restores are known all the same, so this is no failure of the coverage. */
const attributionNote = ({ error }: AttributionCoverage = {}) =>
  error === undefined
    ? ''
    : html`<p class="small soft">Who asks for restores can’t be told since ${time(error.since)} UTC: <code>${visible(error.code)}</code> <bdi>${cut(visible(error.message), LONGEST_ERROR)}</bdi></p>`;

const COLUMNS = [
  ['Cluster', ''],
  ['State', ''],
  ['Restores', 'r'],
  ['Last restore', 'gap'],
  ['Took', ''],
  ['Snapshot age', ''],
  ['Drill due', ''],
  ['Last read (UTC)', ''],
] as const;

const clusterTable = (rows: readonly ClusterHealth[], caption: string, gone: boolean, now: number) =>
  html`<table class="stack even" role="table"><caption class="hidden">${caption}</caption>
<thead role="rowgroup"><tr role="row">
${COLUMNS.map(([title, look]) => html`<th role="columnheader" scope="col" class="${look}">${title}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map((row) => clusterRow(row, gone, now))}</tbody></table>`;

function clusterRow(row: ClusterHealth, gone: boolean, now: number): Html {
  const { health, problems, goneAt, jobs, open, drill } = row;
  const state = html`${healthMark(health)}
${problems > 0 ? html`<span class="sub wait">${counted(problems, 'job')} not understood</span>` : ''}
${goneAt === undefined ? '' : html`<span class="sub">since ${time(goneAt)}</span>`}`;
  return html`<tr role="row">${clusterCell(row, gone)}
<td role="cell" class="end">${state}</td>
<td role="cell" class="r third" data-l="Restores">${number(jobs)}${open > 0 ? html`<span class="sub">${number(open)} open</span>` : ''}</td>
${lastRestoreCells(row, now)}
${dueCell(drill)}
${readCell(row, now)}</tr>
`;
}
