// functions/api/web/parts/requester-part.ts: who requested a restore, never without how sure that is.

import { html } from 'hono/html';
import type { Failure } from '../../../ledger/model/coverage.ts';
import type { JobSummary, LedgerJob } from '../../../ledger/model/ledger.ts';
import { capitalized } from '../../../platform/text.ts';
import { type Actor, type FoundRequester, isFound } from '../../../restore/requesters/requester.ts';
import { GRADES, type Grade } from '../../../schema/words.ts';
import { mark } from '../../../views/html/badge.ts';
import { agoTime, copied, type Html, name, quoted, visible } from '../../../views/html/text.ts';
import { jobHref, requesterHref } from '../../../views/paths.ts';
import { actorKey } from '../../../views/pictures/requesters.ts';
import { actorKind, actorName, hedge, measures, whyNobody } from '../../../views/requester-text.ts';
import { number } from '../../../views/text.ts';
import { explained, gradeMeaning, reasonAtLength } from './requester-text.ts';

const PART = 'asked';
/** Of an application. */
const MAX_VIA = 40;

/** In a row of a table. The grade is a link, so that a keyboard comes to its words too. */
export function requesterCell({ jobId, kind: api, requester }: Pick<JobSummary, 'jobId' | 'kind' | 'requester'>): Html {
  if (!isFound(requester)) return html`<span class="soft">${visible(whyNobody(requester, api))}</span>`;
  const { actor, grade } = requester;
  const kind =
    actor.kind === 'user' || (actor.kind === 'staff' && !actor.name) ? '' : html`${kindOf(requester)}\u00a0· `;
  return html`${hedge(grade)}${actorLink(actor)}<span class="sub">${kind}<a class="grade" href="${jobHref(jobId)}#${PART}">${bars(grade)}${visible(grade)}<span class="hidden"> match. </span><span class="tip">${gradeMeaning(grade)} ${capitalized(measures(requester))}.</span></a></span>`;
}

/** To the page of theirs. */
function actorLink(actor: Actor, max?: number): Html {
  const href = requesterHref(actorKey(actor));
  const shown = name(actorName(actor), max);
  return href === undefined ? shown : html`<a class="plainlink" href="${href}">${shown}</a>`;
}

/** @param unreadable why the events of the project can't be read, where that is known to go on */
export function requesterPart(job: LedgerJob, now: number, unreadable?: Failure): Html {
  const { requester } = job;
  return html`<section class="card" id="${PART}" aria-labelledby="asked-title">
<div class="head"><h2 id="asked-title">Requested by</h2>${isFound(requester) ? gradeMark(requester) : ''}</div>
${isFound(requester) ? named(requester) : unnamed(job, now, unreadable)}</section>`;
}

const unnamed = (job: LedgerJob, now: number, unreadable: Failure | undefined) =>
  html`<p class="who">${mark('Not known', 'off', 'dash')}</p>
<p>${unreadable && awaitsEvents(job) ? eventsUnreadable(unreadable, now) : reasonAtLength(job)}</p>`;

/** Whether events that are read may still name somebody. */
export const awaitsEvents = ({ requester }: Pick<JobSummary, 'requester'>): boolean =>
  requester === undefined || (!isFound(requester) && ['pending', 'not-read'].includes(requester.reason));

const eventsUnreadable = ({ since, code, message }: Failure, now: number) =>
  html`The project’s events can’t be read, since ${agoTime(since, now)}: <code>${visible(code)}</code> ${quoted(message)}. Until they can, nobody is named.`;

const gradeMark = ({ grade, points }: FoundRequester) =>
  html`<p class="grade">${bars(grade)}<strong>${visible(grade)} match</strong> <span class="soft small">${number(points)} of 100 points</span></p>`;

function named(requester: FoundRequester): Html {
  const { actor, grade, eventType, eventId } = requester;
  return html`<p class="who">${hedge(grade)}<strong>${actorLink(actor, 200)}</strong><span class="sub">${kindOf(requester)}</span></p>
<p>${explained(requester)} ${gradeMeaning(grade)}</p>
<dl class="pairs"><dt>Event</dt>
<dd><code>${visible(eventType)}</code>${eventType === ALSO_OF_EXPORTS ? html`<span class="sub">Atlas writes the same one for the export of a snapshot</span>` : ''}</dd>
${code('Event id', eventId)}${actor.name === undefined ? '' : code(actor.kind === 'apiKey' ? 'Key id' : 'User id', actor.id)}
<dt>From where</dt>
<dd>Atlas recorded no address</dd></dl>`;
}

const code = (title: string, value: string | undefined) =>
  value === undefined
    ? ''
    : html`<dt>${title}</dt>
<dd>${copied(value)}</dd>`;

/** Which is why its grade is never more than strong. */
const ALSO_OF_EXPORTS = 'CPS_RESTORE_REQUESTED_AUDIT';

const kindOf = ({ actor }: FoundRequester) =>
  actor.via === undefined ? visible(capitalized(actorKind(actor))) : html`Through ${name(actor.via, MAX_VIA)}`;

/** Four bars for `exact`, one for `weak`. */
function bars(grade: Grade): Html {
  const full = GRADES.length - GRADES.indexOf(grade);
  return html`<svg class="i" aria-hidden="true"><use href="#bars${full > GRADES.length ? 1 : full}"/></svg>`;
}
