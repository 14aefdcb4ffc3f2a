// functions/api/web/pictures/requester-pages.ts: GET /requesters: who requested the newest restores; and all about one of them.
import { html } from 'hono/html';
import type { JobSummary } from '../../../ledger/model/ledger.ts';
import { grouped } from '../../../platform/grouped.ts';
import { isFound } from '../../../restore/requesters/requester.ts';
import { GRADES } from '../../../schema/words.ts';
import { ranks } from '../../../views/html/pictures/ranks.ts';
import { agoTime, cut, type Html, name, visible } from '../../../views/html/text.ts';
import { flowsOf } from '../../../views/pictures/flows.ts';
import type { PicturedJob, ReadJobs } from '../../../views/pictures/jobs.ts';
import { dayCountsOf, overTime } from '../../../views/pictures/over-time.ts';
import { type ActorKey, isActor, requestersOf } from '../../../views/pictures/requesters.ts';
import { lastDays, type Span, unitOf } from '../../../views/pictures/spans.ts';
import { actorKind, actorName } from '../../../views/requester-text.ts';
import { counted, number } from '../../../views/text.ts';
import { JOB_FILTERS } from '../../query/job-filters.ts';
import { document } from '../html/layout.ts';
import type { ProjectNames } from '../parts/job-form.ts';
import { clusterLink, jobTable } from '../parts/job-table.ts';
import { gradeMeaning } from '../parts/requester-text.ts';
import { flowHref } from './links.ts';
import { overTimePicture } from './over-time-part.ts';
import { flowPart, leaves, requestersPart, ruleCounts, rulesPart } from './parts.ts';
import { leftOut } from './read-from.ts';

/** Rows of requesters. */
const MAX_REQUESTERS = 100;
/** Restores that are listed. */
const LISTED = 50;

export interface RequestersPage {
  read: ReadJobs<JobSummary>;
  names: ProjectNames;
}

export function requestersPage({ read }: RequestersPage, now: number): Html {
  const { jobs } = read;
  const body = html`<div class="top"><h1>Requesters</h1></div>
${leftOut(read)}${jobs.length === 0 ? html`<div class="card empty"><h2>No restores so far</h2><p>Who requested a restore is found in the project’s events, when a run first sees it.</p></div>` : requestersPart(jobs, `Who requested ${read.more ? 'the newest ' : ''}${counted(jobs.length, 'restore')}`, MAX_REQUESTERS)}`;
  return document({ title: 'Requesters', place: '/requesters', body }, now);
}

/** Nothing where none of the restores is theirs. */
export function requesterPage(key: ActorKey, { read, names }: RequestersPage, now: number): Html | undefined {
  const is = isActor(key);
  const jobs = read.jobs.filter(({ requester }) => isFound(requester) && is(requester.actor));
  const [count] = requestersOf(jobs, leaves).known;
  const [newest] = jobs;
  if (!count || !newest) return undefined;
  const { actor, grades, leaving } = count;
  const filters = filtersOf(key);
  const clusters = grouped(jobs, ({ projectId, clusterName }) => JSON.stringify([projectId, clusterName]));
  const shown = actorName(actor);
  const unsure = GRADES.filter((grade) => (grade === 'likely' || grade === 'weak') && grades[grade] > 0);
  const body = html`<div class="top"><h1>${name(shown, 200)}</h1><p>${actor.via === undefined ? actorKind(actor) : html`through ${name(actor.via, 80)}`}\u00a0· <a href="/requesters">All requesters</a></p></div>
${leftOut(read)}<dl class="facts">
${[
  ['Restores', number(jobs.length), html`the newest ${agoTime(newest.requestedAt, now)}`] as const,
  ['Left the project', number(leaving), 'to another project, or as a download'] as const,
  ['Clusters', number(clusters.size), 'whose backups were restored'] as const,
  ...GRADES.filter((grade) => grades[grade] > 0).map(
    (grade) =>
      [
        `${grade.slice(0, 1).toUpperCase()}${grade.slice(1)} match`,
        number(grades[grade]),
        gradeMeaning(grade),
      ] as const,
  ),
].map(
  ([
    title,
    value,
    about,
  ]) => html`<div><dt>${title}</dt><dd class="n">${value}</dd><dd class="soft small">${about}</dd></div>
`,
)}</dl>
${unsure.length === 0 ? '' : html`<p class="note">Not all of these are sure: a ${unsure.join(' or a ')} match is no proof that it was them.</p>`}
<section class="card" aria-labelledby="time-title"><div class="head"><h2 id="time-title">Restores over time</h2></div>
${overTimePicture(overTimeOf(jobs, now), filters)}</section>
<div class="two"><div>${flowPart(flowsOf(jobs, names), 'Where the data went', filters && ((flow) => flowHref(flow, filters)))}</div><div><section class="card" aria-labelledby="of-title"><div class="head"><h2 id="of-title">Of which clusters</h2></div>
${ranks({
  caption: 'Restores by the cluster they are of',
  headings: ['Cluster'],
  rows: [...clusters.values()]
    .toSorted((a, b) => b.length - a.length)
    .flatMap((of) => {
      const [one] = of;
      return one
        ? {
            label: html`${clusterLink(one.projectId, one.clusterName)}<span class="sub">${name(names.get(one.projectId) ?? one.projectName ?? one.projectId)}</span>`,
            restores: of.length,
          }
        : [];
    }),
})}</section>${rulesPart(ruleCounts(jobs), filters)}</div></div>
<section class="card" aria-labelledby="restores-title"><h2 id="restores-title" class="hidden">Restores</h2>
${jobTable(jobs.slice(0, LISTED), `The newest ${counted(Math.min(jobs.length, LISTED), 'restore')} of ${number(jobs.length)}`, names, now)}</section>`;
  return document({ title: `Requester ${cut(visible(shown), 80)}`, place: '/requesters', itself: false, body }, now);
}

/** None where no filter asks for just them: `*` and `?` would stand for any text, and nobody is asked for by their kind alone. */
function filtersOf({ id, name }: ActorKey): Record<string, string> | undefined {
  const requester = id ?? name;
  if (requester === undefined || /[*?]/.test(requester)) return undefined;
  const [asked, ...others] = JOB_FILTERS.requester.read(requester) ?? [];
  return asked === requester && others.length === 0 ? { requester } : undefined;
}

function overTimeOf(jobs: readonly PicturedJob[], now: number) {
  const period = spanOf(jobs, now);
  return overTime(period, dayCountsOf(jobs), 'outcome', unitOf(period));
}

/** From the oldest, at least a month. */
function spanOf(jobs: readonly PicturedJob[], now: number): Span {
  const month = lastDays(30, now);
  const oldest = jobs.at(-1)?.requestedAt ?? month.since;
  return oldest < month.since ? { ...month, since: `${oldest.slice(0, 10)}T00:00:00.000Z` } : month;
}
