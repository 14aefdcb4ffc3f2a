// functions/api/web/parts/job-table.ts: jobs in a row each; on a narrow screen, a card each.
import { html } from 'hono/html';
import type { JobSummary } from '../../../ledger/model/ledger.ts';
import { DELIVERY_LABEL, KIND_LABEL, statusMark } from '../../../views/html/badge.ts';
import { type Heading, tableHead } from '../../../views/html/table.ts';
import { type Html, name, time } from '../../../views/html/text.ts';
import { clusterHref, clustersHref, jobHref } from '../../../views/paths.ts';
import { took } from '../../../views/status.ts';
import { targetView } from '../../../views/target.ts';
import { spanBetween } from '../../../views/text.ts';
import type { SortField } from '../../query/sorted-jobs.ts';
import { findingMarks } from './finding-badge.ts';
import type { ProjectNames } from './job-form.ts';
import { requesterCell } from './requester-part.ts';

/** By what each column can be sorted; who requested a restore, and how old its snapshot was, is in no index. */
const COLUMNS: readonly (readonly [title: string, by?: SortField | undefined, look?: string])[] = [
  ['Requested (UTC)', 'requestedAt'],
  ['Status', 'status'],
  ['From', 'clusterName'],
  ['To', 'targetClusterName'],
  ['Requested by'],
  ['Delivery', 'delivery'],
  ['Took', 'durationSeconds', 'r nowrap'],
  ['Snapshot age', undefined, 'r nowrap'],
];

/** @param sorting by what the jobs are sorted, and where they are sorted otherwise. @default the headings lead nowhere */
export const jobTable = (
  jobs: readonly JobSummary[],
  caption: string,
  names: ProjectNames,
  now: number,
  sorting?: Sorting,
) =>
  html`<table class="stack jobs" role="table"><caption>${caption}</caption>
${tableHead(COLUMNS.map((column) => heading(column, sorting)))}<tbody role="rowgroup">
${jobs.map((job) => row(job, names, now))}</tbody></table>`;

/** How rows are sorted. */
export interface Sorting {
  by: SortField;
  descending: boolean;
  href(by: SortField, descending: boolean): string;
}

/** Times and durations are first sorted from the last or longest down, words from A to Z. */
const DESCENDING_FIRST: readonly SortField[] = ['requestedAt', 'durationSeconds'];

function heading([title, by, look = '']: (typeof COLUMNS)[number], sorting: Sorting | undefined): Heading {
  if (by === undefined || !sorting) return [title, look];
  if (by !== sorting.by) return { title, look, href: sorting.href(by, DESCENDING_FIRST.includes(by)) };
  const sorted = sorting.descending ? 'descending' : 'ascending';
  return { title, look, sorted, href: sorting.href(by, !sorting.descending) };
}

function row(job: JobSummary, names: ProjectNames, now: number): Html {
  const { jobId, requestedAt, status, delivery, kind, snapshotAt } = job;
  const age = spanBetween(snapshotAt, requestedAt);
  return html`<tr role="row"><th role="rowheader" scope="row" class="nowrap"><a href="${jobHref(jobId)}">${time(requestedAt)}</a></th>
<td role="cell" class="end">${statusMark(status)}${job.vanishedAt ? html`<span class="sub">no longer listed</span>` : ''}${findingMarks(job.findings)}</td>
<td role="cell" class="flat" data-l="From">${clusterLink(job.projectId, job.clusterName)}<span class="sub">${projectOf(job, names)}</span>${job.accountId ? html`<span class="sub">${name(job.accountId)}</span>` : ''}</td>
<td role="cell" class="flat" data-l="To">${target(job, names)}</td>
<td role="cell" class="all flat asked" data-l="Requested by">${requesterCell(job)}</td>
<td role="cell" class="third keep bare" data-l="Delivery">${DELIVERY_LABEL[delivery] ?? delivery}<span class="sub">${KIND_LABEL[kind] ?? kind}</span></td>
${tookCell(job, now)}<td role="cell" class="r nowrap third flat${age === undefined ? ' void' : ''}" data-l="Snapshot age">${age ?? '–'}</td></tr>
`;
}

function tookCell(job: JobSummary, now: number): Html {
  const { time, soFar } = took(job, now) ?? {};
  if (time === undefined) return html`<td role="cell" class="r third void" data-l="Took">–</td>`;
  return html`<td role="cell" class="r nowrap third flat" data-l="Took">${time}${soFar ? html`<span class="sub">so far</span>` : ''}</td>`;
}

/** To the page of the cluster. */
export function clusterLink(projectId: string, clusterName: string): Html {
  const href = clusterHref(projectId, clusterName);
  return href === undefined ? name(clusterName) : html`<a class="plainlink" href="${href}">${name(clusterName)}</a>`;
}

/** To the page of the project. */
export const projectLink = (projectId: string, projectName: string): Html =>
  html`<a class="plainlink" href="${clustersHref(projectId)}">${name(projectName)}</a>`;

export const projectOf = ({ projectId, projectName }: JobSummary, names: ProjectNames): Html =>
  projectLink(projectId, projectName ?? names.get(projectId) ?? projectId);

function target(job: JobSummary, names: ProjectNames): Html {
  const { place, label, clusterName = '', projectId = job.projectId, projectName = '' } = targetView(job, names);
  const part = job.kind === 'collection' && place !== 'unknown' && place !== 'download';
  const known = place === 'unknown' ? name(clusterName) : clusterLink(projectId, clusterName);
  return html`${label === undefined ? known : html`<span class="soft">${label}</span>`}
${place === 'elsewhere' ? html`<span class="sub">other project: ${projectLink(projectId, projectName)}</span>` : ''}${part ? html`<span class="sub">collections only</span>` : ''}`;
}
