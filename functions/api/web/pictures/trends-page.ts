// functions/api/web/pictures/trends-page.ts: GET /trends: restores over time, where their data went, how long they took, and what was found:
// of a period, and of the filters of the restores' list.

import { html, raw } from 'hono/html';
import type { TagsNotKnown } from '../../../ledger/model/ledger.ts';
import type { Objectives } from '../../../restore/objectives/objective.ts';
import { mark } from '../../../views/html/badge.ts';
import { strips } from '../../../views/html/pictures/strips.ts';
import { exactTime, type Html } from '../../../views/html/text.ts';
import { clusterHref } from '../../../views/paths.ts';
import { clusterDurations } from '../../../views/pictures/durations.ts';
import { flowsOf } from '../../../views/pictures/flows.ts';
import type { ReadJobs } from '../../../views/pictures/jobs.ts';
import { type OverTime, TIME_DIMENSIONS } from '../../../views/pictures/over-time.ts';
import { spanName } from '../../../views/pictures/spans.ts';
import { counted, number } from '../../../views/text.ts';
import { document } from '../html/layout.ts';
import { FILTERS, type Filter, jobsHref } from '../parts/job-filter.ts';
import { givenChip, type ProjectNames } from '../parts/job-form.ts';
import { tagsNote } from '../parts/tags-note.ts';
import { flowHref } from './links.ts';
import { DIMENSION_LABEL } from './looks.ts';
import { overTimePicture } from './over-time-part.ts';
import { flowPart, rulesPart } from './parts.ts';
import { lookedFrom } from './read-from.ts';
import { PERIODS, type Trends, trendsHref } from './trends-asked.ts';

export interface TrendsPage {
  asked: Trends;
  over: OverTime;
  /** Restores requested earlier are not in `over`. ISO 8601. */
  countedFrom?: string | undefined;
  /** Of the same period and filters. */
  read: ReadJobs;
  /** By rule, of everything in `over`. */
  rules: Readonly<Record<string, number>>;
  names: ProjectNames;
  objectives: Objectives;
  tagsNotKnown?: TagsNotKnown;
}

export function trendsPage(page: TrendsPage, now: number): Html {
  const { asked, over, countedFrom, read, rules, names, objectives } = page;
  const { filters, period } = asked;
  const dated = new URLSearchParams(filters);
  dated.set('since', period.since.slice(0, 10));
  dated.set('until', period.until.slice(0, 10));
  const total = over.columns.reduce((sum, { restores }) => sum + restores, 0);
  const durations = clusterDurations(read.jobs, objectives);
  const body = html`<div class="top"><h1>Trends</h1><p class="soft">${spanName(period, 'week')}, UTC\u00a0· <a href="${jobsHref(dated)}">${counted(total, 'restore')}</a>\u00a0· <a href="/exits">Exits</a></p></div>
${chips(asked, names)}
${tagsNote(page)}<section class="card" aria-labelledby="time-title"><div class="head"><h2 id="time-title">Restores over time</h2></div>
<ul class="quick" aria-label="Counted by">${TIME_DIMENSIONS.map((by) => chip(DIMENSION_LABEL[by], trendsHref(asked, { by }), by === asked.by))}</ul>
${countedFrom === undefined ? '' : html`<p class="note">There are more restores than are counted for a page: only those since ${exactTime(countedFrom)} are.</p>`}
${total === 0 ? html`<p class="soft">No restore of this period is on record.</p>` : overTimePicture(over, filters)}</section>
${lookedFrom(read)}${flowPart(flowsOf(read.jobs, names), 'Where the data went', (flow) => flowHref(flow, dated))}
${
  durations.length === 0
    ? ''
    : html`<section class="card" aria-labelledby="durations-title"><div class="head"><h2 id="durations-title">How long restores took</h2><p class="soft small">Whole backups into a cluster, from request to finish${objectives.lines.length === 0 ? '; no objectives are set' : ''}</p></div>
${strips({ clusters: durations, href: ({ projectId, clusterName }) => clusterHref(projectId, clusterName) })}</section>`
}
${rulesPart(rules, dated)}`;
  return document({ title: 'Trends', place: '/trends', body }, now);
}

/** For an address that can't be used. */
export const wrongTrends = (text: string | Html, now: number): Html =>
  document(
    {
      title: 'Trends',
      place: '/trends',
      body: html`<div class="top"><h1>Trends</h1></div>
<div class="note bad" role="alert">${mark('This address can’t be used.', 'bad', 'cross')} ${text} <a href="/trends">Start again</a></div>`,
    },
    now,
  );

function chips(asked: Trends, names: ProjectNames): Html {
  const { filters, days } = asked;
  const given = [...filters].filter(([key]) => FILTERS.includes(key as Filter));
  return html`<ul class="quick" aria-label="Period">${PERIODS.map((each) => chip(`${number(each)} days`, trendsHref(asked, { days: each }), each === days))}${given.map(
    ([key, value]) => givenChip(trendsHref(asked, { without: [key, value] }), key as Filter, value, names),
  )}<li><a href="${jobsHref(filters)}">Change filters in the list</a></li></ul>`;
}

const chip = (label: string, href: string, current: boolean) =>
  html`<li><a href="${href}"${current ? raw(' aria-current="true"') : ''}>${label}</a></li>`;
