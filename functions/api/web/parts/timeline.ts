// functions/api/web/parts/timeline.ts: a job's history: when it was requested, first seen, and what changed.

import { html } from 'hono/html';
import type { Change, LedgerJob } from '../../../ledger/model/ledger.ts';
import { capitalized } from '../../../platform/text.ts';
import { isAnnotating } from '../../../restore/annotations.ts';
import { span } from '../../../restore/text.ts';
import { STATUSES, type Status } from '../../../schema/words.ts';
import { annotationOfChange, annotatorWords, announcementOfChange } from '../../../views/annotations.ts';
import { STATUS_LOOK } from '../../../views/html/badge.ts';
import { cut, exactTime, type Html, visible, whole } from '../../../views/html/text.ts';
import { counted } from '../../../views/text.ts';
import { ruleLabel } from './finding-badge.ts';
import { requesterInShort } from './requester-text.ts';

/** Shown of a value; the whole of it is in the JSON. */
const MAX_VALUE = 300;

export function timeline({ requestedAt, changes, revision }: LedgerJob): Html {
  const [first, ...later] = changes;
  let before = first?.revision ?? 0;
  return html`<ol class="line">
${entry('Requested', exactTime(requestedAt), '', 'ring', 'off')}
${first ? entry(`First seen, ${label(first.status)}`, when(first, requestedAt), moves(first), ...look(first.status)) : ''}
${later.map((change) => {
  const gap = change.revision - before - 1;
  before = change.revision;
  return html`${gap > 0 ? left(gap) : ''}${entry(headline(change), when(change, requestedAt), moves(change), ...lookOf(change))}`;
})}${revision > before ? left(revision - before) : ''}</ol>`;
}

const left = (gap: number) =>
  entry(
    `${counted(gap, 'entry')} left out`,
    html`<span class="soft">a history this long isn’t kept whole</span>`,
    '',
    'dash',
    'off',
  );

const entry = (title: string, at: Html, what: Html | '', shape: string, tone: string) =>
  html`<li><svg class="dot ${tone}" aria-hidden="true"><use href="#${shape}"/></svg><h3>${title}</h3>
<div class="soft small">${at}</div>${what}</li>
`;

const label = (status: Status) => (STATUS_LOOK[status]?.label ?? visible(String(status))).toLowerCase();
const look = (status: Status): [string, string] => {
  const { shape = 'ring', tone = 'off' } = STATUS_LOOK[status] ?? {};
  return [shape, tone];
};

/** What the ledger found out by itself leaves the status as it was. */
const lookOf = ({ status, fields }: Change): [string, string] => {
  if (fields.status || fields.vanishedAt) return look(status);
  if (isAnnotating({ fields })) return ['ring', 'now'];
  if (fields.findings) return ['alert', 'wait'];
  return fields.requester ? ['ring', 'off'] : look(status);
};

function when({ at }: Change, requestedAt: string): Html {
  const seconds = (Date.parse(at) - Date.parse(requestedAt)) / 1000;
  return html`${exactTime(at)}${seconds >= 0 ? html`\u00a0· ${whole(`${span(seconds)} after the request`)}` : ''}`;
}

function headline({ fields, status, repaired, erased }: Change): string {
  if (erased) return `A name was erased (${visible(erased.pseudonym)})`;
  if (repaired) return 'Changed by something else, and put back';
  if (isAnnotating({ fields })) return 'Annotated';
  if (fields.vanishedAt)
    return fields.vanishedAt.to === undefined ? 'Listed by Atlas again' : 'No longer listed by Atlas';
  if (fields.status) return STATUS_LOOK[status]?.label ?? visible(String(status));
  if (fields.announcement) return fields.announcement.to === undefined ? 'Not the one announced' : 'Announced before';
  if (fields.requester) return 'Requester looked up';
  if (fields.findings) return 'Findings changed';
  return 'Details changed';
}

function moves(change: Change): Html | '' {
  const { fields, atlas = [] } = change;
  const annotation = annotationOfChange(change);
  if (annotation)
    return html`<ul class="moves"><li><bdi>${cut(visible(capitalized(annotation.words)), MAX_VALUE)}</bdi></li>
<li class="soft">by <bdi>${visible(annotatorWords(annotation.by))}</bdi></li></ul>`;
  const announcement = announcementOfChange(change);
  const names = Object.entries(fields).filter(([field]) => field !== 'announcement');
  if (announcement === undefined && names.length === 0 && atlas.length === 0) return '';
  const also = cut(atlas.map(visible).join(', '), MAX_VALUE);
  return html`<ul class="moves">${announcement === undefined ? '' : html`<li><bdi>${cut(visible(capitalized(announcement)), MAX_VALUE)}</bdi></li>`}${names.map(([field, { from, to }]) => move(field, from, to))}
${also === '' ? '' : html`<li class="soft">Also in Atlas’s answer: ${also}</li>`}</ul>`;
}

const move = (field: string, from: unknown, to: unknown) =>
  field === 'findings' && isList(from ?? []) && isList(to ?? [])
    ? foundMove((from ?? []) as unknown[], (to ?? []) as unknown[])
    : html`<li><code>${visible(field)}</code> <span class="from">${value(field, from)}</span>
<span aria-hidden="true">→</span><span class="hidden"> became </span> ${value(field, to)}</li>`;

const isList = (it: unknown) => Array.isArray(it);

/** Two lists of rules: those added and those gone. */
function foundMove(from: readonly unknown[], to: readonly unknown[]): Html {
  const labels = (rules: readonly unknown[]) => cut(rules.map((rule) => ruleLabel(String(rule))).join(', '), MAX_VALUE);
  const [added, gone] = [to.filter((rule) => !from.includes(rule)), from.filter((rule) => !to.includes(rule))];
  return html`${added.length > 0 ? html`<li>Found: <bdi>${labels(added)}</bdi></li>` : ''}${gone.length > 0 ? html`<li>No longer found: <bdi>${labels(gone)}</bdi></li>` : ''}`;
}

/** Values come from the store and have any shape. */
function value(field: string, it: unknown): Html | string {
  if (it === undefined || it === null || it === '') return html`<span class="soft">nothing</span>`;
  if (field.endsWith('At') && typeof it === 'string') return exactTime(it);
  if (field === 'status' && STATUSES.some((status) => status === it)) return label(it as Status);
  if (field === 'requester') {
    const words = requesterInShort(it);
    if (words) return words;
  }
  if (field === 'durationSeconds' && typeof it === 'number') return whole(span(it));
  return html`<bdi>${cut(visible(typeof it === 'string' ? it : (JSON.stringify(it) ?? '')), MAX_VALUE)}</bdi>`;
}
