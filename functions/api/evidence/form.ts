// functions/api/evidence/form.ts: the form of the page that asks for a report: of last month, unless somebody chooses another period.
import { html, raw } from 'hono/html';
import type { EvidenceFormat } from '../../report/model/request.ts';
import type { Html } from '../../views/html/text.ts';

const LABELS: Readonly<Record<EvidenceFormat, string>> = { html: 'HTML', json: 'JSON', csv: 'CSV', pdf: 'PDF' };

/** @param formats to choose from */
export function evidenceForm(now: number, formats: readonly EvidenceFormat[]): Html {
  const { since, until } = lastMonth(now);
  const day = (name: string, label: string, value: string) =>
    html`<div><label for="evidence-${name}">${label}</label><input type="date" id="evidence-${name}" name="${name}" value="${value}" required></div>`;
  const options = formats.map(
    (format) => html`<option value="${format}"${format === 'html' ? raw(' selected') : ''}>${LABELS[format]}</option>`,
  );
  return html`<details class="filter"><summary>Evidence report</summary>
<form method="get" action="/evidence" aria-label="Evidence report">
<p class="wide">A file for an auditor: every restore of a period, the gaps where others can’t be ruled out, and drills.</p>
${day('since', 'Requested from', since)}${day('until', 'Requested before', until)}
<div><label for="evidence-format">Format</label><select id="evidence-format" name="format">${options}</select></div>
<div class="wide acts"><button>Save the report</button></div>
</form></details>`;
}

/** Days in UTC. */
function lastMonth(now: number) {
  const at = new Date(now);
  const first = (monthsAgo: number) =>
    new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - monthsAgo, 1)).toISOString().slice(0, 10);
  return { since: first(1), until: first(0) };
}
