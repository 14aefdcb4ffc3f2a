// functions/api/web/parts/job-form.ts: the filters of the jobs page: quick links, those in force, and the form.

import { html, raw } from 'hono/html';
import { isoMoment } from '../../../platform/calendar.ts';
import { DELIVERIES, type Delivery, KINDS, type Kind, RULES, STATUSES, type Status } from '../../../schema/words.ts';
import { DELIVERY_LABEL, KIND_LABEL, STATUS_LOOK } from '../../../views/html/badge.ts';
import { cut, type Html, visible } from '../../../views/html/text.ts';
import { ruleLabel } from './finding-badge.ts';
import { type Asked, FILTER_LABELS, FILTERS, type Filter, jobsHref, withoutValue } from './job-filter.ts';

/** Names of projects by id. */
export type ProjectNames = ReadonlyMap<string, string>;

/** @param listed the projects to choose from; without any, the form asks for an id */
export function jobForm(asked: Asked, names: ProjectNames, listed: ProjectNames): Html {
  const { parameters, problem } = asked;
  const choice = (filter: Filter, options: readonly (readonly [string, string])[], any: string) =>
    field(asked, filter, (attributes) => {
      const given = parameters.get(filter) ?? '';
      const known = given === '' || options.some(([value]) => value === given);
      const all = known ? options : [[given, given] as const, ...options];
      return html`<select ${attributes}><option value="">${any}</option>${all.map(([value, label]) => option(value, label, value === given))}</select>`;
    });
  const text = (filter: Filter, hint = '') =>
    field(
      asked,
      filter,
      (attributes) =>
        html`<input type="text" ${attributes} value="${parameters.get(filter) ?? ''}" autocomplete="off" spellcheck="false"${hint === '' ? '' : html` placeholder="${hint}"`}>`,
    );
  // A time that a date field can't show, which an address may have, is kept as text.
  const day = (filter: Filter) =>
    isDay(parameters.get(filter) ?? '')
      ? field(
          asked,
          filter,
          (attributes) => html`<input type="date" ${attributes} value="${parameters.get(filter) ?? ''}">`,
        )
      : text(filter);
  const project = (filter: Filter) =>
    listed.size > 0 ? choice(filter, [...listed], 'Any') : text(filter, 'id, 24 hex digits');
  const statuses = parameters.getAll('status').flatMap((value) => value.split(','));
  return html`${quickLinks(parameters, names)}
<details class="filter"${isOfForm(problem) ? raw(' open') : ''}><summary>More filters</summary>
<form method="get" action="/" aria-label="Filter restores">
<fieldset class="wide"><legend>Status</legend>
<div class="checks">${STATUSES.map((status) => check(status, statuses.includes(status)))}</div>
${problem?.filter === 'status' ? html`<p class="error" role="alert">${problem.text}</p>` : ''}</fieldset>
${project('projectId')}${text('clusterName', 'exact name')}
${choice(
  'kind',
  KINDS.map((kind) => [kind, KIND_LABEL[kind]] as const),
  'Any',
)}
${choice(
  'delivery',
  DELIVERIES.map((delivery) => [delivery, DELIVERY_LABEL[delivery]] as const),
  'Any',
)}
${choice(
  'open',
  [
    ['true', 'Open'],
    ['false', 'Settled'],
  ],
  'Any',
)}${project('targetProjectId')}${text('snapshotId', 'id, 24 hex digits')}
${choice(
  'finding',
  RULES.map((rule) => [rule, ruleLabel(rule)] as const),
  'Any',
)}
${parameters.has('accountId') ? text('accountId', '12 digits') : ''}${day('since')}${day('until')}
${choice('order', [['asc', 'Oldest first']], 'Newest first')}
<div class="wide acts"><button>Show</button><a href="/">Clear</a></div>
</form></details>`;
}

const isDay = (text: string) => text === '' || (text.length === 10 && isoMoment(text) !== undefined);

/** Whether the problem can be seen, and corrected, in the form. */
export const isOfForm = (problem: Asked['problem']) => FILTERS.some((filter) => filter === problem?.filter);

const option = (value: string, label: string, chosen: boolean) =>
  html`<option value="${value}"${chosen ? raw(' selected') : ''}>${cut(visible(label), 64)}</option>`;

const check = (status: Status, on: boolean) =>
  html`<label><input type="checkbox" name="status" value="${status}"${on ? raw(' checked') : ''}>${STATUS_LOOK[status].label}</label>`;

function field({ problem }: Asked, filter: Filter, control: (attributes: Html) => Html): Html {
  const wrong = problem?.filter === filter;
  const attributes = html`id="f-${filter}" name="${filter}"${wrong ? raw(` aria-invalid="true" aria-describedby="e-${filter}"`) : ''}`;
  return html`<div><label for="f-${filter}">${FILTER_LABELS[filter]}${filter === 'since' || filter === 'until' ? ' (UTC)' : ''}</label>
${control(attributes)}${wrong ? html`<p class="error" id="e-${filter}" role="alert">${problem.text}</p>` : ''}</div>
`;
}

const QUICK: readonly (readonly [string, Partial<Record<Filter, string>>])[] = [
  ['All', {}],
  ['Open', { open: 'true' }],
  ['Failed', { status: 'FAILED' }],
  ['Downloads', { delivery: 'download' }],
  ['Point in time', { delivery: 'pointInTime' }],
];

/** Frequent filters, and those in force, to be removed one by one. */
function quickLinks(parameters: URLSearchParams, names: ProjectNames): Html {
  const given = [...parameters].filter(([key]) => FILTERS.some((filter) => filter === key));
  const current = QUICK.find(([, filters]) => {
    const wanted = Object.entries(filters);
    return wanted.length === given.length && wanted.every(([key, value]) => parameters.get(key) === value);
  });
  const rest = current ? [] : given;
  return html`<ul class="quick" aria-label="Filters">
${QUICK.map(([label, filters]) => html`<li><a href="${jobsHref(filters)}"${current?.[0] === label ? raw(' aria-current="true"') : ''}>${label}</a></li>`)}
${rest.map(([key, value]) => givenLink(parameters, key as Filter, value, names))}</ul>`;
}

const givenLink = (parameters: URLSearchParams, filter: Filter, value: string, names: ProjectNames) =>
  html`<li class="given"><a href="${jobsHref(withoutValue(parameters, filter, value))}">
<span><span class="hidden">Remove the filter </span>${FILTER_LABELS[filter]}: <bdi>${valueText(filter, value, names)}</bdi></span>
<span aria-hidden="true">×</span></a></li>`;

function valueText(filter: Filter, value: string, names: ProjectNames): string {
  const labels: Partial<Record<Filter, string | undefined>> = {
    projectId: names.get(value),
    targetProjectId: names.get(value),
    status: STATUS_LOOK[value as Status]?.label,
    kind: KIND_LABEL[value as Kind],
    delivery: DELIVERY_LABEL[value as Delivery],
    open: value === 'true' ? 'open' : 'settled',
    finding: ruleLabel(value),
    order: 'oldest first',
  };
  return cut(visible(labels[filter] ?? value), 48);
}
