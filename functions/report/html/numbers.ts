// functions/report/html/numbers.ts: the report's counts: restores by outcome, finding and requester.
import { html } from 'hono/html';
import { capitalized } from '../../platform/text.ts';
import type { Requester } from '../../restore/requesters/requester.ts';
import { GRADES, type Status } from '../../schema/words.ts';
import { STATUS_LOOK } from '../../views/html/badge.ts';
import { type Html, name, visible } from '../../views/html/text.ts';
import { actorKind, actorName, requesterUnknown } from '../../views/requester-text.ts';
import { counted, number } from '../../views/text.ts';
import type { EvidenceHead, Numbers, RequesterCount } from '../model/report.ts';
import { bySeverity, countsOf } from '../model/words.ts';
import { sub, WHOLE } from './marks.ts';

const MAX_REQUESTERS = 100;

export const numberTables = ({
  numbers,
}: EvidenceHead): Html => html`<section class="long" aria-labelledby="numbers"><h2 id="numbers">Numbers</h2>
<div class="three">${outcomes(numbers)}${findings(numbers)}${requesters(numbers)}</div></section>
`;

const countTable = (caption: string, rows: readonly Html[], none: string) =>
  rows.length === 0
    ? html`<div><p><strong>${caption}</strong></p><p class="soft">${none}</p></div>`
    : html`<div><table><caption>${caption}</caption><tbody>${rows}</tbody></table></div>
`;

const row = (what: Html | string, count: number, beside?: Html | string) =>
  html`<tr><th scope="row">${what}${sub(beside)}</th><td class="r">${number(count)}</td></tr>
`;

const outcomes = ({ outcomes: of }: Numbers) =>
  countTable(
    'Restores by outcome',
    Object.entries(of).flatMap(([status, count]) =>
      count > 0 ? [row(STATUS_LOOK[status as Status]?.label ?? visible(status), count)] : [],
    ),
    'None.',
  );

function findings({ rules }: Numbers) {
  const rows = Object.entries(rules).map(([rule, severities]) => {
    const count = Object.values(severities).reduce((sum, one) => sum + one, 0);
    return row(html`<code>${visible(rule)}</code>`, count, bySeverity(severities));
  });
  return countTable('Findings by rule', rows, 'No restore broke a rule.');
}

function requesters({ requesters: all, unnamed }: Numbers) {
  const left = all.length - MAX_REQUESTERS;
  const rows = [
    ...all.slice(0, MAX_REQUESTERS).map((one) => row(name(actorName(one), WHOLE), one.restores, gradesOf(one))),
    ...(left > 0 ? [row(`And ${counted(left, 'requester')} more`, restoresOf(all.slice(MAX_REQUESTERS)))] : []),
    ...Object.entries(unnamed).map(([reason, count]) => row(whyUnnamed(reason), count)),
  ];
  return countTable('Restores by requester', rows, 'None.');
}

const whyUnnamed = (reason: string) =>
  visible(capitalized(requesterUnknown(reason === 'not-looked' ? undefined : ({ reason } as Requester))));

const restoresOf = (some: readonly RequesterCount[]) => some.reduce((sum, { restores }) => sum + restores, 0);

function gradesOf(one: RequesterCount): string {
  return `${actorKind(one)} · ${countsOf(GRADES, one.grades)}`;
}
