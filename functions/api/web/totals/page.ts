// functions/api/web/totals/page.ts: restores counted and summed up by the values of one field; each value leads to its restores.
import { html, raw } from 'hono/html';
import { span } from '../../../restore/text.ts';
import { GROUPINGS, type Grouping } from '../../../schema/words.ts';
import { mark } from '../../../views/html/badge.ts';
import { tableHead } from '../../../views/html/table.ts';
import { exactTime, type Html, name } from '../../../views/html/text.ts';
import { spanName } from '../../../views/pictures/spans.ts';
import { counted, number } from '../../../views/text.ts';
import type { Summary } from '../../query/summary.ts';
import { type Group, isOverTime, type Totals } from '../../query/totals.ts';
import { document } from '../html/layout.ts';
import {
  FILTER_LABELS,
  FILTERS,
  type Filter,
  jobsHref,
  totalsHref,
  valuesOf,
  withoutValue,
} from '../parts/job-filter.ts';
import { filterValue, givenChip, type ProjectNames } from '../parts/job-form.ts';
import { tagsNote } from '../parts/tags-note.ts';

export interface TotalsPage {
  filters: URLSearchParams;
  groupBy: Grouping;
  summary: Summary;
  names: ProjectNames;
}

const LABELS: Readonly<Record<Grouping, string>> = {
  ...(Object.fromEntries(GROUPINGS.map((by) => [by, FILTER_LABELS[by as Filter] ?? by])) as Record<Grouping, string>),
  day: 'Day',
  month: 'Month',
  cluster: 'Cluster',
  requester: 'Requester',
  destination: 'Destination',
  targetProject: 'Target project',
  targetCluster: 'Target cluster',
};

export function totalsPage({ filters, groupBy, summary, names }: TotalsPage, now: number): Html {
  const { from, to, totals, groups = [], groupsLeftOut = 0, countedFrom } = summary;
  const dated = datedBy(filters, summary);
  const data = new URLSearchParams([...filters, ['groupBy', groupBy]]);
  const body = html`<div class="top"><h1>Totals by ${LABELS[groupBy].toLowerCase()}</h1><p class="soft">${spanName({ since: from, until: to }, 'day')}, UTC\u00a0· <a href="${jobsHref(dated)}">${countedFrom === undefined ? '' : 'the newest '}${counted(totals?.jobs ?? summary.jobs, 'restore')}</a></p></div>
<section class="card" aria-labelledby="totals-title"><h2 id="totals-title" class="hidden">Totals</h2>
<ul class="quick" aria-label="Summed up by">${GROUPINGS.map((by) => html`<li><a href="${totalsHref(filters, by)}"${by === groupBy ? raw(' aria-current="true"') : ''}>${LABELS[by]}</a></li>`)}</ul>
<ul class="quick" aria-label="Filters">${FILTERS.flatMap((filter) => valuesOf(filters, filter).map((value) => givenChip(totalsHref(withoutValue(filters, filter, value), groupBy), filter, value, names)))}<li><a href="${jobsHref(filters)}">Change filters in the list</a></li></ul>
${countedFrom === undefined ? '' : html`<p class="note">There are more restores than are read for a page: those requested before ${exactTime(countedFrom)} are in no total.</p>`}
${tagsNote(summary)}${
  groups.length === 0
    ? html`<div class="empty"><h2>No restores</h2><p>None of this period is on record that fits.</p></div>`
    : html`<table class="stack pack" role="table"><caption>${groupBy === 'finding' ? 'A restore with several findings is in several rows.' : html`<span class="hidden">Totals, ${isOverTime(groupBy) ? 'the newest' : 'those of most restores'} first</span>`}</caption>
${tableHead([LABELS[groupBy], ...NUMBERS.map((title) => [title, 'r'] as const)])}<tbody role="rowgroup">
${groups.map((group) => row(group, groupBy, hrefOf(group, groupBy, { filters, dated, summary })))}${totals && groups.length > 1 && groupBy !== 'finding' ? allRow(totals) : ''}</tbody></table>`
}
${groupsLeftOut > 0 ? html`<p class="soft">And ${number(groupsLeftOut)} more, ${isOverTime(groupBy) ? 'before these' : 'of fewer restores'}.</p>` : ''}
<nav class="pages" aria-label="Data"><span class="soft small">These totals as <a href="/summary?${data}">JSON</a></span></nav></section>`;
  return document({ title: 'Totals', place: '/', itself: false, body }, now);
}

/** For an address that can't be used. */
export const wrongTotals = (text: string | Html, now: number): Html =>
  document(
    {
      title: 'Totals',
      place: '/',
      itself: false,
      body: html`<div class="top"><h1>Totals</h1></div>
<div class="note bad" role="alert">${mark('This address can’t be used.', 'bad', 'cross')} ${text} <a href="/totals">Start again</a></div>`,
    },
    now,
  );

const NUMBERS = ['Restores', 'Completed', 'Failed', 'Open', 'With findings', 'Median', '95th percentile', 'Longest'];

const row = (group: Group, groupBy: Grouping, href: string | undefined) => {
  const shown = shownValue(group, groupBy);
  return html`<tr role="row"><th role="rowheader" scope="row" class="all">${href === undefined ? shown : html`<a href="${href}">${shown}</a>`}${group.unsure ? html`<span class="sub">of ${number(group.unsure)} only likely, or a weak match</span>` : ''}</th>
${cells(group)}</tr>
`;
};

const allRow = (totals: Totals) =>
  html`<tr role="row"><th role="rowheader" scope="row" class="all"><strong>All</strong></th>
${cells(totals)}</tr>
`;

function shownValue({ value, name: named }: Group, groupBy: Grouping): Html | string {
  if (value === undefined) return html`<span class="soft">None, or not known</span>`;
  return named === undefined ? name(filterValue(groupBy as Filter, value)) : name(named, MAX_NAME);
}

/** Of a project and a cluster: the end of a name is often what tells it from others. */
const MAX_NAME = 160;

const cells = ({ jobs, completed, failed, open, withFindings, durations }: Totals) => {
  const { medianSeconds, p95Seconds, maxSeconds } = durations;
  const values = [
    ...[jobs, completed, failed, open, withFindings].map(number),
    ...[medianSeconds, p95Seconds, maxSeconds].map((seconds) => (seconds === undefined ? undefined : span(seconds))),
  ];
  return values.map(
    (value, i) =>
      html`<td role="cell" class="r third nowrap flat${value === undefined || (value === '0' && i > 0) ? ' void' : ''}" data-l="${NUMBERS[i]}">${value ?? '–'}</td>`,
  );
};

/** The same restores as they were summed up, whenever the link is followed. */
function datedBy(filters: URLSearchParams, { from, to }: Pick<Summary, 'from' | 'to'>): URLSearchParams {
  const dated = new URLSearchParams(filters);
  dated.delete('period');
  dated.set('since', moment(from));
  dated.set('until', moment(to));
  return dated;
}

const moment = (at: string) => (at.endsWith('T00:00:00.000Z') ? at.slice(0, 10) : at);

/** What says the same as a filter of a group, or excludes it. */
const REPLACED: Readonly<Record<string, readonly string[]>> = {
  projectId: ['project'],
  clusterName: ['cluster'],
  targetProjectId: ['targetProject'],
  status: ['open'],
};

/** To the restores of a group, of these alone; nothing where no filter asks for them. */
function hrefOf(
  { filter }: Group,
  groupBy: Grouping,
  { filters, dated, summary }: { filters: URLSearchParams; dated: URLSearchParams; summary: Summary },
): string | undefined {
  if (filter === undefined || (groupBy === 'finding' && filters.has('finding'))) return undefined;
  const query = new URLSearchParams(dated);
  for (const [key, value] of Object.entries(filter)) {
    for (const replaced of REPLACED[key] ?? []) query.delete(replaced);
    query.set(
      key,
      key === 'since' ? latest(value, summary.from) : key === 'until' ? earliest(value, summary.to) : value,
    );
  }
  return jobsHref(query);
}

const latest = (day: string, from: string) => moment(Date.parse(day) > Date.parse(from) ? day : from);
const earliest = (day: string, to: string) => moment(Date.parse(day) < Date.parse(to) ? day : to);
