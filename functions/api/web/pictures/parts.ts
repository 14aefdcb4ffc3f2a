// functions/api/web/pictures/parts.ts: parts that several pages of pictures have: who, where to, and what was found.
import { html } from 'hono/html';
import { destinationOf } from '../../../restore/destination.ts';
import { GRADES, RULES } from '../../../schema/words.ts';
import { flowPicture } from '../../../views/html/pictures/flow.ts';
import { type Rank, ranks } from '../../../views/html/pictures/ranks.ts';
import { type Html, name } from '../../../views/html/text.ts';
import { requesterHref } from '../../../views/paths.ts';
import type { Flow } from '../../../views/pictures/flows.ts';
import type { PicturedJob } from '../../../views/pictures/jobs.ts';
import { type RequesterCount, requestersOf } from '../../../views/pictures/requesters.ts';
import { actorKind, actorName } from '../../../views/requester-text.ts';
import { counted, number } from '../../../views/text.ts';
import { ruleLabel } from '../parts/finding-badge.ts';
import { jobsHref } from '../parts/job-filter.ts';

/** To another project, or out of Atlas. */
export function leaves(job: PicturedJob): boolean {
  const { place } = destinationOf(job);
  return place === 'elsewhere' || place === 'download';
}

/** Rows of a part that is of few of them. */
const SOME = 8;

/** @param title of the section @param max rows @default the first 8, with a link to all */
export function requestersPart(jobs: readonly PicturedJob[], title: string, max?: number): Html | '' {
  const { known, unknown } = requestersOf(jobs, leaves);
  if (jobs.length === 0) return '';
  const rows = [
    ...known.map(requesterRank),
    ...unknown.map(
      ({ why, restores }): Rank => ({
        label: html`<span class="soft">Not known: ${why}</span>`,
        restores,
        look: 'fill-off',
      }),
    ),
  ];
  return html`<section class="card" aria-labelledby="who-title"><div class="head"><h2 id="who-title">${title}</h2>${max === undefined ? html`<p class="soft small"><a href="/requesters">All requesters</a></p>` : ''}</div>
${ranks({ caption: 'Restores by who requested them', headings: ['Requester', 'How sure'], rows, max: max ?? SOME })}</section>`;
}

function requesterRank({ key, actor, restores, grades, leaving }: RequesterCount): Rank {
  const href = requesterHref(key);
  const shown = name(actorName(actor));
  const sure = GRADES.flatMap((grade) => (grades[grade] > 0 ? `${number(grades[grade])} ${grade}` : []));
  return {
    label: html`${href === undefined ? shown : html`<a href="${href}">${shown}</a>`}<span class="sub">${actor.via === undefined ? actorKind(actor) : html`through ${name(actor.via, 40)}`}</span>`,
    restores,
    about: `${sure.join(', ')}${leaving > 0 ? `; ${number(leaving)} left the project` : ''}`,
  };
}

/** @param href to the restores of a flow; none: no filter asks for just these */
export const flowPart = (
  flows: readonly Flow[],
  title: string,
  href?: (flow: Flow) => string | undefined,
): Html | '' =>
  flows.length === 0
    ? ''
    : html`<section class="card" aria-labelledby="flow-title"><div class="head"><h2 id="flow-title">${title}</h2><p class="soft small">${leavingWords(flows)}</p></div>
${flowPicture({ flows, ...(href ? { href } : {}) })}</section>`;

function leavingWords(flows: readonly Flow[]): string {
  const leaving = flows.filter((flow) => flow.leaves).reduce((sum, { restores }) => sum + restores, 0);
  return leaving === 0 ? 'None left its project' : `${counted(leaving, 'restore')} left the project`;
}

/** @param counts by rule @param filters beside the finding; none: no filter asks for just these restores */
export function rulesPart(
  counts: Readonly<Record<string, number>>,
  filters?: Record<string, string> | URLSearchParams,
): Html {
  const known: readonly string[] = RULES;
  const rules = Object.entries(counts)
    .filter(([, n]) => n > 0)
    .sort(([, a], [, b]) => b - a);
  const rows = rules.map(([rule, restores]): Rank => {
    const query = new URLSearchParams((filters ?? {}) as Record<string, string>);
    query.set('finding', rule);
    const label = ruleLabel(rule);
    const isAsked = filters !== undefined && known.includes(rule);
    return { label: isAsked ? html`<a href="${jobsHref(query)}">${label}</a>` : label, restores, look: 'fill-c2' };
  });
  return html`<section class="card" aria-labelledby="rules-title"><div class="head"><h2 id="rules-title">Findings by rule</h2></div>
${rows.length === 0 ? html`<p class="soft">Nothing was found.</p>` : ranks({ caption: 'Restores by what was found', headings: ['Rule'], rows, max: RULES.length })}</section>`;
}

/** Restores with each finding. */
export function ruleCounts(jobs: Iterable<PicturedJob>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { findings = [] } of jobs)
    for (const rule of new Set(findings.map((finding) => finding.rule))) counts[rule] = (counts[rule] ?? 0) + 1;
  return counts;
}
