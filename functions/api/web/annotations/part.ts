// functions/api/web/annotations/part.ts: what people say of one restore, and who says it.
import { html } from 'hono/html';
import type { LedgerJob } from '../../../ledger/model/ledger.ts';
import { capitalized } from '../../../platform/text.ts';
import type { Annotation, Annotator } from '../../../restore/annotations.ts';
import type { Announcement } from '../../../restore/expected/expected-restore.ts';
import type { ValidationStatus } from '../../../schema/words.ts';
import { annotatorWords, checksInShort, isPassed, verdictWords } from '../../../views/annotations.ts';
import { type Look, mark } from '../../../views/html/badge.ts';
import { exactTime, type Html, visible } from '../../../views/html/text.ts';
import { expectedHref } from '../../../views/paths.ts';
import { annotationForm, type ShownForm } from './form.ts';

export const ANNOTATIONS_PART = 'annotations';

const LOOKS: Record<ValidationStatus, Pick<Look, 'tone' | 'shape'>> = {
  VALIDATING: { tone: 'now', shape: 'ring' },
  SUCCESSFUL: { tone: 'ok', shape: 'check' },
  FAILED: { tone: 'bad', shape: 'cross' },
  TIMED_OUT: { tone: 'wait', shape: 'alert' },
};

/** @param form for whoever may annotate from the page */
export function annotationsPart(job: LedgerJob, form: ShownForm | undefined): Html | '' {
  const { validation, annotation, announcement } = job;
  if (!validation && !annotation && !announcement && !form) return '';
  const verdict = validation && verdictMark(validation.status, verdictWords(validation));
  return html`<section class="card" id="${ANNOTATIONS_PART}" aria-labelledby="annotations-title">
<div class="head"><h2 id="annotations-title">Validation and purpose</h2>${verdict ?? ''}</div>
${validation ? html`${validation.message === undefined ? '' : html`<p><bdi>${visible(validation.message)}</bdi></p>`}${signature(validation)}` : ''}
${annotation ? html`<dl class="pairs">${rows(annotation)}</dl>${signature(annotation)}` : ''}
${announcement ? announced(announcement) : ''}
${!validation && !annotation && !announcement ? html`<p class="soft">Nobody has said yet what it was for, or whether the data was checked.</p>` : ''}
${form ? annotationForm(job, form) : ''}</section>`;
}

/** What was said of it before it was requested. */
function announced({ expectedRestoreId, purpose, ticket, requester, by, at }: Announcement): Html {
  const text = (value: string) => html`<bdi>${visible(value)}</bdi>`;
  const all = [
    ['Announced purpose', purpose] as const,
    ['Announced ticket', ticket] as const,
    ['To be requested by', requester] as const,
  ];
  const pairs = all.flatMap(([label, value]) =>
    value === undefined
      ? []
      : [
          html`<dt>${label}</dt>
<dd>${text(value)}</dd>`,
        ],
  );
  return html`${pairs.length === 0 ? '' : html`<dl class="pairs">${pairs}</dl>`}<p class="soft small">Announced by ${text(annotatorWords(by))}, ${exactTime(at)} · <a href="${expectedHref(expectedRestoreId)}">the announcement</a></p>`;
}

function verdictMark(status: ValidationStatus, words: string): Html {
  const { tone, shape }: Pick<Look, 'tone' | 'shape'> = LOOKS[status] ?? { tone: 'off', shape: 'dash' };
  return mark(capitalized(words), tone, shape);
}

const signature = ({ by, at }: { by: Annotator; at: string }) =>
  html`<p class="soft small">Said by <bdi>${visible(annotatorWords(by))}</bdi>, ${exactTime(at)}</p>`;

function rows(annotation: Annotation): Html[] {
  const { purpose, ticket, environment, checks = [], links = [] } = annotation;
  const text = (value: string | undefined) => value && html`<bdi>${visible(value)}</bdi>`;
  const all: [string, Html | string | undefined][] = [
    ['Purpose', text(purpose)],
    ['Ticket', text(ticket)],
    ['Environment', text(environment)],
    [
      'Checks',
      checks.length > 0 ? html`${visible(checksInShort(annotation) ?? '')}${checks.map(checkLine)}` : undefined,
    ],
    ['Links', links.length > 0 ? html`${links.map(link)}` : undefined],
  ];
  return all.flatMap(([label, value]) =>
    value
      ? [
          html`<dt>${label}</dt>
<dd>${value}</dd>`,
        ]
      : [],
  );
}

const checkLine = (check: NonNullable<Annotation['checks']>[number]) =>
  html`<span class="sub"><bdi>${visible(check.name)}</bdi>: expected <bdi>${visible(check.expected)}</bdi>, ${
    isPassed(check) ? 'and got it' : html`<strong>got <bdi>${visible(check.got)}</bdi></strong>`
  }</span>`;

/** Stored as checked: https alone. What something else wrote is text. */
const link = (address: string) =>
  /^https:\/\//i.test(address)
    ? html`<span class="sub"><a href="${address}" rel="noopener noreferrer nofollow"><bdi>${visible(address)}</bdi></a></span>`
    : html`<span class="sub"><bdi>${visible(address)}</bdi></span>`;
