// functions/api/web/annotations/form.ts: the form in which a viewer annotates a restore. It works without JavaScript.
import { html, raw } from 'hono/html';
import type { LedgerJob } from '../../../ledger/model/ledger.ts';
import { LIMITS } from '../../../schema/annotation-limits.ts';
import { PURPOSES, VALIDATION_STATUSES } from '../../../schema/words.ts';
import { checkWords, verdictWords } from '../../../views/annotations.ts';
import type { Html } from '../../../views/html/text.ts';

/** Each as it is posted. `seen` is how many annotations the job had when the form was shown. */
export type FormField = 'seen' | 'status' | 'message' | 'purpose' | 'ticket' | 'environment' | 'checks' | 'links';

/** Posted to web/annotations/submit.ts alone. */
export function annotationForm({ jobId, annotation, annotationCount = 0 }: LedgerJob): Html {
  const { purpose = '', ticket = '', environment = '', checks = [], links = [] } = annotation ?? {};
  return html`<details><summary>Annotate</summary>
<form method="post" action="/jobs/${jobId}/annotation" aria-label="Annotate this restore">
<input type="hidden" name="seen" value="${annotationCount}">
${labelled('status', 'Validation', html`<select id="a-status" name="status"><option value="">As it is</option>${VALIDATION_STATUSES.map((status) => html`<option value="${status}">${verdictWords({ status })}</option>`)}</select>`)}
${line('message', 'Message about the validation', '', LIMITS.message)}
${labelled('purpose', 'Purpose', html`<input type="text" id="a-purpose" name="purpose" value="${purpose}" maxlength="${LIMITS.purpose}" list="a-purposes" autocomplete="off"><datalist id="a-purposes">${PURPOSES.map((each) => html`<option value="${each}">`)}</datalist>`)}
${line('ticket', 'Ticket', ticket, LIMITS.ticket)}${line('environment', 'Environment', environment, LIMITS.environment)}
${lines('checks', 'Checks, one a line: name=expected:got', checks.map(checkWords))}
${lines('links', 'Links, one a line, https only', links)}
<div class="wide acts"><button>Annotate</button></div>
</form></details>`;
}

const labelled = (name: FormField, label: string, control: Html) =>
  html`<div><label for="a-${name}">${label}</label>${control}</div>`;

const line = (name: FormField, label: string, value: string, most: number) =>
  labelled(
    name,
    label,
    html`<input type="text" id="a-${name}" name="${name}" value="${value}" maxlength="${most}" autocomplete="off">`,
  );

/** A first line break in a text area isn't part of its text. */
const lines = (name: FormField, label: string, values: readonly string[]) =>
  html`<div class="wide"><label for="a-${name}">${label}</label><textarea id="a-${name}" name="${name}" rows="3" spellcheck="false">${raw('\n')}${values.join('\n')}</textarea></div>`;
