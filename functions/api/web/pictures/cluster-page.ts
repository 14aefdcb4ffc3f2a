// functions/api/web/pictures/cluster-page.ts: GET /clusters?projectId=&clusterName=: one cluster: its restores, how long they take, whether
// they are all on record, and who requests them.
import { html } from 'hono/html';
import type { JobSummary } from '../../../ledger/model/ledger.ts';
import type { Objective } from '../../../restore/objectives/objective.ts';
import { tagsText } from '../../../restore/tags/tag-text.ts';
import { span } from '../../../restore/text.ts';
import { fallWords, gradeWords, missingWords } from '../../../views/drill-text.ts';
import { drillMark, mark, stateMark } from '../../../views/html/badge.ts';
import { coverageMap } from '../../../views/html/pictures/coverage-map.ts';
import { dots, usualWords } from '../../../views/html/pictures/dots.ts';
import { drillCalendar } from '../../../views/html/pictures/drill-calendar.ts';
import { agoTime, cut, day, type Html, name, time, visible, whole, worded } from '../../../views/html/text.ts';
import { clustersHref, jobHref } from '../../../views/paths.ts';
import type { CoverageLine } from '../../../views/pictures/coverage-cells.ts';
import type { DrillLine } from '../../../views/pictures/drill-months.ts';
import { restoredOf, type Side, usualOf, valuesOf } from '../../../views/pictures/durations.ts';
import { flowsOf } from '../../../views/pictures/flows.ts';
import type { ReadJobs } from '../../../views/pictures/jobs.ts';
import { lastDays, type Span } from '../../../views/pictures/spans.ts';
import { counted, number } from '../../../views/text.ts';
import { document } from '../html/layout.ts';
import type { ClusterHealth } from '../parts/coverage-health.ts';
import { jobsHref } from '../parts/job-filter.ts';
import type { ProjectNames } from '../parts/job-form.ts';
import { jobTable } from '../parts/job-table.ts';
import { flowHref, spanHref } from './links.ts';
import { flowPart, requestersPart, ruleCounts, rulesPart } from './parts.ts';
import { leftOut } from './read-from.ts';

/** Restores that the page lists; the list has the others. */
const LISTED = 10;

export interface ClusterPage {
  projectId: string;
  projectName: string;
  clusterName: string;
  /** As of now; absent where the coverage has no cluster of this name. */
  health?: ClusterHealth | undefined;
  read: ReadJobs<JobSummary>;
  /** By day: of the cluster, and of those before it that had its name. */
  coverage: readonly CoverageLine[];
  drills: readonly DrillLine[];
  objective?: Objective | undefined;
  names: ProjectNames;
}

export function clusterPage(page: ClusterPage, now: number): Html {
  const { projectId, projectName, clusterName, health, read, coverage, drills, names } = page;
  const { jobs } = read;
  const filters = { projectId, clusterName };
  const body = html`<div class="top"><h1>${name(clusterName, 200)}</h1>
<p>A cluster of <a href="${clustersHref(projectId)}">${name(projectName, 200)}</a></p>${tagsLine(health)}</div>
${health ? '' : html`<p class="note">No run has found a cluster of this name: whether all of its restores are on record is not known.</p>`}
${facts(page, now)}
${gaps(health)}${leftOut(read)}<div class="two"><div>${measured(page, 'durationSeconds', now)}</div><div>${measured(page, 'dataAgeSeconds', now)}</div></div>
${
  coverage.length === 0
    ? ''
    : html`<section class="card" aria-labelledby="coverage-title"><div class="head"><h2 id="coverage-title">Is every restore on record?</h2><p class="soft small">By day, UTC. A day is proven by a reading to the end of each list that began after it</p></div>
${coverageMap({ lines: coverage, unit: 'day', caption: 'Days on which every restore is proven to be on record, and holes', head: lineHead, cellHref: (_, cell) => spanHref(filters, cell) })}</section>`
}
${
  drills.length === 0
    ? ''
    : html`<section class="card" aria-labelledby="drill-title"><div class="head"><h2 id="drill-title">Was its backup restored?</h2><p class="soft small">Whole restores by the month of their request, UTC. A download or single collections do not count</p></div>
${drillCalendar({ lines: drills, caption: 'Months in which the whole backup was restored', head: lineHead, href: (_, month) => spanHref({ ...filters, status: 'COMPLETED' }, month) })}</section>`
}
<div class="two"><div>${requestersPart(jobs, 'Who restores it')}</div><div>${flowPart(flowsOf(jobs, names), 'Where its data goes', (flow) => flowHref(flow, filters))}${jobs.length === 0 ? '' : rulesPart(ruleCounts(jobs), filters)}</div></div>
<section class="card" aria-labelledby="restores-title"><div class="head"><h2 id="restores-title">Restores</h2><p class="soft small"><a href="${jobsHref(filters)}">All, and filters</a>\u00a0· <a href="/trends?${new URLSearchParams({ ...filters, period: '365d' })}">Over time</a>\u00a0· <a href="/projects/${encodeURIComponent(projectId)}/clusters/${encodeURIComponent(clusterName)}/recovery">Recovery as JSON</a></p></div>
${jobs.length === 0 ? html`<p class="soft">None is on record.</p>` : jobTable(jobs.slice(0, LISTED), `The newest ${counted(Math.min(LISTED, jobs.length), 'restore')}`, names, now)}</section>`;
  const title = `Cluster ${cut(visible(clusterName), 80)}`;
  return document({ title, place: '/clusters', itself: false, body }, now);
}

/** Longer than all that Atlas allows. */
const MAX_TAGS_TEXT = 30_000;

const tagsLine = (health: ClusterHealth | undefined) =>
  health &&
  html`<p class="soft small">Tags in Atlas: ${health.tags ? name(tagsText(health.tags), MAX_TAGS_TEXT) : 'not known'}</p>`;

/** Of one cluster there is one line, unless another had its name before. */
const lineHead = ({ clusterName = '' }: { clusterName?: string }) => name(clusterName);

function facts({ health, read: { jobs, more }, objective, projectId, clusterName }: ClusterPage, now: number): Html {
  const fact = (title: string, value: Html | string, about: Html | string, word = false) =>
    html`<div><dt>${title}</dt>
<dd class="n${word ? ' word' : ''}">${value}</dd><dd class="soft small">${about}</dd></div>`;
  const restored = restoredOf(jobs);
  const usual = usualOf(valuesOf(restored, 'durationSeconds'));
  const [last] = jobs;
  const { drill, evidence } = health ?? {};
  const missing = drill && missingWords(drill);
  const known = health ? number(health.jobs) : `${number(jobs.length)}${more ? '+' : ''}`;
  return html`<dl class="facts">
${fact('Coverage', health ? stateMark(health.state) : mark('Not known', 'wait', 'ring'), health?.provenThrough === undefined ? 'nothing proven yet' : html`proven to ${time(health.provenThrough)}`, true)}
${fact('Restores', html`<a href="${jobsHref({ projectId, clusterName })}">${known}</a>`, last ? html`the newest ${agoTime(last.requestedAt, now)}` : 'none is on record')}
${usual.p50 === undefined ? fact('Median', '–', `of ${MEDIAN_WORDS} and more; there ${usual.restores === 1 ? 'is' : 'are'} ${number(usual.restores)}`, true) : fact('Median', span(usual.p50), `of ${counted(usual.restores, 'completed restore')}`, true)}
${fact('Objective', objective?.rtoSeconds === undefined ? '–' : span(objective.rtoSeconds), objective?.rtoSeconds === undefined ? 'no recovery time is set' : 'recovery time', true)}
${fact('Drill', drill ? drillMark(drill) : mark('Not known', 'wait', 'ring'), drill?.dueAt === undefined ? 'no due date' : html`due ${day(drill.dueAt)}${missing === undefined ? '' : html`<br><a class="plainlink" href="${jobHref(drill.unproven?.jobId ?? '')}">${missing}</a>`}`, true)}
${fact('Evidence', html`<span class="measure">${evidence ? gradeWords(evidence) : '–'}</span>`, whole((evidence && fallWords(evidence)) ?? 'what its restores show'), true)}
</dl>
`;
}

const MEDIAN_WORDS = '5 completed restores';

/** Gaps that are shown. */
const MAX_GAPS = 5;

function gaps(health: ClusterHealth | undefined): Html | '' {
  const all = health?.gaps ?? [];
  return all.length === 0
    ? ''
    : html`<div class="note">${mark('Restores can’t be ruled out', 'wait', 'alert')}${all.slice(0, MAX_GAPS).map(({ text, action }) => html`<div>${worded(text)}${action === undefined ? '' : html`<span class="sub">To do: ${visible(action)}</span>`}</div>`)}${all.length > MAX_GAPS ? html`<div>And ${number(all.length - MAX_GAPS)} more.</div>` : ''}</div>
`;
}

const SIDE: Record<Side, { title: string; id: string; about: string }> = {
  durationSeconds: { title: 'How long restores take', id: 'took', about: 'From request to finish' },
  dataAgeSeconds: { title: 'How old the data was', id: 'age', about: 'Snapshot or point in time, at the request' },
};

function measured({ read: { jobs }, objective, projectId, clusterName }: ClusterPage, side: Side, now: number): Html {
  const { title, id, about } = SIDE[side];
  const restored = restoredOf(jobs);
  const values = valuesOf(restored, side);
  const objectiveSeconds = side === 'durationSeconds' ? objective?.rtoSeconds : objective?.rpoSeconds;
  return html`<section class="card" aria-labelledby="${id}-title"><div class="head"><h2 id="${id}-title">${title}</h2><p class="soft small">${about}</p></div>
<p class="small">${whole(usualWords(usualOf(values)))}</p>
${
  values.length === 0
    ? ''
    : dots({
        ...{ restored, side, objectiveSeconds, period: periodOf(restored, now), href: jobHref },
        monthHref: (month) => spanHref({ projectId, clusterName, status: 'COMPLETED' }, month),
      })
}</section>`;
}

/** From the oldest restore, at least a month. */
function periodOf(restored: readonly { requestedAt: string }[], now: number): Span {
  const month = lastDays(30, now);
  const oldest = restored.at(-1)?.requestedAt ?? month.since;
  return oldest < month.since ? { ...month, since: `${oldest.slice(0, 10)}T00:00:00.000Z` } : month;
}
