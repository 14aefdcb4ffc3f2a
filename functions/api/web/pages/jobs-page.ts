// functions/api/web/pages/jobs-page.ts: GET /: the state of things, then the jobs, newest first; with filters, the jobs that fit.
import { html } from 'hono/html';
import type { JobSummary, Page, TagsNotKnown } from '../../../ledger/model/ledger.ts';
import type { Grouping } from '../../../schema/words.ts';
import { mark } from '../../../views/html/badge.ts';
import { copied, type Html } from '../../../views/html/text.ts';
import { counted } from '../../../views/text.ts';
import type { Format } from '../../http/negotiate.ts';
import type { SortField } from '../../query/sorted-jobs.ts';
import { document } from '../html/layout.ts';
import {
  type Asked,
  dataHref,
  fromStart,
  jobsHref,
  totalsHref,
  wholeHref,
  withParameters,
} from '../parts/job-filter.ts';
import { isOfForm, jobForm } from '../parts/job-form.ts';
import { jobTable, type Sorting } from '../parts/job-table.ts';
import { candidatesOf } from '../parts/place.ts';
import type { NamedProjects } from '../parts/project-names.ts';
import { tagsNote } from '../parts/tags-note.ts';

export interface JobsPage {
  asked: Asked;
  /** Absent where a filter is wrong. */
  jobs?: Page<JobSummary>;
  tagsNotKnown?: TagsNotKnown;
  projects: NamedProjects;
  /** Of the first page without filters, as is `covered`. */
  overview?: Html;
  /** Of the overview: after how long it is read again. */
  followSeconds?: number;
  /** Clusters that were read at least once. */
  covered?: { clusters: number; projects: number };
}

export function jobsPage(page: JobsPage, now: number): Html {
  const { asked, jobs, overview } = page;
  const { parameters, filtered, problem } = asked;
  const deep = isDeep(parameters);
  const bare = !filtered && !deep && jobs?.items.length === 0; // nothing is there to be filtered
  const title = filtered ? 'Filtered restores' : deep ? 'Older restores' : 'Restores';
  const body = html`<div class="top"><h1>${title}</h1>
${filtered || deep ? html`<p><a href="/">Back to the overview</a></p>` : ''}</div>
${overview ?? ''}<section class="card" aria-labelledby="jobs-title"><h2 id="jobs-title" class="hidden">Restore jobs</h2>
${problem && !isOfForm(problem) ? html`<div class="note bad" role="alert">${mark('This address can’t be used.', 'bad', 'cross')} ${problem.text} <a href="${jobsHref(withParameters(fromStart(parameters), { limit: undefined }))}">Start again</a></div>` : ''}
${problem?.filter === 'sort' && !isTimed(parameters) ? html`<div class="note">Too many restores are to be sorted. <a href="${jobsHref(withParameters(fromStart(parameters), { period: '30d' }))}">Sort those of the last 30 days</a></div>` : ''}
${problem?.candidates ? html`<div class="note">One of them: ${candidatesOf(problem, '/', parameters)}</div>` : ''}
${bare ? '' : jobForm(asked, page.projects.names, page.projects.listed)}
${tagsNote(page)}${jobs ? list(jobs, page, now) : ''}</section>`;
  return document({ title, place: '/', itself: !filtered && !deep, followSeconds: page.followSeconds, body }, now);
}

const isTimed = (parameters: URLSearchParams) => ['period', 'since', 'until'].some((filter) => parameters.has(filter));

const isDeep = (parameters: URLSearchParams) => parameters.has('cursor') || parameters.has('before');

/** In which order, and what the pages before and after it hold. */
function orderOf({ asked }: Asked): { words: string; before: string; after: string; start: string } {
  const { sort, query } = asked ?? {};
  if (sort && sort.by !== 'requestedAt')
    return { words: 'in the chosen order', before: 'Previous', after: 'Next', start: 'first page' };
  const oldestFirst = sort ? !sort.descending : query?.order === 'asc';
  return oldestFirst
    ? { words: 'oldest first', before: 'Older', after: 'Newer', start: 'oldest' }
    : { words: 'newest first', before: 'Newer', after: 'Older', start: 'newest' };
}

function list({ items, cursor, previous }: Page<JobSummary>, page: JobsPage, now: number): Html {
  const { asked, projects } = page;
  const { parameters } = asked;
  if (items.length === 0 && cursor === undefined && previous === undefined) return empty(page);
  const order = orderOf(asked);
  const deep = isDeep(parameters);
  const start = fromStart(parameters);
  const shown =
    items.length === 0
      ? html`<div class="empty"><h2>None in this part</h2>
<p>A page searches a part of the ledger. None of the jobs in this part fits${cursor === undefined && previous !== undefined ? '' : '; there is more to search'}.</p></div>`
      : jobTable(
          items,
          `${counted(items.length, 'restore')}, ${order.words}${deep ? ', from further on' : ''}`,
          projects.names,
          now,
          sortingOf(asked),
        );
  const next = cursor && jobsHref(withParameters(start, { cursor }));
  const back = previous && jobsHref(withParameters(start, { before: previous }));
  return html`${shown}
<nav class="pages" aria-label="Pages">
${back ? html`<a class="button" rel="prev" href="${back}">← ${order.before}</a>` : ''}
${next ? html`<a class="button" rel="next" href="${next}">${items.length === 0 ? 'Search on' : order.after} →</a>` : html`<span class="soft">${deep ? 'That is the end.' : 'That is all.'}</span>`}
${deep ? html`<a href="${jobsHref(start)}">Back to the ${order.start}</a>` : ''}
<span class="data soft small">These jobs as ${dataLink(parameters, 'csv')}, ${dataLink(parameters, 'json')}, ${dataLink(parameters, 'ndjson')}</span>
<span class="data soft small">Totals by ${TOTALS.map(([by, label], i) => html`${i > 0 ? ', ' : ''}<a href="${totalsHref(parameters, by)}" aria-label="Totals by ${label}">${label}</a>`)}</span>
${next || deep ? html`<span class="data soft small">All that fit as <a href="${wholeHref(parameters, 'csv')}" aria-label="All as CSV">CSV</a>, <a href="${wholeHref(parameters, 'ndjson')}" aria-label="All as NDJSON">NDJSON</a></span>` : ''}</nav>`;
}

/** Sorted by the time of the request, a list has no bound: any other order is of what a filter leaves. */
function sortingOf({ asked, parameters }: Asked): Sorting {
  const start = withParameters(fromStart(parameters), { order: undefined });
  const sort = asked?.sort ?? { by: 'requestedAt', descending: asked?.query.order !== 'asc' };
  const parameter = (by: SortField, descending: boolean) => {
    if (by === 'requestedAt' && descending) return undefined;
    return descending ? `${by}:desc` : by;
  };
  return { ...sort, href: (...how) => jobsHref(withParameters(start, { sort: parameter(...how) })) };
}

const TOTALS: readonly (readonly [Grouping, string])[] = [
  ['project', 'project'],
  ['cluster', 'cluster'],
  ['requester', 'requester'],
  ['month', 'month'],
];

const dataLink = (parameters: URLSearchParams, format: Format) =>
  html`<a href="${dataHref(parameters, format)}">${format.toUpperCase()}</a>`;

function empty({ asked, covered }: JobsPage): Html {
  if (isDeep(asked.parameters)) {
    return html`<div class="empty"><h2>That was all</h2>
<p>Nothing comes after the page before.</p>
<p><a class="button" href="${jobsHref(fromStart(asked.parameters))}">Back to the start</a></p></div>`;
  }
  if (asked.filtered) {
    return html`<div class="empty"><h2>No matching restores</h2>
<p>Remove a filter above, or show all. Clusters that could not be read lately are on the <a href="/clusters">clusters page</a>.</p>
<p><a class="button" href="/">All restores</a></p></div>`;
  }
  if (!covered?.clusters) {
    return html`<div class="empty"><h2>Nothing has been collected yet</h2>
<p>A collection reads every project that the Atlas credentials can see. Start one with ${copied('restore-ledger collect')} or <code>POST /runs</code>, or wait for the schedule; then load this page again.</p></div>`;
  }
  return html`<div class="empty"><h2>No restores so far</h2>
<p>${counted(covered.clusters, 'cluster')} in ${counted(covered.projects, 'project')} ${covered.clusters === 1 ? 'was' : 'were'} read, and Atlas lists no restore job of any of them. Restore a snapshot in Atlas, to a test cluster for instance, and it shows here after the next run.</p>
<p><a href="/clusters">When each cluster was read</a></p></div>`;
}
