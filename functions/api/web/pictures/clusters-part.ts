// functions/api/web/pictures/clusters-part.ts: the coverage and the drills of many clusters, those worst covered first.
import { html } from 'hono/html';
import type { ProjectFacts } from '../../../ledger/model/known-project.ts';
import type { JobSummary } from '../../../ledger/model/ledger.ts';
import { grouped } from '../../../platform/grouped.ts';
import { drillMark } from '../../../views/html/badge.ts';
import { coverageMap } from '../../../views/html/pictures/coverage-map.ts';
import { drillCalendar } from '../../../views/html/pictures/drill-calendar.ts';
import { type Html, name } from '../../../views/html/text.ts';
import { clusterHref, clustersHref } from '../../../views/paths.ts';
import { clusterLine, projectLine } from '../../../views/pictures/coverage-cells.ts';
import { drillLine } from '../../../views/pictures/drill-months.ts';
import { flowsOf } from '../../../views/pictures/flows.ts';
import type { ReadJobs } from '../../../views/pictures/jobs.ts';
import { lastDays, lastMonths, spansOf } from '../../../views/pictures/spans.ts';
import { counted, number } from '../../../views/text.ts';
import { jobsHref } from '../parts/job-filter.ts';
import type { ProjectNames } from '../parts/job-form.ts';
import { clusterLink, jobTable, projectLink } from '../parts/job-table.ts';
import { flowHref, spanHref } from './links.ts';
import { flowPart, requestersPart, ruleCounts, rulesPart } from './parts.ts';
import { leftOut } from './read-from.ts';
import type { PicturedCluster } from './worst-clusters.ts';

export const COVERAGE_DAYS = 60;
export const DRILL_MONTHS = 12;
/** Restores that the page of a project lists. */
const LISTED = 10;

export interface Pictured {
  clusters: readonly PicturedCluster[];
  /** How many clusters have no row. */
  left: number;
  /** Restores by which the months of the drills are known. */
  read: ReadJobs;
  /** Where a cluster is that has no row. */
  beyond: string;
  /** On the page of one project: whether its clusters are known has a row, too. */
  ofProject?: ProjectFacts;
}

export function clusterPictures({ clusters, left, read, beyond, ofProject }: Pictured, now: number): Html | '' {
  if (clusters.length === 0) return '';
  const days = spansOf(lastDays(COVERAGE_DAYS, now), 'day');
  const months = spansOf(lastMonths(DRILL_MONTHS, now), 'month');
  const lines = clusters.map(({ facts, cluster }) =>
    cluster ? clusterLine(facts, cluster, days, now) : projectLine(facts, days, now),
  );
  const jobs = grouped(read.jobs, ({ projectId, clusterName }) => JSON.stringify([projectId, clusterName]));
  const drilled = clusters.flatMap(({ facts, cluster, row }) => {
    if (!cluster) return [];
    const own = jobs.get(JSON.stringify([facts.projectId, cluster.clusterName])) ?? [];
    return [
      {
        line: drillLine(
          facts,
          cluster,
          { jobs: own, readFrom: read.readFrom, ofAll: ofProject !== undefined },
          months,
          now,
        ),
        row,
      },
    ];
  });
  const drillOf = new Map(drilled.map(({ line, row }) => [line, row.drill]));
  const more =
    left === 0
      ? ''
      : html`<p class="soft small">The ${number(clusters.length)} worst covered. And ${number(left)} more clusters: each is ${beyond}.</p>`;
  return html`<section class="card" id="days" aria-labelledby="days-title"><div class="head"><h2 id="days-title">Is every restore on record?</h2><p class="soft small">By day, UTC, the worst first</p></div>
${coverageMap({
  lines: [...(ofProject ? [projectLine(ofProject, days, now)] : []), ...lines],
  unit: 'day',
  caption: 'Days on which every restore is proven to be on record, and holes',
  head: ({ projectId, projectName, clusterName }) =>
    headOf(projectId, projectName, clusterName, ofProject !== undefined),
  lineHref: ({ projectId, clusterName }) => hrefOf(projectId, clusterName),
})}${more}</section>
${
  drilled.length === 0
    ? ''
    : html`<section class="card" id="months" aria-labelledby="months-title"><div class="head"><h2 id="months-title">Were the backups restored?</h2><p class="soft small">Whole restores by the month of their request, UTC</p></div>
${drillCalendar({
  lines: drilled.map(({ line }) => line),
  caption: 'Months in which the whole backup was restored',
  head: ({ projectId, projectName, clusterName }) =>
    headOf(projectId, projectName, clusterName, ofProject !== undefined),
  href: ({ projectId, clusterName }, month) => spanHref({ projectId, clusterName, status: 'COMPLETED' }, month),
  beside: (line) => {
    const drill = drillOf.get(line);
    return drill ? drillMark(drill) : '';
  },
})}${read.more ? html`<p class="soft small">Restores requested before ${read.readFrom.slice(0, 10)} are not read here, so whether there were any is not known. The page of a cluster reads more of its own.</p>` : ''}${more}</section>`
}`;
}

function headOf(projectId: string, projectName: string, clusterName: string | undefined, inProject: boolean): Html {
  if (clusterName !== undefined) {
    return html`${clusterLink(projectId, clusterName)}${inProject ? '' : html`<span class="sub">${name(projectName)}</span>`}`;
  }
  return inProject
    ? html`Its list of clusters`
    : html`${projectLink(projectId, projectName)}<span class="sub">the whole project</span>`;
}

const hrefOf = (projectId: string, clusterName: string | undefined) =>
  (clusterName === undefined ? undefined : clusterHref(projectId, clusterName)) ?? clustersHref(projectId);

/** Who restores its clusters, and where to. */
export function restoresOfProject(
  { projectId, read, names }: { projectId: string; read: ReadJobs<JobSummary>; names: ProjectNames },
  now: number,
): Html | '' {
  const { jobs } = read;
  if (jobs.length === 0) return '';
  const filters = { projectId };
  return html`${leftOut(read)}<div class="two"><div>${requestersPart(jobs, 'Who restores its clusters')}</div><div>${flowPart(flowsOf(jobs, names), 'Where the data goes', (flow) => flowHref(flow, filters))}${rulesPart(ruleCounts(jobs), filters)}</div></div>
<section class="card" aria-labelledby="restores-title"><div class="head"><h2 id="restores-title">Restores</h2><p class="soft small"><a href="${jobsHref(filters)}">All, and filters</a>\u00a0· <a href="/trends?${new URLSearchParams(filters)}">Over time</a></p></div>
${jobTable(jobs.slice(0, LISTED), `The newest ${counted(Math.min(LISTED, jobs.length), 'restore')}`, names, now)}</section>`;
}
