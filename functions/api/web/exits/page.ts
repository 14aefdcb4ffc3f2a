// functions/api/web/exits/page.ts: restores whose data left their project: by month and how far it went, from where to where, and by whom.

import { html, raw } from 'hono/html';
import type { TagsNotKnown } from '../../../ledger/model/ledger.ts';
import { GRADES } from '../../../schema/words.ts';
import { mark } from '../../../views/html/badge.ts';
import { bars } from '../../../views/html/pictures/bars.ts';
import { tableHead } from '../../../views/html/table.ts';
import { agoTime, type Html, name } from '../../../views/html/text.ts';
import { clustersHref, requesterHref } from '../../../views/paths.ts';
import { EXIT_WAYS, type Exit, type ExitWay, exitsOverTime } from '../../../views/pictures/exits.ts';
import type { ReadJobs } from '../../../views/pictures/jobs.ts';
import { requestersOf } from '../../../views/pictures/requesters.ts';
import { lastDays, lastMonths, type Span, spanName, type Unit, unitOf } from '../../../views/pictures/spans.ts';
import type { Without } from '../../../views/pictures/spans-without.ts';
import { actorName } from '../../../views/requester-text.ts';
import { counted, number } from '../../../views/text.ts';
import { document } from '../html/layout.ts';
import { FILTERS, jobsHref, valuesOf, withoutValue } from '../parts/job-filter.ts';
import { givenChip, type ProjectNames } from '../parts/job-form.ts';
import { tagsNote } from '../parts/tags-note.ts';
import { flowHref } from '../pictures/links.ts';
import { leaves } from '../pictures/parts.ts';
import { lookedFrom } from '../pictures/read-from.ts';
import type { Trends } from '../pictures/trends-asked.ts';

export interface ExitsPage {
  asked: Pick<Trends, 'filters' | 'period'>;
  exits: readonly Exit[];
  read: ReadJobs;
  names: ProjectNames;
  /** Ids of those that were read whole: of the others it was not looked up who requested them. */
  looked: ReadonlySet<string>;
  /** Of a time without exits. Absent: a restore may fit by what is not known of it, so none can be ruled out. */
  without?: (span: Span) => Without;
  tagsNotKnown?: TagsNotKnown;
}

const WAYS: Readonly<Record<ExitWay, { label: string; look: string; says: string }>> = {
  download: { label: 'Download, out of Atlas', look: 'fill-c2', says: 'downloaded out of Atlas' },
  organization: { label: 'Another organization', look: 'fill-bad', says: 'into another organization' },
  'not-on-record': { label: 'A project not on record', look: 'fill-c4', says: 'into a project that is not on record' },
  'organization-unknown': {
    label: 'Another project, organization not known',
    look: 'fill-c5',
    says: 'into another project, whether of the same organization is not known',
  },
  unknown: { label: 'Destination not known', look: 'fill-off', says: 'to where is not known' },
  project: {
    label: 'Another project of the organization',
    look: 'fill-c1',
    says: 'into another project of the organization',
  },
};

/** Rows of the table. */
const MAX_ROWS = 100;
/** Requesters of a row. */
const MAX_REQUESTERS = 3;
const DAY_MS = 86_400_000;
/** Of more days than these a column is a month. */
const MONTHLY_FROM = 92;

export function exitsPage(page: ExitsPage, now: number): Html {
  const { asked, exits, read, names, looked, without } = page;
  const { filters, period } = asked;
  // Before that there may be others, so there is no column.
  const shown = read.more && read.readFrom > period.since ? { ...period, since: read.readFrom } : period;
  const unit = days(shown) > MONTHLY_FROM ? 'month' : unitOf(shown);
  const over = exitsOverTime(exits, shown, unit, without);
  const unknown = over.columns.filter((column) => column.without === 'unknown').length;
  const least = over.columns.filter((column) => column.least).length;
  const left = exits.slice(MAX_ROWS);
  const body = html`<div class="top"><h1>Exits</h1><p class="soft">${spanName(period, 'week')}, UTC\u00a0· <a href="/trends">Trends</a></p></div>
<ul class="quick" aria-label="Period">${periods(now).map(([label, each]) => html`<li><a href="${exitsHref(filters, each)}"${isSame(each, period) ? raw(' aria-current="true"') : ''}>${label}</a></li>`)}${FILTERS.flatMap((filter) => valuesOf(filters, filter).map((value) => givenChip(exitsHref(withoutValue(filters, filter, value), period), filter, value, names)))}<li><a href="${jobsHref(filters)}">Change filters in the list</a></li></ul>
${lookedFrom(read)}${tagsNote(page)}<section class="card" aria-labelledby="exits-title"><div class="head"><h2 id="exits-title">Restores whose data left their project</h2></div>
${
  exits.length === 0
    ? html`<p class="soft">None that is on record${read.more ? ', of those that were looked at' : ''}.</p>`
    : ''
}${
  unknown + least === 0
    ? ''
    : html`<p class="note">It is not known whether there were ${doubt(over.columns.length, unknown, least, unit)}: no proof covers all restores of that time. <a href="/clusters">What was read, and when</a></p>
`
}${
  without
    ? ''
    : html`<p class="note">With filters beyond project and cluster, this is what is on record: a restore may fit of which that is not known, such as who requested it or where it went.</p>
`
}${
  exits.length === 0 && unknown === 0
    ? ''
    : bars(over, {
        label: (way) => WAYS[way as ExitWay].label,
        look: (way) => WAYS[way as ExitWay].look,
        href: (column) => exitsHref(filters, column),
        says: words(exits, unknown, least, unit),
      })
}</section>
${
  exits.length === 0
    ? ''
    : html`<section class="card" aria-labelledby="ways-title"><div class="head"><h2 id="ways-title">From where to where, and by whom</h2></div>
<table class="stack pack" role="table"><caption class="hidden">Exits by source and target: what went furthest first</caption>
${tableHead(['From', 'To', ['Restores', 'r'], 'Requested by', 'Last'])}<tbody role="rowgroup">
${exits.slice(0, MAX_ROWS).map((exit) => row(exit, { asked, looked, now, isOnly: isOnly(exit, exits) }))}</tbody></table>
${left.length === 0 ? '' : html`<p class="soft">And ${number(left.length)} more pairs, with ${counted(sumOf(left), 'restore')}.</p>`}</section>`
}`;
  return document({ title: 'Exits', place: '/trends', itself: false, body }, now);
}

/** For an address that can't be used. */
export const wrongExits = (text: string | Html, now: number): Html =>
  document(
    {
      title: 'Exits',
      place: '/trends',
      itself: false,
      body: html`<div class="top"><h1>Exits</h1></div>
<div class="note bad" role="alert">${mark('This address can’t be used.', 'bad', 'cross')} ${text} <a href="/exits">Start again</a></div>`,
    },
    now,
  );

const days = ({ since, until }: Span) => (Date.parse(until) - Date.parse(since)) / DAY_MS;
const sumOf = (exits: readonly Exit[]) => exits.reduce((sum, { jobs }) => sum + jobs.length, 0);

function periods(now: number): [label: string, period: Span][] {
  const [thisMonth, lastMonth] = [lastMonths(1, now), lastMonths(2, now)];
  const today = lastDays(1, now).until;
  return [
    ['This month', { since: thisMonth.since, until: today }],
    ['Last month', { since: lastMonth.since, until: thisMonth.since }],
    ['90 days', lastDays(90, now)],
    ['12 months', { since: lastMonths(12, now).since, until: today }],
  ];
}

const isSame = (one: Span, other: Span) => one.since === other.since && one.until === other.until;

const moment = (at: string) => (at.endsWith('T00:00:00.000Z') ? at.slice(0, 10) : at);

function exitsHref(filters: URLSearchParams, { since, until }: Span): string {
  const query = new URLSearchParams(filters);
  query.set('since', moment(since));
  query.set('until', moment(until));
  return `/exits?${query}`;
}

/** `12 restores left their project: 3 downloaded out of Atlas, 9 into another project of the organization.` */
function words(exits: readonly Exit[], unknown: number, least: number, unit: Unit): string {
  const parts = EXIT_WAYS.flatMap((way) => {
    const n = sumOf(exits.filter((exit) => exit.way === way));
    return n > 0 ? `${number(n)} ${WAYS[way].says}` : [];
  });
  const holes = unknown > 0 ? ` Of ${counted(unknown, unit)} it is not known whether there were any.` : '';
  const more = least > 0 ? ` Of ${counted(least, unit)} with some it is not known whether there were more.` : '';
  return `${least > 0 ? 'At least ' : ''}${counted(sumOf(exits), 'restore')}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}.${holes}${more}`;
}

/** `any in the 9 months marked “Not known”, or more in the 3 months with some` */
function doubt(all: number, unknown: number, least: number, unit: Unit): string {
  const any = `any in ${unknown === all ? 'any of the' : 'the'} ${counted(unknown, unit)} marked “Not known”`;
  const more = `more in ${least === all ? 'any of the' : 'the'} ${counted(least, unit)} with some`;
  return [...(unknown > 0 ? [any] : []), ...(least > 0 ? [more] : [])].join(', or ');
}

/** Of a pair whose projects were of one organization, and then of two, the list of restores has all. */
const isOnly = ({ from, to }: Exit, exits: readonly Exit[]) =>
  exits.filter(
    (other) =>
      other.from.projectId === from.projectId && other.to.place === to.place && other.to.projectId === to.projectId,
  ).length === 1;

interface RowOptions extends Pick<ExitsPage, 'asked' | 'looked'> {
  now: number;
  /** No other row is of the same projects. */
  isOnly: boolean;
}

function row(exit: Exit, { asked: { filters, period }, looked, now, isOnly }: RowOptions): Html {
  const { from, to, way, jobs } = exit;
  const of = new URLSearchParams(filters);
  of.delete('project');
  of.set('projectId', from.projectId);
  const dated = new URLSearchParams(filters);
  dated.delete('project');
  dated.set('since', moment(period.since));
  dated.set('until', moment(period.until));
  const href = isOnly && flowHref({ from, to, leaves: true, restores: jobs.length }, dated);
  const count = number(jobs.length);
  const target =
    to.place === 'project' && to.projectId !== undefined
      ? html`${way === 'not-on-record' ? name(to.projectName ?? to.projectId) : html`<a class="plainlink" href="${clustersHref(to.projectId)}">${name(to.projectName ?? to.projectId)}</a>`}<span class="sub">${WAYS[way].label}</span>`
      : WAYS[way].label;
  return html`<tr role="row"><th role="rowheader" scope="row"><a class="plainlink" href="${exitsHref(of, period)}">${name(from.projectName)}</a></th>
<td role="cell" data-l="To">${target}</td>
<td role="cell" class="r third" data-l="Restores">${href ? html`<a href="${href}">${count}</a>` : count}</td>
<td role="cell" class="all" data-l="Requested by">${requesters(jobs, looked)}</td>
<td role="cell" class="nowrap third" data-l="Last">${agoTime(jobs[0]?.requestedAt ?? '', now)}</td></tr>
`;
}

/** Never without how sure that is. */
function requesters(jobs: Exit['jobs'], looked: ReadonlySet<string>): Html {
  const read = jobs.filter(({ jobId }) => looked.has(jobId));
  const { known, unknown } = requestersOf(read, leaves);
  const [unnamed, unread] = [unknown.reduce((sum, { restores }) => sum + restores, 0), jobs.length - read.length];
  return html`${known.slice(0, MAX_REQUESTERS).map(({ key, actor, grades }) => {
    const href = requesterHref(key);
    const shown = name(actorName(actor));
    const sure = GRADES.flatMap((grade) => (grades[grade] > 0 ? `${number(grades[grade])} ${grade}` : []));
    return html`<div>${href === undefined ? shown : html`<a class="plainlink" href="${href}">${shown}</a>`} <span class="soft small">${sure.join(', ')}</span></div>`;
  })}${known.length > MAX_REQUESTERS ? html`<div class="soft small">and ${number(known.length - MAX_REQUESTERS)} more</div>` : ''}
${unnamed > 0 ? html`<div class="soft small">${number(unnamed)} by nobody that is known</div>` : ''}${unread > 0 ? html`<div class="soft small">of ${number(unread)} older ones not looked up</div>` : ''}`;
}
