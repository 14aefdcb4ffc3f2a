// functions/api/web/annotations/form.ts: the form in which a viewer annotates a restore. It works without JavaScript.
import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import type { LedgerJob } from '../../../ledger/model/ledger.ts';
import { LIMITS } from '../../../schema/annotation-limits.ts';
import { PURPOSES, VALIDATION_STATUSES } from '../../../schema/words.ts';
import { checkWords, verdictWords } from '../../../views/annotations.ts';
import { mark } from '../../../views/html/badge.ts';
import { type Html, visible } from '../../../views/html/text.ts';
import type { AnnotationPort, ApiEnv } from '../../http/ports.ts';

const FIELDS = ['status', 'message', 'purpose', 'ticket', 'environment', 'checks', 'links'] as const;
type Field = (typeof FIELDS)[number];
/** Each as it is posted. `seen` is how many annotations the job had when the form was shown. */
export type FormField = Field | 'seen';

export interface ShownForm {
  /** Of the session of whoever signed in. */
  token?: string | undefined;
  draft?: Draft | undefined;
}

/** What was sent and could not be kept. */
export interface Draft {
  fields: URLSearchParams;
  problem: string;
  /** What is wrong, as the problem names it: `checks.0.name`. */
  field?: string | undefined;
}

/** For whoever may annotate from a page: who has signed in for it, or the user of this machine. */
export function formFor(
  { env }: Context<ApiEnv>,
  annotations: Pick<AnnotationPort, 'user'> | undefined,
): ShownForm | undefined {
  const viewer = env?.viewer;
  if (!annotations || !(viewer ? viewer.annotator : annotations.user)) return undefined;
  return { token: viewer?.formToken };
}

/** Posted to web/submit-annotation.ts alone. */
export function annotationForm({ jobId, annotation, annotationCount = 0 }: LedgerJob, form: ShownForm): Html {
  const { purpose = '', ticket = '', environment = '', checks = [], links = [] } = annotation ?? {};
  const { token, draft } = form;
  const now = {
    ...{ status: '', message: '', purpose, ticket, environment },
    ...{ checks: checks.map(checkWords).join('\n'), links: links.join('\n') },
  };
  const wrong = draft && wrongField(draft);
  const control = (name: Field, label: string): Control => ({
    name,
    label,
    value: draft?.fields.get(name) ?? now[name],
    isWrong: name === wrong,
  });
  return html`<details${draft ? raw(' open') : ''}><summary>Annotate</summary>
${draft ? html`<div class="note bad" id="a-problem" role="alert" tabindex="-1" autofocus>${mark('Not kept:', 'bad', 'cross')} <bdi>${visible(draft.problem)}</bdi></div>` : ''}
<form method="post" action="/jobs/${jobId}/annotation" aria-label="Annotate this restore">
<input type="hidden" name="seen" value="${annotationCount}">${token === undefined ? '' : html`<input type="hidden" name="token" value="${token}">`}
${statuses(control('status', 'Validation'))}
${line(control('message', 'Message about the validation'), LIMITS.message)}
${line(control('purpose', 'Purpose'), LIMITS.purpose, html`<datalist id="a-purposes">${PURPOSES.map((each) => html`<option value="${each}">`)}</datalist>`)}
${line(control('ticket', 'Ticket'), LIMITS.ticket)}${line(control('environment', 'Environment'), LIMITS.environment)}
${lines(control('checks', 'Checks, one a line: name=expected:got'), MAX_CHECKS)}
${lines(control('links', 'Links, one a line, https only'), MAX_LINKS)}
<div class="wide acts"><button>Annotate</button></div>
</form></details>`;
}

/** With ` : ` and a line break each. */
const MAX_CHECKS = LIMITS.checks * (LIMITS.checkName + 2 * LIMITS.checkValue + 6);
const MAX_LINKS = LIMITS.links * (LIMITS.link + 2);

interface Control {
  name: Field;
  label: string;
  value: string;
  isWrong: boolean;
}

/** By either name: the API has `validation.message`. */
const wrongField = ({ field }: Draft): Field | undefined =>
  field === undefined ? undefined : FIELDS.find((name) => field.split('.').includes(name));

const labelled = ({ name, label }: Control, control: Html) =>
  html`<div><label for="a-${name}">${label}</label>${control}</div>`;

const marked = ({ isWrong }: Control) => (isWrong ? raw(' aria-invalid="true" aria-describedby="a-problem"') : '');

const statuses = (control: Control) =>
  labelled(
    control,
    html`<select id="a-status" name="status"${marked(control)}><option value="">As it is</option>${VALIDATION_STATUSES.map((status) => html`<option value="${status}"${status === control.value ? raw(' selected') : ''}>${verdictWords({ status })}</option>`)}</select>`,
  );

/** @param list of what one may choose, if any */
const line = (control: Control, most: number, list?: Html) =>
  labelled(
    control,
    html`<input type="text" id="a-${control.name}" name="${control.name}" value="${control.value}" maxlength="${most}"${list ? raw(' list="a-purposes"') : ''} autocomplete="off"${marked(control)}>${list ?? ''}`,
  );

/** A first line break in a text area isn't part of its text. */
const lines = (control: Control, most: number) =>
  html`<div class="wide"><label for="a-${control.name}">${control.label}</label><textarea id="a-${control.name}" name="${control.name}" rows="3" maxlength="${most}" spellcheck="false"${marked(control)}>${raw('\n')}${control.value}</textarea></div>`;
