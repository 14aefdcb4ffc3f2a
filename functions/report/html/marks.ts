// functions/report/html/marks.ts: states in the report: each a word, a shape and a colour, so that none is needed alone.
import { html } from 'hono/html';
import { capitalized } from '../../platform/text.ts';
import type { ProofState } from '../../proof/list.ts';
import { isFound, type Requester } from '../../restore/requesters/requester.ts';
import type { Finding } from '../../restore/rules/finding.ts';
import { span } from '../../restore/text.ts';
import { lookMark, mark, severityLook } from '../../views/html/badge.ts';
import { type Html, name, time, visible, whole } from '../../views/html/text.ts';
import { actorKind, actorName, requesterUnknown } from '../../views/requester-text.ts';
import type { ClusterEvidence, DrillProof } from '../model/report.ts';

/** Names are shown as a whole: Atlas's have at most 64 characters. */
export const WHOLE = 200;

export function proofMark(state: ProofState): Html {
  if (state === 'gap') return mark('Gap', 'bad', 'alert');
  if (state === 'none') return mark('Nothing to read', 'off', 'dash');
  return state === 'due' ? mark('Full reading due', 'wait', 'half') : mark('Covered', 'ok', 'check');
}

export const findingItem = ({ rule, severity, why }: Finding) =>
  html`<li>${lookMark(severityLook(severity))} <code>${visible(rule)}</code> ${visible(why)}</li>`;

/** Always with the grade of certainty. */
export function requesterCell(requester: Requester | undefined): Html {
  if (!isFound(requester)) return html`<span class="soft">${visible(capitalized(requesterUnknown(requester)))}</span>`;
  const { actor, grade, points } = requester;
  const via = actor.via === undefined ? '' : html` through ${name(actor.via, WHOLE)}`;
  const sure =
    grade === 'weak' ? `weak, ${points} of 100 points: a hint` : `${visible(grade)}, ${points} of 100 points`;
  return html`${name(actorName(actor), WHOLE)}${via}<span class="sub">${visible(actorKind(actor))} · ${sure}</span>`;
}

export function missedText({ missed, notKnown = [] }: DrillProof): Html {
  const parts = (some: DrillProof['missed']) =>
    some.map(({ from, until }, at) => html`${at > 0 ? '; ' : ''}${time(from)} to ${time(until)}`);
  return html`${sub(missed.length > 0 && html`Missed from ${parts(missed)}`)}${sub(notKnown.length > 0 && html`Not known from ${parts(notKnown)}`)}`;
}

/** A second line of a cell, where there is one. */
export const sub = (content: Html | string | false | undefined) =>
  content ? html`<span class="sub">${typeof content === 'string' ? whole(content) : content}</span>` : '';

export const timeOrDash = (iso: string | undefined) => (iso === undefined ? '–' : time(iso));
export const spanOrDash = (seconds: number | undefined) => (seconds === undefined ? '–' : span(seconds));

/** Of a place in the document: names may be anything, ids may not. */
export const anchorOf = ({ projectId }: { projectId: string }, index: number) => `c-${projectId}-${index}`;

export function clusterWords({ tier, goneAt, deleted }: ClusterEvidence): Html {
  const gone = goneAt === undefined ? '' : html`, no longer there since ${time(goneAt)}`;
  return html`${tier ?? 'unknown tier'}${deleted ? ', deleted, its backups kept' : ''}${gone}`;
}
