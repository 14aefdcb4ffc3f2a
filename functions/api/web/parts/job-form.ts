// functions/api/web/parts/job-form.ts: the filters of the jobs page: quick links, those in force, and the form.

import { html, raw } from 'hono/html';
import { isoMoment } from '../../../platform/calendar.ts';
import { capitalized } from '../../../platform/text.ts';
import {
  DELIVERIES,
  DESTINATIONS,
  type Delivery,
  GRADES,
  KINDS,
  type Kind,
  NO_REQUESTER,
  RULES,
  STATUSES,
  type Status,
  VALIDATION_STATUSES,
} from '../../../schema/words.ts';
import { DELIVERY_LABEL, KIND_LABEL, STATUS_LOOK } from '../../../views/html/badge.ts';
import { cut, type Html, visible } from '../../../views/html/text.ts';
import { ruleLabel } from './finding-badge.ts';
import {
  type Asked,
  FILTER_LABELS,
  FILTERS,
  type Filter,
  type FilterProblem,
  fromStart,
  JOBS_A_PAGE,
  jobsHref,
  PAGE_SIZES,
  valuesOf,
  withoutValue,
  withParameters,
} from './job-filter.ts';

/** Names of projects by id. */
export type ProjectNames = ReadonlyMap<string, string>;

const PERIODS = [
  ...([
    ['today', 'Today'],
    ['7d', '7 days'],
    ['30d', '30 days'],
  ] as const),
  ...([
    ['this-month', 'This month'],
    ['last-month', 'Last month'],
  ] as const),
  ...([
    ['this-quarter', 'This quarter'],
    ['last-quarter', 'Last quarter'],
    ['this-year', 'This year'],
  ] as const),
] as const;
const SORTS = [
  ...([
    ['requestedAt', 'Oldest first'],
    ['durationSeconds:desc', 'Longest first'],
  ] as const),
  ...([
    ['durationSeconds', 'Shortest first'],
    ['finishedAt:desc', 'Last finished first'],
  ] as const),
  ...([
    ['projectName', 'By project'],
    ['clusterName', 'By cluster'],
    ['status', 'By status'],
  ] as const),
] as const;
const GRADE_LABEL: Readonly<Record<string, string>> = {
  pending: 'Too early to say',
  'not-read': 'Events not readable',
  none: 'Nobody: no event fits',
  ambiguous: 'Several actors fit',
};
const DESTINATION_LABEL: Readonly<Record<string, string>> = {
  itself: 'Same cluster',
  project: 'Another cluster of the project',
  elsewhere: 'Another project',
  download: 'Download',
  unknown: 'Not known',
};

const LABELS: Partial<Record<Filter, (value: string) => string | undefined>> = {
  status: (value) => STATUS_LOOK[value as Status]?.label,
  kind: (value) => KIND_LABEL[value as Kind],
  delivery: (value) => DELIVERY_LABEL[value as Delivery],
  destination: (value) => DESTINATION_LABEL[value],
  finding: ruleLabel,
  grade: (value) => GRADE_LABEL[value] ?? capitalized(value),
  validation: (value) => capitalized(value.toLowerCase().replace('_', ' ')),
  announced: (value) => (value === 'true' ? 'Announced' : 'Not announced'),
  open: (value) => (value === 'true' ? 'Open' : 'Settled'),
  period: (value) => new Map<string, string>(PERIODS).get(value),
  order: (value) => (value === 'asc' ? 'Oldest first' : undefined),
  sort: (value) => new Map<string, string>(SORTS).get(value),
};
/** What a value of a filter is called. */
export const filterValue = (filter: Filter, value: string) => LABELS[filter]?.(value) ?? value;
const labelled = (filter: Filter, values: readonly string[]) =>
  values.map((value) => [value, filterValue(filter, value)] as const);

/** @param listed the projects to choose from; without any, the form asks for a name or an id */
export function jobForm(asked: Asked, names: ProjectNames, listed: ProjectNames): Html {
  const { parameters, problem } = asked;
  const project = (filter: 'project' | 'targetProject') =>
    listed.size > 0
      ? choice(asked, idFilter(parameters, filter), [...listed], 'Any')
      : text(asked, idFilter(parameters, filter), 'name or id');
  const cluster = parameters.has('clusterName') ? 'clusterName' : 'cluster';
  const rare = (filter: Filter, hint: string) => (parameters.has(filter) ? text(asked, filter, hint) : '');
  return html`${quickLinks(parameters, names)}
<details class="filter"${isOfForm(problem) ? raw(' open') : ''}><summary>More filters</summary>
<form method="get" action="/" aria-label="Filter restores">
${checks(asked, 'status', STATUSES)}
${texts(asked, 'source', 'name, or prod-*')}${texts(asked, 'target', 'name, or staging-*')}${texts(asked, 'requester', 'name, key or *@example.com')}${texts(asked, 'tag', 'env=prod')}
${project('project')}${text(asked, cluster, 'exact name')}${project('targetProject')}${text(asked, 'targetCluster', 'exact name')}
${checks(asked, 'destination', DESTINATIONS)}
${choice(asked, 'period', PERIODS, 'Any time, or as below')}${day(asked, 'since')}${day(asked, 'until')}${day(asked, 'finishedSince')}${day(asked, 'finishedUntil')}
${checks(asked, 'finding', RULES)}
${checks(asked, 'kind', KINDS)}
${checks(asked, 'delivery', DELIVERIES)}
${checks(asked, 'grade', [...GRADES, ...NO_REQUESTER])}
${checks(asked, 'validation', VALIDATION_STATUSES)}
${choice(asked, 'open', labelled('open', ['true', 'false']), 'Any')}${choice(asked, 'announced', labelled('announced', ['true', 'false']), 'Any')}${texts(asked, 'purpose', 'drill')}${texts(asked, 'ticket', 'OPS-1')}${text(asked, 'snapshotId', 'id, 24 hex digits')}
${rare('expectedRestoreId', '24 hex digits')}${rare('orgId', '24 hex digits')}${rare('accountId', '12 digits')}${rare('organizationId', 'o-exampleorgid')}
${orderField(asked)}${sizeField(asked)}
<div class="wide acts"><button>Show</button><a href="/">Clear</a></div>
</form></details>`;
}

/** What the address has: a form that sent the other would contradict it. */
const idFilter = (parameters: URLSearchParams, filter: 'project' | 'targetProject'): Filter =>
  parameters.has(`${filter}Id`) ? `${filter}Id` : filter;

function choice(asked: Asked, filter: Filter, options: readonly (readonly [string, string])[], any: string): Html {
  return field(asked, filter, (attributes) => {
    const given = asked.parameters.get(filter) ?? '';
    const known = given === '' || options.some(([value]) => value === given);
    const all = known ? options : [[given, filterValue(filter, given)] as const, ...options];
    return html`<select ${attributes}><option value="">${any}</option>${all.map(([value, label]) => option(value, label, value === given))}</select>`;
  });
}

const input = (attributes: Html, value: string, hint: string) =>
  html`<input type="text" ${attributes} value="${value}" autocomplete="off" spellcheck="false"${hint === '' ? '' : html` placeholder="${hint}"`}>`;

const text = (asked: Asked, filter: Filter, hint: string) =>
  field(asked, filter, (attributes) => input(attributes, asked.parameters.get(filter) ?? '', hint));

/** A field for each value, where there are several. */
function texts(asked: Asked, filter: Filter, hint: string): Html {
  const [first = '', ...others] = asked.parameters.getAll(filter);
  return field(
    asked,
    filter,
    (attributes) =>
      html`${input(attributes, first, hint)}${others.map((value) => input(html`name="${filter}" aria-label="${FILTER_LABELS[filter]}, or"`, value, ''))}`,
  );
}

/** A time that a date field can't show, which an address may have, is kept as text. */
function day(asked: Asked, filter: Filter): Html {
  const value = asked.parameters.get(filter) ?? '';
  if (!isDay(value)) return text(asked, filter, '');
  return field(asked, filter, (attributes) => html`<input type="date" ${attributes} value="${value}">`);
}

function checks(asked: Asked, filter: Filter, words: readonly string[]): Html {
  const { parameters, problem } = asked;
  const given = valuesOf(parameters, filter);
  const wrong = problem?.filter === filter;
  return html`<fieldset class="wide" id="f-${filter}"${wrong ? raw(` aria-describedby="e-${filter}"`) : ''}><legend>${FILTER_LABELS[filter]}</legend>
<div class="checks">${words.map((word) => html`<label><input type="checkbox" name="${filter}" value="${word}"${given.includes(word) ? raw(' checked') : ''}>${filterValue(filter, word)}</label>`)}</div>
${wrong ? html`<p class="error" id="e-${filter}" role="alert">${problem.text}</p>` : ''}</fieldset>`;
}

/** `order=asc` of an address is the same as the first of these. */
function orderField(asked: Asked): Html {
  if (!asked.parameters.has('order')) return choice(asked, 'sort', SORTS, 'Newest first');
  return choice(asked, 'order', labelled('order', ['asc']), 'Newest first');
}

function sizeField({ parameters }: Asked): Html {
  const given = parameters.get('limit') ?? String(JOBS_A_PAGE);
  const sizes = PAGE_SIZES.some((size) => size === given) ? PAGE_SIZES : [given, ...PAGE_SIZES];
  return html`<div><label for="f-limit">Restores a page</label>
<select id="f-limit" name="limit">${sizes.map((size) => option(size, size, size === given))}</select></div>`;
}

const isDay = (text: string) => text === '' || (text.length === 10 && isoMoment(text) !== undefined);

/** Whether the problem can be seen, and corrected, in the form. */
export const isOfForm = (problem: FilterProblem | undefined) => FILTERS.some((filter) => filter === problem?.filter);

const option = (value: string, label: string, chosen: boolean) =>
  html`<option value="${value}"${chosen ? raw(' selected') : ''}>${cut(visible(label), 64)}</option>`;

const IN_UTC: readonly Filter[] = ['since', 'until', 'finishedSince', 'finishedUntil'];

function field({ problem }: Asked, filter: Filter, control: (attributes: Html) => Html): Html {
  const wrong = problem?.filter === filter;
  const attributes = html`id="f-${filter}" name="${filter}"${wrong ? raw(` aria-invalid="true" aria-describedby="e-${filter}"`) : ''}`;
  return html`<div><label for="f-${filter}">${FILTER_LABELS[filter]}${IN_UTC.includes(filter) ? ' (UTC)' : ''}</label>
${control(attributes)}${wrong ? html`<p class="error" id="e-${filter}" role="alert">${problem.text}</p>` : ''}</div>
`;
}

const QUICK: readonly (readonly [string, Partial<Record<Filter, string>>])[] = [
  ['All', {}],
  ['Open', { open: 'true' }],
  ['Failed', { status: 'FAILED' }],
  ['To other projects', { destination: 'elsewhere' }],
  ['Downloads', { delivery: 'download' }],
  ['Point in time', { delivery: 'pointInTime' }],
];

const TIMES: readonly Filter[] = ['period', 'since', 'until'];

/** Frequent filters, periods, and what else is in force, to be removed one by one. */
function quickLinks(parameters: URLSearchParams, names: ProjectNames): Html {
  const given = FILTERS.flatMap((filter) => valuesOf(parameters, filter).map((value) => [filter, value] as const));
  const beside = given.filter(([filter]) => !TIMES.includes(filter));
  const current = QUICK.find(([, filters]) => {
    const wanted = Object.entries(filters);
    return wanted.length === beside.length && wanted.every(([key, value]) => parameters.get(key) === value);
  });
  const period = PERIODS.find(([word]) => word === parameters.get('period'))?.[0];
  const rest = given.filter(([filter]) => !(filter === 'period' && period) && (TIMES.includes(filter) || !current));
  const times = new URLSearchParams([...parameters].filter(([key]) => TIMES.some((filter) => filter === key)));
  const quick = (label: string, href: string, isCurrent: boolean) =>
    html`<li><a href="${href}"${isCurrent ? raw(' aria-current="true"') : ''}>${label}</a></li>`;
  return html`<ul class="quick" aria-label="Filters">
${QUICK.map(([label, filters]) => quick(label, jobsHref(withParameters(label === 'All' ? new URLSearchParams() : times, filters)), current?.[0] === label && !(label === 'All' && [...times].length > 0)))}</ul>
<ul class="quick" aria-label="Periods">
${PERIODS.map(([word, label]) => quick(label, jobsHref(withPeriod(parameters, word === period ? undefined : word)), word === period))}</ul>${
    rest.length === 0
      ? ''
      : html`
<ul class="quick" aria-label="Filters in force">${rest.map(([filter, value]) => givenLink(parameters, filter, value, names))}</ul>`
  }`;
}

const withPeriod = (parameters: URLSearchParams, period: string | undefined) =>
  withParameters(fromStart(parameters), { since: undefined, until: undefined, period });

const givenLink = (parameters: URLSearchParams, filter: Filter, value: string, names: ProjectNames) =>
  givenChip(jobsHref(withoutValue(parameters, filter, value)), filter, value, names);

/** A filter in force. @param href to the same without it */
export const givenChip = (href: string, filter: Filter, value: string, names: ProjectNames) =>
  html`<li class="given"><a href="${href}">
<span><span class="hidden">Remove the filter </span>${FILTER_LABELS[filter]}: <bdi>${valueText(filter, value, names)}</bdi></span>
<span aria-hidden="true">×</span></a></li>`;

const OF_PROJECTS: readonly Filter[] = ['project', 'projectId', 'targetProject', 'targetProjectId'];

const valueText = (filter: Filter, value: string, names: ProjectNames) =>
  cut(visible((OF_PROJECTS.includes(filter) ? names.get(value) : undefined) ?? filterValue(filter, value)), 48);
